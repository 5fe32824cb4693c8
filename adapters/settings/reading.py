"""How the settings are read: the file, the environment and the flags, what each value may be, and the tree of them."""

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import replace

from adapters.choosing.table import LOCAL, ROWS, usual_variables
from adapters.settings.errors import BadSettings
from adapters.settings.positions import line_of
from adapters.settings.section import is_secret
from adapters.settings.settings import Account, Settings
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
PROVIDERS = "providers"
ANY = "*"
"""In a place: whatever the operator calls it."""
FAMILY_DEPTH = 3
_FAMILIES = frozenset((PROVIDERS, row.name) for row in ROWS if row.is_family)
_FILLED = {(PROVIDERS, "accounts"), (PROVIDERS, "named")}
"""Filled with the sections that the table of providers asks for."""
_MAX_FILE = 1_000_000
_SYNTAX_LINE = re.compile(r"(.*) \(at line (\d+), column \d+\)\Z", re.DOTALL)


def load(config: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """The settings in force: defaults, usual variables (OPENAI_API_KEY), the file, our variables, then the flags.

    The file is `config`, else what VIVAVOCE_CONFIG names, else vivavoce.toml in the working directory where there is
    one. `flags` go by dotted names ("server.port"); None is a flag that was not given. An empty variable counts as not
    set; a long variable wins over its short form. Raises BadSettings.
    """
    values: dict[Place, object] = dict(_read_usual(environ))
    file = config or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if file or DEFAULT_FILE.exists():
        values.update(_read_file(file or DEFAULT_FILE))
    values.update(_read_environment(environ, [place for place in values if len(place) > FAMILY_DEPTH]))
    values.update(_read_flags(flags))
    settings = _build(Settings, values, ())
    return replace(settings, providers=replace(settings.providers, **_accounts(values)))


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
        hint = leaves()[_generic(place)]
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
        if _generic(place) in leaves():
            yield place, value
        elif _generic(place) not in sections():
            raise BadSettings(f"{_where(path, text, place)}: {_unknown(place, value)}")
        elif not isinstance(value, Mapping):
            wanted = f"a section [{'.'.join(_generic(place)).replace(ANY, 'NAME')}]"
            raise BadSettings(f"{_where(path, text, place)}: came {show(value)}, allowed: {wanted}")
        else:
            if _generic(place) != place:
                _check_own_name(key, _where(path, text, place))
            yield from _leaves_in(value, place, text, path)


def _unknown(place: Place, value: object) -> str:
    """That there is no setting `place`, and what may have been meant."""
    kind = "unknown section" if isinstance(value, Mapping) else "unknown key"
    above = _generic(place)[:-1]
    elsewhere = next((leaf for leaf in leaves() if leaf[-1] == place[-1]), None)
    if elsewhere and above[:1] != (PROVIDERS,):
        return f"{kind} (it belongs under [{'.'.join(elsewhere[:-1])}])"
    known = {found[-1] for found in (*leaves(), *sections()) if found and found[:-1] == above}
    return f"{kind} ({nearest(place[-1], sorted(known))})"


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
    """The environment variables of ours that are read, the short forms first; those of families have a * in them."""
    return SHORT_VARIABLES | {PREFIX + "_".join(place).upper(): place for place in leaves()}


def _read_usual(environ: Mapping[str, str]) -> Iterator[tuple[Place, object]]:
    for name, (row, setting) in usual_variables(ROWS).items():
        place = (PROVIDERS, row, setting)
        if environ.get(name):
            yield place, _check(environ[name], leaves()[place], name)


def _read_environment(environ: Mapping[str, str], given: list[Place]) -> Iterator[tuple[Place, object]]:
    """What our variables say; `given`: settings of the families' members, whose names a variable spells in capitals."""
    known = variables()
    for name, text in environ.items():
        if not name.startswith(PREFIX) or name in known or name == CONFIG_VARIABLE:
            continue
        place = _in_a_family(name, given)
        if place is None:
            raise BadSettings(f"{name}: unknown variable ({nearest(name, (*known, CONFIG_VARIABLE))})")
        _check_own_name(place[2], name)
        if text:
            yield place, _check(_from_text(text, leaves()[_generic(place)]), leaves()[_generic(place)], name)
    for name, place in known.items():
        if environ.get(name):
            yield place, _check(_from_text(environ[name], leaves()[place]), leaves()[place], name)


def _in_a_family(variable: str, given: list[Place]) -> Place | None:
    """VIVAVOCE_PROVIDERS_WYOMING_ROOM_PORT is the port of `room`, or of whatever the file calls so in other letters."""
    for leaf in leaves():
        if ANY not in leaf:
            continue
        begin, end = (PREFIX + "_".join(leaf).upper()).split(ANY)
        if variable.startswith(begin) and variable.endswith(end) and len(variable) > len(begin) + len(end):
            own = variable.removeprefix(begin).removesuffix(end)
            same = (place[2] for place in given if place[:2] == leaf[:2] and place[2].upper().replace("-", "_") == own)
            return (*leaf[:2], next(same, own.lower()), leaf[3])
    return None


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
        is_hidden = is_secret(hint) or "@" in str(value)  # an address may have a password in it
        came = "something else" if is_hidden else str(value) if isinstance(value, float) else show(value)
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


# ---- the tree of settings


@cache
def sections() -> dict[Place, type[msgspec.Struct]]:
    """Every section by its place, the whole under (); what the operator names is ANY."""
    own: dict[Place, type[msgspec.Struct]] = {}
    for row in ROWS:
        own[PROVIDERS, row.name] = Account
        if row.is_family:
            own[PROVIDERS, row.name, ANY] = Account
    return dict(_sections_of(Settings, ())) | own


def _sections_of(struct: type[msgspec.Struct], place: Place) -> Iterator[tuple[Place, type[msgspec.Struct]]]:
    yield place, struct
    for name, hint in get_type_hints(struct).items():
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from _sections_of(hint, (*place, name))


@cache
def leaves() -> dict[Place, Any]:
    """Every setting by its place, with its annotated type."""
    found = {
        (*place, name): hint
        for place, struct in sections().items()
        if struct is not Account
        for name, hint in get_type_hints(struct, include_extras=True).items()
        if (*place, name) not in sections() and (*place, name) not in _FILLED
    }
    hints = get_type_hints(Account, include_extras=True)
    for row in ROWS:
        place = (PROVIDERS, row.name, ANY) if row.is_family else (PROVIDERS, row.name)
        found |= {(*place, name): hints[name] for name in row.settings}
    return found


def _generic(place: Place) -> Place:
    """`place` with ANY for the name that the operator gave."""
    return (*place[:2], ANY, *place[3:]) if len(place) >= FAMILY_DEPTH and place[:2] in _FAMILIES else place


def _check_own_name(name: str, where: str) -> None:
    """Refuse a name that could not be told from another provider's, or not be written in a variable."""
    taken = [row.name for row in ROWS] + [LOCAL]
    if name in taken or not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name):
        raise BadSettings(
            f"{where}: came {show(name)}, allowed: a name of your own in small letters, digits, - and _, "
            f"and none of {', '.join(taken)}"
        )


