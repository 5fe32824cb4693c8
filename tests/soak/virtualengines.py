"""Engines of the soak: those of tests/scripted.py, which keep no record, and do each time what the conversation's luck
says: they work, late or not, or fail, break, hang or drip.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any, Final, TypeVar

import trio

from actors.ports.answering import Delivery, Question
from actors.ports.callcontext import current_call
from actors.ports.calls import EngineFailed, Retraction
from actors.ports.listening import ECHO, FRAME_BYTES, NO_REFERENCE, Reference, count_frames
from actors.ports.mouth import Mark
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Clip, NoSound, SoundTooLong, Undecodable
from actors.ports.synthesis import Speech
from protocol.audioformat import AudioFormat
from tests.modelanswer import paced
from tests.scripted import (
    Act,
    Broken,
    Recogniser,
    Script,
    ScriptedAnalyst,
    ScriptedCodec,
    ScriptedDecoding,
    ScriptedEngines,
    ScriptedModel,
    ScriptedTurnEnd,
    ScriptedVoiceActivity,
    Synthesiser,
    drips,
)
from tests.soak.virtualpipe import YIELDS
from tests.steps import PIECES, SENTENCES, TAGGED, UNTAGGED

T = TypeVar("T")
TAKEN_BACK, DELIVERED, SPOKEN_BY_ITSELF = "<taken back>", "<delivered>", "<spoken by itself>"
"""What stands in an act for a Retraction, and for a Delivery without and with a clip."""
THOUGHTS: Final[tuple[tuple[str, ...], ...]] = (
    ("Hm, let me ", "see. ", TAKEN_BACK, "Fine ", "and well."), ("Hm. Let me see. ", TAKEN_BACK, "... "),
    ("Hm. Let me see. So it is. ", TAKEN_BACK, DELIVERED, "Fine ", "and well."),
)  # fmt: skip
HEARD: Final = ("How are you?",) * 6 + (
    "Mhm.",
    "Yes.",
    "Stop that.",
    "I would like to",
    "",
    "[BLANK_AUDIO]",
    "What a long story",
)
WRITTEN: Final[tuple[tuple[str, ...], ...]] = (
    *PIECES["LLM"], SENTENCES, SENTENCES, TAGGED, TAGGED, *THOUGHTS, (DELIVERED, "Fine ", "and well."),
    (SPOKEN_BY_ITSELF, "Well."), ("a" * 70,),
)  # fmt: skip
ANSWERS: Final = frozenset(
    {"".join(piece for piece in pieces if not piece.startswith("<")) for pieces in WRITTEN if pieces not in THOUGHTS}
    | {"Fine and well.", "... ", UNTAGGED, ""}
)
"""All that is ever answered, with and without its tags."""
SPOKEN: Final[tuple[tuple[str, ...], ...]] = (("",), ("",), ("la ", "la "), ("la ", "la ", "la "), ())
DELAYS: Final = (0.0, 0.0, 0.0117, 0.0117, 0.05, 0.3117, 1.7013)
EMPTY, ENDLESS, DEAD = b"an empty file", b"an endless file", b"a dead codec"
"""What holds no sound, what is longer than an utterance may be, and what the codec fails for."""


class Luck:
    """What the engines do for one conversation; `is_calm`: they work. The same seed has the same luck."""

    def __init__(self, random: Random, trouble: float) -> None:
        self.random = random
        self.trouble = trouble
        self.is_calm = False

    def draw(self, kind: str) -> Act:
        """What an engine of this kind does when it is called."""
        if self.is_calm:
            return Act(PIECES[kind][0])
        chance = self.random.random
        delay = 0.0 if kind == "codec" else self.random.choice(DELAYS)
        pieces = self._pieces(kind)
        if chance() >= (self.trouble / 4 if kind == "codec" else self.trouble):
            return Act(pieces, delay)
        match self.random.randrange(5):
            case 0:
                return Act(pieces, delay, self.random.randrange(len(pieces) + 1), EngineFailed("it is down"))
            case 1:
                return Act(pieces, delay, self.random.randrange(len(pieces) + 1), Broken("unforeseen"))
            case _ if kind == "codec":  # it has deadlines of its own, and a microphone relies on them
                return Act(pieces, delay, 0, EngineFailed("its process is gone"))
            case 2:
                return drips(self.random.choice([0.8017, 60.0111]), 20)
            case _:
                return Act(pieces, delay, len(pieces))

    def _pieces(self, kind: str) -> tuple[str, ...]:
        match kind:
            case "STT":
                words = self.random.choice(HEARD)
                return (words[:4], words) if self.random.random() < 0.3 else (words,)
            case "LLM":
                return self.random.choice(WRITTEN)
            case "TTS":
                return self.random.choice(SPOKEN)
            case _:
                return ()


class Lucks:
    """The luck of each conversation of a server, by its session as calls know it."""

    def __init__(self, nobodys: Luck) -> None:
        self.nobodys = nobodys
        self.by_session: dict[str, Luck] = {}

    @property
    def current(self) -> Luck:
        """That of the conversation for which this task works."""
        return self.by_session.get(current_call().session, self.nobodys)


class SoakScript(Script[T]):
    """Does what luck says; without any, as `usual` says, and quicker with some words than with others."""

    def __init__(self, kind: str, lucks: Lucks | None) -> None:
        super().__init__(Act(PIECES[kind][0]))
        self.kind = kind
        self.lucks = lucks
        self.at_work = 0
        self._calls = 0

    @property
    def running(self) -> int:
        """How many calls have not ended."""
        return self.at_work

    async def play(self, asked: T, emit: Callable[[str], Awaitable[None]]) -> Act:
        """Do it."""
        if self.lucks is not None:
            act = self.lucks.current.draw(self.kind)
        elif isinstance(asked, Speech):
            act = paced(self.usual, asked.text)
        else:
            act = self.usual
        self.at_work += 1
        try:
            await self._do(act, emit)
        finally:
            self.at_work -= 1
        return act

    async def _do(self, act: Act, emit: Callable[[str], Awaitable[None]]) -> None:
        """As Script does it; but one that takes no time lets others run only now and then.

        What it raises is made anew: an exception that its act knows would be in a circle with its own traceback.
        """
        await self._wait(act.delay)
        for number, piece in enumerate(act.pieces):
            if number == act.stops_at:
                break
            await emit(piece)
            if act.delay:
                await trio.sleep(act.delay)
        if act.stops_at is not None:
            if act.failure is not None:
                raise type(act.failure)(*act.failure.args)
            await trio.sleep_forever()

    async def _wait(self, delay: float) -> None:
        self._calls += 1
        if delay:
            await trio.sleep(delay)
        elif self._calls % YIELDS:
            await trio.lowlevel.checkpoint_if_cancelled()
        else:
            await trio.lowlevel.checkpoint()


class SoakRecogniser(Recogniser):
    """A recogniser of which each piece is all the words so far; a live one says something of what it hears."""

    async def transcribe(self, utterance: Utterance, words: Callable[[str], Awaitable[None]]) -> Transcript:
        """The last piece is the transcript."""
        count = 0
        async with utterance.audio.open() as pieces:
            async for _ in pieces:
                count += 1
                if self.live and count % 8 == 1:
                    await words("How " * (1 + count // 8))
        act = await self.script.play(utterance, words)  # type: ignore[arg-type]
        return Transcript(act.pieces[-1] if act.pieces else "", "en")


class SoakModel(ScriptedModel):
    """A model that also says how it is to be spoken, and takes back what was a thought."""

    async def answer(self, question: Question, write: Callable[[Any], Awaitable[None]]) -> None:
        """Write the act."""

        async def emit(piece: str) -> None:
            match piece:
                case "<taken back>":
                    await write(Retraction())
                case "<delivered>":
                    await write(Delivery(voice="another", speed=1.1, note="noted"))
                case "<spoken by itself>":
                    await write(Delivery(clip=Clip(b"Well.", AudioFormat("pcm16", 24_000)), stands_in=True))
                case _:
                    await write(piece)

        await self.script.play(question, emit)


class SoakSynthesiser(Synthesiser):
    """A synthesiser that tells of its sound or not, and where it is awaited whole, begins anew now and then."""

    def __init__(self, lucks: Lucks) -> None:
        super().__init__()
        self._lucks = lucks

    async def synthesise(self, speech: Speech, sound: Callable[[Any], Awaitable[None]]) -> None:
        """Each piece of the act is put before the text."""
        random = self._lucks.current.random
        marks = random.choice([None, None, (), (Mark("word", "Fine", 0, 200.0, 0), Mark("phone", "a", 210, 90.0))])

        async def emit(piece: str) -> None:
            await sound(Clip((piece + speech.text).encode(), AudioFormat("pcm16", 24_000), marks))
            if not speech.stream and piece and random.random() < 0.05:
                await sound(Retraction())

        await self.script.play(speech, emit)


class SoakCodec(ScriptedCodec):
    """A codec for which some sounds are empty, endless, or its end; `seconds` of a sound are now and then others."""

    async def decode(self, clip: Clip, rate: int) -> bytes:
        """The bytes themselves."""
        check(clip.data)
        return await super().decode(clip, rate)

    @asynccontextmanager
    async def decoding(self, source: AudioFormat, rate: int) -> AsyncIterator["SoakDecoding"]:
        """Each chunk as it is."""
        yield SoakDecoding(self.script)


def check(data: bytes) -> None:
    """Raise what the codec raises for these bytes."""
    match data:
        case b"an empty file":
            raise NoSound("not a sample")
        case b"an endless file":
            raise SoundTooLong("it is longer than an utterance may be")
        case b"a dead codec":
            raise EngineFailed("its process is gone")


class SoakDecoding(ScriptedDecoding):
    """A decoding for which some chunks are the end."""

    async def push(self, data: bytes) -> bytes:
        """The bytes themselves."""
        check(data)
        return await super().push(data)

    async def finish(self) -> bytes:
        """Nothing is left, mostly."""
        await trio.lowlevel.checkpoint()
        if isinstance(self._script, SoakScript) and self._script.lucks is not None:
            luck = self._script.lucks.current
            if not luck.is_calm and luck.random.random() < 0.03:
                raise Undecodable("it breaks off")
        return b""


class SoakAnalyst(ScriptedAnalyst):
    """An analyst that breaks when it is told to, in the middle of a session's step."""

    def __init__(self) -> None:
        self.breaks = False

    def language(self, text: str) -> str:
        """It cannot tell."""
        if self.breaks:
            self.breaks = False
            raise Broken("unforeseen")
        return ""


