"""A server process's link to its parent: the streams that it is given, whose a session is, and what the others say.

It satisfies three ports: `SessionDirectory` for the registry of sessions, `Neighbours` for the listener, `Gathering`
for the pages. Where the parent does not answer in time, a claim is refused (503) and a sum has this process's part
alone. The parent's end is this process's: nobody would bring it streams any more.
"""

import logging
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Final

import trio

from actors.ports.access import AccessRefused
from actors.ports.directory import OwnedElsewhere
from adapters.multiprocess.channel import ControlChannel, as_stream_socket
from adapters.multiprocess.directory import owner_of
from adapters.multiprocess.frames import (
    AnswerFrame,
    AskFrame,
    ClaimFrame,
    EndFrame,
    GatheredFrame,
    GatherFrame,
    LinkFrame,
    LoadFrame,
    OwnerFrame,
    ReleaseFrame,
    ReloadedFrame,
    ReloadFrame,
    StreamFrame,
    ToProcess,
)
from adapters.multiprocess.process import Values, unpack_settings
from adapters.pages.summing import Part, ProcessParts
from adapters.wire.passing import Passed
from protocol.errors import RefusalStatus

log = logging.getLogger(__name__)
WITHIN: Final = 5.0
"""Seconds that the parent has to answer."""
EVERY: Final = 0.2
"""Seconds between two looks at what this process has to do."""
SIGN_OF_LIFE: Final = 1.0
LATE: Final = "the server is busy; connect again in a moment"

Take = Callable[[trio.SocketStream, Passed, str], None]
"""Serves a stream that was handed to this process, which is secured in that way."""


class Waiting:
    """An answer that is waited for."""

    def __init__(self) -> None:
        self.answer: OwnerFrame | GatheredFrame | None = None
        self.has_come = trio.Event()


class ParentLink:
    """See the module's text; `name` is this process's."""

    def __init__(self, channel: "ControlChannel[ToProcess]", name: str) -> None:
        self.name = name
        self.asked_to_end = trio.Event()
        self.asked_to_end_at_once = trio.Event()
        self.parts: Mapping[str, Part] = {}
        self.attach: Callable[[str, trio.abc.Stream], None] | None = None
        """Is given the streams to other processes."""
        self.settings: Values = {}
        """The newest ones that the parent has sent."""
        self._channel = channel
        self._calls = count(1)
        self._waiting: dict[int, Waiting] = {}
        self._claims: Counter[str] = Counter()
        self._owned: set[str] = set()
        self._reloading, self._reloads = trio.open_memory_channel[Values](8)

    async def listen(self, take: Take) -> None:
        """Do what the parent says; `take` is given streams. Raises ChannelClosed at the parent's end.

        Cancelling loses what is being read.
        """
        while True:
            frame, descriptor = await self._channel.receive()
            match frame:
                case StreamFrame():
                    if descriptor >= 0:
                        _give(descriptor, frame, take)
                case OwnerFrame(call) | GatheredFrame(call):
                    self._answered(call, frame)
                case AskFrame(call, topic, about):
                    part = self.parts.get(topic)
                    self._channel.send(AnswerFrame(call, b"" if part is None else part(about)))
                case LinkFrame(peer):
                    self._attach(descriptor, peer)
                case ReloadFrame(settings):
                    self._reloading.send_nowait(unpack_settings(settings))
                case EndFrame():
                    (self.asked_to_end_at_once if self.asked_to_end.is_set() else self.asked_to_end).set()

    def _attach(self, descriptor: int, peer: str) -> None:
        if descriptor >= 0 and self.attach is not None:
            self.attach(peer, trio.SocketStream(as_stream_socket(descriptor)))

    def ask_for(self, peer: str) -> None:
        """Ask for a stream to the process called `peer`, which `attach` is given."""
        self._channel.send(LinkFrame(peer))

    async def write(self) -> None:
        """Send what is to be said to the parent. Raises ChannelClosed. Cancelling may cut a frame."""
        await self._channel.write()

    async def keep_settings(self, take: Callable[[], Awaitable[None]]) -> None:
        """Call `take` for each set of settings that the parent sends, which is in `settings` then.

        Cancelling ends that.
        """
        async for settings in self._reloads:
            self.settings = settings
            await take()
            self._channel.send(ReloadedFrame())

    async def tell_load(self, load: Callable[[], tuple[int, int]]) -> None:
        """Tell the parent how many sessions and streams there are, when that changes, and each second.

        Cancelling ends that.
        """
        told, told_at = (-1, -1), 0.0
        while True:
            now, found = trio.current_time(), load()
            if found != told or now - told_at >= SIGN_OF_LIFE:
                self._channel.send(LoadFrame(*found))
                told, told_at = found, now
            await trio.sleep(EVERY)

    def _answered(self, call: int, frame: OwnerFrame | GatheredFrame) -> None:
        if (waiting := self._waiting.get(call)) is not None:
            waiting.answer = frame
            waiting.has_come.set()

    async def _ask(self, make: Callable[[int], ClaimFrame | GatherFrame]) -> OwnerFrame | GatheredFrame | None:
        """The parent's answer, None where it does not come in time. Cancelling ends the waiting."""
        call, waiting = next(self._calls), Waiting()
        self._waiting[call] = waiting
        try:
            if self._channel.send(make(call)):
                with trio.move_on_after(WITHIN):
                    await waiting.has_come.wait()
            return waiting.answer
        finally:
            del self._waiting[call]

    # ---- whose a session is

    async def claim(self, session_id: str) -> None:
        """See `SessionDirectory.claim`."""
        self._claims[session_id] += 1
        if self._claims[session_id] > 1 and session_id in self._owned:
            return
        try:
            answer = await self._ask(lambda call: ClaimFrame(call, session_id))
            if not isinstance(answer, OwnerFrame):
                raise AccessRefused(RefusalStatus.UNAVAILABLE, LATE)
            if answer.owner != self.name:
                raise OwnedElsewhere(answer.owner)
            self._owned.add(session_id)
        except BaseException:
            self.release(session_id)
            raise

    def hold(self, session_id: str) -> None:
        """See `SessionDirectory.hold`."""
        self._claims[session_id] += 1

    def release(self, session_id: str, bound: float = 0.0) -> None:
        """See `SessionDirectory.release`."""
        self._claims[session_id] -= 1
        if self._claims[session_id] <= 0:
            del self._claims[session_id]
            self._owned.discard(session_id)
            self._channel.send(ReleaseFrame(session_id, bound))

    # ---- where a stream belongs

    def have(self, sid: str) -> bool:
        """See `Neighbours.have`."""
        return owner_of(sid) not in ("", self.name)

    def take(self, sock: trio.socket.SocketType, begun: bytes, address: str) -> None:
        """See `Neighbours.take`."""
        descriptor = sock.detach()
        if not self._channel.send(StreamFrame(begun, address), descriptor):
            os.close(descriptor)

    # ---- what the others say

    async def gather(self, topic: str, about: str = "") -> ProcessParts:
        """See `Gathering.gather`."""
        answer = await self._ask(lambda call: GatherFrame(call, topic, about))
        if isinstance(answer, GatheredFrame):
            return ProcessParts(tuple(filter(None, answer.said)), answer.missing, answer.left)
        return ProcessParts((self.parts[topic](about),))


def _give(descriptor: int, frame: StreamFrame, take: Take) -> None:
    try:
        sock = as_stream_socket(descriptor)
    except OSError as error:
        log.warning("a connection that was handed over cannot be served: %s", error)
        os.close(descriptor)
        return
    take(trio.SocketStream(sock), Passed(frame.begun, frame.address, frame.is_final), frame.secured)
