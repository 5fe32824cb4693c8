"""The worker process that speaks with a Piper voice: `FILE.onnx`, and the SHA-256 that it must have, or ""."""

import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import regex  # type: ignore[import-untyped]
from numpy.typing import NDArray

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import EngineVoice, ReadyFrame
from adapters.voices.clauses import Run
from adapters.voices.onnxmodel import OnnxModel, samples
from adapters.voices.pipersettings import BEGIN, END, PAD, PiperSettings, read_settings
from adapters.voices.runner import Made, RunSpeaker
from adapters.voices.voicemarks import PhonemeSpan

DURATIONS = "/Ceil_output_0"
"""The tensor with the frames of each phoneme, as Piper's own exporter names it."""
PAD_OF_NEXT = 0.75
"""Of the padding between two symbols, the share that is the second one's: so closures begin where the level falls."""
NEEDED = ("input", "input_lengths", "scales")

_SOUNDS = regex.compile(r"[\p{L}\p{M}]")
"""A symbol that is a sound: letters, with what is above or after them; not a mark or a space."""


class PiperVoice(RunSpeaker):
    """A voice of a file."""

    def __init__(self, file: Path, sha256: str) -> None:
        """Load the voice. Raises EngineFailed."""
        self._name = file.stem
        self._settings = read_settings(file)
        self._model = OnnxModel([file], sha256=sha256, output=DURATIONS)
        if lacking := [name for name in NEEDED if name not in self._model.inputs]:
            raise EngineFailed(f"{file} is no Piper voice: it has no input {lacking[0]}")
        self._symbols = PiperSymbols(self._settings)
        super().__init__(self._settings.audio.sample_rate)

    def ready(self) -> ReadyFrame:
        """Report the language, the speakers and the rate. Raises EngineFailed where espeak-ng lacks the language."""
        settings = self._settings
        self._espeak.choose(settings.espeak.voice)
        voice = EngineVoice(settings.espeak.voice, self._name)
        return ReadyFrame((voice,), tuple(settings.speakers), settings.audio.sample_rate)

    def language(self, voice: str) -> str:
        """The voice's own, whoever of its speakers is asked for."""
        return self._settings.espeak.voice

    def symbols(self, run: Run) -> list[str]:
        """The run's phonemes, or its letters, as the voice was trained."""
        if self._settings.phoneme_type == "text":
            return list(unicodedata.normalize("NFD", " ".join(clause.text for clause in run)))
        return self._symbols.clustered(self.phonemes(run))

    def speak(self, symbols: list[str], voice: str, speed: float, pipe: WorkerPipe) -> Made:
        """The sound of the symbols, by the speaker `voice`. Raises EngineFailed and Abandoned."""
        told, owners = self._symbols.ids(symbols)
        inference = self._settings.inference
        given: dict[str, NDArray[Any]] = {
            "input": np.array([told], np.int64),
            "input_lengths": np.array([len(told)], np.int64),
            "scales": np.array([inference.noise_scale, inference.length_scale / speed, inference.noise_w], np.float32),
        }
        if "sid" in self._model.inputs:
            speaker = self._settings.speakers.get(voice, self._settings.default_speaker_id)
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
        """The numbers, and for each one its symbol, "" for a pause, or PAD; unknown symbols are left out."""
        told: list[int] = []
        owners: list[str] = []
        for symbol in (BEGIN, *symbols, END):
            own = self._map.get(symbol, ())
            pads = self._map[PAD] if own and symbol != END else ()
            told += (*own, *pads)
            owners += [*([symbol if _SOUNDS.search(symbol) else ""] * len(own)), *([PAD] * len(pads))]
        return told, owners


def spans_of(owners: list[str], lengths: NDArray[Any]) -> tuple[PhonemeSpan, ...]:
    """The phonemes with the samples of each; `lengths` are of the owners, padding is shared between its neighbours."""
    symbols: list[str] = []
    samples_of: list[float] = []
    follows = 0.0
    for owner, length in zip(owners, lengths.tolist(), strict=True):
        if owner == PAD:
            follows += length * PAD_OF_NEXT
            samples_of[-1] += length * (1 - PAD_OF_NEXT)
            continue
        if not symbols or symbols[-1] != owner:
            symbols.append(owner)
            samples_of.append(0.0)
        samples_of[-1] += length + follows
        follows = 0.0
    return tuple(PhonemeSpan(symbol, round(size)) for symbol, size in zip(symbols, samples_of, strict=True))


if __name__ == "__main__":
    serve(lambda: PiperVoice(Path(sys.argv[1]), sys.argv[2]))
