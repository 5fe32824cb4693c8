"""What the clients of a soak say, as different devices record it, and what its providers speak with."""

from functools import cache
from random import Random

import msgspec
import numpy as np

from tests.adapters.codec.sounds import voice
from tests.real.recordings import DEVICES, encoded, raw
from tests.real.speech import QUESTION, THANKS, say

TEXTS = (QUESTION, THANKS, "Good morning, how are you today?", "Where is the harbour, and when does it open?")
RECORDED_BY = ("mp3", "browser", "Safari", "opus", "wav", "flac", "Unreal, raw", "pcm16")
RATE = 16_000


class Spoken(msgspec.Struct, frozen=True):
    """A sentence as each device records it, and its samples at 16 kHz."""

    text: str
    seconds: float
    samples: bytes
    files: dict[str, bytes]


def speak() -> tuple[Spoken, ...]:
    """All sentences; takes some seconds of a processor, and must not be called inside of Trio."""
    sentences = say(*TEXTS)
    return tuple(
        Spoken(
            text,
            sentence.seconds,
            raw(sentence.samples, RATE),
            {device: DEVICES[device].record(sentence.samples) for device in RECORDED_BY},
        )
        for text, sentence in sentences.items()
    )


@cache
def noise(seconds: float, seed: int = 1) -> bytes:
    """A room in which nobody speaks, as samples at 16 kHz."""
    return np.random.default_rng(seed).normal(0, 200, int(RATE * seconds)).astype("<i2").tobytes()


@cache
def _hum(form: str, tenths: int) -> bytes:
    samples = voice(24_000, tenths / 10)
    if form == "pcm16":
        return samples
    at_22 = voice(22_050, tenths / 10)
    return encoded(at_22, *{"mp3": ("mp3", "libmp3lame", 24_000), "opus": ("ogg", "libopus", 24_000)}[form])


def hum(form: str, seconds: float) -> bytes:
    """So many seconds, to a tenth, of something like a voice: `pcm16` at 24 kHz, `mp3` or `opus`."""
    return _hum(form, max(1, round(seconds * 10)))


def pieces(data: bytes, size: int, random: Random) -> list[bytes]:
    """`data` in chunks of about that size."""
    cut, at = [], 0
    while at < len(data):
        step = max(1, round(size * random.uniform(0.5, 1.5)))
        cut.append(data[at : at + step])
        at += step
    return cut
