"""How long everybody waits while one client sends a megabyte: of sound, of JSON, of packets, in many shapes.

Cancelling a coroutine leaves its sockets open.
"""

import asyncio
import base64
import json
import mmap
import struct
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import trio

from bench import exchange
from bench.process import Process
from bench.wire import HOST, PATH, Socket, frame, request

SIZE = 1_000_000
LESS = SIZE - 1_000
"""Bytes of a message, of which its frame and its event take some more."""
CALM = 0.5
"""Seconds for which the bystander is alone."""
_TIME = struct.Struct("d")


class Lag(msgspec.Struct, frozen=True):
    """What a megabyte costs: milliseconds.

    `ms_step`: the longest stretch of the server's loop between two checkpoints, in processor time; `ms_all`: user and
    system time of the server in all, in steps of 10; `ms_wait`: how long a bystander waited for an acknowledgement at
    the longest, by the clock, and `ms_calm` before that, when nobody else sent anything.
    """

    ms_step: float
    ms_all: float
    ms_wait: float
    ms_calm: float


class Steps(trio.abc.Instrument):
    """The longest step of a task in seconds of processor time, in a file that another process reads and sets to 0."""

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), _TIME.size)
        self._began = 0.0

    @property
    def longest(self) -> float:
        """In seconds."""
        seconds: float = _TIME.unpack_from(self._memory)[0]
        return seconds

    def forget(self) -> None:
        """Begin anew."""
        _TIME.pack_into(self._memory, 0, 0.0)

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        """A task runs (see `trio.abc.Instrument`)."""
        self._began = time.thread_time()

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        """The task waits (see `trio.abc.Instrument`)."""
        took = time.thread_time() - self._began
        if took > self.longest:
            _TIME.pack_into(self._memory, 0, took)


def steps_file() -> Path:
    """An empty file for `Steps`; the caller unlinks it."""
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(bytes(_TIME.size))
    return Path(file.name)


# ---- what is sent


def _event(name: str, payload: str) -> bytes:
    return frame(f'42["{name}",{payload}]')


def _sound(data: bytes, *, is_base64: bool = False) -> bytes:
    return b"".join(map(frame, exchange.append(data, is_base64=is_base64)))


def _wav() -> bytes:
    return b"RIFF\xff\xff\xff\xffWAVE" + b"LIST\0\0\0\0" * (LESS // 8 - 2)


SHAPES: dict[str, Callable[[], bytes]] = {
    "sound in base64": lambda: _sound(bytes(LESS * 3 // 4), is_base64=True),
    "sound in base64, in columns": lambda: _event(
        "input.buffer.append", json.dumps(base64.encodebytes(bytes(LESS * 8 // 11)).decode())
    ),
    "sound as bytes": lambda: _sound(bytes(LESS)),
    "a WAV of empty chunks": lambda: _sound(_wav()),
    "sound in a data URL, escaped": lambda: _event(
        "input.buffer.append", '"data:;base64,' + "%41" * (LESS // 3 - 20) + '"'
    ),
    "a Buffer of numbers": lambda: _event(
        "input.buffer.append", '{"type":"Buffer","data":[' + "200," * (LESS // 4 - 20) + "200]}"
    ),
    "session.update of unknown keys": lambda: _event(
        "session.update", '{"STT":{' + ",".join(f'"k{number:06}":0' for number in range(LESS // 13)) + "}}"
    ),
    "JSON of empty arrays": lambda: _event("session.update", "[" + "[]," * (LESS // 3 - 20) + "0]"),
    "JSON of numbers": lambda: _event("session.update", "[" + "0," * (LESS // 2 - 20) + "0]"),
    "JSON of numbers of 300 digits": lambda: _event("session.update", "[" + "1e300," * (LESS // 6 - 20) + "0]"),
    "JSON of strings": lambda: _event("session.update", "[" + '"",' * (LESS // 3 - 20) + "0]"),
    "nested JSON": lambda: _event("session.update", "[" + ("[" * 90 + "]" * 90 + ",") * (LESS // 181 - 1) + "0]"),
    "input.text": lambda: _event("input.text", '"' + "word " * (LESS // 5 - 10) + '"'),
    "frames of one byte": lambda: frame("3") * (SIZE // 7),
}


async def sent(socket: Socket, data: bytes) -> None:
    """Send it, and wait until it is handled: it may be refused in words, or end the connection."""
    with suppress(ConnectionError):
        for part in (data, b""):
            passed = socket.expect(exchange.PASSED)
            socket.write(part + frame(exchange.BARRIER))
            with suppress(RuntimeError):
                await passed


async def posted(port: int, body: bytes, *, by_one: bool = False) -> None:
    """POST it in a polling connection; `by_one`: as chunks of a single byte each."""
    reader, writer = await asyncio.open_connection(HOST, port)
    opened = await request(reader, writer, "GET", "")
    sid = opened.partition(b'"sid":"')[2].partition(b'"')[0].decode()
    head = f"POST {PATH}polling&sid={sid} HTTP/1.1\r\nHost: {HOST}\r\n"
    if by_one:
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
        writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks + b"0\r\n\r\n")
    else:
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


POSTS: dict[str, Callable[[int], Awaitable[None]]] = {
    "a polling body of tiny packets": lambda port: posted(port, b"\x1e".join([b"6"] * (SIZE // 2))),
    "a polling body in chunks of a byte": lambda port: posted(port, b"4" * (SIZE // 6), by_one=True),
}


# ---- the measurement


async def measure(server: Process, steps: Steps, shape: str) -> Lag:
    """One client sends a megabyte of `shape`, and another asks for acknowledgements meanwhile, one after the other."""
    data = SHAPES[shape]() if shape in SHAPES else b""
    bystander = await _configured(server.port)
    sender = await _configured(server.port)
    calm = await _longest_wait(bystander, asyncio.sleep(CALM))
    steps.forget()
    used = server.processor_seconds()
    wait = await _longest_wait(bystander, sent(sender, data) if data else POSTS[shape](server.port))
    used = server.processor_seconds() - used
    await bystander.close()
    return Lag(steps.longest * 1e3, used * 1e3, wait * 1e3, calm * 1e3)


async def _configured(port: int) -> Socket:
    socket = await Socket.connect(port)
    updated = socket.expect(exchange.UPDATED)
    socket.write(frame(exchange.update(is_base64=True, media="mp3", stt=exchange.LISTENER)))
    await updated
    return socket


async def _longest_wait(bystander: Socket, work: Awaitable[None]) -> float:
    """The bystander's longest wait, in seconds, until `work` was done."""
    longest = 0.0
    doing = asyncio.ensure_future(work)
    while not doing.done():
        began = time.perf_counter()
        passed = bystander.expect(exchange.PASSED)
        bystander.write(frame(exchange.BARRIER))
        longest = max(longest, await passed - began)
        await asyncio.sleep(0.001)
    await doing
    return longest
