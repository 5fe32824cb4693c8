"""Swapping providers while the server runs: their keys, addresses and models, as far as no process depends on them.

A call that is under way ends with the provider that it began with. A provider with processes of its own is left as it
is, because sessions have its state; it needs a restart.
"""

from typing import Any

import msgspec

from adapters.choosing.assembly import of_section, sections
from adapters.choosing.candidate import Candidate
from adapters.choosing.catalogue import Roster
from adapters.choosing.table import missing
from adapters.reach.declaration import KINDS, Declaration
from adapters.reach.web import Web
from adapters.settings.providers import Providers, ProviderSettings

Sections = dict[tuple[str, str], tuple[Declaration, ProviderSettings]]


class Swaps(msgspec.Struct, frozen=True):
    """What differs between two settings of providers: candidates by section, and what needs a restart."""

    made: dict[str, tuple[str, tuple[Candidate[Any], ...]]] = {}
    """By the section's name, as in providers.openai: the provider's name and its candidates, none where it is gone."""
    left: tuple[str, ...] = ()


def find_swaps(roster: Roster, old: Providers, new: Providers, web: Web) -> Swaps:
    """What to swap for `new`; nothing is changed yet. Raises StartupFailed where a provider's class is missing."""
    before, after = _sections(old), _sections(new)
    made, left = {}, []
    for (kind, name), (declaration, _) in {**before, **after}.items():
        if before.get((kind, name)) == after.get((kind, name)):
            continue
        section = f"providers.{kind}.{name}" if declaration.is_family else f"providers.{name}"
        settings = after[kind, name][1] if (kind, name) in after else None
        is_there = settings is not None and not missing(declaration, settings)
        fresh = tuple(of_section(declaration, name, settings, new.prefer, web)) if settings and is_there else ()
        stale = [each for each in roster.all() if each.name == name and not each.profile.is_found]
        if any(hasattr(each.engine, "pids") for each in (*fresh, *stale)):
            left.append(section)
        else:
            made[section] = (name, fresh)
    return Swaps(made, tuple(left))


def _sections(providers: Providers) -> Sections:
    return {(each.name, name): (each, settings) for each, name, settings in sections(providers)}


def apply(swaps: Swaps, roster: Roster) -> tuple[str, ...]:
    """Swap; returns the sections."""
    for name, fresh in swaps.made.values():
        for kind in KINDS:
            if all(each.kind != kind for each in fresh):
                roster.remove(kind, name)
        for candidate in fresh:
            roster.add(candidate)
    return tuple(swaps.made)
