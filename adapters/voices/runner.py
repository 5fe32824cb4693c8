"""The work of a process that speaks with a voice model: run after run of a text, which stops between two and within."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np
import regex  # type: ignore[import-untyped]
from numpy.typing import NDArray

from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark
from adapters.processes.child import WorkerPipe
from adapters.processes.frames import ReadyFrame, Request, Result, SoundFrame, SpokenFrame, SynthesiseFrame
from adapters.processes.heap import find_trim
from adapters.voices.clauses import LONGEST, Run, runs
from adapters.voices.espeaklibrary import EspeakLibrary
from adapters.voices.pace import NORMAL_PACE
from adapters.voices.voicemarks import PhonemeSpan, TextWord, phone_marks, phonemes_in, word_marks, words_of

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
        most = max(1, round(self._longest * PER_CHARACTER * min(speed, 1.0)))
        at, made = 0, 0
        try:
            for run in runs(request.text, language, speed, self._longest):
                words, at = words_of(run, request.text, at)
                pieces = list(split(self.symbols(run), most))
                for number, symbols in enumerate(pieces, 1):
                    pipe.check()
                    sound, spans = self.speak(symbols, request.voice, speed, pipe)
                    own = words if number == len(pieces) else words[: len(words) * number // len(pieces)]
                    words = words[len(own) :]
                    marks = self._marks(own, spans, made, is_full=request.marks)
                    self._send(sound.tobytes(), marks, pipe)
                    made += len(sound)
        finally:
            if self._trim:
                self._trim(0)
        return SpokenFrame()

    def _send(self, sound: bytes, marks: tuple[Mark, ...] | None, pipe: WorkerPipe) -> None:
        size = PIECE_SECONDS * self._rate * 2
        for start in range(0, len(sound), size):
            pipe.send(SoundFrame(sound[start : start + size], () if start and marks is not None else marks))

    def _marks(
        self, words: list[TextWord], spans: tuple[PhonemeSpan, ...], made: int, *, is_full: bool
    ) -> tuple[Mark, ...] | None:
        """The marks of a run that begins after `made` samples; None where the model tells nothing."""
        if not spans:
            return None
        at = made * 1000 / self._rate
        marks = word_marks(words, spans, at, self._rate, lambda word: phonemes_in(self._espeak.phonemes(word)))
        if is_full:
            marks += phone_marks(spans, at, self._rate)
        return tuple(sorted(marks, key=lambda mark: mark.at))

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
