"""The engines of this server: the configured providers, those that are found, the embedded ones, and who is asked."""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from random import Random
from typing import Any, Protocol, runtime_checkable

import trio

from actors.ports.answering import LanguageModel
from actors.ports.calls import Kind
from actors.ports.catalogue import Catalogue
from actors.ports.engines import Analyst
from actors.ports.recognition import SpeechToText
from actors.ports.sound import Codec
from actors.ports.synthesis import TextToSpeech
from adapters.analysis.language import Identifier
from adapters.analysis.sentiment import Vader
from adapters.choosing.assembly import configured, configured_places, of_found
from adapters.choosing.candidate import Candidate, CandidateProfile
from adapters.choosing.catalogue import FIRST_WITHIN, Listing, Lists, Roster
from adapters.choosing.discovery import LOOPBACK, Discovery, Found, Places
from adapters.choosing.failover import Failover
from adapters.choosing.policy import Policy
from adapters.choosing.standins import FailoverModel, FailoverRecogniser, FailoverSynthesiser
from adapters.choosing.table import KINDS, LOCAL, LOCAL_TITLE
from adapters.choosing.warming import check, warm
from adapters.codec.codec import AudioCodec
from adapters.reach.contract import Offer
from adapters.reach.web import Web
from adapters.settings.settings import Providers
from adapters.vendors.embedded.llm import DEFAULT_MODEL, MODELS, Local
from adapters.vendors.embedded.stt import LANGUAGE, LocalRecogniser
from adapters.vendors.embedded.tts import LONGEST, LocalSpeech

log = logging.getLogger(__name__)
TELL = 1.0
"""Seconds between two looks at who is chosen."""


