"""The loads of `first-sound`: turns that commit at once, conversations in pieces, and utterances that grow long.

Cancelling a load leaves its sockets open.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence

import msgspec

from bench import exchange, sounds
from bench.load import TICK, WARM, abreast, configure
from bench.process import OURS_WITH_CODEC, PEER, Process
from bench.wire import TIMEOUT, Socket, frame

TURNS = 300
"""Turns of each measurement of the first sound, however many of them are at once."""
SPOKEN, ANSWERED = 5.0, 5.0
"""Seconds of speech and of answer of a conversation."""
LONG, PHASE, SPEED = 60.0, 10.0, 3.0
"""Seconds of a long utterance, of its measured beginning and end, and how much faster than life it is sent."""
_APART = 0.02
_SETTLE = 0.3
_SHORT = 0.5


class Mode(msgspec.Struct, frozen=True):
    """A way through a server: what the microphone sends to which recogniser, and what the synthesiser makes.

    The Receiver always wants mp3, binary, in pieces.
    """

    server: str
    media: str = "pcm16"
    stt: str = ""
    voice: str = "mp3"

    def update(self, seconds: float, pause: float = 0.0) -> str:
        """`session.update` for an answer of so many seconds."""
        voice = sounds.Voice(self.voice, round(seconds / sounds.PIECE), pause)
        return exchange.update(is_base64=False, voice=voice.name, pieces=True, media=self.media, stt=self.stt)

    def chunks(self, seconds: float) -> list[bytes]:
        """The frames of each chunk of so many seconds of speech."""
        count = round(seconds / sounds.CHUNK)
        recorded = sounds.recorded(seconds) if self.media == "webm" else (exchange.CHUNK,) * count
        return [b"".join(map(frame, exchange.append(chunk, is_base64=False))) for chunk in recorded]


PASSING, LISTENING, CONVERTING = "passing through", "listening", "converting"
MODES = {
    PEER: Mode(PEER),
    PASSING: Mode(OURS_WITH_CODEC),
    LISTENING: Mode(OURS_WITH_CODEC, stt=exchange.LISTENER),
    CONVERTING: Mode(OURS_WITH_CODEC, media="webm", stt=exchange.LISTENER, voice="pcm16"),
}


class FirstSound(msgspec.Struct, frozen=True):
    """Of a turn: microseconds of the processor, in all and of the codec's processes, milliseconds from the commit to
    the first sound."""

    us_a_turn: float
    us_codec: float
    ms: float
    ms_p99: float


class ConversationTimes(msgspec.Struct, frozen=True):
    """Milliseconds of the processor for a second of conversation, for one of speech, for one of answer; and the part of
    the codec's processes in the first."""

    ms_a_second: float
    ms_heard: float
    ms_spoken: float
    ms_codec: float


class Growth(msgspec.Struct, frozen=True):
    """Microseconds of the processor a chunk, at the beginning and at the end of a long utterance, and their ratio."""

    us_early: float
    us_late: float
    ratio: float


class Used:
    """The processor time of a server and of its workers since this was made, in seconds."""

    def __init__(self, server: Process) -> None:
        self._server = server
        self._before = server.processor_seconds(), server.workers_seconds()

    def passed(self) -> tuple[float, float]:
        """In all, and of the workers."""
        own, workers = self._server.processor_seconds() - self._before[0], self._server.workers_seconds()
        workers -= self._before[1]
        return own + workers, workers


async def commit_at_once(server: Process, mode: Mode, at_once: int, turns: int = TURNS) -> FirstSound:
    """`turns` sessions commit, `at_once` at a time; the next ones commit when those have been answered.

    Raises RuntimeError where the server complains, TimeoutError where it does not answer.
    """
    chunks = mode.chunks(_SHORT)
    await _answered(await _spoken(server, mode, chunks, WARM))
    sockets = await _spoken(server, mode, chunks, turns)
    used = Used(server)
    delays: list[float] = []
    for begin in range(0, turns, at_once):
        delays += await _answered(sockets[begin : begin + at_once])
    total, codec = used.passed()
    await asyncio.gather(*[socket.close() for socket in sockets])
    percentiles = statistics.quantiles(delays, n=100)
    return FirstSound(total / turns * 1e6, codec / turns * 1e6, percentiles[49] * 1e3, percentiles[98] * 1e3)


