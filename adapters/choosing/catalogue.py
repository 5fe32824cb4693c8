"""The roster of candidates, by kind and in the operator's order, and the catalogue for clients that is made of it.

Providers' lists are fetched in the background and kept for a while; no turn waits for them.

Terms: docs/glossary.md.
"""

import logging
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec
import trio
from msgspec.structs import replace

from actors.ports.calls import EngineFailed, Kind
from actors.ports.catalogue import Catalogue, ProviderEntry
from adapters.choosing.candidate import Candidate
from adapters.choosing.table import LOCAL, missing
from adapters.reach.contract import Listed, Offer, ProviderFailed, Verdict
from adapters.reach.declaration import KINDS
from adapters.settings.providers import Providers, settings_of
from adapters.vendors.declarations import DECLARATIONS

MOST = 500
"""Names that are kept of a list."""
FRESH = 600.0
"""Seconds after which a list is asked for again."""
STALE = 3_600.0
"""Seconds after which a list that cannot be renewed is not believed any more."""
AGAIN = 30.0
"""Seconds after which a list that could not be had is asked for again."""
LOOK = 5.0
"""Seconds between two looks for lists that are due."""
WITHIN = 20.0
"""Seconds that a provider has for its list."""
FIRST_WITHIN = 2.0
"""Seconds that the start of the server waits for lists."""
NO_CHOICE = "no list of models"
ENGLISH = ("en-US", "en")

log = logging.getLogger(__name__)


class Listing(msgspec.Struct, frozen=True, rename="camel"):
    """A provider of one kind, for people: `models`, `voices` and `languages` are None where they are not known.

    `default`: it answers where a session names nobody. `default_model`: what it uses where a session names no model.
    """

    name: str
    title: str
    configured: bool
    default: bool
    state: str
    models: tuple[str, ...] | None
    default_model: str
    note: str
    voices: tuple[str, ...] | None
    languages: tuple[str, ...] | None


class Roster:
    """All candidates by kind and name, and the order in which they are asked."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._candidates: dict[Kind, dict[str, Candidate[Any]]] = {kind: {} for kind in KINDS}

    def follow(self, providers: Providers) -> None:
        """From now on these settings say who is preferred, and who may stand in."""
        self._providers = providers

    def add(self, candidate: Candidate[Any]) -> None:
        """Add a candidate; it replaces the one of its name and kind."""
        self.remove(candidate.kind, candidate.name)
        self._candidates[candidate.kind][candidate.name] = candidate

    def remove(self, kind: Kind, name: str) -> None:
        """Remove the candidate of this name, if there is one; calls that it has at work go on."""
        gone = self._candidates[kind].pop(name, None)
        if gone is not None:
            gone.is_gone = True

    def all(self) -> tuple[Candidate[Any], ...]:
        """Every candidate."""
        return tuple(candidate for kind in KINDS for candidate in self._candidates[kind].values())

    def prefers(self, kind: Kind, name: str) -> bool:
        """Whether the operator's list for this kind names the provider."""
        return name in self._providers.prefer.of(kind)

    def is_local_first(self, kind: Kind) -> bool:
        """Whether `local` is asked before all others that are ready, also where it is not a candidate yet."""
        others = [each.name for each in self.usable(kind) if each.name != LOCAL]
        listed = [name for name in self._providers.prefer.of(kind) if name == LOCAL or name in others]
        return not others or listed[:1] == [LOCAL]

    def usable(self, kind: Kind) -> list[Candidate[Any]]:
        """The candidates that may be asked, in order: the operator's list, the configured ones, those found, then
        `local`.

        What was found takes part where nothing is configured, or where the operator's list names it. `local` is always
        the last, unless nobody may stand in; as a language model, which it is not, only where there is no list.
        """
        prefer = self._providers.prefer.of(kind)
        ready = [candidate for candidate in self._candidates[kind].values() if candidate.is_ready]
        listed = [candidate for name in prefer for candidate in ready if candidate.name == name]
        own = [each for each in ready if not each.profile.is_found and each.name != LOCAL and each not in listed]
        found = [each for each in ready if each.profile.is_found and each not in listed]
        local = [each for each in ready if each.name == LOCAL and each not in listed]
        chosen = [*listed, *own]
        if all(candidate.profile.is_found or candidate.name == LOCAL for candidate in chosen):
            chosen += found
        is_configured = any(candidate.name != LOCAL and not candidate.profile.is_found for candidate in chosen)
        stands_last = self._providers.substitute and (kind != "LLM" or (self._providers.guide and not prefer))
        return [*chosen, *local] if stands_last or not is_configured else chosen

    def chain(self, kind: Kind, asked: str) -> list[Candidate[Any]]:
        """The candidates that a call for `asked` goes to, in order.

        For `local`, which keeps speech on this machine, only providers stand in that the operator's list names.
        """
        usable = self.usable(kind)
        first = self._candidates[kind].get(asked)
        if first is None or not first.is_ready:
            return usable
        prefer = self._providers.prefer.of(kind)
        others = (each for each in usable if each is not first and (asked != LOCAL or each.name in prefer))
        return [first, *others]

    def catalogue(self) -> Catalogue:
        """The providers that sessions may name, in the order in which they are substituted.

        Besides those that are used by themselves: `local`, what was found, and what has not told yet what it does.
        """
        return Catalogue(tuple(self._entries()), self._providers.substitute)

    def _entries(self) -> Iterator[ProviderEntry]:
        for kind in KINDS:
            usable = self.usable(kind)
            last = [each for each in usable[-1:] if each.name == LOCAL]
            others = [each for each in self._candidates[kind].values() if each not in usable]
            yield from map(_entry, (*usable[: len(usable) - len(last)], *others, *last))
            for name, title, lacks in self._absent(kind):
                unknown = ProviderEntry(name, title, kind, configured=False, missing=lacks)
                yield replace(unknown, models=None, voices=None, languages=None)

    def _absent(self, kind: Kind) -> Iterator[tuple[str, str, str]]:
        """The declared providers that are not configured: name, title, and what to do about it."""
        for each in DECLARATIONS:
            if kind in each.services and not each.is_family and each.name not in self._candidates[kind]:
                settings = self._providers.accounts.get(each.name, settings_of(each))
                yield each.name, each.title, f"set {missing(each, settings)}"

    def listings(self) -> dict[Kind, tuple[Listing, ...]]:
        """The catalogue for people."""
        return {kind: tuple(self._listings(kind)) for kind in KINDS}

    def _listings(self, kind: Kind) -> Iterator[Listing]:
        default = next(iter(self.usable(kind)), None)
        for entry in (entry for entry in self.catalogue().entries if entry.kind == kind):
            candidate = self._candidates[kind].get(entry.name)
            lists = candidate.offer if candidate is not None and candidate.offer is not None else entry
            yield Listing(
                name=entry.name,
                title=entry.title,
                configured=entry.configured,
                default=default is not None and default is candidate,
                state=_state(entry, candidate),
                models=lists.models,
                default_model=entry.default_model,
                note=NO_CHOICE if entry.configured and lists.models == () else "",
                voices=lists.voices,
                languages=lists.languages,
            )

    def aside(self) -> dict[Kind, dict[str, str]]:
        """The providers that are set aside, by kind, and why."""
        found = {
            kind: {name: each.aside for name, each in self._candidates[kind].items() if each.aside} for kind in KINDS
        }
        return {kind: names for kind, names in found.items() if names}


