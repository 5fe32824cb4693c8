"""The events of an answer that is still coming, see `adapters.remote.sse`."""

from collections import deque
from typing import Protocol, Self

from adapters.providers.provider import ProviderFailed
from adapters.remote.faults import of_type
from adapters.remote.sse import EventReader, ServerSentEvent, TooLong

_EXPECTED = ("text/event-stream", "application/json")
_BLANK = b" \t\r\n\xef\xbb\xbf"


class Body(Protocol):
    """What an answer is to its events."""

    title: str
    content_type: str

    async def next(self) -> bytes:
        """The next piece of it, b"" at the end."""


class Events:
    """Iterates over the events; raises ProviderFailed as the body does, and where it is a page or ends inside a line.

    The content type is not heeded: many a server has a wrong one.
    """

    def __init__(self, body: Body) -> None:
        self._body = body
        self._reader = EventReader()
        self._ready: deque[ServerSentEvent] = deque()
        self._has_begun = False
        self._is_over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ServerSentEvent:
        while not self._ready:
            if self._is_over:
                raise StopAsyncIteration
            self._read(await self._body.next())
        return self._ready.popleft()

    def _read(self, piece: bytes) -> None:
        self._is_over = not piece
        if not self._has_begun and (start := piece.lstrip(_BLANK)):
            self._has_begun = True
            if start.startswith(b"<"):
                raise of_type(self._body.title, self._body.content_type or "a page", _EXPECTED)
        try:
            self._ready += self._reader.feed(piece) if piece else self._reader.finish()
        except TooLong:
            raise ProviderFailed(f"{self._body.title} sent an event that does not end") from None
        if self._reader.is_torn:
            raise ProviderFailed(f"{self._body.title} broke off in the middle of its answer")
