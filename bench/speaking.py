"""What loads have in common: clients that speak on schedule and commit, and a server that comes to rest.

Cancelling a coroutine leaves its sockets open.
"""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence

import msgspec

from bench import exchange
from bench.wire import TIMEOUT, Socket, frame

TICK = 0.002
"""Seconds between two looks at what is due."""
IDLE = 0.05
"""The share of a core below which a server counts as being at rest."""
_COMMIT = frame(exchange.COMMIT)
_BARRIER = frame(exchange.BARRIER)


class Speaker(Socket):
    """A client that adds up how many bytes of its sound the server's transcripts say that it got."""

    heard = 0

    def _note(self, beginning: bytes) -> None:
        if beginning.startswith(exchange.TRANSCRIPT):
            self.heard += int(beginning.partition(b'"text":"')[2].partition(b" ")[0])
        super()._note(beginning)


class Fed(msgspec.Struct, frozen=True):
    """How a load kept its schedule: the chunks that it sent, its share of its core, and by how many seconds it was late
    at the most in 99 of 100 looks at what is due."""

    chunks: int
    load_share: float
    late: float


async def feed(sockets: Sequence[Socket], chunks: Sequence[bytes], interval: float) -> Fed:
    """Each socket sends the chunks, one each `interval` seconds, all of them spread evenly over it."""
    count, step = len(chunks) * len(sockets), interval / len(sockets)
    begin, used, sent = time.monotonic(), time.process_time(), 0
    late = [0.0, 0.0]
    while sent < count:
        now = time.monotonic() - begin
        due = min(count, int(now / step) + 1)
        if due > sent:
            late.append(now - sent * step)
        for number in range(sent, due):
            sockets[number % len(sockets)].write(chunks[number // len(sockets)])
        sent = due
        await asyncio.sleep(TICK)
    share = (time.process_time() - used) / (time.monotonic() - begin)
    return Fed(count, share, statistics.quantiles(late, n=100)[98])


async def pass_barrier(sockets: Sequence[Socket]) -> float:
    """Wait until every chunk sent so far has been handled; how long that took, in seconds. Raises TimeoutError."""
    begin = time.monotonic()
    passed = [socket.expect(exchange.PASSED) for socket in sockets]
    for socket in sockets:
        socket.write(_BARRIER)
    await asyncio.wait_for(asyncio.gather(*passed), TIMEOUT)
    return time.monotonic() - begin


async def at_rest(processor_seconds: Callable[[], float], pause: float) -> float:
    """Wait until a server does next to nothing for `pause` seconds; its processor time then. Raises TimeoutError."""
    async with asyncio.timeout(TIMEOUT):
        used = processor_seconds()
        while True:
            await asyncio.sleep(pause)
            before, used = used, processor_seconds()
            if used - before < IDLE * pause:
                return used


async def answered(sockets: Sequence[Socket], *, is_base64: bool, apart: float = 0.0) -> list[float]:
    """All commit, `apart` seconds one after the other; the seconds until their first sound, when all is answered.

    Raises RuntimeError where the server complains, TimeoutError where it does not answer.
    """
    committed, firsts, lasts = [], [], []
    for socket in sockets:
        firsts.append(socket.expect(exchange.sound(is_base64=is_base64)))
        lasts.append(socket.expect(exchange.METRICS))
        committed.append(time.perf_counter())
        socket.write(_COMMIT)
        if apart:
            await asyncio.sleep(apart)
    first = await asyncio.wait_for(asyncio.gather(*firsts), TIMEOUT)
    await asyncio.wait_for(asyncio.gather(*lasts), TIMEOUT)
    return [came - begun for came, begun in zip(first, committed, strict=True)]
