"""Pages that say something of the whole service: each process has its part of it, and whoever is asked adds them up.

A page is a `Part` that this process makes, as bytes, and an `Answer` made of all parts. A service that is one process
has one part; where there are several, `Gathering` brings those of the others.
"""

from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from actors.ports.access import AccessRefused, Doorkeeper
from adapters.wire.credentials import refusal, shown
from adapters.wire.heads import Headers, Request
from adapters.wire.http import Response
from adapters.wire.routes import Page, Resource

Part = Callable[[str], bytes]
"""What this process says about a topic; it is told what is asked about, "" for nothing in particular."""


class ProcessParts(msgspec.Struct, frozen=True):
    """What the processes said. `missing`: how many said nothing; `left`: last words of those that are no more."""

    said: tuple[bytes, ...]
    missing: int = 0
    left: tuple[bytes, ...] = ()


Answer = Callable[[ProcessParts], Response]
"""Adds the parts up."""


class Gathering(Protocol):
    """The port to the other processes."""

    async def gather(self, topic: str, about: str = "") -> ProcessParts:
        """What all processes say about the topic, this one included; each within a deadline.

        Cancelling ends the waiting.
        """


HEALTH: Final = "healthz"
READINESS: Final = "readyz"
METRICS: Final = "metrics"
INSPECTION: Final = "inspect"


def of_one(part: Part, answer: Answer) -> Page:
    """The page of a service that is one process."""
    return lambda request: answer(ProcessParts((part(""),)))


def of_all(gathering: Gathering, topic: str, answer: Answer) -> Resource:
    """The page that answers with what all processes say about the topic, for anybody."""

    async def page(request: Request, body: bytes) -> Response:
        return answer(await gathering.gather(topic))

    return Resource(page)


def of_all_guarded(
    gathering: Gathering, topic: str, answer: Answer, doorkeeper: Doorkeeper, headers: Headers = (), about: str = ""
) -> Resource:
    """The page for who shows the operator's token; others are answered with `headers`.

    The processes are told the value of the query's `about`.
    """

    async def page(request: Request, body: bytes) -> Response:
        try:
            await doorkeeper.admit_operator(shown(request))
        except AccessRefused as refused:
            return refusal(refused, headers)
        return answer(await gathering.gather(topic, request.query.get(about, "")))

    return Resource(page)


def told_missing(missing: int) -> tuple[str, ...]:
    """Words on processes that did not answer."""
    return (f"{missing} of the server's processes did not answer or is being started",) if missing else ()
