"""The operator's settings: their structs and defaults; `adapters/settings/reading.py` reads them."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from actors.deciding.limits import Limits
from adapters.reach.values import Host, Port, Workers
from adapters.settings.providers import Providers
from adapters.settings.section import HostName, Network, Origin, Seconds, Secret, Section, UrlPath
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


class Settings(Section, frozen=True):
    """All settings; each field is a section of the file."""

    server: Server = Server()
    limits: Limits = Limits()
    pools: Pools = Pools()
    protocol: Protocol = Protocol()
    providers: Providers = Providers()
