"""The worker process that aligns texts to their sounds, for all parts whose synthesiser tells nothing of them."""

import os
import time

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import ReadyFrame, Request, Result
from adapters.processes.mouthframes import AlignedFrame, AlignFrame, PhonesFrame, PhonesToldFrame

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""How the libraries that numpy may have are told; they read it when they are loaded."""
MOST_SOUNDS = 256
"""Sounds that are aligned at once, each of some 400 kB; the one that was heard least lately makes room."""
FORGOTTEN = 120.0
"""Seconds after which a sound is dropped of which no more came."""


class AlignmentEngine:
    """espeak-ng, and the sounds that are being aligned. Making it raises EngineFailed."""

    def __init__(self) -> None:
        for name in ONE_THREAD:
            os.environ[name] = "1"  # the matrices are so small that several threads would wait for each other
        from adapters.mouth.alignment import PartAlignment
        from adapters.mouth.priors import PhonemePriors

        self._make = PartAlignment
        self._priors = PhonemePriors()
        self._sounds: dict[int, tuple[PartAlignment, float]] = {}
        """With the times when they were last heard."""

    def ready(self) -> ReadyFrame:
        """Align a word to silence, so that everything is loaded. Raises EngineFailed."""
        self._make(self._priors.of("ready", "en")).push(bytes(16_000), 0.0, last=True)
        return ReadyFrame()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Align the samples, or tell the phonemes. Raises EngineFailed."""
        match request:
            case AlignFrame():
                return self._align(request)
            case PhonesFrame(texts, language):
                return PhonesToldFrame(tuple(self._priors.of(text, language).told() for text in texts))
            case _:
                raise EngineFailed(f"the alignment was asked for {type(request).__name__}")

    def _align(self, request: AlignFrame) -> AlignedFrame:
        now = time.monotonic()
        self._forget(now)
        if (opening := request.opening) is not None:
            sound = self._make(self._priors.of(opening.text, opening.language), opening.speed)
        elif (known := self._sounds.pop(request.stream, None)) is not None:
            sound = known[0]
        else:
            return AlignedFrame(is_lost=True)
        marks, told = sound.push(request.samples, request.until, last=request.last)
        if not request.last:
            self._sounds[request.stream] = (sound, now)
        return AlignedFrame(marks, told)

    def _forget(self, now: float) -> None:
        """Drop the sounds that were not heard for long; those that were heard least lately stand in front."""
        while self._sounds:
            stream = next(iter(self._sounds))
            if len(self._sounds) < MOST_SOUNDS and now - self._sounds[stream][1] < FORGOTTEN:
                return
            del self._sounds[stream]


if __name__ == "__main__":
    serve(AlignmentEngine)
