"""The embedded recognisers: wrong words, processor time, memory, and the wait from the end of speech to its text.

The speech is made by whatever of the embedded voices is installed, clean, with noise, and as a telephone has it; or it
is read from a folder of WAV files, mono at 16 kHz, each with its words in a `.txt` beside it.
"""

import re
import time
import wave
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np
import psutil
import soxr
import trio
from numpy.typing import NDArray

from actors.ports.audio import Complete, Growing
from actors.ports.recognition import Audio, Utterance
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech, TextToSpeech
from adapters.processes.process import Plan
from adapters.vendors.embedded import voices
from adapters.vendors.embedded.espeak import FORMAT, EspeakSpeech
from adapters.vendors.embedded.hama import HamaRecogniser
from adapters.vendors.embedded.sphinx import SphinxRecogniser
from adapters.voices.pipervoice import PiperVoiceEngine
from protocol.audioformat import AudioFormat

HEARD = AudioFormat("pcm16", 16_000)
CHUNK = 3_200
"""Bytes of 100 ms."""
VOICES = ("en-us+m6", "en-gb")
"""Voices of espeak-ng."""
SENTENCES = (
    "Is there a pharmacy open near here?",
    "What are the opening hours of the library on Saturday?",
    "Her father had been a captain in the navy for thirty years.",
    "Please turn on the light in the bedroom.",
    "They climbed the hill together and looked down at the valley.",
    "I am not sure that I understood you correctly.",
    "The doctor told him to drink more water and to sleep at least eight hours.",
    "He never told anybody where the money came from.",
    "Thank you.",
    "Which one of these would you choose?",
)
LENGTHS = (3, 10)
"""Seconds of the speech after which the wait for its text is measured."""
MODELS = ("hama", "pocketsphinx")
Sound = NDArray[np.float32]
Recogniser = HamaRecogniser | SphinxRecogniser


class SpokenText(msgspec.Struct, frozen=True):
    """A recording, its words, and the group that it is counted in."""

    group: str
    words: tuple[str, ...]
    samples: bytes

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.samples) / 2 / HEARD.rate


def measure(names: tuple[str, ...], folder: Path | None) -> None:
    """Measure the recognisers `names`, and print a table each; of recordings in `folder` where there is one."""
    trio.run(_measure, names, folder)


async def _measure(names: tuple[str, ...], folder: Path | None) -> None:
    spoken = list(_read(folder)) if folder else await _synthesised()
    for name in names:
        engine: Recogniser = HamaRecogniser(2) if name == "hama" else SphinxRecogniser(2)
        async with trio.open_nursery() as nursery:
            await nursery.start(engine.run)
            print(f"\n{name}: ready, {_memory(engine):.0f} MB")
            await _accuracy(engine, spoken)
            await _waits(engine, spoken)
            print(f"  memory now {_memory(engine):.0f} MB in {len(engine.pids)} processes")
            nursery.cancel_scope.cancel()


async def _accuracy(engine: Recogniser, spoken: list[SpokenText]) -> None:
    groups: dict[str, list[float]] = {}
    for each in spoken:
        before = _worked(engine)
        found = await engine.transcribe(_utterance(Complete(each.samples)), _ignore)
        row = groups.setdefault(each.group, [0.0, 0.0, 0.0, 0.0])
        row[0] += distance(each.words, words_of(found.text))
        row[1] += len(each.words)
        row[2] += _worked(engine) - before
        row[3] += each.seconds
    for group, (wrong, count, worked, seconds) in groups.items():
        print(f"  {group:<24} {wrong / count:6.1%} of {count:3.0f} words wrong, {worked / seconds:.3f} s a second")


async def _waits(engine: Recogniser, spoken: list[SpokenText]) -> None:
    """Speak at life's speed, alone and with another one, and print how long after the end the text was there."""
    joined = b"".join(each.samples for each in spoken if each.group == spoken[0].group)
    for seconds in LENGTHS:
        samples = joined[: seconds * HEARD.rate * 2]
        for people in (1, 2):
            waits: list[float] = []
            before = _worked(engine)
            async with trio.open_nursery() as nursery:
                for _ in range(people):
                    nursery.start_soon(_speak, engine, samples, waits)
            each = ", ".join(f"{wait:.2f}" for wait in waits)
            worked = (_worked(engine) - before) / people
            length = len(samples) / 2 / HEARD.rate
            print(f"  {people} at once, {length:.1f} s of speech: text after {each} s; work {worked:.2f} s each")


