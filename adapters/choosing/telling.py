"""Messages about the choice of providers: at the start, and in the log whenever it changes."""

import logging
from collections.abc import Iterator
from typing import Any

import trio

from actors.ports.calls import Kind
from adapters.choosing.candidate import Candidate
from adapters.choosing.catalogue import Roster
from adapters.choosing.table import LOCAL
from adapters.choosing.warming import warm
from adapters.reach.declaration import KINDS

TELL = 1.0
"""Seconds between two looks at who is chosen."""

log = logging.getLogger(__name__)


def choices(roster: Roster) -> Iterator[tuple[Kind, str]]:
    """For each kind the provider for sessions that name no configured one, and why it was chosen."""
    for kind in KINDS:
        chosen = roster.usable(kind)[0]
        model = f" ({chosen.model})" if chosen.model else ""
        if (kind, chosen.name) == ("LLM", LOCAL):
            model = " (the guide, which is no language model)"
        why = chosen.profile.why or "no other provider is configured"
        if roster.prefers(kind, chosen.name):
            why = f"[providers.prefer] {kind.lower()} names it"
        yield kind, f"{chosen.name}{model}, because {why}"


async def keep_telling(roster: Roster) -> None:
    """Log who is chosen when that changes, and have a found server load its model before somebody waits for it.

    Runs until it is cancelled.
    """
    told = dict(choices(roster))
    warmed: set[Candidate[Any]] = set()
    async with trio.open_nursery() as nursery:
        while True:
            for kind, choice in choices(roster):
                if choice != told[kind]:
                    told[kind] = choice
                    log.info("%s: now %s", kind, choice)
                chosen = roster.usable(kind)[0]
                if chosen.profile.is_found and chosen not in warmed:
                    nursery.start_soon(_warm, chosen)
                    warmed = {chosen, *(each for each in warmed if not each.is_gone)}
            await trio.sleep(TELL)


async def _warm(candidate: Candidate[Any]) -> None:
    trouble = await warm(candidate)
    log.info("%s: %s %s", candidate.kind, candidate.name, trouble or "is warm")
