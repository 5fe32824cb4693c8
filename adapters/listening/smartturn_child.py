"""The worker process that judges whether a speaker has finished: Smart Turn, run by onnxruntime.

Once it is loaded it has a slightly lower priority than all else, because silence decides where it is late.
"""

import os
import sys
from pathlib import Path

import psutil

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import ReadyFrame, Request, Result, TurnEndedFrame, TurnEndFrame

NICENESS = 2
"""A decision took 0.43 s with 2, 0.6 with 5 and 1.76 with 10 beside three busy processes a core, where it has 0.3: with
more it is never had in time on a busy machine, and the model is loaded for nothing."""
INPUT = "input_features"


class SmartTurnEngine:
    """The model in the file that the process was given. Making it raises EngineFailed."""

    def __init__(self) -> None:
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        from adapters.listening.features import features
        from adapters.voices.onnxmodel import OnnxModel

        self._features = features
        self._file = Path(sys.argv[1])
        self._model = OnnxModel((self._file,))
        if self._model.inputs != (INPUT,) or len(self._model.outputs) != 1:
            raise EngineFailed(f"{self._file} is no Smart Turn, version 3: it takes {', '.join(self._model.inputs)}")

    def ready(self) -> ReadyFrame:
        """Judge silence: a model's first run takes longer than the others. Raises EngineFailed."""
        features = self._features(b"")
        self._model.try_run({INPUT: features[None]})
        psutil.Process().nice(NICENESS if os.name == "posix" else psutil.BELOW_NORMAL_PRIORITY_CLASS)
        return ReadyFrame()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Judge the samples. Raises EngineFailed, and Abandoned within some tens of milliseconds after a stop."""
        if not isinstance(request, TurnEndFrame):
            raise EngineFailed(f"the end of a turn was asked for {type(request).__name__}")
        found = self._model.run({INPUT: self._features(request.samples)[None]}, pipe)[0].ravel()
        if len(found) != 1 or not 0.0 <= (probability := float(found[0])) <= 1.0:
            raise EngineFailed(f"{self._file} answers what is no probability")
        return TurnEndedFrame(probability)


if __name__ == "__main__":
    serve(SmartTurnEngine)
