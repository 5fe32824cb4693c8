"""The operator's settings: their structs and defaults, and how file, environment and flags are read into them."""

import ipaddress
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from actors.limits import Limits
from adapters.errors import BadSettings
from adapters.positions import line_of
from protocol.messages import Names
from protocol.tolerant import Checked, allowed, nearest, show

S = TypeVar("S", bound=msgspec.Struct)
PREFIX = "VIVAVOCE_"
CONFIG_VARIABLE = "VIVAVOCE_CONFIG"
DEFAULT_FILE = Path("vivavoce.toml")
Place = tuple[str, ...]
"""A setting by the names of its sections and its own: ("server", "port")."""

SHORT_VARIABLES: dict[str, Place] = {
    "VIVAVOCE_HOST": ("server", "host"),
    "VIVAVOCE_PORT": ("server", "port"),
    "VIVAVOCE_TOKEN": ("server", "token"),
}
_MAX_FILE = 1_000_000
_SYNTAX_LINE = re.compile(r"(.*) \(at line (\d+), column \d+\)\Z", re.DOTALL)
_SECRET = "secret"  # marks a field, with Annotated, whose value is never shown


def _parse_host(text: str) -> str:
    if not text or not text.isprintable() or " " in text:
        raise ValueError("an address or a host's name, such as 127.0.0.1, or 0.0.0.0 for every interface")
    return text


def _parse_path(text: str) -> str:
    if not re.fullmatch(r"/([\w.~-]+/)*", text, re.ASCII):
        raise ValueError("a path that begins and ends with /, such as /socket.io/")
    return text


def _parse_origin(text: str) -> None:
    if text != "*" and not re.fullmatch(r"https?://[^/\s?#@]+", text):
        raise ValueError("an origin as browsers send it, such as https://example.org or http://localhost:8000, or *")


