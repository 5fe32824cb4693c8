"""The worker process that has faster-whisper fetch a model by its name into the library's own cache."""

import os
import sys
import threading

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import ReadyFrame, RecognisedFrame, Request, Result, WordsFrame
from adapters.vendors.whisper.library import faster_whisper

TOLD_EVERY = 1.0
"""Seconds after which it shows that it lives: who waits for the network would be taken for a process that hangs."""


class Fetching:
    """Fetches the model `name` when it is asked for anything."""

    def __init__(self, name: str) -> None:
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
        self._library = faster_whisper()
        self._name = name

    def ready(self) -> ReadyFrame:
        """Nothing has to be tried."""
        return ReadyFrame()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Have the model in the cache. Raises EngineFailed."""
        try:
            self._library.download_model(self._name, local_files_only=True)
            return RecognisedFrame("")
        except (OSError, ValueError):  # it is not there
            pipe.send(WordsFrame("fetching"))
        done = threading.Event()
        telling = threading.Thread(target=self._tell, args=(done, pipe), daemon=True)
        telling.start()
        try:
            self._library.download_model(self._name)
        except (OSError, ValueError, RuntimeError) as error:
            raise EngineFailed(f"{type(error).__name__}: {error}") from error
        finally:
            done.set()
            telling.join()
        return RecognisedFrame("")

    def _tell(self, done: threading.Event, pipe: WorkerPipe) -> None:
        while not done.wait(TOLD_EVERY):
            pipe.send(WordsFrame(""))


if __name__ == "__main__":
    serve(lambda: Fetching(sys.argv[1]))
