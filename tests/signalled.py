"""Commands that run in the tests' own process leave its signals as they were."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.lifecycle.signals import taken


@contextmanager
def signals_restored() -> Iterator[None]:
    """`serve` blocks and takes the signals that end it; processes that later tests start would inherit that."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    handlers = {number: signal.getsignal(number) for number in taken()}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
