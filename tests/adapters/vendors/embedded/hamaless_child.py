"""The recogniser's worker process on a system for which hama has no library."""

import hama

from adapters.processes.child import serve
from adapters.vendors.embedded.recognition.child import Hama


def without() -> None:
    """Fails as the package does."""
    raise RuntimeError("libhama not available")


if __name__ == "__main__":
    hama.ASRModel = without
    serve(Hama)
