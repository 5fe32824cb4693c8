"""The inspection page for the operator: the token that it needs, the last errors of the log, and its data as JSON."""

import logging
import time
from collections import deque
from collections.abc import Callable
from itertools import chain

import msgspec
import trio

from actors.ports.access import Doorkeeper
from actors.running.inspecting import Picture
from actors.running.joining import joined
from adapters.lifecycle.logs import PACKAGES, words_of
from adapters.pages.static import STRICT, static_route
from adapters.pages.summing import ProcessParts
from adapters.wire.credentials import NO_STORE, guarded
from adapters.wire.heads import Request
from adapters.wire.http import Response
from adapters.wire.routes import Routes

KEPT_ERRORS = 100
_LONGEST = 500

Look = Callable[[str], Picture]
"""The picture as it is now, with the trace of the session of that id."""


class LoggedProblem(msgspec.Struct, frozen=True):
    """A line of the log from WARNING up: when (seconds since 1970), how bad, where, and what."""

    at: float
    level: str
    logger: str
    message: str


class View(msgspec.Struct, frozen=True):
    """The answer of /inspect.json: the time of day here, the inspection, and the last problems, the newest first.

    `records`: whether the server records sessions, and so has /inspect/recordings.
    """

    now: float
    picture: Picture
    errors: tuple[LoggedProblem, ...]
    records: bool = False


class ProblemLog(logging.Handler):
    """Keeps the last warnings and errors of this program; the words that people speak are never among them."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.kept: deque[LoggedProblem] = deque(maxlen=KEPT_ERRORS)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line; called by the logging module, in whichever thread logs."""
        message = words_of(record)[:_LONGEST]
        self.kept.appendleft(LoggedProblem(record.created, record.levelname, record.name, message))

    async def watch(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Take in what this program logs, until cancelled."""
        loggers = [logging.getLogger(package) for package in PACKAGES]
        for logger in loggers:
            logger.addHandler(self)
        try:
            task_status.started()
            await trio.sleep_forever()
        finally:
            for logger in loggers:
                logger.removeHandler(self)


def encode(picture: Picture, problems: ProblemLog, *, records: bool = False) -> bytes:
    """What one process shows."""
    return msgspec.json.encode(View(time.time(), picture, tuple(problems.kept), records))


def answer(parts: ProcessParts) -> Response:
    """What all processes show, as if they were one; the youngest sessions first, and the newest problems."""
    known = [_decode(said) for said in parts.said]
    errors = sorted(chain(*(each.errors for each in known)), key=lambda problem: problem.at, reverse=True)
    records = any(each.records for each in known)
    shown = View(time.time(), joined([each.picture for each in known]), tuple(errors[:KEPT_ERRORS]), records)
    return _respond(msgspec.json.encode(shown))


def _respond(view: bytes) -> Response:
    return Response(200, view, "application/json", _PRIVATE)


def routes(look: Look, problems: ProblemLog, doorkeeper: Doorkeeper, *, records: bool = False) -> Routes:
    """The page, which tells nothing by itself, and what it shows, which only the operator may have.

    A token is asked for even where the conversation needs none: that a request comes from this machine shows nothing,
    because a reverse proxy on it may have handed it on from anywhere.
    """

    def view(request: Request) -> Response:
        return _respond(encode(look(request.query.get("session", "")), problems, records=records))

    return {"/inspect": static_route("inspect.html"), "/inspect.json": guarded(view, doorkeeper, STRICT)}


_decode = msgspec.json.Decoder(View).decode
_PRIVATE = (*STRICT, NO_STORE)
