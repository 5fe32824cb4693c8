"""The work of a process that speaks with a voice model: run after run of a text, which stops between two and within."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np
import regex  # type: ignore[import-untyped]
from numpy.typing import NDArray

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe
from adapters.processes.frames import PhonemeSpan, ReadyFrame, Request, Result, SoundFrame, SpokenFrame, SynthesiseFrame
from adapters.processes.heap import find_trim
from adapters.voices.clauses import LONGEST, Run, runs
from adapters.voices.espeaklibrary import EspeakLibrary
from adapters.voices.pace import NORMAL_PACE

PER_CHARACTER = 5 / 3
"""Symbols for a character, from which on a run is cut once more: numbers become far longer than they are written."""
PIECE_SECONDS = 1
"""Seconds of sound that a message has at most."""
Made = tuple[NDArray[np.int16], tuple[PhonemeSpan, ...]]
"""Samples, and the phonemes in them where the model tells them."""

_FLAG = regex.compile(r"\([^()]*\)")
"""What espeak-ng writes where a word is of another language: `(en)`."""


class RunSpeaker(ABC):
    """Satisfies `Engine` with a model that is given the symbols of a run.

    `rate` in Hz; `longest`: characters that a run may have.
    """

    def __init__(self, rate: int, longest: int = LONGEST) -> None:
        self._longest = longest
        self._rate = rate
        self._espeak = EspeakLibrary()
        self._trim = find_trim()

    @abstractmethod
    def ready(self) -> ReadyFrame:
        """Say what there is. Raises EngineFailed."""

    @abstractmethod
    def language(self, voice: str) -> str:
        """The espeak-ng voice that makes the phonemes of this voice."""

    @abstractmethod
    def symbols(self, run: Run) -> list[str]:
        """The model's symbols of a run, in the language that was chosen."""

    @abstractmethod
    def speak(self, symbols: list[str], voice: str, speed: float, pipe: WorkerPipe) -> Made:
        """The sound of the symbols. Raises EngineFailed and Abandoned."""

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Speak; the sound of a run goes out before the next one is made. Raises EngineFailed and Abandoned."""
        if not isinstance(request, SynthesiseFrame):
            raise EngineFailed(f"a voice was asked for {type(request).__name__}")
        speed = request.pace / NORMAL_PACE
        language = self.language(request.voice)
        self._espeak.choose(language)
        size = PIECE_SECONDS * self._rate * 2
        try:
            for run in runs(request.text, language, speed, self._longest):
                for symbols in split(self.symbols(run), max(1, round(self._longest * PER_CHARACTER * min(speed, 1.0)))):
                    pipe.check()
                    sound, spans = self.speak(symbols, request.voice, speed, pipe)
                    made = sound.tobytes()
                    for start in range(0, len(made), size):
                        pipe.send(SoundFrame(made[start : start + size], () if start else spans))
        finally:
            if self._trim:
                self._trim(0)
        return SpokenFrame()

    def phonemes(self, run: Run) -> str:
        """The IPA of a run, with the marks of its clauses, which espeak-ng drops and models were trained with."""
        return " ".join(_FLAG.sub("", self._espeak.phonemes(clause.text)) + clause.mark for clause in run)


def split(symbols: list[str], most: int) -> Iterator[list[str]]:
    """The symbols in pieces of at most `most`, cut at spaces where there are any."""
    while len(symbols) > most:
        end = next((at + 1 for at in range(most - 1, 0, -1) if symbols[at] == " "), most)
        yield symbols[:end]
        symbols = symbols[end:]
    if symbols:
        yield symbols