@runtime_checkable
class Kept(Protocol):
    """An engine with processes of its own."""

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep them."""

    @property
    def pids(self) -> tuple[int, ...]:
        """Those that are ready."""

    @property
    def count(self) -> int:
        """How many there should be."""


class TextAnalyst(Vader, Identifier):
    """Satisfies `Analyst`, offline: sentiment by VADER, language by py3langid."""

    def load(self) -> None:
        """Read what both know, which takes a second: for a thread, before anybody waits for it."""
        self.sentiment("warm")
        self.warm()


class ProviderEngines:
    """Satisfies `actors.ports.engines.Engines`. Nothing works before `run` has started them; `random` spreads waits."""

    def __init__(self, providers: Providers, places: Places | None = None, random: Random | None = None) -> None:
        random = random or Random()
        self._providers = providers
        self._places = places or Places((LOOPBACK, *providers.discover_hosts))
        self._web = Web()
        self._codec = AudioCodec()
        self._analyst = TextAnalyst()
        self._stt = LocalRecogniser(providers.local.stt_processes)
        self._tts = LocalSpeech(providers.local.tts_processes)
        self._failover = Failover(Policy(hedge=providers.hedge, patience=providers.patience), random)
        self._roster = Roster(providers)
        self._lists = Lists(self._roster, random)
        self._kept: dict[str, Kept] = {
            "speech recognition": self._stt,
            "speech synthesis": self._tts,
            "the audio codec": self._codec,
        }
        self._told: dict[Kind, str] = {}
        for candidate in configured(providers, self._web):
            self._roster.add(candidate)
            if isinstance(candidate.engine, Kept):
                self._kept[candidate.title] = candidate.engine

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep engines and connections until cancelled; `started` once each embedded engine has shown that it works.

        What providers have is asked for and what runs on this machine is looked for, for two seconds and one at most.
        Raises EngineFailed, in a group, where an engine of this machine does not start.
        """
        async with trio.open_nursery() as nursery:
            await nursery.start(self._web.run)
            await nursery.start(self._failover.run)
            if self._providers.discover:  # before loading models keeps this process from being on time
                await nursery.start(self._discover)
            async with trio.open_nursery() as starting:
                for engine in self._kept.values():
                    starting.start_soon(nursery.start, engine.run)
                starting.start_soon(trio.to_thread.run_sync, self._analyst.load)
                starting.start_soon(nursery.start, self._lists.run)
            self._add_local()
            self._told = dict(self.choices())
            nursery.start_soon(self._keep_telling)
            task_status.started()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """`run`, as long as the block. Raises as it does."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self.run)
            yield
            nursery.cancel_scope.cancel()

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Without the engines of this machine: what providers have is asked for once, for two seconds at most."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self._web.run)
            if self._providers.discover:
                await nursery.start(self._discover)
            self._add_local()
            with trio.move_on_after(FIRST_WITHIN):
                await self._lists.renew()
            yield
            nursery.cancel_scope.cancel()

    # ---- who there is

    def _add_local(self) -> None:
        """The embedded engines, which know what they have once they run."""
        english = (LANGUAGE,)
        embedded: tuple[tuple[Kind, object, str, Offer], ...] = (
            ("STT", self._stt, "pocketsphinx", Offer(("pocketsphinx",), languages=english)),
            ("LLM", Local(), DEFAULT_MODEL, Offer(MODELS)),
            ("TTS", self._tts, "espeak-ng", Offer(("espeak-ng",), self._tts.voices(), self._tts.languages())),
        )
        for kind, engine, model, offer in embedded:
            limit = LONGEST if kind == "TTS" else None
            profile = CandidateProfile(LOCAL, LOCAL_TITLE, kind, model, is_embedded=True, limit=limit)
            candidate: Candidate[Any] = Candidate(profile, engine)
            candidate.offer = offer
            self._roster.add(candidate)

    async def _discover(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Look for servers now and then; a look that finds another world changes who takes part."""
        looking = Discovery(self._web, self._places, configured_places(self._providers))
        await looking.look()
        before: dict[tuple[str, Kind], Found] = {}
        before = self._adopt(looking.found, before)
        task_status.started()
        async for found in looking.changes():
            before = self._adopt(found, before)

    def _adopt(
        self, found: tuple[Found, ...], before: Mapping[tuple[str, Kind], Found]
    ) -> dict[tuple[str, Kind], Found]:
        """Have what was found take part, and what is gone no more; what is as before is left as it is."""
        taken = {(candidate.kind, candidate.name) for candidate in self._roster.all() if not candidate.profile.is_found}
        now = {(each.name, kind): each for each in found for kind in each.models if (kind, each.name) not in taken}
        for name, kind in before.keys() - now.keys():
            self._roster.remove(kind, name)
        for (name, kind), each in now.items():
            if before.get((name, kind)) != each:
                self._roster.add(of_found(each, kind, self._web))
        return now

    # ---- what people are told

    def choices(self) -> Iterator[tuple[Kind, str]]:
        """For each kind who answers where a session names nobody that is configured, and why."""
        for kind in KINDS:
            chosen = self._roster.usable(kind)[0]
            model = f" ({chosen.model})" if chosen.model else ""
            if (kind, chosen.name) == ("LLM", LOCAL):
                model = " (the guide, which is no language model)"
            why = chosen.profile.why or "no other provider is configured"
            if chosen.name in self._providers.prefer.of(kind):
                why = f"[providers.prefer] {kind.lower()} names it"
            yield kind, f"{chosen.name}{model}, because {why}"

    async def _keep_telling(self) -> None:
        """Log who is chosen when that changes, and have a found one load its model before somebody waits for it."""
        warmed: set[Candidate[Any]] = set()
        async with trio.open_nursery() as nursery:
            while True:
                for kind, choice in self.choices():
                    if choice != self._told[kind]:
                        self._told[kind] = choice
                        log.info("%s: now %s", kind, choice)
                    chosen = self._roster.usable(kind)[0]
                    if chosen.profile.is_found and chosen not in warmed:
                        nursery.start_soon(self._warm, chosen)
                        warmed = {chosen, *(each for each in warmed if not each.is_gone)}
                await trio.sleep(TELL)

    async def _warm(self, candidate: Candidate[Any]) -> None:
        trouble = await warm(candidate)
        log.info("%s: %s %s", candidate.kind, candidate.name, trouble or "is warm")

    def problems(self) -> tuple[str, ...]:
        """Which engines of this machine have fewer processes than they should, in words; empty when all is well."""
        return tuple(
            f"{name} has {len(engine.pids) or 'no'} process ready, of {engine.count}"
            for name, engine in self._kept.items()
            if len(engine.pids) < engine.count
        )

    def is_failing(self) -> bool:
        """Whether an engine of this machine has no process at all."""
        return not all(engine.pids for engine in self._kept.values())

    def aside(self) -> dict[Kind, dict[str, str]]:
        """The providers that are set aside, by kind, and why."""
        return self._roster.aside()

    def listings(self) -> dict[Kind, tuple[Listing, ...]]:
        """The catalogue for people."""
        return self._roster.listings()

    def catalogue(self) -> Catalogue:
        """Every provider that a session may name, in the order of substitution."""
        return self._roster.catalogue()

    async def check(self) -> dict[tuple[Kind, str], str]:
        """Make the smallest real call to each configured provider: what is wrong with it, "" where nothing is."""
        results: dict[tuple[Kind, str], str] = {}

        async def check_one(candidate: Candidate[Any]) -> None:
            results[candidate.kind, candidate.name] = await check(candidate)

        async with trio.open_nursery() as nursery:
            for candidate in self._roster.all():
                nursery.start_soon(check_one, candidate)
        return results

    # ---- the port

    def recogniser(self, provider: str) -> SpeechToText:
        """The recogniser of this provider, with those that stand in for it."""
        return FailoverRecogniser(provider, lambda: self._roster.chain("STT", provider), self._failover, self._codec)

    def model(self, provider: str) -> LanguageModel:
        """The language model of this provider, likewise."""
        return FailoverModel(provider, lambda: self._roster.chain("LLM", provider), self._failover)

    def synthesiser(self, provider: str) -> TextToSpeech:
        """The synthesiser of this provider, likewise."""
        return FailoverSynthesiser(provider, lambda: self._roster.chain("TTS", provider), self._failover)

    @property
    def codec(self) -> Codec:
        """Conversion between audio formats."""
        return self._codec

    @property
    def analyst(self) -> Analyst:
        """Sentiment and language."""
        return self._analyst
