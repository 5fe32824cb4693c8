"""Providers that do as a list says, for the tests of what is made of their failures."""

import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import trio

from actors.ports.answering import Delivery, Question
from actors.ports.audio import Complete, whole
from actors.ports.calls import Emit, EngineFailed, Kind
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Clip, Sound, SoundDecoder, Target
from actors.ports.synthesis import Speech
from adapters.choosing.candidate import Candidate, CandidateProfile
from adapters.reach.contract import Offer, ProviderFailed, Verdict, reached
from protocol.audioformat import AudioFormat

PCM = AudioFormat("pcm16", 16_000)
QUESTION = Question("Hi", (), "gpt-4o", "", 1.0, (), 0, "", "en-US", True)
SPEECH = Speech("Hello.", "tts-1", "alloy", "en-US", "unspecified", 1.0)
UTTERANCE = Utterance(Complete(b"\0" * 320), PCM, "whisper-1", "en-US", "")


def passing(retry_after: float = 0.0) -> ProviderFailed:
    """A failure that can pass."""
    return ProviderFailed("down for a while", Verdict.PASSING, retry_after)


def absent() -> ProviderFailed:
    """Nobody is there."""
    return ProviderFailed("nothing listens there", Verdict.ABSENT)


def final() -> ProviderFailed:
    """A failure that the same call would have again."""
    return ProviderFailed("no such model", Verdict.FINAL)


def refused() -> ProviderFailed:
    """A key that is not accepted."""
    return ProviderFailed("the key in X_API_KEY was refused", Verdict.REFUSED)


class Hang:
    """Do nothing for some seconds, or for ever."""

    def __init__(self, seconds: float = math.inf) -> None:
        self.seconds = seconds


Step = EngineFailed | Hang | str
"""What a call does: fails, hangs, or hands on a text; a call ends with the last of its steps."""


class Fake:
    """All three ports: each call does the next of `calls`, a list of steps; with none left it answers "fine".

    `reachable`: there is a connection before the first step; `cancelled` counts the calls that were cut.
    """

    wants = PCM
    accepts: frozenset[str] = frozenset()

    def __init__(self, *calls: Sequence[Step], live: bool = False, reachable: bool = True) -> None:
        self.calls = list(calls)
        self.live = live
        self.reachable = reachable
        self.cancelled = 0
        self.asked: list[Question | Speech | Utterance] = []
        self.times: list[float] = []
        self.checked: list[float] = []
        self.health: Callable[[], EngineFailed | None] = lambda: None
        self.has = Offer(("own-model",), ("own-voice",))

    async def _do(self, asked: Question | Speech | Utterance, emit: Callable[[str], Any]) -> None:
        self.asked.append(asked)
        self.times.append(trio.current_time())
        if self.reachable:
            reached()
        try:
            await trio.lowlevel.checkpoint()
            await self._follow(emit)
        except trio.Cancelled:
            self.cancelled += 1
            raise

    async def _follow(self, emit: Callable[[str], Any]) -> None:
        for step in self.calls.pop(0) if self.calls else ["fine"]:
            match step:
                case EngineFailed():
                    raise step
                case Hang():
                    await trio.sleep(step.seconds)
                case str():
                    await emit(step)

    async def answer(self, question: Question, write: Emit[str | Delivery]) -> None:
        """As a language model."""
        await self._do(question, write)

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """As a synthesiser."""
        await self._do(speech, lambda text: sound(Clip(text.encode(), PCM)))

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """As a recogniser."""
        await whole(utterance.audio)
        await self._do(utterance, words)
        return Transcript("fine")

    async def offer(self) -> Offer:
        """What it has."""
        await self.check()
        return self.has

    async def check(self) -> None:
        """Whether it is in order."""
        self.checked.append(trio.current_time())
        await trio.lowlevel.checkpoint()
        if trouble := self.health():
            raise trouble


def candidate(name: str, fake: Fake, kind: Kind = "LLM", **about: Any) -> Candidate[Any]:
    """The fake as one that can be asked."""
    return Candidate(CandidateProfile(name, name.title(), kind, f"{name}-model", f"{name}-voice", **about), fake)


class Unpacking:
    """A Codec that decodes by leaving the bytes as they are, and makes nothing."""

    async def decode(self, clip: Clip, rate: int) -> bytes:
        """The bytes."""
        await trio.lowlevel.checkpoint()
        return clip.data

    async def convert(self, clip: Clip, targets: frozenset[AudioFormat]) -> Mapping[AudioFormat, Sound]:
        """Nothing."""
        await trio.lowlevel.checkpoint()
        return {}

    @asynccontextmanager
    async def decoding(self, source: AudioFormat, rate: int) -> AsyncIterator[SoundDecoder]:
        """The bytes, as they come."""
        yield _AsTheyAre()

    @asynccontextmanager
    async def encoding(self, source: AudioFormat, targets: frozenset[Target]) -> AsyncIterator[Any]:
        """Nothing."""
        yield None


class _AsTheyAre:
    async def push(self, data: bytes) -> bytes:
        await trio.lowlevel.checkpoint()
        return data

    async def finish(self) -> bytes:
        await trio.lowlevel.checkpoint()
        return b""