def _accounts(values: Mapping[Place, object]) -> dict[str, Any]:
    """The sections of the providers, out of all values. Raises BadSettings where two providers have one name."""
    fields: dict[Place, dict[str, Any]] = {}
    for place, value in values.items():
        if _generic(place)[:-1] in sections() and sections()[_generic(place)[:-1]] is Account:
            fields.setdefault(place[:-1], {})[place[-1]] = value
    accounts: dict[str, Account] = {}
    named: dict[str, dict[str, Account]] = {}
    for (_, row, *own), given in fields.items():
        if not own:
            accounts[row] = Account(**given)
            continue
        (name,) = own
        if any(name in others for others in named.values()):
            raise BadSettings(f"[providers.{row}.{name}]: there is another provider of this name; choose another")
        named.setdefault(row, {})[name] = _complete(row, name, Account(**given))
    return {"accounts": accounts, "named": named}


def _complete(row_name: str, name: str, account: Account) -> Account:
    row = next(row for row in ROWS if row.name == row_name)
    unset = [need.setting for need in row.needs if not getattr(account, need.setting)]
    if unset:
        raise BadSettings(f"{row.section(name)}: {' and '.join(unset)} must be set")
    return account


def _build(struct: type[S], values: Mapping[Place, object], place: Place) -> S:
    given: dict[str, Any] = {}
    for name in struct.__struct_fields__:
        inner = (*place, name)
        if inner in sections():
            given[name] = _build(sections()[inner], values, inner)
        elif inner in values:
            given[name] = values[inner]
    return struct(**given)