async def _speak(engine: Recogniser, samples: bytes, waits: list[float]) -> None:
    audio = Growing()
    ended = 0.0

    async def feed() -> None:
        nonlocal ended
        for start in range(0, len(samples), CHUNK):
            audio.extend(samples[start : start + CHUNK])
            await trio.sleep(CHUNK / 2 / HEARD.rate)
        ended = time.perf_counter()
        audio.complete()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(feed)
        await engine.transcribe(_utterance(audio), _ignore)
        waits.append(time.perf_counter() - ended)


# ---- speech


async def _synthesised() -> list[SpokenText]:
    made: list[tuple[str, str, Sound]] = []
    async with trio.open_nursery() as nursery:
        espeak = EspeakSpeech(1)
        await nursery.start(espeak.run)
        for voice in VOICES:
            made += [("espeak-ng", text, await _say(espeak, text, voice)) for text in SENTENCES]
        if file := voices.joe():
            joe = PiperVoiceEngine(file, Plan("", "the voice joe", deadline=300.0))
            await nursery.start(joe.run)
            made += [("joe", text, await _say(joe, text, "")) for text in SENTENCES]
        nursery.cancel_scope.cancel()
    return [
        SpokenText(f"{group}, {name}" if name else group, words_of(text), _pcm(changed))
        for group, text, sound in made
        for name, changed in _changed(sound).items()
    ]


async def _say(engine: TextToSpeech, text: str, voice: str) -> Sound:
    pieces: list[bytes] = []

    async def sound(clip: object) -> None:
        assert isinstance(clip, Clip)
        pieces.append(clip.data)
        await trio.lowlevel.checkpoint()

    await engine.synthesise(Speech(text, "", voice, "en-US", "unspecified", 1.0), sound)
    samples = np.frombuffer(b"".join(pieces), "<i2").astype(np.float32) / 32_768
    return np.asarray(soxr.resample(samples, FORMAT.rate, HEARD.rate), np.float32)


def _changed(sound: Sound) -> Mapping[str, Sound]:
    """The sound itself, with white noise 20 and 10 dB below it, and as a telephone has it."""
    loud = float(np.sqrt(np.square(sound).mean()))
    hiss = np.random.default_rng(1).standard_normal(len(sound)).astype(np.float32) * loud
    narrow = np.fft.rfft(soxr.resample(sound, HEARD.rate, 8_000))
    places = np.linspace(0, 4_000, len(narrow))
    narrow[(places < 300) | (places > 3_400)] = 0
    telephone = np.asarray(soxr.resample(np.fft.irfft(narrow).astype(np.float32), 8_000, HEARD.rate), np.float32)
    noisy = {f"{decibels} dB": sound + hiss * np.float32(10 ** (-decibels / 20)) for decibels in (20, 10)}
    return {"": sound, **noisy, "telephone": telephone}


def _pcm(sound: Sound) -> bytes:
    samples: bytes = np.clip(sound * 32_767, -32_768, 32_767).astype("<i2").tobytes()
    return samples


def _read(folder: Path) -> Iterator[SpokenText]:
    for path in sorted(folder.glob("**/*.wav")):
        with wave.open(str(path)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, HEARD.rate), path
            samples = file.readframes(file.getnframes())
        yield SpokenText(path.parent.name, words_of(path.with_suffix(".txt").read_text(encoding="utf-8")), samples)


# ---- counting


def words_of(text: str) -> tuple[str, ...]:
    """The words of `text`, in small letters; "Mr." is "mister"."""
    return tuple(re.findall(r"[a-z']+", text.lower().replace("mr.", "mister")))


def distance(said: tuple[str, ...], heard: tuple[str, ...]) -> int:
    """How many words were put in, left out or taken for others, at least."""
    row = list(range(len(heard) + 1))
    for count, one in enumerate(said, 1):
        corner, row[0] = row[0], count
        for place, other in enumerate(heard, 1):
            corner, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, corner + (one != other))
    return row[-1]


def _utterance(audio: Audio) -> Utterance:
    return Utterance(audio, HEARD, "", "en-US", "")


def _worked(engine: Recogniser) -> float:
    """The processor time of the processes that are there, in seconds."""
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in engine.pids)


def _memory(engine: Recogniser) -> float:
    """Megabytes, shared pages in parts (PSS)."""
    return float(sum(psutil.Process(pid).memory_full_info().pss for pid in engine.pids)) / 1e6


async def _ignore(_: str) -> None:
    await trio.lowlevel.checkpoint()
