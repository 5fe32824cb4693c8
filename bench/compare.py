"""Compares this server with others in all that a voice server does with its clients, on one core each, round by round.

Cancelling a coroutine leaves its sockets open.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from functools import partial

import msgspec

from bench import bargein, exchange, first_sound, plot
from bench.alternating import Turns, alternate
from bench.load import ABREAST, WARM, abreast, configure, settled_memory
from bench.process import OURS, PEER, Process, take_realtime
from bench.readings import Comparison, Quantity, Reading, Round
from bench.speaking import Fed, Speaker, answered, at_rest, feed, pass_barrier
from bench.wire import frame

WINDOWS = 5
"""How often a quantity is measured in a round: its spread is that of these."""
SLICES = 4
"""In so many parts the servers take turns within a window of speech: a shared machine changes its speed in a second."""
WARM_CHUNKS = 3
AT_ONCE = (1, 50, 300)
BINARY, BASE64, UPGRADED = "binary", "base64", "binary, upgraded from polling"
_REST = 0.01
_SPOKEN = 5
"""Chunks of the utterance of a turn: half a second."""


class Rate(msgspec.Struct, frozen=True):
    """How a microphone sends: so many bytes, each `interval` seconds; `share` of the sessions do so at a time."""

    size: int
    interval: float
    share: float

    @property
    def words(self) -> str:
        """For the name of a quantity."""
        return f"{self.size:,} bytes each {self.interval * 1e3:.0f} ms"


# Five times as many chunks of a fifth of the size: of a third of the sessions, which Node's core can still serve.
RATES = (Rate(3_200, 0.1, 1.0), Rate(640, 0.02, 1 / 3))
AIMS = {BINARY: "0.8× Node", BASE64: "0.6× Node", UPGRADED: "0.8× Node"}


class Amounts(msgspec.Struct, frozen=True):
    """How much is measured in a round: sessions at once, seconds of a slice of speech, turns in a window, and answers
    that are interrupted."""

    sessions: int = 300
    seconds: float = 0.1
    turns: int = 100
    interrupted: int = 20


def chunk_cost(way: str, rate: Rate) -> Quantity:
    """The processor time of a chunk that comes so."""
    return Quantity(f"a chunk, {way}, {rate.words}", "µs", aim=AIMS[way])


CONVERSATION_AIMS = dict(zip([*first_sound.CONVERSATIONS][1:], ("2 ms", "8 ms", "9 ms"), strict=True))
MEMORY = Quantity("a configured session", "kB", aim="17 kB")
CONNECT = Quantity("accept to `session.joined`", "µs", aim="0.9× Node")
INTERRUPTED = {
    True: Quantity("after a barge-in: a long answer in pieces", "kB"),
    False: Quantity("after a barge-in: one long sound", "kB"),
}


def turn_costs(at_once: int) -> tuple[Quantity, Quantity, Quantity]:
    """Of so many turns at once: the processor time of a turn, the median and the 99th percentile of the first sound."""
    turns = f"{at_once} at once" if at_once > 1 else "alone"
    first = f"commit to first sound, {turns}"
    aims = ("1.2× python-socketio", "") if at_once == 1 else ("", "1× both" if at_once == max(AT_ONCE) else "")
    return (
        Quantity(f"a turn, {turns}", "µs"),
        Quantity(f"{first}, median", "ms", is_wall=True, aim=aims[0]),
        Quantity(f"{first}, p99", "ms", is_wall=True, aim=aims[1]),
    )


async def measure(server: Process, turns: Turns, amounts: Amounts) -> Round:
    """All quantities, once, in turn with other servers.

    Raises RuntimeError where the server complains or has not got every byte, TimeoutError where it does not answer.
    """
    await _warm(server)
    await turns.pass_on()
    before = await settled_memory(server)
    sockets = await abreast(amounts.sessions, lambda: Speaker.connect(server.port))
    await asyncio.gather(*[configure(socket, exchange.update(is_base64=True)) for socket in sockets])
    memory = (await settled_memory(server) - before) / amounts.sessions / 1e3
    readings = [Reading(MEMORY, (memory,))]
    for way in (BINARY, BASE64):
        readings += [await _chunks(server, turns, sockets, way, rate, amounts) for rate in RATES]
    for at_once in AT_ONCE:
        readings += await _answers(server, turns, sockets, at_once, amounts.turns)
    await asyncio.gather(*[socket.close() for socket in sockets])
    readings.append(await _joining(server, turns, amounts.sessions))
    sockets = await abreast(amounts.sessions, lambda: Speaker.upgrade(server.port))
    await asyncio.gather(*[configure(socket, exchange.update(is_base64=True)) for socket in sockets])
    readings += [await _chunks(server, turns, sockets, UPGRADED, rate, amounts) for rate in RATES]
    await asyncio.gather(*[socket.close() for socket in sockets])
    for stream, quantity in INTERRUPTED.items():
        await turns.pass_on()
        cut = await bargein.interrupt(server, amounts.interrupted, stream=stream, warm=2)
        readings.append(Reading(quantity, (cut.bytes_after / 1e3,)))
    return tuple(readings)


async def measure_speaking(server: Process, turns: Turns, amounts: Amounts) -> Round:
    """Chunks and turns alone, in turn with other servers. Raises as `measure`."""
    await _warm(server)
    await turns.pass_on()
    sockets = await abreast(amounts.sessions, lambda: Speaker.connect(server.port))
    await asyncio.gather(*[configure(socket, exchange.update(is_base64=True)) for socket in sockets])
    readings = [await _chunks(server, turns, sockets, BINARY, rate, amounts) for rate in RATES]
    readings += await _answers(server, turns, sockets, 50, amounts.turns)
    await asyncio.gather(*[socket.close() for socket in sockets])
    return tuple(readings)


async def _warm(server: Process) -> None:
    """Have the server do everything, so that caches, pools and compiled code are there."""
    sockets = await abreast(WARM, lambda: Speaker.connect(server.port))
    for socket in sockets:
        await configure(socket, exchange.update(is_base64=True))
        socket.write(_frames(BASE64, RATES[0].size))
        await answered([socket], is_base64=True)
    await asyncio.gather(*[socket.close() for socket in sockets])


async def _joining(server: Process, turns: Turns, sessions: int) -> Reading:
    """WebSockets that join a session each, in as many groups as there are windows, and then leave."""
    sockets: list[Speaker] = []
    costs = []
    load, wall = time.process_time(), time.monotonic()
    for window in range(WINDOWS):
        await turns.pass_on()
        count = sessions * (window + 1) // WINDOWS - len(sockets)
        used = await at_rest(server.processor_seconds, _REST)
        sockets += await abreast(count, lambda: Speaker.connect(server.port))
        costs.append((await at_rest(server.processor_seconds, _REST) - used) / count * 1e6)
    share = (time.process_time() - load) / (time.monotonic() - wall)
    await asyncio.gather(*[socket.close() for socket in sockets])
    return Reading(CONNECT, tuple(costs), share)


def _frames(way: str, size: int) -> bytes:
    return b"".join(map(frame, exchange.append(exchange.CHUNK[:size], is_base64=way == BASE64)))


async def _chunks(
    server: Process, turns: Turns, sockets: Sequence[Speaker], way: str, rate: Rate, amounts: Amounts
) -> Reading:
    """Utterances are begun, fed in each window, and committed: the transcripts say what of them has arrived."""
    sockets = sockets[: max(1, round(len(sockets) * rate.share))]
    chunk = _frames(way, rate.size)
    heard = sum(socket.heard for socket in sockets)
    for socket in sockets:
        socket.write(chunk)
    await feed(sockets, (chunk,) * WARM_CHUNKS, rate.interval)  # Node compiles meanwhile, and is slower
    await pass_barrier(sockets)
    costs: list[float] = []
    fed: list[Fed] = []
    for _ in range(WINDOWS):
        begun, seconds = len(fed), 0.0
        for _ in range(SLICES):
            await turns.pass_on()
            used = await at_rest(server.processor_seconds, _REST)
            fed.append(await feed(sockets, (chunk,) * round(amounts.seconds / rate.interval), rate.interval))
            seconds += await at_rest(server.processor_seconds, _REST) - used
        costs.append(seconds / sum(one.chunks for one in fed[begun:]) * 1e6)
    for begin in range(0, len(sockets), ABREAST):
        await answered(sockets[begin : begin + ABREAST], is_base64=True)
    sent = ((1 + WARM_CHUNKS) * len(sockets) + sum(one.chunks for one in fed)) * rate.size
    if (heard := sum(socket.heard for socket in sockets) - heard) != sent:
        raise RuntimeError(f"{sent} bytes of sound were sent, and {heard} have arrived")
    share, late = max(one.load_share for one in fed), max(one.late for one in fed)
    return Reading(chunk_cost(way, rate), tuple(costs), share, late)


async def _answers(
    server: Process, turns: Turns, sockets: Sequence[Speaker], at_once: int, count: int
) -> list[Reading]:
    """In each window so many turns, or all that are at once: `at_once` at a time, the next when those are done."""
    at_once = min(at_once, len(sockets))
    sockets = sockets[: max(count, at_once)]
    spoken = _frames(BASE64, RATES[0].size) * _SPOKEN
    costs, medians, delays, shares = [], [], [], []
    for _ in range(WINDOWS):
        await turns.pass_on()
        for socket in sockets:
            socket.write(spoken)
        await pass_barrier(sockets)
        used = await at_rest(server.processor_seconds, _REST)
        load, wall, window = time.process_time(), time.monotonic(), []
        for begin in range(0, len(sockets), at_once):
            window += await answered(sockets[begin : begin + at_once], is_base64=True)
        shares.append((time.process_time() - load) / (time.monotonic() - wall))
        costs.append((await at_rest(server.processor_seconds, _REST) - used) / len(sockets) * 1e6)
        medians.append(statistics.median(window) * 1e3)
        delays += window
    turn, median, late = turn_costs(at_once)
    share = max(shares)
    p99 = statistics.quantiles(delays, n=100)[98] * 1e3
    return [Reading(turn, tuple(costs), share), Reading(median, tuple(medians), share), Reading(late, (p99,), share)]


# ---- all servers, in turn


def run(core: int, rounds: int, amounts: Amounts, servers: Sequence[str], conversations: int) -> Comparison:
    """Measure all servers, each a fresh process on `core`, in another order each round; and so many conversations."""
    realtime = take_realtime()
    measured: dict[str, list[Round]] = {server: [] for server in servers}
    for number in range(rounds):
        print(f"round {number + 1}", flush=True)
        order = (*servers[number % len(servers) :], *servers[: number % len(servers)])
        one = alternate(core, {server: (server, partial(measure, amounts=amounts)) for server in order})
        for name, mode in first_sound.CONVERSATIONS.items() if conversations else ():
            load = partial(_converse, name=name, mode=mode, sessions=conversations)
            one[PEER if mode.server == PEER else OURS] += alternate(core, {name: (mode.server, load)})[name]
        for server, readings in one.items():
            measured[server].append(readings)
    return Comparison(measured, realtime)


async def _converse(server: Process, _: Turns, name: str, mode: first_sound.Mode, sessions: int) -> Round:
    times = await first_sound.converse(server, mode, sessions)
    name = first_sound.PASSED if name == PEER else name
    return (Reading(Quantity(f"a second of conversation, {name}", "ms", aim=CONVERSATION_AIMS[name]), (times.ms,)),)


def ratios(comparison: Comparison) -> dict[str, list[plot.Bar]]:
    """Of each quantity, the ratios of the other servers to the first, in brackets those of dropped rounds."""
    base, *others = comparison.rounds
    rows = {}
    for quantity in comparison.quantities:
        values = [(server, comparison.ratio(server, base, quantity)) for server in others]
        if found := [plot.Bar(server, one.value, str(one)) for server, one in values if one.value is not None]:
            rows[quantity.name] = found
    return rows
