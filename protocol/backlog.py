"""The backlog: what a Receiver was sent lately, from which it is sent again what it lost with its connection.

The client says which piece of sound it had last (`ResumePoint`), and nothing of what came between that piece and the
end of its connection. So the point is right behind the piece, and whatever was sent behind it is sent again. A piece
and a `response.started` are *marks*: only behind a mark there is a point. Two things take messages out again:

    forgetting    what is too old to be missing, or too much to be kept, from the front; the marks in it are counted on
    dropping      the messages of a turn that was cut, which had not left for the client: they were never sent

What is forgotten ends behind a mark, so that the point behind it can still be named; but where the bound is passed the
oldest message goes, whatever it is. Then the points up to the next mark are lost.

It does no I/O and is told the time.

Terms: docs/glossary.md.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from protocol.engineio import Frame
from protocol.resuming import ResumePoint

MOST_MESSAGES: Final = 1_000
"""Messages that a backlog has at most: they are looked through when a client resumes, and are queued for it at once."""


class BacklogBounds(NamedTuple):
    """How many bytes and messages a backlog may hold, and for how many seconds where the Receiver is there.

    Without bytes there is none.
    """

    bytes: int
    messages: int
    seconds: float


NO_BACKLOG: Final = BacklogBounds(0, 0, 0.0)


class ResumeMark(NamedTuple):
    """A message behind which a client can resume: the start of the response of `turn`, or a piece of `part`, its last
    one where it `ends`."""

    turn: int = 0
    part: int = -1
    ends: bool = False


class BacklogEntry(NamedTuple):
    """One message: its frames, the turn with which it is dropped, and when it was sent."""

    frames: tuple[Frame, ...]
    turn: int | None
    mark: ResumeMark | None
    size: int
    at: float


class Progress:
    """How far a client is after some messages: `turn`, and how many pieces of each part.

    `is_fresh`: nothing of a response has come by this socket, and `turn` is the last one that was over when it came.
    `is_named`: a response has started by this socket; to the client, pieces of one that had started before are of no
    turn.
    """

    def __init__(self, turn: int) -> None:
        self.turn = turn
        self.is_fresh = True
        self.is_named = False
        self._counts: dict[int, int] = {}
        self._last: int | None = None
        self._is_ended = False

    def copy(self) -> "Progress":
        """One that goes on by itself."""
        made = Progress(self.turn)
        made.is_fresh, made.is_named = self.is_fresh, self.is_named
        made._last, made._is_ended = self._last, self._is_ended
        made._counts = dict(self._counts)
        return made

    def take(self, mark: ResumeMark) -> None:
        """The client gets this, too."""
        self.is_fresh = False
        if mark.part < 0:
            self.turn, self._last, self._counts = mark.turn, None, {}
            self.is_named = True
            return
        self._last, self._is_ended = mark.part, mark.ends
        self._counts[mark.part] = self._counts.get(mark.part, 0) + 1

    def is_at(self, turn: int, parts: Mapping[int, int]) -> bool:
        """Whether this is all that a client has that has so many pieces of these parts of the turn."""
        if self.is_fresh:  # with no turn it has no piece, and has what it says of an older one
            return turn <= self.turn and (turn > 0 or not any(parts.values()))
        if turn != (self.turn if self.is_named else 0):
            return False
        last = self._last
        if last is None:
            return not any(parts.values()) and min(parts, default=0) == 0
        if not parts.get(last):  # a client that waits for the next part may name that one, with no piece of it
            return self._is_ended and parts == {last + 1: 0} and last + 1 not in self._counts
        if parts[last] != self._counts[last]:  # as it nearly always is, and then no other part is looked at
            return False
        return all(self._counts.get(part, 0) == pieces for part, pieces in parts.items())


class Backlog:
    """The backlog of one Receiver; `before`: the last turn that was over when it came."""

    def __init__(self, bounds: BacklogBounds, before: int) -> None:
        self.size = 0
        self.marks = 0
        """How many of its messages are marks: without one nothing of it can be forgotten in time."""
        self._bounds = bounds
        self._entries: list[BacklogEntry] = []
        self._forgotten = Progress(before)
        self._is_torn = False
        self._left: int | None = None  # while the client is away: how many of the entries it may have got
        self._resumes: int | None = None  # while it is being let in: how many of the entries it has

    def __len__(self) -> int:
        return len(self._entries)

    # ---- what is sent

    def keep(self, frames: tuple[Frame, ...], turn: int | None, mark: ResumeMark | None, now: float) -> None:
        """A message is sent at `now`, or would be if the client were there; `turn`: it is dropped with that turn."""
        size = sum(map(len, frames))
        self._entries.append(BacklogEntry(frames, turn, mark, size, now))
        self.size += size
        self.marks += mark is not None
        is_over = self.size > self._bounds.bytes or len(self._entries) > self._bounds.messages
        if is_over and self._resumes is None:
            self._forget_excess()

    def drop_last(self, turn: int, count: int) -> None:
        """The last `count` messages of a turn were taken out of the client's outbox."""
        for index in range(len(self._entries) - 1, -1, -1):
            if count == 0:
                return
            if self._entries[index].turn == turn:
                self._remove(index)
                count -= 1

    def drop_unsent(self, turn: int) -> int:
        """Drop the messages of a turn for which the client was away already; returns how many there were."""
        assert self._left is not None
        unsent = [index for index in range(self._left, len(self._entries)) if self._entries[index].turn == turn]
        for index in reversed(unsent):
            self._remove(index)
        return len(unsent)

    def _remove(self, index: int) -> None:
        entry = self._entries.pop(index)
        self.size -= entry.size
        self.marks -= entry.mark is not None

    # ---- what is forgotten

    def forget_before(self, at: float) -> None:
        """Forget what was sent by then, up to the last mark in it."""
        count = 0
        for number, entry in enumerate(self._entries, 1):
            if entry.at > at:
                break
            count = number if entry.mark is not None else count
        self._forget(count)

    def forget_all(self) -> None:
        """Forget everything, but for what a client is being let in with."""
        if self._resumes is None:
            self._forget(len(self._entries))

    def _forget_excess(self) -> None:
        size, count = self.size, 0
        while size > self._bounds.bytes or len(self._entries) - count > self._bounds.messages:
            size -= self._entries[count].size
            count += 1
        self._forget(count)

    def _forget(self, count: int) -> None:
        for entry in self._entries[:count]:
            self.size -= entry.size
            self._is_torn = entry.mark is None
            if entry.mark is not None:
                self.marks -= 1
                self._forgotten.take(entry.mark)
        del self._entries[:count]
        if self._left is not None:
            self._left = max(0, self._left - count)

    # ---- the client's absence

    def leave(self) -> None:
        """The client is away from now on; where it was already, and did not get in, it still is."""
        self._left = len(self._entries) if self._left is None else self._left
        self._resumes = None

    def has(self, point: ResumePoint) -> bool:
        """Whether what is behind the point is all there."""
        return self._find(point) is not None

    def reserve(self, point: ResumePoint) -> bool:
        """Whether what is behind the point is all there; then it is kept until `resume` or another `leave`."""
        assert self._left is not None
        self._resumes = self._find(point)
        return self._resumes is not None

    def _find(self, point: ResumePoint) -> int | None:
        progress, parts = self._forgotten.copy(), point.parts
        if not self._is_torn and progress.is_at(point.turn, parts):
            return 0
        for number, entry in enumerate(self._entries, 1):
            if entry.mark is not None:
                progress.take(entry.mark)
                if progress.is_at(point.turn, parts):
                    return number
        return None

    def resume(self, now: float) -> Sequence[BacklogEntry]:
        """The client is back: what it is sent again `now`, in order.

        What it has is not forgotten by that: it may be another one, which was sent the same and was lost at the same
        time, and then the first one comes for the other's place.
        """
        assert self._resumes is not None
        missing = [entry._replace(at=now) for entry in self._entries[self._resumes :]]
        self._entries[self._resumes :] = missing
        self._left = self._resumes = None
        return missing
