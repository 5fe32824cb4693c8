"""How a command ends: its exit code, and one line for what people have to know."""

import sys
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import NoReturn

from adapters.lifecycle import console
from adapters.settings.errors import StartupFailed, first_of
from protocol.printable import printable

INTERRUPTED = 130
CANNOT = 2


def run_command(main: Callable[[], Awaitable[int]], interrupted: int, debug: bool) -> int:
    """Run `main` under trio: its exit code, `interrupted` after Ctrl-C, or one line and CANNOT for StartupFailed."""
    import trio

    code = 0
    failed: BaseException | None = None
    try:
        code = trio.run(main)
    except* KeyboardInterrupt:
        code = interrupted
    except* StartupFailed as failures:
        failed = failures
    except* (BrokenPipeError, SystemExit):  # who read what is printed has had enough; rich makes a SystemExit of it
        code = INTERRUPTED
        console.silence(sys.stdout)
    except* OSError:
        if not (why := console.fault(sys.stdout)):
            raise
        failed = unwritable(why)
    if failed is not None:
        refuse(failed, debug)
    return code


def refuse(error: BaseException, debug: bool) -> NoReturn:
    """End with one line that says what to do, and with `debug` the stack trace before it."""
    if debug:
        console.complain(_trace(error))
    console.complain(f"vivavoce: {printable(str(first_of(error)))}")
    sys.exit(CANNOT)


def unwritable(why: str) -> StartupFailed:
    """The error of a standard output that cannot be written, for the reason `why`."""
    return StartupFailed(f"standard output cannot be written: {why}; send it elsewhere")


def set_up_faults(debug: bool) -> None:
    """Print an unforeseen error as one line, with a stack trace if `debug`."""
    sys.excepthook = _trace_fault if debug else _tell_fault


def _trace_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    console.complain(f"vivavoce: a fault of this program:\n{_trace(error)}")


def _tell_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    first = first_of(error)
    words = printable(f"{type(first).__name__}: {first}")
    console.complain(f"vivavoce: a fault of this program: {words} (--debug shows where)")


def _trace(error: BaseException) -> str:
    from adapters.lifecycle import logs  # it loads what a command that goes well does not need

    return logs.trace(error)
