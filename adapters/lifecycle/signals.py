"""The signals that end the server, and how they are kept until a task can handle them; loaded before everything else.

Signals are blocked while the program is loaded: one that comes too early is handled as soon as that is possible. One
that comes after the server's end does not kill a process that is ending anyway: it is not blocked, because threads that
were begun meanwhile do not block it, but handled by doing nothing.
"""

import signal
from types import FrameType

HANGUP: int | None = getattr(signal, "SIGHUP", None)
"""Windows has none."""


def taken() -> set[int]:
    """The signals that the server handles: SIGHUP not where it is ignored, as `nohup` has it."""
    signals: set[int] = {signal.SIGINT, signal.SIGTERM}
    if HANGUP is not None and signal.getsignal(HANGUP) is not signal.SIG_IGN:
        signals.add(HANGUP)
    return signals


def hold_back() -> None:
    """Block the signals, and have them do nothing where no task handles them; does nothing on Windows."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, taken())
        for number in taken():
            signal.signal(number, _do_nothing)  # not SIG_IGN, which processes that are started here would inherit


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """Heed no signal."""


def let_through() -> None:
    """Unblock the signals: those that were held back come now. Does nothing on Windows."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, taken())


def ignore() -> None:
    """The server has ended: no signal changes how the process does."""
    for number in taken():
        signal.signal(number, signal.SIG_IGN)
