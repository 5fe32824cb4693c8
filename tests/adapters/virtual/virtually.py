"""Engines that are given, and a voice, for tests of a server in virtual time."""

import functools

import numpy as np
import trio

from actors.ports.answering import Delivery, Question
from actors.ports.audio import whole
from actors.ports.calls import Emit, Retraction
from actors.ports.listening import RATE, TurnEnd, VoiceActivity
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.virtual.engines import VirtualEngines
from adapters.virtual.listening import InlineVoiceActivity
from protocol.audioformat import AudioFormat


@functools.cache
def vowel(seconds: float, rate: int = RATE, pitch: float = 130, beat: float = 4.0) -> bytes:
    """A sung a: harmonics of a pitch that sways, those near a formant loud. Another beat is no echo of it."""
    at = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.1 * np.sin(2 * np.pi * 0.8 * beat * at))) / rate
    sound = np.zeros(len(at))
    for number in range(1, 26):
        loud = sum(1 / (1 + ((pitch * number - formant) / 90) ** 2) for formant in (700, 1_200, 2_600))
        sound += loud * np.sin(number * phase)
    sound *= 0.6 + 0.4 * np.sin(2 * np.pi * beat * at)
    samples: bytes = (9_000 * sound / np.abs(sound).max()).astype("<i2").tobytes()
    return samples


def silence(seconds: float, rate: int = RATE) -> bytes:
    return bytes(2 * round(seconds * rate))


class SlowEar:
    """Hears how long an utterance is, half a second after it."""

    accepts: frozenset[str] = frozenset()
    wants = AudioFormat("pcm16", RATE)
    live = False

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        heard = await whole(utterance.audio)
        await trio.sleep(0.5)
        await words("I said")
        return Transcript(f"I said a for {len(heard) / 2 / RATE:.1f} s.", "en-US")


class Echoing:
    """Answers with the words, piece by piece."""

    async def answer(self, question: Question, write: Emit[str | Delivery | Retraction]) -> None:
        for word in f"You say: {question.text} Is that so? I believe it is.".split():
            await trio.sleep(0.05)
            await write(f"{word} ")


class Singing:
    """Sings an a for each text, 30 ms a character, in pieces of half a second."""

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        rate = 22_050
        samples = vowel(0.03 * len(speech.text), rate)
        for start in range(0, len(samples), rate):
            await trio.sleep(0.2)
            await sound(Clip(samples[start : start + rate], AudioFormat("pcm16", rate)))


def engines(hears: VoiceActivity | None = None, *, turn_end: TurnEnd | None = None) -> VirtualEngines:
    """The three above; WebRTC's detector hears, where nothing else does."""
    ears = hears or InlineVoiceActivity(None)
    return VirtualEngines(SlowEar(), Echoing(), Singing(), voice_activity=ears, turn_end=turn_end)
