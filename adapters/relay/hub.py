"""The relays of a process: a stream for each other process, and the sockets on them, near and far.

A stream is asked for when the first socket needs it, and whoever brings streams (`attach`) gives one end to each of
two processes. Where a stream breaks, the other process is gone: its near sockets leave their sessions here, and the
connections of the sockets that had a session there are closed, so that their clients connect again.
"""

import logging
from collections.abc import Callable
from itertools import count
from typing import Final

import trio

from actors.ports.access import AccessRefused
from actors.running.relaying import UNREACHABLE, RelayedSocket, RelayRequest
from adapters.relay.far import FarSocket, RelayedSessions
from adapters.relay.frames import (
    AliveFrame,
    AnyFrame,
    AskAliveFrame,
    CloseSocketFrame,
    DeliverFrame,
    GoneFrame,
    JoinedFrame,
    LeftFrame,
    MessageFrame,
    OpenFrame,
    PartedFrame,
    TakenFrame,
)
from adapters.relay.near import NearSocket
from adapters.relay.stream import RelayBroken, RelayStream
from protocol.errors import CloseReason, RefusalStatus
from protocol.timing import Timing

log = logging.getLogger(__name__)
LINKED_WITHIN: Final = 5.0
"""Seconds in which a stream to another process has to come."""
MOST_FAR: Final = 20_000
"""Sockets of other processes in sessions here. At the bound new ones are closed; connections are bounded where they
are, so this is for a peer that is broken."""


class Pair:
    """The relay with one other process."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.stream = RelayStream(stream, self._take)
        self.near: dict[int, NearSocket] = {}
        self.far: dict[int, FarSocket] = {}
        self.on_open: Callable[[Pair, OpenFrame], None] = _ignore

    def _take(self, frame: AnyFrame) -> None:
        match frame:
            case DeliverFrame():
                frames = tuple(frame.frames)
                for number in frame.sockets:
                    if (near := self.near.get(number)) is not None:
                        near.deliver(frames)
            case OpenFrame():
                self.on_open(self, frame)
            case MessageFrame() | LeftFrame() | AliveFrame() | GoneFrame():
                if (far := self.far.get(frame.socket)) is not None:
                    far.heed(frame)
            case TakenFrame() | AskAliveFrame() | JoinedFrame() | PartedFrame() | CloseSocketFrame():
                if (near := self.near.get(frame.socket)) is not None:
                    near.heed(frame)


class RelayHub:
    """See the module's text; it satisfies `Relays`. `ask` asks for a stream to the process of a name."""

    def __init__(self, sessions: RelayedSessions, timing: Timing, ask: Callable[[str], None]) -> None:
        self._sessions = sessions
        self._timing = timing
        self._ask = ask
        self._pairs: dict[str, Pair] = {}
        self._linked = trio.Event()
        self._numbers = count(1)
        self._tasks: trio.Nursery | None = None
        self._far_count = 0

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the streams and the sockets until cancelled, which ends them."""
        async with trio.open_nursery() as self._tasks:
            task_status.started()
            await trio.sleep_forever()

    @property
    def sockets(self) -> tuple[int, int]:
        """How many there are, near and far."""
        return sum(len(pair.near) for pair in self._pairs.values()), self._far_count

    def attach(self, name: str, stream: trio.abc.Stream) -> None:
        """A stream to the process of this name has come."""
        assert self._tasks is not None
        pair = self._pairs[name] = Pair(stream)
        pair.on_open = self._open_far
        self._tasks.start_soon(self._keep, name, pair)
        self._linked.set()
        self._linked = trio.Event()

    async def _keep(self, name: str, pair: Pair) -> None:
        try:
            await pair.stream.run()
        except* RelayBroken as broken:
            log.info("the relay with %s has ended: %s", name, broken.exceptions[0])
        finally:
            if self._pairs.get(name) is pair:
                del self._pairs[name]
            for near in list(pair.near.values()):
                near.lose()
            for far in list(pair.far.values()):
                far.lose()
            await pair.stream.aclose()

    # ---- near

    async def open(self, owner: str, asked: RelayRequest) -> RelayedSocket:
        """See `Relays.open`."""
        pair = await self._reach(owner)
        assert self._tasks is not None
        number, opening = next(self._numbers), asked.connection.opening
        near = NearSocket(number, pair.stream, asked, self._tasks, pair.near)
        pair.stream.send(
            OpenFrame(
                number,
                opening.address,
                dict(opening.query),
                opening.bearer,
                opening.traceparent,
                asked.connect,
            )
        )
        return near

    async def _reach(self, owner: str) -> Pair:
        with trio.move_on_after(LINKED_WITHIN):
            if owner not in self._pairs:
                self._ask(owner)
            while owner not in self._pairs:
                await self._linked.wait()
            return self._pairs[owner]
        raise AccessRefused(RefusalStatus.UNAVAILABLE, UNREACHABLE)

    # ---- far

    def _open_far(self, pair: Pair, opening: OpenFrame) -> None:
        assert self._tasks is not None
        if self._far_count >= MOST_FAR:
            log.error("another process relays more sockets than there may be")
            pair.stream.send(CloseSocketFrame(opening.socket, CloseReason.SERVER_CLOSED.value))
            return
        far = FarSocket(opening, pair.stream, self._sessions, self._timing)
        pair.far[opening.socket] = far
        self._far_count += 1
        self._tasks.start_soon(self._attend, pair, far)

    async def _attend(self, pair: Pair, far: FarSocket) -> None:
        """The task of one far socket: a fault in it ends this socket alone."""
        try:
            await far.run()
        except Exception:
            log.error("%s: a relayed connection broke by a fault of this server and was closed", far.address)
            log.debug("%s: the fault", far.address, exc_info=True)
            far.break_off()
        finally:
            self._far_count -= 1
            pair.far.pop(far.number, None)


def _ignore(pair: Pair, frame: OpenFrame) -> None:
    """Nobody takes sockets yet."""
