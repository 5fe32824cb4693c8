"""The TCP streams of a server: their number is bounded, and at the bound one of them is closed by rule.

A stream costs its peer one packet and the server a file descriptor, so the bound on all streams alone lets one program
shut everybody out that opens them and says nothing. Three kinds are told apart:

* *silent*: no whole head of a request has come, with TLS perhaps not even the handshake. They have a bound of their
  own; at the bound, the oldest one of the address with most of them is closed. A client that has a request sends it
  at once, so a silent stream is the first to be closed.
* *waiting*: asked something before, and it is the peer's turn: for the next request on a connection that is kept, for
  the rest of a body, or to take its answer, which may be more than the kernel holds. They count towards the bound on
  all streams alone; at that bound the oldest one of the address with most of them is closed.
* *served*: the server works for it, or it is a WebSocket. Nothing here closes it; the connection
  registry bounds those.

The address is the peer's own, a proxy's for instance: the client behind a proxy is named in the head.
"""

import logging

import trio

from actors.running.addresses import EvictionOrder

log = logging.getLogger(__name__)
TOLD_EVERY = 60.0
"""Seconds between two lines of the log about a lack of room, so that an attack does not fill the log as well."""


class StreamSlot:
    """The slot of one stream; `scope` is cancelled when the stream is to be closed."""

    def __init__(self, streams: "StreamSlots", address: str) -> None:
        self.address = address
        self.scope = trio.CancelScope()
        self._streams = streams
        self._has_asked = False

    def renew(self) -> trio.CancelScope:
        """A new scope for a stream that has been served without one, as a WebSocket is for hours."""
        self.scope = trio.CancelScope()
        return self.scope

    def wait(self, is_waiting: bool) -> None:
        """It is the peer's turn to send or to take, or the server's to work."""
        if self.scope.cancel_called:
            return
        if not is_waiting:
            self._has_asked = True
            self._streams.silent.discard(self)
            self._streams.waiting.discard(self)
        elif self._has_asked:
            self._streams.waiting.add(self, self.address)


class StreamSlots:
    """Every stream of a server: at most `most`, of them at most `most_silent` without a whole head of a request."""

    def __init__(self, most: int, most_silent: int) -> None:
        self.silent: EvictionOrder[StreamSlot] = EvictionOrder()
        self.waiting: EvictionOrder[StreamSlot] = EvictionOrder()
        self._count = 0
        self._most = most
        self._most_silent = most_silent
        self._untold = 0
        self._told_at = -TOLD_EVERY

    def __len__(self) -> int:
        return self._count

    def enter(self, address: str) -> StreamSlot | None:
        """A slot for a new stream from `address`; None where all are taken and no stream can be closed."""
        if self._count >= self._most and not self.make_room():
            self._tell(f"there are {self._most} streams, all of them at work; new ones are closed at once")
            return None
        self._count += 1
        stream = StreamSlot(self, address)
        self.silent.add(stream, address)
        if len(self.silent) > self._most_silent:
            self._close(self.silent, f"there are {self._most_silent} streams that have not sent a request")
        return stream

    def leave(self, stream: StreamSlot) -> None:
        """The stream is closed."""
        self._count -= 1
        self.silent.discard(stream)
        self.waiting.discard(stream)

    def make_room(self) -> bool:
        """Close one stream that waits for its peer, to make room; False where there is none."""
        crowd = self.waiting if self.waiting else self.silent
        return self._close(crowd, f"there is no room for more than {self._count} streams")

    def _close(self, crowd: EvictionOrder[StreamSlot], why: str) -> bool:
        stream = crowd.oldest_of_most()
        if stream is None:
            return False
        crowd.discard(stream)
        stream.scope.cancel()
        self._tell(f"{why}; the oldest one of the address with most of them, {stream.address}, gives way")
        return True

    def _tell(self, what: str) -> None:
        self._untold += 1
        if trio.current_time() - self._told_at >= TOLD_EVERY:
            log.warning("%s (%d times since this was last told)", what, self._untold)
            self._told_at, self._untold = trio.current_time(), 0
