"""Transports of both ways, alone: what wakes whoever does not wait yet, and faults that nobody receives."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import memory_stream_pair, wait_all_tasks_blocked

from adapters.wire.websocket import WebSocketTransport
from protocol.engineio import Frame
from protocol.websocket import FRAMES_AT_A_TIME
from tests.adapters.wire.test_shortway import FrameTalker, transports
from tests.adapters.wire.wirefaults import PING, TEXT, frame


@asynccontextmanager
async def transport_of(way: str) -> AsyncIterator[tuple[WebSocketTransport, trio.abc.Stream]]:
    """A transport of this way, and its client's end."""
    if way == "short":
        async with transports() as (short, far):
            yield short, far
    else:
        near, memory = memory_stream_pair()
        yield WebSocketTransport(near, 1_000_000, b""), memory


@pytest.mark.parametrize("behind", [1, FRAMES_AT_A_TIME], ids=["pings of the same round", "pings of the next one"])
async def test_who_is_woken_while_others_have_their_turn_does_not_wait(way: str, behind: int) -> None:
    async with transport_of(way) as (transport, far), transport.serving(FrameTalker()):
        await far.send_all(frame(TEXT, b"one") + frame(PING, b"") * behind)
        assert await transport.receive() == "one"
        flush = transport.flush

        def close_meanwhile() -> None:
            flush()
            transport.wake()

        transport.flush = close_meanwhile  # type: ignore[method-assign]
        with trio.fail_after(5):
            assert await transport.receive() is None
        transport.flush = flush  # type: ignore[method-assign]
        await far.send_all(frame(TEXT, b"two"))
        assert await transport.receive() == "two"


class BrokenTalker(FrameTalker):
    """A connection that breaks when it is asked for what it has to send."""

    def take_out(self, most: int) -> list[Frame]:
        """Break."""
        raise LookupError("a fault of ours")


async def test_a_fault_after_the_last_receive_is_raised_at_the_end(way: str) -> None:
    with pytest.RaisesGroup(LookupError, allow_unwrapped=True, flatten_subgroups=True):
        async with transport_of(way) as (transport, _), transport.serving(BrokenTalker()):
            transport.flush()
            await wait_all_tasks_blocked(0.01)
