"""The worker process that speaks what callers say: the same words are the same samples, whatever was said before.

espeak-ng's state goes on from one text to the next, so its samples depend on all that it has said. Neither
`espeak_Terminate` nor a seed for the C library changes that; a copy of the library begins anew (9 ms, and about a
megabyte that is kept until the process ends).
"""

import shutil
import tempfile
from pathlib import Path

import espeakng_loader

from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import ReadyFrame, Request, Result
from adapters.vendors.embedded.espeak_child import Espeak


class FreshEspeak:
    """espeak-ng as it is after its start, for each text."""

    def ready(self) -> ReadyFrame:
        """List what voices there are. Raises EngineFailed."""
        return Espeak().ready()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Speak. Raises EngineFailed."""
        library = Path(espeakng_loader.get_library_path())
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # Windows keeps what is loaded
            return Espeak(shutil.copy(str(library), folder)).serve(request, pipe)


if __name__ == "__main__":
    serve(FreshEspeak)
