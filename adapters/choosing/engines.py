"""The engines of this server: configured providers, found servers and embedded engines, behind failover."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any, Protocol, runtime_checkable

import trio
from msgspec.structs import replace

from actors.ports.answering import LanguageModel
from actors.ports.calls import Kind
from actors.ports.catalogue import Catalogue
from actors.ports.engines import Analyst
from actors.ports.listening import TurnEnd, VoiceActivity
from actors.ports.mouth import Mouths
from actors.ports.recognition import SpeechToText
from actors.ports.sound import Codec
from actors.ports.synthesis import TextToSpeech
from actors.ports.watching import Watcher, unwatched
from adapters.analysis.analyst import TextAnalyst
from adapters.choosing import telling
from adapters.choosing.adopting import adopt, places_of
from adapters.choosing.assembly import check_preferences, configured
from adapters.choosing.candidate import Candidate
from adapters.choosing.catalogue import Listing, Lists, Roster
from adapters.choosing.discovery import Places
from adapters.choosing.embedded import embedded, note_voices
from adapters.choosing.failover import Failover
from adapters.choosing.handsfree import HandsFree
from adapters.choosing.policy import Policy
from adapters.choosing.standins import FailoverModel, FailoverRecogniser, FailoverSynthesiser, tells_phonemes
from adapters.choosing.swapping import apply, find_swaps
from adapters.choosing.warming import check
from adapters.codec.codec import AudioCodec
from adapters.mouth.aligning import TextAlignment
from adapters.mouth.mouths import MouthTracks
from adapters.reach.declaration import KINDS
from adapters.reach.web import Web
from adapters.settings.providers import Providers
from adapters.settings.settings import ListeningSettings, MouthSettings
from adapters.vendors.embedded.voices import note

_AT_THE_START = ("local", "discover", "discover_hosts")
_FOLLOWED = ("substitute", "guide", "prefer", "hedge", "patience")


@runtime_checkable
class ProcessBacked(Protocol):
    """An engine with processes of its own."""

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes until cancelled."""

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""

    @property
    def count(self) -> int:
        """The number of processes that there should always be."""


