"""Conversations in virtual time that are recorded into files, with engines that tests write."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import trio

from actors.deciding.limits import Limits
from actors.ports.answering import Delivery, Question
from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.mouth import Mark
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from actors.running.supervisor import ServerPlan
from adapters.recordings.engines import TapedEngines
from adapters.recordings.reading import SessionRecording, read
from adapters.recordings.tapes import FolderRecorder, RecordingPlan
from adapters.virtual.clock import run_virtually
from adapters.virtual.engines import VirtualEngines
from adapters.virtual.listening import InlineVoiceActivity, ToldTurnEnd
from adapters.virtual.server import VirtualServer, virtual_server
from protocol.audioformat import AudioFormat
from protocol.messages import Names
from tests.adapters.replay.recorder import writing
from tests.adapters.virtual.virtually import SlowEar, vowel

SESSION = "0f9a8b7c-1d2e-4f3a-8b9c-0d1e2f3a4b5c"
Talk = Callable[[VirtualServer], Awaitable[None]]


class LiveEar:
    """Listens while the person speaks, and tells how long they have spoken."""

    accepts = frozenset({"pcm16"})
    wants = AudioFormat("pcm16", 16_000)
    live = True

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        heard = 0
        async with utterance.audio.open() as pieces:
            async for piece in pieces:
                heard += len(piece)
                await words(f"{heard // 3_200} tenths")
        await trio.sleep(0.2)
        return Transcript(f"{heard // 3_200} tenths of a second.", "en-US")


class Talking:
    """Answers in two sentences, a word each 40 ms. "fail" fails after the first, "sing" gives its own sound."""

    async def answer(self, question: Question, write: Emit[str | Delivery | Retraction]) -> None:
        if question.text == "sing":
            await write(Delivery(Clip(vowel(0.5, 24_000), AudioFormat("pcm16", 24_000)), note="sung"))
        for number, word in enumerate(f"I hear {question.text} today. That is what I have to say.".split()):
            await trio.sleep(0.04)
            if question.text == "fail" and number == 4:
                raise EngineFailed("the provider is down")
            await write(f"{word} ")


class Voice:
    """Sings an a for each text, and tells its words; of text with "twice" it takes the first sound back."""

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        rate, words = 24_000, speech.text.split()
        if "twice" in speech.text and not speech.stream:
            await sound(Clip(vowel(0.1, rate), AudioFormat("pcm16", rate), ()))
            await sound(Retraction())
        for number, word in enumerate(words):
            await trio.sleep(0.07)
            mark = Mark("word", word, number * 160.0, 160.0, source="provider")
            await sound(Clip(vowel(0.16, rate), AudioFormat("pcm16", rate), (mark,)))


def engines(*, live: bool = False) -> VirtualEngines:
    """The three above, WebRTC's detector, and somebody who is never sure whether a turn has ended."""
    return VirtualEngines(
        LiveEar() if live else SlowEar(),
        Talking(),
        Voice(),
        voice_activity=InlineVoiceActivity(None),
        turn_end=ToldTurnEnd(lambda samples: 0.6),
    )


def record(
    folder: Path,
    talk: Talk,
    *,
    words: bool = True,
    sound: bool = True,
    live: bool = False,
    names: Names | None = None,
    limits: Limits | None = None,
) -> SessionRecording:
    """The recording of a conversation that `talk` holds in virtual time."""
    with writing() as thread:
        recorder = FolderRecorder(RecordingPlan(folder, words, sound), names or Names(), thread)

        async def main() -> None:
            plan = ServerPlan(limits or Limits())
            taped = TapedEngines(engines(live=live))
            async with virtual_server(taped, plan, names=names, recorder=recorder) as server:
                await talk(server)
                await server.hang_up()
                await trio.sleep(plan.limits.grace + 1.0)

        run_virtually(main, seconds=3_600)
    [made] = [path for path in folder.iterdir() if path.is_dir()]
    return read(made)
