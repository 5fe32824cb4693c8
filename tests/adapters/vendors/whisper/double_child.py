"""The worker process of Whisper, with the double of its library."""

import sys

from adapters.processes.child import serve
from adapters.vendors.whisper.child import Whisper
from tests.adapters.vendors.whisper.double import install

if __name__ == "__main__":
    install()
    serve(lambda: Whisper(sys.argv[1]))
