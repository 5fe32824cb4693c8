"""Loads with the real codec: turns that commit at once, conversations in pieces, and utterances that grow long.

Cancelling a load leaves its sockets open.
"""

import asyncio
import statistics
from collections.abc import Sequence

import msgspec

from bench import exchange, sounds
from bench.load import WARM, abreast, configure
from bench.process import OURS_WITH_CODEC, PEER, Process
from bench.speaking import answered, at_rest, feed, pass_barrier
from bench.wire import Socket, frame

TURNS = 300
"""Turns of each measurement of the first sound, however many of them are at once."""
SECONDS = 2.0
"""Of speech and then of answer, in a conversation."""
LONG, PHASES, SPEED = 60.0, 6, 3.0
"""Seconds of a long utterance, its phases, of which the first and the last are measured, and how much faster than life
it is sent."""
_APART = 0.02
_SETTLE = 0.3
_SHORT = 0.5


class Mode(msgspec.Struct, frozen=True):
    """A way through a server: what the microphone sends to which recogniser, what the synthesiser makes, and what the
    Receiver wants, binary and in pieces."""

    server: str
    media: str = "pcm16"
    stt: str = ""
    voice: str = "mp3"
    wanted: str = "mp3"

    def update(self, seconds: float, pause: float = 0.0) -> str:
        """`session.update` for an answer of so many seconds."""
        voice = sounds.Voice(self.voice, round(seconds / sounds.PIECE), pause)
        return exchange.update(
            is_base64=False, voice=voice.name, pieces=True, media=self.media, stt=self.stt, wanted=self.wanted
        )

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
PASSED = "samples passed through"
CONVERSATIONS = {
    PEER: Mode(PEER, voice="pcm16"),
    PASSED: Mode(OURS_WITH_CODEC, voice="pcm16", wanted="pcm16/22050"),
    "samples to opus": Mode(OURS_WITH_CODEC, voice="pcm16", wanted="opus"),
    "samples to mp3": Mode(OURS_WITH_CODEC, voice="pcm16"),
}


class FirstSound(msgspec.Struct, frozen=True):
    """Of a turn: microseconds of the processor, in all and of the codec's processes, milliseconds from the commit to
    the first sound."""

    us_a_turn: float
    us_codec: float
    ms: float
    ms_p99: float


class ConversationTimes(msgspec.Struct, frozen=True):
    """Milliseconds of the processor for a second of speech and for a second of answer, and the part of the codec's
    processes in both together."""

    ms_heard: float
    ms_spoken: float
    ms_codec: float

    @property
    def ms(self) -> float:
        """For a second of conversation: as much is heard as is spoken."""
        return self.ms_heard + self.ms_spoken


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
    warm = await _spoken(server, mode, chunks, WARM)
    await answered(warm, is_base64=False)
    await asyncio.gather(*[socket.close() for socket in warm])
    sockets = await _spoken(server, mode, chunks, turns)
    used = Used(server)
    delays: list[float] = []
    for begin in range(0, turns, at_once):
        delays += await answered(sockets[begin : begin + at_once], is_base64=False)
    total, codec = used.passed()
    await asyncio.gather(*[socket.close() for socket in sockets])
    percentiles = statistics.quantiles(delays, n=100)
    return FirstSound(total / turns * 1e6, codec / turns * 1e6, percentiles[49] * 1e3, percentiles[98] * 1e3)


async def converse(server: Process, mode: Mode, sessions: int) -> ConversationTimes:
    """`sessions` speak for SECONDS in real time and are answered with as much sound.

    Raises RuntimeError where the server complains, TimeoutError where it does not answer.
    """
    chunks = mode.chunks(SECONDS)
    update = mode.update(SECONDS, pause=sounds.PIECE / 5)
    sockets = await abreast(sessions + 1, lambda: _configured(server.port, update))
    first = sockets.pop()  # for whom the server makes the sound of its voice, and the codec its first encoder
    await feed([first], chunks[:1], sounds.CHUNK)
    await answered([first], is_base64=False)
    await first.close()
    used = Used(server)
    await feed(sockets, chunks, sounds.CHUNK)
    await _settled(server, sockets)
    heard = used.passed()
    await answered(sockets, is_base64=False, apart=_APART)
    total = used.passed()
    await asyncio.gather(*[socket.close() for socket in sockets])
    seconds = sessions * SECONDS / 1e3
    return ConversationTimes(heard[0] / seconds, (total[0] - heard[0]) / seconds, total[1] / seconds)


async def grow(server: Process, mode: Mode, sessions: int, seconds: float = LONG) -> Growth:
    """`sessions` speak for so many seconds without a pause.

    Raises RuntimeError where the server complains, TimeoutError where it does not answer.
    """
    chunks, phase = mode.chunks(seconds), round(seconds / PHASES / sounds.CHUNK)
    sockets = await abreast(sessions, lambda: _configured(server.port, mode.update(_SHORT)))
    costs = []
    for part in (chunks[:phase], chunks[phase:-phase], chunks[-phase:]):
        used = Used(server)
        await feed(sockets, part, sounds.CHUNK / SPEED)
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
    await pass_barrier(sockets)
    await at_rest(lambda: server.processor_seconds() + server.workers_seconds(), _SETTLE)
