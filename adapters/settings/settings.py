"""The operator's settings: their structs and defaults; `adapters/settings/reading.py` reads them."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from actors.deciding.limits import Limits
from actors.ports.calls import Kind
from adapters.settings.section import (
    Host,
    HostName,
    Key,
    Network,
    Origin,
    Port,
    Region,
    Seconds,
    Secret,
    Section,
    Url,
    UrlPath,
    Workers,
)
from protocol.messages import MAX_PAYLOAD


class Server(Section, frozen=True):
    """Where the server listens, whom it lets in, and what a connection may cost."""

    host: Host = "127.0.0.1"
    """The address to listen on; 0.0.0.0 is every interface."""
    port: Port = 7171
    """The TCP port; 0 takes any that is free."""
    path: UrlPath = "/socket.io/"
    """The path under which Socket.IO clients connect."""
    token: Secret = ""
    """The credential that every client must show; empty: none is asked for, but by /inspect and the catalogue."""
    hosts: tuple[HostName, ...] = ()
    """The names, such as voice.example.org, under which the server answers besides localhost and its addresses."""
    allowed_origins: tuple[Origin, ...] = ()
    """The origins, such as https://example.org, whose web pages may connect besides the server's own; * is any."""
    tls_certificate: str = ""
    """A file with the certificate chain in PEM, for https and wss; empty: plain http."""
    tls_key: str = ""
    """A file with the certificate's private key in PEM; empty: it is in `tls_certificate` too."""
    lan: bool = False
    """Whether devices of the local network are let in: every interface, a token, and https on `lan_port` besides."""
    lan_port: Port = 7172
    """The TCP port for https with a certificate of the server's own, with `lan`; 0 takes any that is free."""
    inspection: bool = True
    """Whether the operator's page /inspect is there, for who shows the token."""
    trusted_proxies: tuple[Network, ...] = ()
    """The addresses or networks of reverse proxies, such as 10.0.0.0/8, whose X-Forwarded-For is believed."""
    max_payload: Annotated[int, msgspec.Meta(ge=1_000, le=100_000_000)] = MAX_PAYLOAD
    """The largest message or polling body that a client may send, in bytes; `session.joined` tells it."""
    ping_interval: Seconds = 25.0
    """How long after a client's last pong it is pinged again, in seconds."""
    ping_timeout: Seconds = 20.0
    """How long a client has for its pong before its connection is closed, in seconds."""
    upgrade_timeout: Seconds = 10.0
    """How long the upgrade from polling to WebSocket may take, in seconds."""
    connect_timeout: Seconds = 45.0
    """How long a connection has to join a session, in seconds."""
    attachment_timeout: Seconds = 10.0
    """How long an event waits for its binary attachments, in seconds."""
    outbox_bytes: Annotated[int, msgspec.Meta(ge=10_000)] = 16_000_000
    """How much may wait for a client that reads slowly before its connection is closed, in bytes."""
    outbox_messages: Annotated[int, msgspec.Meta(ge=16)] = 2_000
    """How many messages may wait for a client that reads slowly before its connection is closed."""
    max_connections: Annotated[int, msgspec.Meta(ge=1)] = 2_000
    """How many connections there are at most."""
    max_silent_streams: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 500
    """How many TCP streams may be open that have not sent a whole request yet."""
    max_connections_per_address: int = 0
    """How many connections one address may have; 0: no limit."""
    max_unconnected: Annotated[int, msgspec.Meta(ge=1)] = 500
    """How many connections may be open that have not joined a session yet."""


class Pools(Section, frozen=True):
    """How many workers each stage of a turn has, and how many turns may wait for one."""

    stt_workers: Workers = 32
    """How many utterances are recognised at once; see [providers.local] for the embedded recogniser."""
    llm_workers: Workers = 32
    """How many answers are written at once."""
    tts_workers: Workers = 32
    """How many answers are synthesised at once; see [providers.local] for the embedded synthesiser."""
    queue: int = 32
    """How many turns wait for a worker of a pool before new ones are refused as busy."""


class Protocol(Section, frozen=True):
    """What clients see under another name than the documented one."""

    names: Mapping[str, str] = {}
    """Documented event or handshake key to the name wanted: "session.update" = "session.configure"."""


class Preference(Section, frozen=True):
    """For each kind the names of providers, the preferred one first."""

    stt: tuple[str, ...] = ()
    """Speech to text."""
    llm: tuple[str, ...] = ()
    """The language model."""
    tts: tuple[str, ...] = ()
    """Text to speech."""

    def of(self, kind: Kind) -> tuple[str, ...]:
        """The names for this kind."""
        return {"STT": self.stt, "LLM": self.llm, "TTS": self.tts}[kind]


class Processes(Section, frozen=True):
    """What the embedded engines may cost."""

    stt_processes: Workers = 2
    """How many processes the embedded recogniser has, some 130 MB each."""
    tts_processes: Workers = 2
    """How many processes the embedded synthesiser has."""


class Account(Section, frozen=True):
    """The section of one provider; the table in adapters/choosing/table.py says which of these settings it has."""

    api_key: Key = ""
    """The key that the provider gave."""
    base_url: Url = ""
    """Where the provider is, without a slash at the end."""
    region: Region = ""
    """The region in which the key is valid."""
    title: str = ""
    """What people see instead of its name."""
    host: Host = "127.0.0.1"
    """The host on which it listens."""
    port: Port = 0
    """The TCP port on which it listens."""
    model_dir: str = ""
    """The folder with the files of the model."""
    stt_model: str = ""
    """The model for speech to text where a session names none that is there."""
    llm_model: str = ""
    """The language model where a session names none that is there."""
    tts_model: str = ""
    """The model for text to speech where a session names none that is there."""
    voice: str = ""
    """The voice where a session names none that is there; of piper the voice's file, NAME.onnx."""


class Providers(Section, frozen=True):
    """Which engines answer."""

    substitute: bool = True
    """Whether a provider that is not configured here is replaced by one that is, with a warning; or refused."""
    discover: bool = True
    """Whether local servers such as Ollama are looked for, and used for a kind with nothing configured."""
    discover_hosts: tuple[Host, ...] = ()
    """Hosts that are looked at besides this machine."""
    guide: bool = True
    """Whether the embedded guide answers where language models fail and [providers.prefer] llm is not set."""
    hedge: Seconds = 1.0
    """How long a provider may be silent before the next one, where there is one, is begun beside it; seconds."""
    patience: Seconds = 10.0
    """How long a provider may take for its first result before it is given up, where there is another one; seconds."""
    prefer: Preference = Preference()
    """Which providers stand in for one that is not configured, or that fails."""
    local: Processes = Processes()
    """The embedded engines."""
    accounts: Mapping[str, Account] = {}
    """The provider's own section, by the provider's name."""
    named: Mapping[str, Mapping[str, Account]] = {}
    """The sections of providers of which there may be several, by the kind of provider and the operator's own name."""


class Settings(Section, frozen=True):
    """All settings; each field is a section of the file."""

    server: Server = Server()
    limits: Limits = Limits()
    pools: Pools = Pools()
    protocol: Protocol = Protocol()
    providers: Providers = Providers()
