"""The operator's settings, put together of what each part of the server takes; `reading.py` reads them."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from actors.deciding.limits import Limits
from actors.running.sizes import ConnectionLimits, PoolSizes
from adapters.reach.values import Host, Port
from adapters.settings.access import JwtSettings, Tokens
from adapters.settings.providers import Providers
from adapters.settings.recordings import RecordingSettings
from adapters.settings.section import INLINE, HostName, Network, Origin, Secret, Section, UrlPath
from adapters.settings.traces import TraceSettings
from adapters.settings.values import NAMES, CheckedPairs, check_names
from protocol.address import HOST, PATH, PORT
from protocol.timing import Timing, Waits

MOST_WORKERS = 64


class ListenerSettings(Section, frozen=True):
    """Which requests the server answers, and how patient it is with streams that send none."""

    path: UrlPath = PATH
    """The path under which Socket.IO clients connect."""
    allowed_origins: tuple[Origin, ...] = ()
    """The origins, such as https://example.org, whose web pages may connect besides the server's own; * is any."""
    trusted_proxies: tuple[Network, ...] = ()
    """The addresses or networks of reverse proxies, such as 10.0.0.0/8, whose X-Forwarded-For is believed."""
    max_silent_streams: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 500
    """How many TCP streams may be open that have not sent a whole request yet. At the bound: the oldest one of the
    address that has most of them is closed."""
    short_way: bool = True
    """Whether chunks of sound on plain WebSockets go the short way; `false` is slower, to rule it out in a search."""


class Server(Section, frozen=True):
    """The server's address, its access rules, and the bounds of a connection.

    The structs in it are what the parts of the server take; in the file their settings stand in [server] itself.
    """

    host: Host = HOST
    """The address to listen on; 0.0.0.0 is every interface."""
    port: Port = PORT
    """The TCP port; 0 takes any that is free."""
    workers: Annotated[int, msgspec.Meta(ge=1, le=MOST_WORKERS)] = 1
    """How many processes serve the port, each on a core of its own; 1 is a single process. At the bound: the cores of
    the machine are the limit that counts."""
    token: Secret = ""
    """The operator's credential; without any credential none is asked for, but by /inspect and the catalogue."""
    tokens: Tokens = {}  # noqa: RUF012 - msgspec copies it
    """Credentials besides it, each under the name of its subject: plain, or hashed by `vivavoce token`."""
    jwt: JwtSettings = JwtSettings()
    """Credentials that another service signs."""
    guest_key: Secret = ""
    """The key that signs the guests' tokens of POST /v1/tokens, 32 bytes at least; empty: one is made at each start."""
    allow_anyone: bool = False
    """Whether a server without credentials may listen where others can reach it: everybody who does may talk."""
    token_file: str = ""
    """A file that keeps the token where none is set: made at the first start, and read at the next ones."""
    hosts: tuple[HostName, ...] = ()
    """The names, such as voice.example.org, under which the server answers besides localhost and its addresses."""
    tls_certificate: str = ""
    """A file with the certificate chain in PEM, for https and wss; empty: plain http."""
    tls_key: str = ""
    """A file with the certificate's private key in PEM; empty: it is in `tls_certificate` too."""
    lan: bool = False
    """Whether devices of the local network are let in: every interface, a token, and https on `lan_port` besides."""
    lan_port: Port = 7172
    """The TCP port for https with a certificate of the server's own, with `lan`; 0 takes any that is free."""
    drain_seconds: Annotated[int, msgspec.Meta(ge=0, le=3_600)] = 0
    """How long, at the first signal, turns that run may go on while no new one begins, in seconds; the next signal ends
    it. At the bound: what still runs is cut."""
    prices: str = ""
    """A TOML file with the prices of providers, for what /metrics says of cost; empty: nothing costs."""
    inspection: bool = True
    """Whether the operator's page /inspect is there, for who shows the token."""
    listener: Annotated[ListenerSettings, INLINE] = ListenerSettings()
    """The listener's."""
    timing: Annotated[Timing, INLINE] = Timing()
    """Every connection's."""
    waits: Annotated[Waits, INLINE] = Waits()
    """Every connection's, on its way into a session."""
    connection_limits: Annotated[ConnectionLimits, INLINE] = ConnectionLimits()
    """The connection registry's."""

    @property
    def has_credentials(self) -> bool:
        """Whether a token is asked for."""
        return bool(self.token or self.tokens) or self.jwt.has_key


LogFormat = Literal["readable", "json"]


class LogSettings(Section, frozen=True):
    """The log, which is written to standard error."""

    format: LogFormat = "readable"
    """`readable` for people, or `json`: one JSON object a line, for programs that collect logs."""


class Protocol(Section, frozen=True):
    """Protocol names that clients see in place of the documented ones."""

    names: Annotated[Mapping[str, str], CheckedPairs(check_names, NAMES)] = {}
    """Documented event or handshake key to the name wanted: "session.update" = "session.configure"."""


class ListeningSettings(Section, frozen=True):
    """The models of hands-free conversations, in the place of those that scripts/prepare fetches."""

    voice_activity_model: str = ""
    """A file with Silero's voice activity detector, version 5 or 6, as ONNX; empty: the one that was fetched."""
    turn_end_model: str = ""
    """A file with Smart Turn, version 3, as ONNX; empty: the one that was fetched, and silence alone without it."""


class MouthSettings(Section, frozen=True):
    """The shapes of the mouth that Receivers ask for."""

    lead_ms: Annotated[int, msgspec.Meta(ge=0, le=150)] = 40
    """Milliseconds by which shapes go before their sounds; lips move before they are heard."""


class Settings(Section, frozen=True):
    """All settings; each field is a section of the file."""

    server: Server = Server()
    limits: Limits = Limits()
    pools: PoolSizes = PoolSizes()
    log: LogSettings = LogSettings()
    traces: TraceSettings = TraceSettings()
    protocol: Protocol = Protocol()
    listening: ListeningSettings = ListeningSettings()
    mouth: MouthSettings = MouthSettings()
    recordings: RecordingSettings = RecordingSettings()
    providers: Providers = Providers()