class ProviderEngines:
    """Satisfies `actors.ports.engines.Engines`. Nothing works before `run` has started them; `random` spreads waits.

    Making one raises StartupFailed where a provider's class is missing, or a file that a setting names.
    """

    def __init__(
        self,
        providers: Providers,
        places: Places | None = None,
        random: Random | None = None,
        listening: ListeningSettings | None = None,
        mouth: MouthSettings | None = None,
        watch: Watcher = unwatched,
    ) -> None:
        random = random or Random()
        self._providers = providers
        self._places = places or places_of(providers)
        self._web = Web()
        self._codec = AudioCodec()
        self._analyst = TextAnalyst()
        self._hands_free = HandsFree(listening or ListeningSettings())
        self._aligning = TextAlignment()
        lead = (mouth or MouthSettings()).lead_ms
        self._mouths = MouthTracks(self._aligning, self._aligning.track, prepare=self._prepare_mouth, lead_ms=lead)
        self._embedded = embedded(providers, self._web)
        self._failover = Failover(Policy(hedge=providers.hedge, patience=providers.patience), random, watch)
        self._roster = Roster(providers)
        self._lists = Lists(self._roster, random)
        self._kept: dict[str, ProcessBacked] = {
            "speech recognition": self._embedded["STT"].engine,
            "speech synthesis": self._embedded["TTS"].engine,
            "the audio codec": self._codec,
            "the alignment of the mouth": self._aligning,
        }
        for candidate in configured(providers, self._web):
            self._roster.add(candidate)
            if isinstance(candidate.engine, ProcessBacked):
                self._kept[candidate.title] = candidate.engine

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep engines and connections until cancelled; `started` once each embedded engine has shown that it works.

        What providers have is asked for and what runs on this machine is looked for, for two seconds and one at most.
        Raises EngineFailed, in a group, where an engine of this machine does not start.
        """
        async with trio.open_nursery() as nursery:
            await nursery.start(self._web.run)
            self._web.load()  # so that no turn waits for that
            await nursery.start(self._failover.run)
            await nursery.start(self._hands_free.run)
            # Before loading models keeps this process from being on time.
            await nursery.start(adopt, self._roster, self._providers, self._places, self._web)
            if not self._roster.is_local_first("TTS"):
                self._embedded["TTS"].engine.stand_in()
            async with trio.open_nursery() as starting:
                for engine in self._kept.values():
                    starting.start_soon(nursery.start, engine.run)
                starting.start_soon(trio.to_thread.run_sync, self._load)
                starting.start_soon(nursery.start, self._lists.run)
            note_voices(self._embedded)
            for candidate in self._embedded.values():
                self._roster.add(candidate)
            nursery.start_soon(telling.keep_telling, self._roster)
            task_status.started()

    def _load(self) -> None:
        """What takes long and is needed in turns, one after the other; for a thread."""
        self._analyst.load()
        self._embedded["LLM"].engine.load()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run `run` as long as the block lasts. Raises what it raises.

        Leaving, or cancelling, ends the engines' processes.
        """
        async with trio.open_nursery() as nursery:
            await nursery.start(self.run)
            yield
            nursery.cancel_scope.cancel()

    def take(self, providers: Providers) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Use these settings from now on; returns the names of what was taken, and of what needs a restart.

        Raises StartupFailed where they cannot be used; nothing has changed then.
        """
        check_preferences(providers)
        old = self._providers
        swaps = find_swaps(self._roster, old, providers, self._web)
        kept = {name: getattr(old, name) for name in _AT_THE_START}
        left = [f"providers.{name}" for name in _AT_THE_START if kept[name] != getattr(providers, name)]
        taken = [f"providers.{name}" for name in _FOLLOWED if getattr(old, name) != getattr(providers, name)]
        self._providers = replace(providers, **kept)
        self._roster.follow(self._providers)
        self._failover.follow(Policy(hedge=providers.hedge, patience=providers.patience))
        return (*taken, *apply(swaps, self._roster)), (*left, *swaps.left)

    # ---- what people are told

    def choices(self) -> Iterator[tuple[Kind, str]]:
        """For each kind the provider for sessions that name no configured one, and why it was chosen."""
        return telling.choices(self._roster)

    def notes(self) -> Iterator[str]:
        """What the operator should know of the engines that were chosen by themselves, a line each."""
        if self._roster.is_local_first("TTS") and (line := note(self._providers.local.text("voice"))):
            yield line
        yield self._hands_free.note

    def problems(self) -> tuple[str, ...]:
        """Which engines of this machine have fewer processes than they should, in words; empty when all is well."""
        return tuple(
            f"{name} has {len(engine.pids) or 'no'} process ready, of {engine.count}"
            for name, engine in self._kept.items()
            if len(engine.pids) < engine.count
        )

    def is_failing(self) -> bool:
        """Whether an engine of this machine has no process at all."""
        return any(engine.count and not engine.pids for engine in self._kept.values())

    def without_any(self) -> tuple[Kind, ...]:
        """The kinds of work for which every provider is set aside."""
        return tuple(kind for kind in KINDS if all(each.aside for each in self._roster.usable(kind)))

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
        """Make the smallest real call to each configured provider: what is wrong with it, "" where nothing is.

        Cancelling ends the calls.
        """
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
        """The language model of this provider, with those that stand in for it."""
        return FailoverModel(provider, lambda: self._roster.chain("LLM", provider), self._failover)

    def synthesiser(self, provider: str) -> TextToSpeech:
        """The synthesiser of this provider, with those that stand in for it."""
        return FailoverSynthesiser(provider, lambda: self._roster.chain("TTS", provider), self._failover)

    @property
    def codec(self) -> Codec:
        """Conversion between audio formats."""
        return self._codec

    @property
    def analyst(self) -> Analyst:
        """Sentiment and language."""
        return self._analyst

    @property
    def voice_activity(self) -> VoiceActivity:
        """Whether somebody speaks."""
        return self._hands_free.voice_activity

    @property
    def mouths(self) -> Mouths:
        """The mouth that belongs to a part's sound."""
        return self._mouths

    def _prepare_mouth(self, provider: str, model: str) -> None:
        if not tells_phonemes(self._roster.chain("TTS", provider), provider, model):
            self._aligning.prepare()

    @property
    def turn_end(self) -> TurnEnd:
        """Whether who pauses has finished."""
        return self._hands_free.turn_end
