"""The outbox: messages queued for one client, bounded, from which those of a cancelled turn can be taken out.

Terms: docs/glossary.md.
"""

from collections import deque
from typing import NamedTuple

from protocol.engineio import Frame


class OutboxEntry(NamedTuple):
    """One Socket.IO packet as frames, its header first and then its attachments; `tag` says what it belongs to."""

    frames: tuple[Frame, ...]
    size: int
    tag: object


class Outbox:
    """A queue of entries of which frames are taken one by one.

    An entry of which a frame has been taken is committed: the rest of it follows, whatever is dropped, because a client
    that has the header waits for the attachments. Urgent frames (heartbeat) go before the entries, never into one.
    """

    def __init__(self, max_bytes: int, max_entries: int) -> None:
        # Nothing waits most of the time, and an empty deque takes ten times the memory of a list, in every connection.
        self._entries: deque[OutboxEntry] | None = None
        self._begun: list[Frame] = []
        self._urgent: list[Frame] = []
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self.size = 0

    def __len__(self) -> int:
        return len(self._entries or ()) + len(self._begun) + len(self._urgent)

    def put(self, frames: tuple[Frame, ...], tag: object = None) -> bool:
        """Queue an entry; False, and nothing queued, where it does not fit.

        An entry that is larger than the bound by itself fits into an empty outbox: a part is one message whatever its
        size.
        """
        size = sum(map(len, frames))
        if self._entries and (len(self._entries) >= self._max_entries or self.size + size > self._max_bytes):
            return False
        if self._entries is None:
            self._entries = deque()
        self._entries.append(OutboxEntry(frames, size, tag))
        self.size += size
        return True

    def put_urgent(self, frame: Frame) -> None:
        """Queue a frame of the connection itself, unless the same one still waits, as pings nobody fetches would."""
        if frame not in self._urgent:
            self._urgent.append(frame)

    def drop(self, tag: object) -> int:
        """Take out every entry with this tag that has not begun to leave; returns how many there were."""
        entries = self._entries or deque()
        kept = deque(entry for entry in entries if entry.tag != tag)
        dropped = len(entries) - len(kept)
        self._entries = kept or None
        self.size = sum(entry.size for entry in kept) + sum(map(len, self._begun))
        return dropped

    def clear(self) -> None:
        """Forget everything: the connection is over."""
        self._entries = None
        self._begun.clear()
        self._urgent.clear()
        self.size = 0

    def take(self) -> Frame | None:
        """The next frame to hand to the transport, None where there is none."""
        if self._begun:
            self.size -= len(self._begun[0])
            return self._begun.pop(0)
        if self._urgent:
            return self._urgent.pop(0)
        if not self._entries:
            return None
        entry = self._entries.popleft()
        self._entries = self._entries or None
        self._begun.extend(entry.frames[1:])
        self.size -= len(entry.frames[0])
        return entry.frames[0]

    def take_joined(self, most: int) -> list[Frame]:
        """The next frames for one write: one, and those that follow while all have at most `most` letters or bytes."""
        frames: list[Frame] = []
        size = 0
        while (upcoming := self._next_size()) is not None:
            size += upcoming
            if frames and size > most:
                break
            frame = self.take()
            assert frame is not None
            frames.append(frame)
        return frames

    def _next_size(self) -> int | None:
        """The size of what `take` would return, None where that is None."""
        if self._begun:
            return len(self._begun[0])
        if self._urgent:
            return len(self._urgent[0])
        return len(self._entries[0].frames[0]) if self._entries else None

    def take_up_to(self, max_bytes: float) -> list[Frame]:
        """Frames for one polling response: whole entries, at least one where there is one, then more while they fit."""
        frames: list[Frame] = []
        size = 0
        while len(self):
            upcoming = 0 if self._begun or self._urgent or not self._entries else self._entries[0].size
            if frames and upcoming and size + upcoming > max_bytes:
                break
            frame = self.take()
            assert frame is not None
            size += upcoming
            frames.append(frame)
        return frames
