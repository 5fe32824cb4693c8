"""The worker process that speaks with a Piper voice: `FILE.onnx`, and the SHA-256 that it must have, or ""."""

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import regex  # type: ignore[import-untyped]
from numpy.typing import NDArray

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import (
    EngineVoice,
    PhonemeSpan,
    ReadyFrame,
    Request,
    Result,
    SoundFrame,
    SpokenFrame,
    SynthesiseFrame,
)
from adapters.processes.heap import find_trim
from adapters.voices.clauses import Run, runs
from adapters.voices.espeaklibrary import EspeakLibrary
from adapters.voices.onnxmodel import OnnxModel, samples
from adapters.voices.pace import NORMAL_PACE
from adapters.voices.pipersettings import BEGIN, END, PAD, PiperSettings, read_settings

MOST = 200
"""Phonemes in one call of the model at speed 1: what a run becomes may be far longer than the run (numbers)."""
PIECE_SECONDS = 1
"""Seconds of sound that a message has at most."""
DURATIONS = "/Ceil_output_0"
"""The tensor with the frames of each phoneme, as Piper's own exporter names it."""
NEEDED = ("input", "input_lengths", "scales")

_SOUNDS = regex.compile(r"[\p{L}\p{M}]")
"""A symbol that is a sound: letters, with what is above or after them; not a mark, a space or a stress."""
_FLAG = regex.compile(r"\([^()]*\)")
"""What espeak-ng writes where a word is of another language: `(en)`."""


class PiperVoice:
    """A voice. A run of the text is spoken, and its sound goes out, before the next one."""

    def __init__(self, file: Path, sha256: str) -> None:
        """Load the voice. Raises EngineFailed."""
        self._name = file.stem
        self._settings = read_settings(file)
        self._model = OnnxModel([file], sha256=sha256, output=DURATIONS)
        if lacking := [name for name in NEEDED if name not in self._model.inputs]:
            raise EngineFailed(f"{file} is no Piper voice: it has no input {lacking[0]}")
        self._symbols = PiperSymbols(self._settings)
        self._espeak = EspeakLibrary()
        self._trim = find_trim()

    def ready(self) -> ReadyFrame:
        """Report the language, the speakers and the rate. Raises EngineFailed where espeak-ng lacks the language."""
        settings = self._settings
        self._espeak.choose(settings.espeak.voice)
        voice = EngineVoice(settings.espeak.voice, self._name)
        return ReadyFrame((voice,), tuple(settings.speakers), settings.audio.sample_rate)

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Speak. Raises EngineFailed."""
        if not isinstance(request, SynthesiseFrame):
            raise EngineFailed(f"the voice {self._name} was asked for {type(request).__name__}")
        speed = request.pace / NORMAL_PACE
        speaker = self._settings.speakers.get(request.voice, self._settings.default_speaker_id)
        size = PIECE_SECONDS * self._settings.audio.sample_rate * 2
        try:
            for run in runs(request.text, self._settings.espeak.voice, speed):
                for symbols in split(self._phonemes(run), max(1, round(MOST * min(speed, 1.0)))):
                    pipe.check()
                    sound, spans = self._speak(symbols, speaker, speed, pipe)
                    made = sound.tobytes()
                    for start in range(0, len(made), size):
                        pipe.send(SoundFrame(made[start : start + size], () if start else spans))
        finally:
            if self._trim:
                self._trim(0)
        return SpokenFrame()

    def _phonemes(self, run: Run) -> list[str]:
        """The symbols of a run, with the marks of its clauses, which espeak-ng drops and the voice was trained with."""
        if self._settings.phoneme_type == "text":
            return list(unicodedata.normalize("NFD", " ".join(clause.text for clause in run)))
        told = (_FLAG.sub("", self._espeak.phonemes(clause.text)) + clause.mark for clause in run)
        return self._symbols.clustered(" ".join(told))

    def _speak(
        self, symbols: list[str], speaker: int, speed: float, pipe: WorkerPipe
    ) -> tuple[NDArray[np.int16], tuple[PhonemeSpan, ...]]:
        told, owners = self._symbols.ids(symbols)
        inference = self._settings.inference
        given: dict[str, NDArray[Any]] = {
            "input": np.array([told], np.int64),
            "input_lengths": np.array([len(told)], np.int64),
            "scales": np.array([inference.noise_scale, inference.length_scale / speed, inference.noise_w], np.float32),
        }
        if "sid" in self._model.inputs:
            given["sid"] = np.array([speaker], np.int64)
        sound, *more = self._model.run(given, pipe)
        frames = more[0].ravel() if more else np.zeros(0, np.float32)
        spans = spans_of(owners, frames * self._settings.hop_length) if len(frames) == len(told) else ()
        return samples(sound), spans


class PiperSymbols:
    """The symbols that a voice knows, and their numbers."""

    def __init__(self, settings: PiperSettings) -> None:
        self._map = settings.phoneme_id_map
        self._clusters = {"".join(cluster) for cluster in settings.vowel_clusters if len(cluster) > 1}
        self._longest = max(map(len, self._clusters), default=1)

    def clustered(self, phonemes: str) -> list[str]:
        """The phonemes as single code points, but for the vowels that this voice has as one symbol."""
        symbols: list[str] = []
        at = 0
        while at < len(phonemes):
            ends = range(min(at + self._longest, len(phonemes)), at + 1, -1)
            end = next((end for end in ends if phonemes[at:end] in self._clusters), at + 1)
            symbols.append(phonemes[at:end])
            at = end
        return symbols

    def ids(self, symbols: Iterable[str]) -> tuple[list[int], list[str]]:
        """The numbers, and for each number the symbol that it is of, "" for a pause; unknown symbols are left out.

        The padding after a symbol is of that symbol.
        """
        told: list[int] = []
        owners: list[str] = []
        for symbol in (BEGIN, *symbols, END):
            own = self._map.get(symbol, ())
            numbers = (*own, *self._map[PAD]) if own and symbol != END else own
            told += numbers
            owners += [symbol if _SOUNDS.search(symbol) else ""] * len(numbers)
        return told, owners


def split(symbols: list[str], most: int) -> Iterator[list[str]]:
    """The symbols in pieces of at most `most`, cut at spaces where there are any."""
    while len(symbols) > most:
        end = next((at + 1 for at in range(most - 1, 0, -1) if symbols[at] == " "), most)
        yield symbols[:end]
        symbols = symbols[end:]
    if symbols:
        yield symbols


def spans_of(owners: list[str], lengths: NDArray[Any]) -> tuple[PhonemeSpan, ...]:
    """The phonemes with the samples of each; `lengths` are of the owners."""
    spans: list[PhonemeSpan] = []
    for owner, length in zip(owners, lengths.tolist(), strict=True):
        if spans and spans[-1].symbol == owner:
            spans[-1] = PhonemeSpan(owner, spans[-1].samples + round(length))
        else:
            spans.append(PhonemeSpan(owner, round(length)))
    return tuple(spans)


if __name__ == "__main__":
    serve(lambda: PiperVoice(Path(sys.argv[1]), sys.argv[2]))
