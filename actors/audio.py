"""The sound of an utterance as engines read it: already whole, or while it is spoken."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from actors.ports import Audio


class Complete:
    """The Audio port over bytes that are all there."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read it, in one piece."""
        yield self._pieces()

    async def _pieces(self) -> AsyncIterator[bytes]:
        await trio.lowlevel.checkpoint()
        if self._data:
            yield self._data


class Growing:
    """The Audio port over chunks that are still coming; `extend` and `complete` never wait."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._complete = False
        self._grown = trio.Event()

    @property
    def is_complete(self) -> bool:
        """Whether the utterance has come to its end."""
        return self._complete

    def extend(self, chunk: bytes) -> None:
        """A chunk came."""
        self._chunks.append(chunk)
        self._wake()

    def complete(self) -> None:
        """That was all."""
        self._complete = True
        self._wake()

    def _wake(self) -> None:
        self._grown.set()
        self._grown = trio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read it, a chunk a piece."""
        yield self._pieces()

    async def _pieces(self) -> AsyncIterator[bytes]:
        read = 0
        while True:
            while read < len(self._chunks):
                read += 1
                await trio.lowlevel.checkpoint()
                yield self._chunks[read - 1]
            if self._complete:
                return
            await self._grown.wait()


async def whole(audio: Audio) -> bytes:
    """All of it, once it is complete."""
    async with audio.open() as pieces:
        return b"".join([piece async for piece in pieces])
