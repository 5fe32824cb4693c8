"""Lines for people: every line of the log and of the console, with its control characters escaped.

Names, events, errors and headers that clients and providers send stand in lines of the log. A character that ends a
line, moves the cursor or turns the direction of writing would let them write lines of their own, or hide in one that
is shown. So one function escapes each of those, in every entry of every logger.
"""

import logging
import sys
import traceback

from protocol.printable import printable

PACKAGES = ("protocol", "actors", "adapters")
_INDENT = "    "


def trace(error: BaseException) -> str:
    """The stack trace, indented, so that no line of it looks like an entry of the log."""
    lines = "".join(traceback.format_exception(error)).rstrip("\n").split("\n")
    return "\n".join(_INDENT + printable(line) for line in lines)


class LogLine(logging.Formatter):
    """One line an entry; a stack trace only with `debug`, below it and indented, else the error's own words."""

    def __init__(self, debug: bool) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._debug = debug

    def format(self, record: logging.LogRecord) -> str:
        """The entry, as `printable`."""
        error = record.exc_info[1] if record.exc_info else None
        plain = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None})
        line = super().format(plain)
        if error is None:
            return printable(line)
        if self._debug:
            return f"{printable(line)}\n{trace(error)}"
        return printable(f"{line}: {type(error).__name__}: {error}")


def set_up(debug: bool) -> None:
    """Log to stderr: our own packages at INFO, with `debug` at DEBUG; the libraries only when they warn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LogLine(debug))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for package in PACKAGES:
        logging.getLogger(package).setLevel(logging.DEBUG if debug else logging.INFO)