class Lists:
    """Keeps what the providers have; `random` spreads the times at which they are asked."""

    def __init__(self, roster: Roster, random: Random) -> None:
        self._roster = roster
        self._random = random
        self._due: dict[Candidate[Any], float] = {}
        self._had: dict[Candidate[Any], float] = {}
        self._troubles: dict[Candidate[Any], str] = {}

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the lists until cancelled; `started` when those that come quickly are there."""
        with trio.move_on_after(FIRST_WITHIN):
            await self.renew()
        task_status.started()
        while True:
            await self.renew()
            await trio.sleep(LOOK)

    async def renew(self) -> None:
        """Ask for the lists that are due. Cancelling ends the calls."""
        now, all_ = trio.current_time(), self._roster.all()
        self._due = {candidate: self._due.get(candidate, now) for candidate in all_}
        self._had = {candidate: had for candidate, had in self._had.items() if candidate in self._due}
        self._troubles = {candidate: told for candidate, told in self._troubles.items() if candidate in self._due}
        async with trio.open_nursery() as nursery:
            for candidate in all_:
                if candidate.listed is not None and self._due[candidate] <= now:
                    nursery.start_soon(self._ask, candidate, candidate.listed)

    async def _ask(self, candidate: Candidate[Any], listed: Listed) -> None:
        try:
            with trio.fail_after(WITHIN):
                offer = await listed.offer()
        except (EngineFailed, trio.TooSlowError) as error:
            answered = isinstance(error, ProviderFailed) and error.verdict in (Verdict.REFUSED, Verdict.FINAL)
            candidate.is_seen = candidate.is_seen or answered  # a key may do everything but list
            trouble = str(error) or f"no answer within {WITHIN:g} seconds"
            if self._troubles.get(candidate) != trouble:
                log.warning("%s: %s does not say what it has: %s", candidate.kind, candidate.title, trouble)
            self._troubles[candidate] = trouble
            wait = AGAIN
        else:
            candidate.offer, candidate.is_cut = _cut(offer)
            self._had[candidate] = trio.current_time()
            self._troubles.pop(candidate, None)
            wait = FRESH
        now = trio.current_time()
        self._due[candidate] = now + wait * self._random.uniform(0.8, 1.2)
        if now - self._had.get(candidate, now) > STALE:
            candidate.offer = None


def _cut(offer: Offer) -> tuple[Offer, bool]:
    """The offer with at most MOST names a list, and whether there were more."""
    short = Offer(offer.models[:MOST], offer.voices[:MOST], offer.languages[:MOST])
    return short, short != offer


def _entry(candidate: Candidate[Any]) -> ProviderEntry:
    entry = ProviderEntry(candidate.name, candidate.title, candidate.kind, candidate.is_ready, candidate.model)
    if not candidate.is_ready:
        return replace(entry, missing="it has not said that it does this")
    offer = candidate.offer
    if offer is None or candidate.is_cut:
        is_listed = candidate.listed is not None
        return replace(entry, models=None, voices=None, languages=None) if is_listed else entry
    return replace(
        entry,
        models=offer.models,
        voices=offer.voices,
        languages=offer.languages,
        limits=offer.limits,
        default_language=next((code for code in (*ENGLISH, *offer.languages) if code in offer.languages), ""),
    )


def _state(entry: ProviderEntry, candidate: Candidate[Any] | None) -> str:
    if candidate is not None and candidate.aside:
        return f"set aside: {candidate.aside}"
    return "ok" if entry.configured else f"not configured: {entry.missing}"
