"""The event stream: the events of an answer that is still coming, read by `adapters.reach.sse`."""

from collections import deque
from typing import Protocol, Self

from actors.ports.pace import ITEMS, Pace
from adapters.reach.contract import ProviderFailed
from adapters.reach.faults import of_type
from adapters.reach.sse import EventReader, ServerSentEvent, TooLong

_EXPECTED = ("text/event-stream", "application/json")
_SLICE = 128
"""Bytes that are read in one go, in which there may be as many lines."""
_BLANK = b" \t\r\n\xef\xbb\xbf"


class EventBody(Protocol):
    """The part of an answer that its event stream reads."""

    title: str
    content_type: str

    async def next(self) -> bytes:
        """The next piece of the body, b"" at the end. Raises ProviderFailed. Cancelling closes the connection."""


class EventStream:
    """Iterates over the events of an answer; cancelling closes the connection.

    Raises ProviderFailed as the body does, and where the body is a page or ends inside a line. The content type is
    ignored, because many servers send a wrong one.
    """

    def __init__(self, body: EventBody) -> None:
        self._body = body
        self._reader = EventReader()
        self._ready: deque[ServerSentEvent] = deque()
        self._has_begun = False
        self._is_over = False
        self._lines = Pace(ITEMS // 2)
        self._taken = Pace()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ServerSentEvent:
        while not self._ready:
            if self._is_over:
                raise StopAsyncIteration
            await self._read(await self._body.next())
        await self._taken.spend(1)
        return self._ready.popleft()

    async def _read(self, piece: bytes) -> None:
        """Read a piece with turns for others in between: one of 64 kB can be as many lines."""
        self._is_over = not piece
        if not self._has_begun and (start := piece.lstrip(_BLANK)):
            self._has_begun = True
            if start.startswith(b"<"):
                raise of_type(self._body.title, self._body.content_type or "a page", _EXPECTED)
        try:
            for at in range(0, len(piece), _SLICE):
                part = piece[at : at + _SLICE]
                self._ready += self._reader.feed(part)
                await self._lines.spend(part.count(b"\n") + part.count(b"\r"), len(part))
            if not piece:
                self._ready += self._reader.finish()
        except TooLong:
            raise ProviderFailed(f"{self._body.title} sent an event that does not end") from None
        if self._reader.is_torn:
            raise ProviderFailed(f"{self._body.title} broke off in the middle of its answer")