async def converse(server: Process, mode: Mode, sessions: int) -> ConversationTimes:
    """`sessions` speak for SPOKEN seconds in real time and are answered with ANSWERED seconds of sound.

    Raises RuntimeError where the server complains, TimeoutError where it does not answer.
    """
    chunks = mode.chunks(SPOKEN)
    update = mode.update(ANSWERED, pause=sounds.PIECE / 5)
    sockets = await abreast(sessions, lambda: _configured(server.port, update))
    used = Used(server)
    await _feed(sockets, chunks, sounds.CHUNK)
    await _settled(server, sockets)
    heard = used.passed()
    await _answered(sockets, apart=_APART)
    total = used.passed()
    await asyncio.gather(*[socket.close() for socket in sockets])
    seconds, both = sessions / 1e3, SPOKEN + ANSWERED
    return ConversationTimes(
        ms_a_second=total[0] / seconds / both,
        ms_heard=heard[0] / seconds / SPOKEN,
        ms_spoken=(total[0] - heard[0]) / seconds / ANSWERED,
        ms_codec=total[1] / seconds / both,
    )


async def grow(server: Process, mode: Mode, sessions: int) -> Growth:
    """`sessions` speak for LONG seconds without a pause.

    Raises RuntimeError where the server complains, TimeoutError where it does not answer.
    """
    chunks, phase = mode.chunks(LONG), round(PHASE / sounds.CHUNK)
    sockets = await abreast(sessions, lambda: _configured(server.port, mode.update(_SHORT)))
    costs = []
    for part in (chunks[:phase], chunks[phase:-phase], chunks[-phase:]):
        used = Used(server)
        await _feed(sockets, part, sounds.CHUNK / SPEED)
        await _settled(server, sockets)
        costs.append(used.passed()[0] / len(part) / sessions * 1e6)
    await asyncio.gather(*[socket.close() for socket in sockets])
    return Growth(costs[0], costs[2], costs[2] / costs[0])


# ---- what sessions do


async def _configured(port: int, update: str) -> Socket:
    socket = await Socket.connect(port)
    await configure(socket, update)
    return socket


async def _spoken(server: Process, mode: Mode, chunks: Sequence[bytes], count: int) -> list[Socket]:
    """Sessions that have said something and not committed it."""
    sockets = await abreast(count, lambda: _configured(server.port, mode.update(_SHORT)))
    for socket in sockets:
        socket.write(b"".join(chunks))
    await _settled(server, sockets)
    return sockets


async def _settled(server: Process, sockets: Sequence[Socket]) -> None:
    """Wait until every chunk sent so far has been handled, and until decoding, which follows, has come to rest."""
    passed = [socket.expect(exchange.PASSED) for socket in sockets]
    for socket in sockets:
        socket.write(frame(exchange.BARRIER))
    await asyncio.wait_for(asyncio.gather(*passed), TIMEOUT)
    used = Used(server)
    before = -1.0
    while used.passed()[0] > before:
        before = used.passed()[0]
        await asyncio.sleep(_SETTLE)


async def _answered(sockets: Sequence[Socket], apart: float = 0.0) -> list[float]:
    """All commit, `apart` seconds one after the other; the seconds until their first sound, when all is answered."""
    commit = frame(exchange.COMMIT)
    committed, firsts, lasts = [], [], []
    for socket in sockets:
        firsts.append(socket.expect(exchange.sound(is_base64=False)))
        lasts.append(socket.expect(exchange.METRICS))
        committed.append(time.perf_counter())
        socket.write(commit)
        if apart:
            await asyncio.sleep(apart)
    first = await asyncio.wait_for(asyncio.gather(*firsts), TIMEOUT)
    await asyncio.wait_for(asyncio.gather(*lasts), TIMEOUT)
    return [came - begun for came, begun in zip(first, committed, strict=True)]


async def _feed(sockets: Sequence[Socket], chunks: Sequence[bytes], interval: float) -> None:
    """Each socket sends the chunks, one each `interval`, all of them spread evenly over it."""
    count, step = len(chunks) * len(sockets), interval / len(sockets)
    begin, sent = time.monotonic(), 0
    while sent < count:
        due = min(count, int((time.monotonic() - begin) / step) + 1)
        for number in range(sent, due):
            sockets[number % len(sockets)].write(chunks[number // len(sockets)])
        sent = due
        await asyncio.sleep(TICK)
