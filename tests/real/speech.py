"""Sound for and from the tests: sentences as the embedded synthesiser says them, and how long an answer plays."""

import io
import re
import wave
from collections.abc import Mapping

import av
import msgspec
import numpy as np
import trio

from actors.ports.calls import Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.vendors.embedded.espeak import FORMAT, EspeakSpeech

QUESTION, THANKS = "What have you heard?", "Thank you very much."
# What an espeak voice needs at least and at most for a word, in seconds, pauses between sentences included.
SHORTEST, LONGEST = 0.15, 0.8


class Sentence(msgspec.Struct, frozen=True):
    """What was said, as a WAV file and in samples at 22,050 Hz."""

    text: str
    wav: bytes
    samples: bytes

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.samples) / 2 / FORMAT.rate


def say(*texts: str) -> Mapping[str, Sentence]:
    """Each of `texts`, spoken."""
    return trio.run(_say, texts)


async def _say(texts: tuple[str, ...]) -> Mapping[str, Sentence]:
    engine, spoken = EspeakSpeech(1), {}
    async with trio.open_nursery() as nursery:
        await nursery.start(engine.run)
        for text in texts:
            spoken[text] = await _sentence(engine, text)
        nursery.cancel_scope.cancel()
    return spoken


async def _sentence(engine: EspeakSpeech, text: str) -> Sentence:
    samples = bytearray()

    async def hear(clip: Clip | Retraction) -> None:
        assert isinstance(clip, Clip)
        samples.extend(clip.data)

    await engine.synthesise(Speech(text, "", "", "en-US", "unspecified", 1.0), hear)
    return Sentence(text, wav(bytes(samples)), bytes(samples))


def wav(samples: bytes) -> bytes:
    """A WAV file of `samples` at 22,050 Hz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(FORMAT.rate)
        written.writeframes(samples)
    return file.getvalue()


def hires(sentence: Sentence) -> bytes:
    """The same sound as a file of six channels with four times the samples a second: more than a message may have."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(6)
        written.setsampwidth(2)
        written.setframerate(FORMAT.rate * 4)
        written.writeframes(np.repeat(np.frombuffer(sentence.samples, np.int16), 24).tobytes())
    return file.getvalue()


def words(text: str) -> list[str]:
    """The words of `text`, in small letters."""
    return re.findall(r"[a-z']+", text.lower())


def playing_seconds(data: bytes) -> float:
    """How long the audio file `data` plays, by decoding it."""
    with av.open(io.BytesIO(data), "r") as container:
        return float(sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0)))


def lasts_as_its_words_need(data: bytes, text: str) -> bool:
    """Whether the sound of `text` has a plausible length."""
    count = len(words(text))
    return count * SHORTEST <= playing_seconds(data) <= count * LONGEST + 0.5
