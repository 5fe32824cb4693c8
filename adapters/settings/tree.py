"""The tree of settings: every section and every key by its place, out of the structs and the vendors' declarations."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from adapters.settings.providers import ProviderSettings, struct_of
from adapters.settings.section import INLINE, Section
from adapters.settings.settings import Settings
from adapters.vendors.declarations import DECLARATIONS
from adapters.vendors.embedded.declaration import EMBEDDED

S = TypeVar("S", bound=msgspec.Struct)
Place = tuple[str, ...]
"""A setting by the names of its sections and its own: ("server", "port")."""
PROVIDERS = "providers"
ANY = "*"
"""In a place: whatever the operator calls it."""
FAMILY_DEPTH = 3
_FAMILIES = frozenset((PROVIDERS, declaration.name) for declaration in DECLARATIONS if declaration.is_family)
_FILLED = {(PROVIDERS, "accounts"), (PROVIDERS, "named")}
"""Filled with the sections of the providers that are declared."""


@cache
def sections() -> dict[Place, type[msgspec.Struct]]:
    """Every section by its place, the whole under (); what the operator names is ANY."""
    own: dict[Place, type[msgspec.Struct]] = {(PROVIDERS, EMBEDDED.name): struct_of(EMBEDDED)}
    for declaration in DECLARATIONS:
        place = (PROVIDERS, declaration.name)
        if declaration.is_family:
            own[place] = Section
            own[(*place, ANY)] = struct_of(declaration)
        else:
            own[place] = struct_of(declaration)
    return dict(_sections_of(Settings, ())) | own


def _sections_of(struct: type[msgspec.Struct], place: Place) -> Iterator[tuple[Place, type[msgspec.Struct]]]:
    yield place, struct
    for name, hint in _hints(struct).items():
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from _sections_of(hint, (*place, name))


@cache
def leaves() -> dict[Place, Any]:
    """Every setting by its place, with its annotated type."""
    return {
        (*place, name): hint
        for place, struct in sections().items()
        for name, hint in _hints(struct).items()
        if (*place, name) not in sections() and (*place, name) not in _FILLED
    }


@cache
def _hints(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The settings of a section by their names, those of the structs in it that are INLINE among them."""
    found: dict[str, Any] = {}
    for name, hint in get_type_hints(struct, include_extras=True).items():
        found |= _hints(get_args(hint)[0]) if is_inline(hint) else {name: hint}
    return found


def is_inline(hint: Any) -> bool:
    """Whether the settings of a struct stand in the section that it is a field of."""
    return get_origin(hint) is Annotated and INLINE in get_args(hint)


def generic(place: Place) -> Place:
    """`place` with ANY for the name that the operator gave."""
    return (*place[:2], ANY, *place[3:]) if len(place) >= FAMILY_DEPTH and place[:2] in _FAMILIES else place


def is_of_a_provider(place: Place) -> bool:
    """Whether the setting stands in the section of a provider that the operator configures."""
    struct = sections().get(generic(place)[:-1], Section)
    return issubclass(struct, ProviderSettings) and place[:2] != (PROVIDERS, EMBEDDED.name)


def build(struct: type[S], values: Mapping[Place, object], place: Place = ()) -> S:
    """The section at `place` as its struct, out of all `values`; what none of them sets has its default."""
    given: dict[str, Any] = {}
    for name, hint in get_type_hints(struct, include_extras=True).items():
        inner = (*place, name)
        if is_inline(hint):
            given[name] = build(get_args(hint)[0], values, place)
        elif inner in sections():
            given[name] = build(sections()[inner], values, inner)
        elif inner in values:
            given[name] = values[inner]
    return struct(**given)
