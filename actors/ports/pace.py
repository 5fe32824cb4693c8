"""Pace: long work passes a checkpoint after so many items or bytes, so that other tasks run in between."""

import trio

ITEMS = 256
"""Items between two checkpoints, each of them some microseconds of work."""
BYTES = 65_536
"""Bytes between two checkpoints."""


class Pace:
    """Counts what a task does, and lets other tasks run after `most` items or BYTES bytes."""

    def __init__(self, most: int = ITEMS) -> None:
        self._most = most
        self._items = 0
        self._bytes = 0

    async def spend(self, items: int, size: int = 0) -> None:
        """Note that this many items, of `size` bytes in all, were done; other tasks run where it was enough.

        Cancelling raises here where it was enough, after the items were done.
        """
        self._items += items
        self._bytes += size
        if self._items >= self._most or self._bytes >= BYTES:
            self._items = self._bytes = 0
            await trio.lowlevel.checkpoint()
