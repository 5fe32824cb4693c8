"""The worker process that fetches Whisper's models, with the double of the library."""

import sys

from adapters.processes.child import serve
from adapters.vendors.whisper.fetching import Fetching
from tests.adapters.vendors.whisper.double import install

if __name__ == "__main__":
    install()
    serve(lambda: Fetching(sys.argv[1]))