def _parse_network(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise ValueError("an address, such as 127.0.0.1, or a network, such as 10.0.0.0/8") from None


class Section(msgspec.Struct, frozen=True):
    """A table of the settings file; `repr` hides what is secret."""

    def __repr__(self) -> str:
        hints = get_type_hints(type(self), include_extras=True)
        fields = ((name, getattr(self, name)) for name in self.__struct_fields__)
        shown = (f"{name}={'***' if value and _is_secret(hints[name]) else repr(value)}" for name, value in fields)
        return f"{type(self).__name__}({', '.join(shown)})"


Secret = Annotated[str, _SECRET]
Host = Annotated[str, Checked(_parse_host)]
UrlPath = Annotated[str, Checked(_parse_path)]
Origin = Annotated[str, Checked(_parse_origin)]
Network = Annotated[str, Checked(_parse_network)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Seconds = Annotated[float, msgspec.Meta(ge=0.05, le=86_400)]
Workers = Annotated[int, msgspec.Meta(ge=1, le=1_000)]


class Server(Section, frozen=True):
    """Where the server listens, whom it lets in, and what a connection may cost."""

    host: Host = "127.0.0.1"
    """The address to listen on; 0.0.0.0 is every interface."""
    port: Port = 7171
    """The TCP port; 0 takes any that is free."""
    path: UrlPath = "/socket.io/"
    """The path under which Socket.IO clients connect."""
    token: Secret = ""
    """The credential that every client must show; empty: none is asked for."""
    allowed_origins: tuple[Origin, ...] = ()
    """The origins, such as https://example.org, whose web pages may connect besides the server's own; * is any."""
    tls_certificate: str = ""
    """A file with the certificate chain in PEM, for https and wss; empty: plain http."""
    tls_key: str = ""
    """A file with the certificate's private key in PEM; empty: it is in `tls_certificate` too."""
    trusted_proxies: tuple[Network, ...] = ()
    """The addresses or networks of reverse proxies, such as 10.0.0.0/8, whose X-Forwarded-For is believed."""
    max_payload: Annotated[int, msgspec.Meta(ge=1_000, le=100_000_000)] = 1_000_000
    """The largest frame or polling body that a client may send, in bytes."""
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
    max_connections_per_address: int = 0
    """How many connections one address may have; 0: no limit."""
    max_unconnected: Annotated[int, msgspec.Meta(ge=1)] = 500
    """How many connections may be open that have not joined a session yet."""


class Pools(Section, frozen=True):
    """How many workers each stage of a turn has, and how many turns may wait for one."""

    stt_workers: Workers = 2
    """How many utterances are recognised at once."""
    llm_workers: Workers = 16
    """How many answers are written at once."""
    tts_workers: Workers = 2
    """How many answers are synthesised at once."""
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


class Providers(Section, frozen=True):
    """Which engines answer."""

    substitute: bool = True
    """Whether a provider that is not configured here is replaced by one that is, with a warning; or refused."""
    prefer: Preference = Preference()
    """Which providers stand in for one that is not configured."""


class Settings(Section, frozen=True):
    """All settings; each field is a section of the file."""

    server: Server = Server()
    limits: Limits = Limits()
    pools: Pools = Pools()
    protocol: Protocol = Protocol()
    providers: Providers = Providers()


def load(config: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """The settings in force: defaults, then the file, then the environment, then the flags.

    The file is `config`, else what VIVAVOCE_CONFIG names, else vivavoce.toml in the working directory where there is
    one. `flags` go by dotted names ("server.port"); None is a flag that was not given. An empty variable counts as not
    set; a long variable wins over its short form. Raises BadSettings.
    """
    values: dict[Place, object] = {}
    file = config or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if file or DEFAULT_FILE.exists():
        values.update(_read_file(file or DEFAULT_FILE))
    values.update(_read_environment(environ))
    values.update(_read_flags(flags))
    return _build(Settings, values, ())


# ---- the three sources


def _read_file(path: Path) -> Iterator[tuple[Place, object]]:
    text = _text(path)
    try:
        table = tomllib.loads(text + "\n")  # so that a fault on the last line has a line number too
    except tomllib.TOMLDecodeError as error:
        located = _SYNTAX_LINE.match(str(error))
        raise BadSettings(f"{path} line {located[2]}: {located[1]}" if located else f"{path}: {error}") from None
    except RecursionError:
        raise BadSettings(f"{path}: nested too deeply") from None
    for place, value in _leaves_in(table, (), text, path):
        hint = leaves()[place]
        if _is_mapping(hint) and isinstance(value, Mapping):
            value = dict(_flat(value, ""))
        yield place, _check(value, hint, _where(path, text, place))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_FILE + 1)
        if len(raw) > _MAX_FILE:
            raise BadSettings(f"{path}: larger than {_MAX_FILE} bytes, so hardly a settings file")
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise BadSettings(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadSettings(f"{path} line {line}: not UTF-8; save the file as UTF-8") from None


def _leaves_in(table: Mapping[str, Any], above: Place, text: str, path: Path) -> Iterator[tuple[Place, object]]:
    for key, value in table.items():
        place = (*above, key)
        if place in leaves():
            yield place, value
        elif place not in sections():
            raise BadSettings(f"{_where(path, text, place)}: {_unknown(place, value)}")
        elif not isinstance(value, Mapping):
            wanted = f"a section [{'.'.join(place)}]"
            raise BadSettings(f"{_where(path, text, place)}: came {show(value)}, allowed: {wanted}")
        else:
            yield from _leaves_in(value, place, text, path)


def _unknown(place: Place, value: object) -> str:
    """That there is no setting `place`, and what may have been meant."""
    kind = "unknown section" if isinstance(value, Mapping) else "unknown key"
    elsewhere = next((leaf for leaf in leaves() if leaf[-1] == place[-1]), None)
    if elsewhere:
        return f"{kind} (it belongs under [{'.'.join(elsewhere[:-1])}])"
    return f"{kind} ({nearest(place[-1], sections()[place[:-1]].__struct_fields__)})"


def _where(path: Path, text: str, place: Place) -> str:
    section = f"[{'.'.join(place[:-1])}] " if len(place) > 1 else ""
    return f"{path} line {line_of(text, place)}: {section}{place[-1]}"


def _flat(table: Mapping[str, object], above: str) -> Iterator[tuple[str, object]]:
    """TOML reads `session.update = "x"` without quotes as a table in a table; the name meant is the dotted one."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def variables() -> dict[str, Place]:
    """The environment variables that are read, the short forms first."""
    return SHORT_VARIABLES | {PREFIX + "_".join(place).upper(): place for place in leaves()}


def _read_environment(environ: Mapping[str, str]) -> Iterator[tuple[Place, object]]:
    known = variables()
    for name in environ:
        if name.startswith(PREFIX) and name not in known and name != CONFIG_VARIABLE:
            raise BadSettings(f"{name}: unknown variable ({nearest(name, (*known, CONFIG_VARIABLE))})")
    for name, place in known.items():
        if environ.get(name):
            yield place, _check(_from_text(environ[name], leaves()[place]), leaves()[place], name)


def _read_flags(flags: Mapping[str, object]) -> Iterator[tuple[Place, object]]:
    for name, value in flags.items():
        if value is None:
            continue
        place = tuple(name.split("."))
        hint = leaves()[place]
        given = _from_text(value, hint) if isinstance(value, str) else value
        yield place, _check(given, hint, "--" + place[-1].replace("_", "-"))


# ---- values


def _from_text(text: str, hint: Any) -> object:
    """`text` as what `hint` asks for, as far as it can be read so; else itself, for `_check` to refuse."""
    plain = _plain(hint)
    if _is_mapping(hint):
        pairs = [item.partition("=") for item in text.split(",")]
        return {key.strip(): value.strip() for key, _, value in pairs} if all(sep for _, sep, _ in pairs) else text
    if get_origin(plain) is tuple:
        return [item.strip() for item in text.split(",") if item.strip()]
    if plain is bool:
        return {"true": True, "1": True, "false": False, "0": False}.get(text.strip().lower(), text)
    if plain in (int, float):
        try:
            return plain(text)
        except ValueError:
            return text
    return text


def _check(value: object, hint: Any, where: str) -> object:
    """`value` as the type `hint`, within its bounds; no number is negative or endless. Raises BadSettings."""
    plain = _plain(hint)
    if plain is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        converted: object = msgspec.convert(value, hint)
        if isinstance(converted, int | float) and not 0 <= converted < math.inf:
            raise ValueError
        marks = [mark for mark in get_args(_element(hint) or hint)[1:] if isinstance(mark, Checked)]
        for text in converted if isinstance(converted, tuple) else (converted,):
            for mark in marks:
                mark.parse(str(text))
    except ValueError:
        came = "something else" if _is_secret(hint) else str(value) if isinstance(value, float) else show(value)
        raise BadSettings(f"{where}: came {came}, allowed: {_words(hint)}") from None
    if isinstance(converted, Mapping):
        _check_names(converted, where)
    return converted


def _check_names(names: Mapping[str, str], where: str) -> None:
    try:
        Names(dict(names))
    except ValueError as error:
        raise BadSettings(f"{where}: {error}") from None


def _words(hint: Any) -> str:
    """What `hint` admits, in words."""
    plain = _plain(hint)
    if _is_mapping(hint):
        return 'pairs of names, such as "session.update" = "session.configure"'
    if plain not in (int, float):
        element = _element(hint)
        return f"a list, each {allowed(element)}" if element not in (None, str) else allowed(hint)
    bounds = next((mark for mark in get_args(hint)[1:] if isinstance(mark, msgspec.Meta)), msgspec.Meta())
    most = "" if bounds.le is None else f" to {bounds.le}"
    return f"{'a whole number' if plain is int else 'a number'} from {bounds.ge or 0}{most}"


def _plain(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _element(hint: Any) -> Any:
    """The type of a list's elements; None for what is no list."""
    plain = _plain(hint)
    return get_args(plain)[0] if get_origin(plain) is tuple else None


def _is_mapping(hint: Any) -> bool:
    return get_origin(_plain(hint)) is Mapping


def _is_secret(hint: Any) -> bool:
    return get_origin(hint) is Annotated and _SECRET in get_args(hint)


# ---- the tree of settings


@cache
def sections() -> dict[Place, type[msgspec.Struct]]:
    """Every section by its place, the whole under ()."""
    return dict(_sections_of(Settings, ()))


def _sections_of(struct: type[msgspec.Struct], place: Place) -> Iterator[tuple[Place, type[msgspec.Struct]]]:
    yield place, struct
    for name, hint in get_type_hints(struct).items():
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from _sections_of(hint, (*place, name))


@cache
def leaves() -> dict[Place, Any]:
    """Every setting by its place, with its annotated type."""
    return {
        (*place, name): hint
        for place, struct in sections().items()
        for name, hint in get_type_hints(struct, include_extras=True).items()
        if (*place, name) not in sections()
    }


def _build(struct: type[S], values: Mapping[Place, object], place: Place) -> S:
    given: dict[str, Any] = {}
    for name in struct.__struct_fields__:
        inner = (*place, name)
        if inner in sections():
            given[name] = _build(sections()[inner], values, inner)
        elif inner in values:
            given[name] = values[inner]
    return struct(**given)
