"""The load of `growth`: the cost of a chunk with few and with many sessions, and what one that floods costs the others.

Cancelling a coroutine leaves its sockets open.
"""

import asyncio
import statistics
import time
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from bench import exchange
from bench.alternating import Load, Turns, alternate
from bench.load import abreast, configure, settled_memory
from bench.process import Process, take_realtime
from bench.readings import Comparison, Quantity, Reading, Round
from bench.speaking import Speaker, answered, at_rest, feed, pass_barrier
from bench.wire import Socket, frame

COUNTS = (10, 100, 1_000, 3_000)
WINDOWS = 5
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
    seconds: float = 2.0
    speakers: int = 300


CHUNK_IN_ALL = Quantity(f"a chunk, {IN_ALL:,} a second in all", "µs", aim="1.3× 100")
CHUNK_EACH = Quantity(f"a chunk, {EACH} a second from each", "µs")
MEMORY = Quantity("a session that speaks", "kB")


def paid(speakers: int, when: str) -> Quantity:
    """What the speakers beside one that floods pay: the wait for an acknowledgement."""
    return Quantity(f"{speakers:,} that speak wait for an acknowledgement, {when}, p99", "ms", is_wall=True)


async def measure(server: Process, turns: Turns, sessions: int, scale: Scale) -> Round:
    """The cost of a chunk and of a session, where there are so many of these.

    Raises RuntimeError where the server complains or has not got every byte, TimeoutError where it does not answer.
    """
    await asyncio.gather(*[socket.close() for socket in await _speakers(server, 10)])
    before = await settled_memory(server)
    sockets = await _speakers(server, sessions)
    kilobytes = (await settled_memory(server) - before) / sessions / 1e3
    readings = [Reading(MEMORY, (kilobytes,))]
    sent = sessions
    for quantity, rate in ((CHUNK_IN_ALL, IN_ALL / sessions), (CHUNK_EACH, EACH)):
        costs, shares, late = [], [], []
        chunks = (_CHUNK,) * max(1, round(scale.seconds * rate))
        for _ in range(WINDOWS):
            await turns.pass_on()
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


async def flood(server: Process, turns: Turns, scale: Scale) -> Round:
    """`speakers` send a chunk each tenth of a second, alone and then beside one that floods.

    Raises RuntimeError where not every chunk of theirs has arrived, TimeoutError where the server does not answer.
    """
    sockets = await _speakers(server, scale.speakers)
    readings, sent = [], len(sockets)
    for when in (CALM, FLOODED):
        waits: list[float] = []
        shares, late = [], []
        for _ in range(WINDOWS):
            await turns.pass_on()
            flooder = await Flooder.connect(server.port)
            await configure(flooder, exchange.update(is_base64=True))
            flooding = asyncio.create_task(flooder.flood() if when == FLOODED else asyncio.sleep(0))
            fed_all = asyncio.Event()
            probing = asyncio.create_task(_probe(sockets[0], waits, fed_all))
            fed = await feed(sockets, (_CHUNK,) * max(2, round(scale.seconds / 2 * 10)), 0.1)
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
        readings.append(Reading(paid(scale.speakers, when), (p99,), max(shares), max(late)))
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


def grow(core: int, rounds: int, scale: Scale, server: str) -> Comparison:
    """A chunk with each number of sessions, each in a process of its own of the server, in turn."""
    loads = {f"{count:,} sessions": (server, partial(measure, sessions=count, scale=scale)) for count in scale.counts}
    return _compared(core, rounds, loads)


def be_fair(core: int, rounds: int, scale: Scale, servers: Sequence[str]) -> Comparison:
    """What one client that floods costs the others, with each of the servers."""
    return _compared(core, rounds, {server: (server, partial(flood, scale=scale)) for server in servers})


def _compared(core: int, rounds: int, loads: Mapping[str, tuple[str, Load]]) -> Comparison:
    realtime = take_realtime()
    measured = [alternate(core, loads) for _ in range(rounds)]
    return Comparison({name: [one[name] for one in measured] for name in loads}, realtime)
