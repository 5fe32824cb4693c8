"""The log: every line for people or as JSON, with its session and turn, and with its control characters escaped.

Names, events, errors and headers that clients and providers send stand in lines of the log. A character that ends a
line, moves the cursor or turns the direction of writing would let them write lines of their own, or hide in one that
is shown. So one function escapes each of those, in every entry of every logger.

Of which session and turn a line is, the record says (`extra={"call": ...}`), or else the call that the task works for.
"""

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from actors.ports.callcontext import CallContext, current_call
from protocol.printable import printable

if TYPE_CHECKING:
    from adapters.settings.settings import LogFormat

PACKAGES = ("protocol", "actors", "adapters")
_INDENT = "    "


def trace(error: BaseException) -> str:
    """The stack trace, indented, so that no line of it looks like an entry of the log."""
    lines = "".join(traceback.format_exception(error)).rstrip("\n").split("\n")
    return "\n".join(_INDENT + printable(line) for line in lines)


def call_of(record: logging.LogRecord) -> CallContext:
    """The session and the turn of an entry; to be asked where it is logged."""
    call = getattr(record, "call", None)
    return call if isinstance(call, CallContext) else current_call()


def words_of(record: logging.LogRecord) -> str:
    """What an entry says, as `printable`, behind its session and turn where it has them."""
    call = call_of(record)
    turn = f" turn {call.turn}" if call.turn else ""
    whose = f"session {call.session}{turn}: " if call.session else ""
    return printable(f"{whose}{record.getMessage()}")


class LogLine(logging.Formatter):
    """A line for people; a stack trace only with `debug`, below it and indented, else the error's own words."""

    def __init__(self, debug: bool, process: str = "") -> None:
        super().__init__()
        self._debug = debug
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The entry, as `printable`."""
        error = record.exc_info[1] if record.exc_info else None
        name = printable(record.name)
        process = f"{self._process} " if self._process else ""
        line = f"{self.formatTime(record)} {record.levelname:<7} {process}{name}: {words_of(record)}"
        if error is None:
            return line
        if self._debug:
            return f"{line}\n{trace(error)}"
        return f"{line}: {_told(error)}"


def _told(error: BaseException) -> str:
    return printable(f"{type(error).__name__}: {error}")


class JsonEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry of the log as JSON. `time`: RFC 3339, in UTC. `trace`: with `--debug`. `details`: as data."""

    time: str
    level: str
    logger: str
    message: str
    session: str = ""
    turn: int = 0
    error: str = ""
    trace: str = ""
    details: object = None
    process: str = ""


class JsonLine(logging.Formatter):
    """A JSON object a line, for programs that collect logs; what is not known has no key."""

    def __init__(self, debug: bool, process: str = "") -> None:
        super().__init__()
        self._debug = debug
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The entry; each text in it as `printable`, because who reads the log may unpack it on a terminal."""
        error = record.exc_info[1] if record.exc_info else None
        call = call_of(record)
        entry = JsonEntry(
            datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            record.levelname,
            printable(record.name),
            printable(record.getMessage()),
            call.session,
            call.turn,
            _told(error) if error is not None else "",
            trace(error) if error is not None and self._debug else "",
            getattr(record, "details", None),
            self._process,
        )
        return msgspec.json.encode(entry).decode()


def set_up(debug: bool, format_: "LogFormat" = "readable", process: str = "") -> None:
    """Log to stderr: our own packages at INFO, with `debug` at DEBUG; the libraries only when they warn.

    `process`: which one of several this is, which each entry says.
    What cannot be written there is lost, and nobody else is troubled (`logging.StreamHandler.handleError`).
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine(debug, process) if format_ == "json" else LogLine(debug, process))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for package in PACKAGES:
        logging.getLogger(package).setLevel(logging.DEBUG if debug else logging.INFO)
