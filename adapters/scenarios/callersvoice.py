"""What the caller says, as sound: words by espeak-ng, WAV files, silence; each with the words and where they are."""

import math
import wave
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
import soxr
import trio
from numpy.typing import NDArray

from actors.ports.calls import Retraction
from actors.ports.listening import RATE
from actors.ports.mouth import Mark
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.engine import ProcessEngine
from adapters.processes.process import Plan
from adapters.scenarios.scenario import CallerStep, Scenario
from adapters.vendors.embedded.espeak import FORMAT, EspeakSpeech

Samples = NDArray[np.float64]
"""Sound, mono at RATE, from -1 to 1."""
LOUD: Final = -22.0
"""dB of what is said: the mean level of somebody at the microphone."""
_QUIET: Final = 10_000
"""How much less energy than the loudest 10 ms the edges have that are cut off: 40 dB."""
_STEP: Final = RATE // 100


class WordPlace(NamedTuple):
    """A word, and a sample in its middle."""

    text: str
    middle: int


class CallerLine(msgspec.Struct, frozen=True):
    """A sound of the caller, and the words that a recogniser hears in it."""

    samples: Samples
    words: tuple[WordPlace, ...] = ()


class Saying(NamedTuple):
    """Words, and the language in which they are said."""

    text: str
    language: str


Voices = Mapping[Saying, CallerLine]
"""All that is said in some scenarios, spoken."""


class FreshSpeech(EspeakSpeech):
    """espeak-ng that speaks the same words as the same samples."""

    def __init__(self) -> None:
        ProcessEngine.__init__(
            self, Plan("adapters.scenarios.callersvoice_child", "the callers' voice", 1, 0.25, 60.0, kept=1)
        )


def sayings(scenarios: Iterable[Scenario]) -> list[Saying]:
    """All that callers say, each once."""
    said = (saying_of(scenario, step) for scenario in scenarios for step in scenario.file.caller if step.say)
    return list(dict.fromkeys(said))


def saying_of(scenario: Scenario, step: CallerStep) -> Saying:
    """What the step says."""
    return Saying(step.say or "", step.language or scenario.configuration.stt.language_code)


def speak_all(scenarios: Iterable[Scenario]) -> Voices:
    """All that callers say, spoken by a process of espeak-ng. Raises EngineFailed."""
    said = sayings(scenarios)
    return trio.run(_speak, said) if said else {}


async def _speak(said: Iterable[Saying]) -> Voices:
    engine, voices = FreshSpeech(), dict[Saying, CallerLine]()
    async with trio.open_nursery() as nursery:
        await nursery.start(engine.run)
        for saying in said:
            voices[saying] = await _line(engine, saying)
        nursery.cancel_scope.cancel()
    return voices


async def _line(engine: FreshSpeech, saying: Saying) -> CallerLine:
    samples, marks = bytearray(), list[Mark]()

    async def take(clip: Clip | Retraction) -> None:
        if isinstance(clip, Clip):
            samples.extend(clip.data)
            marks.extend(clip.marks or ())

    await engine.synthesise(
        Speech(saying.text, "", "", saying.language, "unspecified", 1.0, stream=True, marks=True), take
    )
    made = np.frombuffer(bytes(samples), "<i2") / 32_768
    first, last = _edges(made := np.asarray(soxr.resample(made, FORMAT.rate, RATE)))
    begins = {mark.char: round(mark.at * RATE / 1000) - first for mark in marks if mark.kind == "word"}
    return CallerLine(_levelled(made[first:last]), _places(saying.text, begins, last - first))


def _edges(sound: Samples) -> tuple[int, int]:
    """The samples between which it sounds."""
    energy = (sound[: len(sound) // _STEP * _STEP].reshape(-1, _STEP) ** 2).mean(axis=1)
    loud = np.flatnonzero(energy > energy.max(initial=0.0) / _QUIET)
    return (0, len(sound)) if not len(loud) else (int(loud[0]) * _STEP, (int(loud[-1]) + 1) * _STEP)


def _levelled(sound: Samples) -> Samples:
    level = math.sqrt(float((sound**2).mean())) if len(sound) else 0.0
    return sound * (amplitude(LOUD) / level) if level else sound


def amplitude(decibels: float) -> float:
    """The root mean square of a sound so many dB below the loudest."""
    return float(10 ** (decibels / 20))


def _places(text: str, begins: Mapping[int, int], size: int) -> tuple[WordPlace, ...]:
    """The words between spaces, by when the words begin that the voice told by their characters; else evenly."""
    words: list[tuple[str, int]] = []
    end = 0
    for word in text.split():
        start = text.index(word, end)
        end = start + len(word)
        at = next((at for char, at in sorted(begins.items()) if start <= char < end), None)
        if at is None and words:
            words[-1] = (f"{words[-1][0]} {word}", words[-1][1])
        else:
            words.append((word, at or 0))
    ends = [at for _, at in words[1:]] + [size]
    return tuple(WordPlace(word, (at + until) // 2) for (word, at), until in zip(words, ends, strict=True))


def evenly(text: str, size: int) -> tuple[WordPlace, ...]:
    """The words between spaces, as if each took as long in so many samples."""
    words = text.split()
    return tuple(WordPlace(word, (2 * number + 1) * size // (2 * len(words))) for number, word in enumerate(words))


def line_of_step(scenario: Scenario, step: CallerStep, voices: Voices) -> CallerLine:
    """The sound of a step, with what `heard_as` makes of its words. Raises OSError for a file that is gone."""
    if step.say is not None:
        line = voices[saying_of(scenario, step)]
    elif step.play is not None:
        line = CallerLine(read_wav(scenario.path.parent / step.play))
    else:
        line = CallerLine(np.zeros((step.silence_ms or 0) * RATE // 1000))
    if step.heard_as is None:
        return line
    return CallerLine(line.samples, evenly(step.heard_as, len(line.samples)))


def read_wav(path: Path) -> Samples:
    """The sound of a WAV file of 16 bit samples, all its channels together. Raises OSError."""
    with wave.open(str(path), "rb") as file:
        channels, rate = file.getnchannels(), file.getframerate()
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32_768
    mono = data[: len(data) // channels * channels].reshape(-1, channels).mean(axis=1)
    return np.asarray(mono if rate == RATE else soxr.resample(mono, rate, RATE), np.float64)
