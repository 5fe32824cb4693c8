"""The settings file: TOML, read to values by their places; each mistake is told with its line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from adapters.settings.errors import BadSettings
from adapters.settings.positions import line_of
from adapters.settings.providers import check_own_name
from adapters.settings.tree import ANY, PROVIDERS, Place, generic, leaves, sections
from adapters.settings.values import check, is_of_texts
from protocol.tolerant import nearest, show

_MAX_FILE = 1_000_000
_SYNTAX_LINE = re.compile(r"(.*) \(at line (\d+), column \d+\)\Z", re.DOTALL)


def read_file(path: Path) -> Iterator[tuple[Place, object]]:
    """The values of the file, each checked. Raises BadSettings, with the line."""
    text = _text(path)
    try:
        table = tomllib.loads(text + "\n")  # so that a fault on the last line has a line number too
    except tomllib.TOMLDecodeError as error:
        located = _SYNTAX_LINE.match(str(error))
        raise BadSettings(f"{path} line {located[2]}: {located[1]}" if located else f"{path}: {error}") from None
    except RecursionError:
        raise BadSettings(f"{path}: nested too deeply") from None
    for place, value in _leaves_in(table, (), text, path):
        hint = leaves()[generic(place)]
        if is_of_texts(hint) and isinstance(value, Mapping):
            value = dict(_flat(value, ""))
        yield place, check(value, hint, _where(path, text, place))


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
        if generic(place) in leaves():
            yield place, value
        elif generic(place) not in sections():
            raise BadSettings(f"{_where(path, text, place)}: {_unknown(place, value)}")
        elif not isinstance(value, Mapping):
            wanted = f"a section [{'.'.join(generic(place)).replace(ANY, 'NAME')}]"
            raise BadSettings(f"{_where(path, text, place)}: came {show(value)}, allowed: {wanted}")
        else:
            if generic(place) != place:
                check_own_name(key, _where(path, text, place))
            yield from _leaves_in(value, place, text, path)


def _unknown(place: Place, value: object) -> str:
    """That there is no setting `place`, and what may have been meant."""
    kind = "unknown section" if isinstance(value, Mapping) else "unknown key"
    above = generic(place)[:-1]
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
