"""The generated tables of docs/operations.md: every bound among the settings, and the settings that are none.

A bound is a setting that is a number. What happens at it stands in the words of the setting, behind "At the bound:".
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import msgspec

from adapters.settings.providers import ProviderSettings
from adapters.settings.section import INLINE
from adapters.settings.tree import Place, leaves, sections
from adapters.vendors.embedded.declaration import EMBEDDED
from docs.markedpage import fill
from docs.messages import table

PAGE: Final = Path(__file__).parent / "operations.md"
MARK: Final = "At the bound:"
NO_BOUNDS: Final = frozenset({"port", "lan_port", "lead_ms"})
"""Settings that are numbers and bound nothing."""


class BoundRow(msgspec.Struct, frozen=True):
    """A bound: its name with its section, its default, its range, what it bounds, and what happens at it."""

    place: Place
    default: float
    least: float
    most: float | None
    says: str
    at_bound: str


def operations() -> str:
    """docs/operations.md as it is, with the tables of the settings and of the bounds as the code has them."""
    return fill(PAGE, {"settings": _settings, "bounds": _bounds})


def _settings() -> Iterator[str]:
    head = ("setting", "default", "what it is")
    return table(head, ((f"`{'.'.join(place)}`", _shown(default), says) for place, default, says in others()))


def _shown(default: object) -> str:
    if isinstance(default, tuple) and default:
        return ", ".join(f"`{value}`" for value in default)
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`" if default or isinstance(default, int) else ""


def _bounds() -> Iterator[str]:
    head = ("setting", "default", "range", "what it bounds", "at the bound")
    return table(head, (_cells(row) for row in bounds()))


def _cells(row: BoundRow) -> tuple[str, ...]:
    reach = f"{_number(row.least)} to {_number(row.most)}" if row.most is not None else f"from {_number(row.least)}"
    return f"`{'.'.join(row.place)}`", _number(row.default), reach, row.says, row.at_bound


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,g}"


def bounds() -> Iterator[BoundRow]:
    """Every setting that is a number and bounds something, in the order of the structs."""
    for place, hint in leaves().items():
        plain, *marks = get_args(hint) or (hint,)
        if plain not in (int, float) or place[-1] in NO_BOUNDS:
            continue
        meta = [mark for mark in marks if isinstance(mark, msgspec.Meta)]
        least = next((mark.ge for mark in meta if mark.ge is not None), 0)
        most = next((mark.le for mark in meta if mark.le is not None), None)
        default, words = _told(sections()[place[:-1]], place[-1])
        says, _, at_bound = words.partition(MARK)
        yield BoundRow(place, default, least, most, says.strip(), at_bound.strip())


def others() -> Iterator[tuple[Place, object, str]]:
    """Every other setting with its default and its words; those of providers are told in docs/providers.md."""
    known = {row.place for row in bounds()}
    for place in leaves():
        struct = sections()[place[:-1]]
        if place not in known and not issubclass(struct, ProviderSettings):
            yield place, *_told(struct, place[-1])


def _told(struct: type[msgspec.Struct], name: str) -> tuple[Any, str]:
    """The default of a setting, and its words."""
    if issubclass(struct, ProviderSettings):
        setting = next(each for each in EMBEDDED.settings if each.name == name)
        return setting.default, f"{setting.says} {MARK} {setting.at_bound}"
    owner = next(each for each in _parts(struct) if name in each.__struct_fields__)
    return getattr(owner(), name), _words(owner)[name]


def _parts(struct: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    """The struct of a section, and those of which it is made."""
    yield struct
    for hint in get_type_hints(struct, include_extras=True).values():
        if INLINE in get_args(hint):
            yield from _parts(get_args(hint)[0])


@cache
def _words(struct: type[msgspec.Struct]) -> dict[str, str]:
    """What stands below each field of a struct, on one line."""
    (declared,) = ast.parse(inspect.getsource(struct)).body
    assert isinstance(declared, ast.ClassDef)
    told = {}
    for field, words in zip(declared.body, [*declared.body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(words, ast.Expr):
            told[ast.unparse(field.target)] = " ".join(str(ast.literal_eval(words.value)).split())
    return told
