"""The worker process that recognises speech with faster-whisper, and a model that is on this machine."""

import os
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import ReadyFrame, RecognisedFrame, RecogniseFrame, Request, Result, WordsFrame
from adapters.vendors.whisper.library import faster_whisper

RATE = 16_000
THREADS = min(4, os.cpu_count() or 1)
"""Threads of a process: more than the machine has make it slower, and four are nearly as quick as eight."""


class Whisper:
    """The recogniser."""

    def __init__(self, model: str) -> None:
        """Load `model`, a folder or a name in the library's cache. Raises EngineFailed."""
        library = faster_whisper()
        try:
            self._model: Any = library.WhisperModel(
                model, device="cpu", compute_type="int8", cpu_threads=THREADS, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineFailed(f"faster-whisper cannot load the model {model}: {error}") from error
        self._languages = frozenset(self._model.supported_languages)

    def ready(self) -> ReadyFrame:
        """Listen to half a second of hiss."""
        hiss = np.random.default_rng(1).standard_normal(RATE // 2, np.float32) * np.float32(0.001)
        segments, _ = self._model.transcribe(hiss, language="en", temperature=0.0, max_new_tokens=4)
        list(segments)
        return ReadyFrame()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Recognise; sends all the words so far after each part of the sound. Raises EngineFailed."""
        if not isinstance(request, RecogniseFrame):
            raise EngineFailed(f"the speech recogniser was asked for {type(request).__name__}")
        samples = np.frombuffer(request.samples[: len(request.samples) // 2 * 2], "<i2").astype(np.float32)
        samples *= np.float32(1 / 32_768)
        language = request.language.split("-")[0].lower()
        return self._recognise(samples, language if language in self._languages else "", request.prompt, pipe)

    def _recognise(self, samples: NDArray[np.float32], language: str, prompt: str, pipe: WorkerPipe) -> RecognisedFrame:
        if not len(samples):
            return RecognisedFrame("")
        # Without its voice activity detection it makes words of silence, and with the text before it repeats itself.
        segments, info = self._model.transcribe(
            samples,
            language=language or None,
            initial_prompt=prompt or None,
            vad_filter=True,
            condition_on_previous_text=False,
        )
        texts: list[str] = []
        pipe.check()
        for segment in segments:
            pipe.check()
            texts.append(segment.text.strip())
            pipe.send(WordsFrame(" ".join(filter(None, texts))))
        return RecognisedFrame(" ".join(filter(None, texts)), str(info.language) if texts else language)


if __name__ == "__main__":
    serve(lambda: Whisper(sys.argv[1]))
