"""The worker process that hears speech in the frames of all streams: Silero's detector."""

import os
import sys
from array import array
from pathlib import Path

from actors.ports.calls import EngineFailed
from actors.ports.listening import FRAME_BYTES
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import JudgedFrame, JudgeFrame, ReadyFrame, Request, Result

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""How the libraries that numpy may have are told; they read it when they are loaded."""
SILENCE_BELOW = 0.5


class SileroEngine:
    """The network, for the file that the process was given. Making it raises EngineFailed."""

    def __init__(self) -> None:
        for name in ONE_THREAD:
            os.environ[name] = "1"  # the matrices are so small that several threads would wait for each other
        from adapters.listening.echogate import EchoGates
        from adapters.listening.silero import SileroNetwork, SileroStreams
        from adapters.listening.weights import read_weights

        self._streams = SileroStreams(SileroNetwork(read_weights(Path(sys.argv[1]))))
        self._gates = EchoGates()

    def ready(self) -> ReadyFrame:
        """Judge a frame of silence, which must be no speech. Raises EngineFailed."""
        (probability,) = self._streams.judge((0,), (1,), bytes(FRAME_BYTES))
        self._streams.end((0,))
        if not probability < SILENCE_BELOW:
            raise EngineFailed(f"{sys.argv[1]} finds speech in silence (a probability of {probability})")
        return ReadyFrame()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Judge the frames. Raises EngineFailed."""
        if not isinstance(request, JudgeFrame):
            raise EngineFailed(f"voice activity was asked for {type(request).__name__}")
        self._streams.end(request.ended)
        self._gates.end(request.ended)
        found = self._streams.judge(request.streams, request.frames, request.samples)
        settled, counts, held = self._gates.settle(request, found.tolist())
        paths = self._gates.paths(request.streams)
        return JudgedFrame(array("f", settled).tobytes(), len(self._streams), paths, counts, held)


if __name__ == "__main__":
    serve(SileroEngine, brief=True)
