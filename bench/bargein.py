"""Clients that have fallen behind an answer interrupt it, and see what of it still comes."""

import asyncio
import statistics
import time
from typing import NamedTuple

import msgspec

from bench import exchange
from bench.load import WARM, abreast, configure
from bench.process import Process
from bench.speaking import at_rest
from bench.wire import TIMEOUT, Socket, frame

EVERY = 0.02
REST = 1.0
"""Seconds without work after which a server has sent what it can. One that is starved looks idle for a shorter time."""
WINDOW = 16_384
_CHUNK = b"".join(map(frame, exchange.append(is_base64=True)))
_COMMIT = frame(exchange.COMMIT)


class Interrupted(msgspec.Struct, frozen=True):
    """Milliseconds from the interrupting chunk to the last byte of the old answer, and to `response.cancelled`, and
    how many bytes of the old answer came after that chunk had been sent."""

    ms_stop: float
    ms_stop_p99: float
    ms_cancelled: float
    ms_cancelled_p99: float
    bytes_after: float
    bytes_after_p99: float


class Stop(NamedTuple):
    """One interruption, in the terms of Interrupted."""

    ms_stop: float
    ms_cancelled: float
    bytes_after: float


class Laggard(Socket):
    """A client that can stop reading, and notes when and where in its stream the last of an answer came."""

    last_old = last_before = (0.0, 0)

    def stop_reading(self) -> None:
        """Let what comes pile up."""
        assert self._transport is not None
        self._transport.pause_reading()

    def go_on_reading(self) -> None:
        """Read, as fast as it comes."""
        assert self._transport is not None
        self._transport.resume_reading()

    def come(self) -> int:
        """The number of bytes that have come so far, including those that wait in the kernel to be read."""
        import fcntl
        import termios

        assert self._transport is not None
        descriptor = self._transport.get_extra_info("socket").fileno()
        unread = int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)), "little")
        return self.read + len(self._buffer) + unread

    def _note(self, beginning: bytes) -> None:
        if beginning.startswith(exchange.OLD) and not beginning.startswith(exchange.CLOSING):
            self.last_old = (time.perf_counter(), self.read)
        elif beginning.startswith(exchange.CANCELLED):
            self.last_before = self.last_old
        super()._note(beginning)


async def interrupt(server: Process, sessions: int, *, stream: bool, warm: int = WARM) -> Interrupted:
    """`sessions` stop reading and are answered; when no more fits into the kernel, one after the other interrupts.

    `warm` others do so before, and are not counted.

    Raises RuntimeError where the server complains or a piece comes after `response.cancelled`, TimeoutError where it
    does not answer.
    """
    await _interrupt_all(server, warm, stream=stream)
    stops = await _interrupt_all(server, sessions, stream=stream)
    ms_stop, ms_cancelled, bytes_after = (statistics.quantiles(values, n=100) for values in zip(*stops, strict=True))
    return Interrupted(
        ms_stop=ms_stop[49],
        ms_stop_p99=ms_stop[98],
        ms_cancelled=ms_cancelled[49],
        ms_cancelled_p99=ms_cancelled[98],
        bytes_after=bytes_after[49],
        bytes_after_p99=bytes_after[98],
    )


async def _interrupt_all(server: Process, sessions: int, *, stream: bool) -> list[Stop]:
    laggards = await abreast(sessions, lambda: _configured(server.port, stream=stream))
    for laggard in laggards:
        laggard.stop_reading()
        laggard.write(_CHUNK + _COMMIT)
        await asyncio.sleep(EVERY)
    await at_rest(server.processor_seconds, REST)  # what it could send has been sent
    stops = []
    for laggard in laggards:
        stops.append(asyncio.create_task(_interrupt(laggard)))
        await asyncio.sleep(EVERY)
    measured = await asyncio.gather(*stops)
    await asyncio.gather(*[laggard.close() for laggard in laggards])
    return measured


async def _configured(port: int, *, stream: bool) -> Laggard:
    laggard = await Laggard.connect(port, window=WINDOW)
    await configure(laggard, exchange.update(is_base64=True, voice=exchange.LONG_VOICE, stream=stream))
    return laggard


async def _interrupt(laggard: Laggard) -> Stop:
    cancelled = laggard.expect(exchange.CANCELLED)
    had, begin = laggard.come(), time.perf_counter()
    laggard.write(_CHUNK)
    laggard.go_on_reading()
    told = await asyncio.wait_for(cancelled, TIMEOUT)
    passed = laggard.expect(exchange.PASSED)
    laggard.write(frame(exchange.BARRIER))
    await asyncio.wait_for(passed, TIMEOUT)
    if laggard.last_old != laggard.last_before:
        raise RuntimeError("a piece of the old answer came after response.cancelled")
    when, where = laggard.last_before
    return Stop(max(0.0, when - begin) * 1e3, (told - begin) * 1e3, max(0, where - had))