# ---- the open microphone


class SoakVoiceActivity(ScriptedVoiceActivity):
    """Voice activity by the first byte of a frame, without a record: 0 silence, 1 speech, 2 echo, 3 a failure."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator["SoakVoiceStream"]:  # type: ignore[override]
        """One more stream."""
        self.streams += 1
        try:
            yield SoakVoiceStream(self)
        finally:
            self.streams -= 1


class SoakVoiceStream:
    """A stream of `SoakVoiceActivity`."""

    def __init__(self, activity: SoakVoiceActivity) -> None:
        self._activity = activity
        self.echo: tuple[int, float] | None = None

    async def judge(self, samples: bytes, reference: Reference = NO_REFERENCE) -> tuple[float, ...]:
        """The probabilities; what is echo while nothing plays is speech."""
        count = count_frames(samples)
        await trio.sleep(self._activity.delay)
        firsts = samples[::FRAME_BYTES]
        assert len(firsts) == count
        if self._activity.failing or 3 in firsts:
            raise EngineFailed("it hears nothing")
        heard = ECHO if reference.envelope else 1.0
        if 2 in firsts and heard == ECHO:
            self.echo = (180, -12.0)
        return tuple(float(first) if first < 2 else heard for first in firsts)


class SoakTurnEnd(ScriptedTurnEnd):
    """The end of a turn by luck, without a record."""

    def __init__(self, luck: Luck) -> None:
        super().__init__()
        self._luck = luck

    async def judge(self, samples: bytes) -> float | None:
        """What is drawn, in time or not."""
        random = self._luck.random
        answer = random.choice([None, 0.1, 0.7, 0.95])
        await trio.sleep(random.choice([0.0, 0.05, 0.25]))
        return answer


# ---- all of them


class SoakEngines(ScriptedEngines):
    """The engines of one server; with `lucks` they follow luck, without they follow their scripts."""

    def __init__(self, lucks: Lucks | None = None) -> None:
        super().__init__()
        self.lucks = lucks
        if lucks is not None:
            self.stt, self.llm, self.tts = SoakRecogniser(), SoakModel(), SoakSynthesiser(lucks)
            self._codec = SoakCodec()
            self._analyst = self.soak_analyst = SoakAnalyst()
            self.voice_activity, self.turn_end = SoakVoiceActivity(), SoakTurnEnd(lucks.nobodys)
        self.stt.script = SoakScript("STT", lucks)
        self.llm.script = SoakScript("LLM", lucks)
        self.tts.script = SoakScript("TTS", lucks)
        self._codec.script = SoakScript("codec", lucks)
