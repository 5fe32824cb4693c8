"""The worker process that speaks English with Kokoro-82M: the folder of its voices, and the parts of the model."""

import os
import sys
from pathlib import Path

import numpy as np

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import ReadyFrame
from adapters.voices.clauses import Run
from adapters.voices.kokoro import NAME, RATE, VOICE_BYTES
from adapters.voices.kokorosymbols import NUMBERS, spelt
from adapters.voices.onnxmodel import OnnxModel, samples
from adapters.voices.runner import Made, RunSpeaker

SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
"""Of the parts joined, version 0.1.0."""
THREADS = 4
"""Processors that it uses at most: on one it needs 0.6 of the time that its sound lasts."""
LONGEST_RUN = 70
"""Characters of a run: the model takes 600 MB for so much, and 900 for 120."""
STYLE = 256
"""Numbers of a style; a voice has one for each count of symbols."""
EDGE = 0
"""The symbol before the first and after the last."""


class Kokoro(RunSpeaker):
    """The model, and the voices of a folder, each read when it is first asked for."""

    def __init__(self, folder: Path, parts: list[Path]) -> None:
        """Load the model. Raises EngineFailed."""
        self._folder = folder
        self._model = OnnxModel(parts, sha256=SHA256, threads=min(THREADS, os.cpu_count() or 1))
        self._british = False
        super().__init__(RATE, LONGEST_RUN)

    def ready(self) -> ReadyFrame:
        """Tell the rate."""
        return ReadyFrame(rate=RATE)

    def language(self, voice: str) -> str:
        """British or American, by the voice's name. Raises EngineFailed where it is none."""
        if not NAME.fullmatch(voice):
            raise EngineFailed(f"Kokoro has no voice {voice}")
        self._british = voice.startswith("b")
        return "en-gb" if self._british else "en-us"

    def symbols(self, run: Run) -> list[str]:
        """The run's phonemes in the model's spelling."""
        return list(spelt(self.phonemes(run), is_british=self._british))

    def speak(self, symbols: list[str], voice: str, speed: float, pipe: WorkerPipe) -> Made:
        """The sound of the symbols; the model does not tell their times. Raises EngineFailed and Abandoned."""
        numbers = [NUMBERS[symbol] for symbol in symbols]
        made = self._model.run(
            {
                "tokens": np.array([[EDGE, *numbers, EDGE]], np.int64),
                "style": self._style(voice, len(numbers)),
                "speed": np.array([speed], np.float32),
            },
            pipe,
        )
        return samples(made[0]), ()

    def _style(self, voice: str, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        file = self._folder / f"{voice}.bin"
        try:
            found = np.fromfile(file, "<f4", STYLE, offset=count * STYLE * 4)
        except OSError as error:
            raise EngineFailed(f"the voice {voice} cannot be read: {error}") from error
        if len(found) < STYLE:
            raise EngineFailed(f"{file} is no voice of Kokoro: it has not {VOICE_BYTES} bytes")
        return found.reshape(1, STYLE)


if __name__ == "__main__":
    serve(lambda: Kokoro(Path(sys.argv[1]), [Path(part) for part in sys.argv[2:]]))
