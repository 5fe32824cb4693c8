"""The embedded synthesiser: a voice model where one is installed, and espeak-ng for all else, in worker processes.

espeak-ng is small, starts at once and speaks many languages, so it is always there: it speaks until the model is
loaded, what the model cannot, and where the model fails before it has made a sound.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

import trio
from msgspec.structs import replace

from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.catalogue import ModelLimits
from actors.ports.fitting import fitting
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.analysis.language import Identifier
from adapters.analysis.spoken import spoken_language
from adapters.processes.handed import Handed
from adapters.processes.process import Plan
from adapters.reach.contract import Offer
from adapters.vendors.embedded import voices
from adapters.vendors.embedded.declaration import ESPEAK, JOE, KOKORO
from adapters.vendors.embedded.espeak import EspeakSpeech
from adapters.voices import kokoro
from adapters.voices.kokoro import KokoroEngine
from adapters.voices.pipervoice import PiperVoiceEngine
from protocol.languages import primary

_log = logging.getLogger(__name__)


class VoiceModel(Protocol):
    """A synthesiser with processes of its own."""

    @property
    def count(self) -> int:
        """The number of processes that there should always be."""

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""

    def keep_none(self) -> None:
        """Have processes only as long as it speaks; to be called before `run`."""

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes until cancelled. Raises EngineFailed."""

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Speak, see `TextToSpeech`. Cancelling stops the engine."""


class LocalSpeech:
    """Satisfies `TextToSpeech`. `models`: those besides espeak-ng, by name, the default one first."""

    def __init__(self, espeak: EspeakSpeech, models: Mapping[str, VoiceModel]) -> None:
        self._espeak = espeak
        self._models = dict(models)
        self._offer = Offer()
        self._identifier = Identifier()
        self.changed: Callable[[], None] = _nothing
        """Called when `offered` has changed."""

    def stand_in(self) -> None:
        """Load no model before it is needed, because another provider is asked first; to be called before `run`."""
        for model in self._models.values():
            model.keep_none()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes until cancelled; `started` when espeak-ng can speak, while models may still load.

        A model that does not start is left out, with a warning in the log. Raises EngineFailed, in a group, where
        espeak-ng does not start. Cancelling ends the processes.
        """
        async with trio.open_nursery() as nursery:
            await nursery.start(self._espeak.run)
            self._note()
            for name, model in tuple(self._models.items()):
                nursery.start_soon(self._keep, name, model)
            task_status.started()

    async def _keep(self, name: str, model: VoiceModel) -> None:
        try:
            await model.run()
        except EngineFailed as failed:
            _log.warning("the voice %s cannot be used, %s speaks: %s", name, ESPEAK, failed)
            del self._models[name]
            self._note()
            self.changed()

    @property
    def count(self) -> int:
        """The number of processes that there should always be, without those of a model that is still loading."""
        return self._espeak.count + sum(model.count for model in self._models.values() if model.pids)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""
        return sum((model.pids for model in self._models.values()), self._espeak.pids)

    @property
    def offered(self) -> Offer:
        """The models, the default one first, the voices and the languages; empty before it runs."""
        return self._offer

    def _note(self) -> None:
        names = (*self._models, ESPEAK)
        espeak = ModelLimits(self._espeak.languages(), self._espeak.voices())
        limits = voices.limits(names, espeak)
        own = tuple(voice for name in self._models for voice in limits[name].voices)
        self._offer = Offer(names, (*own, *espeak.voices), espeak.languages, limits)

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Speak plain text by the model that `speech` names, else by one that can. Raises EngineFailed.

        Cancelling stops the engine within some tens of milliseconds.
        """
        speech = self._in_its_language(speech)
        offer = self._offer
        wanted = (speech.model,) if speech.model in offer.models else ()
        name = fitting(offer.limits, (*wanted, *offer.models, ESPEAK), speech.language, speech.voice, speech.gender)
        model = self._models.get(name)
        if model is None or (model.count and not model.pids):
            await self._espeak.synthesise(speech, sound)
            return
        spoken = Handed(sound)
        try:
            await model.synthesise(speech, spoken.on)
        except EngineFailed as failed:
            if spoken.has_some:
                raise
            _log.warning("the voice %s failed, %s speaks instead: %s", name, ESPEAK, failed)
            await self._espeak.synthesise(speech, sound)

    def _in_its_language(self, speech: Speech) -> Speech:
        """The speech with the language that its text is plainly in, where that is spoken here."""
        guess = self._identifier.likeliest if self._identifier.is_loaded else _unsure
        language = spoken_language(speech.text, speech.language, guess)
        is_spoken = primary(language) in {primary(each) for each in self._offer.languages}
        return replace(speech, language=language) if is_spoken else speech


def local_speech(count: int, choice: str) -> LocalSpeech:
    """The synthesiser with the models that are installed; `choice` is the setting `voice`."""
    installed = voices.models(choice)
    models: dict[str, VoiceModel] = {}
    if JOE in installed and (file := voices.joe()):
        plan = _plan(JOE, count, is_first=installed[0] == JOE)
        models[JOE] = PiperVoiceEngine(file, plan, sha256=voices.JOE_SHA256, rate=voices.JOE_RATE)
    if KOKORO in installed:
        plan = _plan(KOKORO, count, is_first=installed[0] == KOKORO)
        models[KOKORO] = KokoroEngine(kokoro.parts(), kokoro.voices(), plan)
    return LocalSpeech(EspeakSpeech(count), {name: models[name] for name in installed if name in models})


def _plan(name: str, count: int, *, is_first: bool) -> Plan:
    """One that others only stand in for has a process as long as it speaks."""
    return Plan("", f"the voice {name}", count, grace=1.0, deadline=300.0, kept=int(is_first))


def _unsure(_: str) -> tuple[str, float]:
    """No language is known before the identifier is loaded."""
    return "", 0.0


def _nothing() -> None:
    """Nobody wants to know."""
