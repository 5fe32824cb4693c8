"""The loads: sessions that are left alone or thrown away again and again; connections that idle, or come and go.

Cancelling a load leaves its sockets open.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from bench import exchange
from bench.process import Process
from bench.speaking import pass_barrier
from bench.wire import TIMEOUT, Socket, connect_polling, frame

BLOCK = bytes(64_000)
QUIET = 3.5
"""Seconds until the server has given back what it does not need."""
SETTLE = 1.0
ABREAST = 10
WARM = 20
T = TypeVar("T")


class Connected(msgspec.Struct, frozen=True):
    """What connections cost: memory of an idle one, and of connecting and leaving the microseconds of the processor
    and how often that goes in a second."""

    bytes_a_connection: float
    us_a_websocket: float
    websockets_a_second: float
    us_a_polling: float
    pollings_a_second: float


class Kept(msgspec.Struct, frozen=True):
    """The memory of a configured session that nobody is connected to, and of an idle connection with its session."""

    bytes_a_session: float
    bytes_a_connection: float


async def connect(server: Process, idle: int, comers: int) -> Connected:
    """`idle` WebSockets at once that only stay; then `comers` over each transport that connect and leave."""
    await _come_and_go(server, WARM * 5, lambda: _come_by_websocket(server.port))
    await _come_and_go(server, WARM * 5, lambda: connect_polling(server.port))
    before = await settled_memory(server)
    sockets = await abreast(idle, lambda: Socket.connect(server.port))
    memory = await settled_memory(server) - before
    await asyncio.gather(*[socket.close() for socket in sockets])
    websocket = await _come_and_go(server, comers, lambda: _come_by_websocket(server.port))
    polling = await _come_and_go(server, comers, lambda: connect_polling(server.port))
    return Connected(memory / idle, *websocket, *polling)


async def keep(server: Process, sessions: int) -> Kept:
    """`sessions` that were configured and left, and then as many idle WebSockets.

    Raises RuntimeError where a session was not kept.
    """
    await _come_and_go(server, WARM * 5, lambda: _come_by_websocket(server.port))
    await abreast(WARM, lambda: _leave_behind(server.port, uuid.uuid4()))
    left = [uuid.uuid4() for _ in range(sessions)]
    before, next_left = await settled_memory(server), iter(left).__next__
    await abreast(sessions, lambda: _leave_behind(server.port, next_left()))
    behind = await settled_memory(server)
    sockets = await abreast(sessions, lambda: Socket.connect(server.port))
    idle = await settled_memory(server)
    again = await Socket.connect(server.port, _auth(left[0]))
    await _one_turn(again, is_base64=True)
    await asyncio.gather(*[socket.close() for socket in (*sockets, again)])
    return Kept((behind - before) / sessions, (idle - behind) / sessions)


class Returned(msgspec.Struct, frozen=True):
    """What stays after rounds of utterances: megabytes with all of them, after the last, and the spread of rounds 4 to
    the last, as a share of their mean."""

    mb_full: float
    mb_after: float
    spread: float


async def go_round(server: Process, sessions: int, rounds: int, size: int) -> Returned:
    """In each round the same `sessions` say `size` bytes each, throw them away, and leave."""
    full, after = 0, []
    ids = [uuid.uuid4() for _ in range(sessions)]
    for _ in range(rounds):
        sockets = [await Socket.connect(server.port, _auth(session)) for session in ids]
        for socket in sockets:
            await configure(socket, exchange.update(is_base64=False))
        chunk = b"".join(map(frame, exchange.append(BLOCK, is_base64=False)))
        for _ in range(size // len(BLOCK)):
            for socket in sockets:
                socket.write(chunk)
            await pass_barrier(sockets)
        full = max(full, server.memory())
        for socket in sockets:
            socket.write(frame(exchange.CLEAR))
        await pass_barrier(sockets)
        await asyncio.gather(*[socket.close() for socket in sockets])
        await asyncio.sleep(QUIET)
        after.append(server.memory())
    late = after[3:] or after
    return Returned(full / 1e6, after[-1] / 1e6, (max(late) - min(late)) / (sum(late) / len(late)))


async def settled_memory(server: Process) -> int:
    """The server's memory when it has come to rest."""
    for _ in range(2):  # what the first frees may be given back only then
        server.tidy()
        await asyncio.sleep(SETTLE / 2)
    return server.memory()


async def abreast(count: int, make: Callable[[], Awaitable[T]]) -> list[T]:
    """`make` so many times, a few at a time."""
    made: list[T] = []
    for begin in range(0, count, ABREAST):
        made += await asyncio.gather(*[make() for _ in range(min(ABREAST, count - begin))])
    return made


# ---- sessions that speak


async def configure(socket: Socket, update: str) -> None:
    """Send a `session.update` and wait until it is in force."""
    updated = socket.expect(exchange.UPDATED)
    socket.write(frame(update))
    await asyncio.wait_for(updated, TIMEOUT)


async def _one_turn(socket: Socket, *, is_base64: bool) -> None:
    transcript, sound = socket.expect(exchange.TRANSCRIPT), socket.expect(exchange.sound(is_base64=is_base64))
    socket.write(b"".join(map(frame, (*exchange.append(is_base64=is_base64), exchange.COMMIT))))
    await asyncio.wait_for(asyncio.gather(transcript, sound), TIMEOUT)


# ---- clients that come and go


def _auth(session: uuid.UUID) -> str:
    return f'{{"sessionId":"{session}"}}'


async def _leave_behind(port: int, session: uuid.UUID) -> None:
    """Begin a session, configure it, and leave."""
    socket = await Socket.connect(port, _auth(session))
    await configure(socket, exchange.update(is_base64=True))
    await socket.close()


async def _come_by_websocket(port: int) -> None:
    await (await Socket.connect(port)).close()


async def _come_and_go(server: Process, count: int, come: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Processor microseconds of one that comes and goes, and how many did so in a second."""
    used, wall = server.processor_seconds(), time.monotonic()
    await abreast(count, come)
    wall = time.monotonic() - wall
    return (server.processor_seconds() - used) / count * 1e6, count / wall
