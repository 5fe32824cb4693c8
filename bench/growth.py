"""The load of `growth`: the cost of a chunk with few and with many sessions, and what one that floods costs the others.

Cancelling a coroutine leaves its sockets open.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from functools import partial

import msgspec

from bench import exchange
from bench.compare import attempt
from bench.load import abreast, configure, settled_memory
from bench.process import Process, take_realtime
from bench.readings import Comparison, Quantity, Reading, Round
from bench.speaking import Speaker, answered, at_rest, feed, pass_barrier
from bench.wire import Socket, frame

COUNTS = (10, 100, 1_000, 3_000)
WINDOWS = 3
IN_ALL = 1_000
"""Chunks a second in all, however many sessions send them."""
EACH = 1
"""Chunks a second that each session sends, however many they are."""
CALM, FLOODED = "nobody floods", "one floods"
_REST = 0.05
_PROBE = 0.01
_CHUNK = b"".join(map(frame, exchange.append(is_base64=False)))
_FLOOD = _CHUNK * 20


class Scale(msgspec.Struct, frozen=True):
    """How much is measured: the numbers of sessions, seconds of a window, and speakers beside one that floods."""

    counts: tuple[int, ...] = COUNTS
    seconds: float = 3.0
    speakers: int = 300


def in_all(sessions: int) -> Quantity:
    """The cost of a chunk where so many sessions send as much together as any other number."""
    return Quantity(f"a chunk, {sessions:,} sessions, {IN_ALL:,} chunks a second in all", "µs")


def each(sessions: int) -> Quantity:
    """The cost of a chunk where each of so many sessions sends as much as any other."""
    return Quantity(f"a chunk, {sessions:,} sessions, {EACH} chunk a second each", "µs")


def memory(sessions: int) -> Quantity:
    """The memory of one of so many sessions that have begun an utterance."""
    return Quantity(f"a speaking session of {sessions:,}", "kB")


def paid(when: str) -> Quantity:
    """What others than the one that floods pay: the wait for an acknowledgement."""
    return Quantity(f"300 that speak wait for an acknowledgement, {when}, p99", "ms", is_wall=True)


async def measure(server: Process, sessions: int, scale: Scale) -> tuple[Reading, ...]:
    """The cost of a chunk and of a session, where there are so many of these.

    Raises RuntimeError where the server complains or has not got every byte, TimeoutError where it does not answer.
    """
    await asyncio.gather(*[socket.close() for socket in await _speakers(server, 10)])
    before = await settled_memory(server)
    sockets = await _speakers(server, sessions)
    kilobytes = (await settled_memory(server) - before) / sessions / 1e3
    readings = [Reading(memory(sessions), (kilobytes,))]
    sent = sessions
    for quantity, rate in ((in_all(sessions), IN_ALL / sessions), (each(sessions), EACH)):
        costs, shares, late = [], [], []
        chunks = (_CHUNK,) * max(1, round(scale.seconds * rate))
        for _ in range(WINDOWS):
            used = await at_rest(server.processor_seconds, _REST)
            fed = await feed(sockets, chunks, 1 / rate)
            costs.append((await at_rest(server.processor_seconds, _REST) - used) / fed.chunks * 1e6)
            shares.append(fed.load_share)
            late.append(fed.late)
            sent += fed.chunks
        readings.append(Reading(quantity, tuple(costs), max(shares), max(late)))
    await _committed(sockets, sent)
    await asyncio.gather(*[socket.close() for socket in sockets])
    return tuple(readings)


async def _speakers(server: Process, count: int) -> list[Speaker]:
    """Sessions that have begun an utterance with one chunk."""
    sockets = await abreast(count, lambda: _speaker(server.port))
    await pass_barrier(sockets)
    return sockets


async def _speaker(port: int) -> Speaker:
    socket = await Speaker.connect(port)
    await configure(socket, exchange.update(is_base64=True))
    socket.write(_CHUNK)
    return socket


async def _committed(sockets: Sequence[Speaker], sent: int) -> None:
    """Commit all, a few at a time. Raises RuntimeError where fewer than `sent` chunks have arrived."""
    for begin in range(0, len(sockets), 10):
        await answered(sockets[begin : begin + 10], is_base64=True)
    heard = sum(socket.heard for socket in sockets)
    if heard != sent * len(exchange.CHUNK):
        raise RuntimeError(f"{sent * len(exchange.CHUNK)} bytes of sound were sent, and {heard} have arrived")


# ---- one that floods


class Flooder(Socket):
    """A client that sends as much as is taken from it, and does not listen."""

    def __init__(self) -> None:
        super().__init__()
        self._writable = asyncio.Event()
        self._writable.set()

    def pause_writing(self) -> None:
        """No more is taken (see `asyncio.Protocol`)."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """More is taken (see `asyncio.Protocol`)."""
        self._writable.set()

    async def flood(self) -> None:
        """Send until cancelled, or until the server has closed the connection."""
        while not self.gone.done():
            await self._writable.wait()
            self.write(_FLOOD)
            await asyncio.sleep(0)


async def flood(server: Process, scale: Scale) -> tuple[Reading, ...]:
    """`speakers` send a chunk each tenth of a second, alone and then beside one that floods.

    Raises RuntimeError where not every chunk of theirs has arrived, TimeoutError where the server does not answer.
    """
    sockets = await _speakers(server, scale.speakers)
    readings, sent = [], len(sockets)
    for when in (CALM, FLOODED):
        waits: list[float] = []
        shares, late = [], []
        for _ in range(WINDOWS):
            flooder = await Flooder.connect(server.port)
            await configure(flooder, exchange.update(is_base64=True))
            flooding = asyncio.create_task(flooder.flood() if when == FLOODED else asyncio.sleep(0))
            fed_all = asyncio.Event()
            probing = asyncio.create_task(_probe(sockets[0], waits, fed_all))
            fed = await feed(sockets[1:], (_CHUNK,) * max(2, round(scale.seconds / 3 * 10)), 0.1)
            fed_all.set()
            await probing
            flooding.cancel()
            await asyncio.wait([flooding])
            flooder.abort()
            await at_rest(server.processor_seconds, _REST)
            sent += fed.chunks
            shares.append(fed.load_share)
            late.append(fed.late)
        p99 = statistics.quantiles(waits, n=100)[98] * 1e3
        readings.append(Reading(paid(when), (p99,), max(shares), max(late)))
    await pass_barrier(sockets)
    await _committed(sockets, sent)
    await asyncio.gather(*[socket.close() for socket in sockets])
    return tuple(readings)


async def _probe(socket: Socket, waits: list[float], until: asyncio.Event) -> None:
    """Ask for one acknowledgement after the other, and note how long each took.

    It is told to end, and not cancelled: `asyncio.wait_for` of Python 3.11 may swallow that.
    """
    while not until.is_set():
        begun = time.perf_counter()
        await pass_barrier([socket])
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(_PROBE)


def run(core: int, rounds: int, scale: Scale, servers: Sequence[str]) -> Comparison:
    """Measure all servers with each number of sessions, and beside one that floods, so often."""
    realtime = take_realtime()
    measured: dict[str, list[Round]] = {server: [] for server in servers}
    for _ in range(rounds):
        for server in servers:
            loads = [partial(measure, sessions=count, scale=scale) for count in scale.counts]
            parts = [attempt(server, core, load) for load in (*loads, partial(flood, scale=scale))]
            measured[server].append(tuple(reading for part in parts for reading in part))
    return Comparison(measured, realtime)


def series(comparison: Comparison, scale: Scale) -> dict[str, list[float]]:
    """The cost of a chunk of each server with each number of sessions, where all of them count: what the plot shows."""
    found: dict[str, list[float]] = {}
    for words, quantity in ((f"{IN_ALL:,} chunks a second in all", in_all), (f"{EACH} chunk a second each", each)):
        for server in comparison.rounds:
            values = [comparison.median(server, quantity(count)) for count in scale.counts]
            if all(value is not None for value in values):
                found[f"{server}, {words}"] = [value for value in values if value is not None]
    return found
