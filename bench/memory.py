"""What a configured session is made of: its memory as the system sees it, and what Python's allocator gave for it.

The system's figure is the proportional set size of a server without a tracer; the parts are those of another one, which
`tracemalloc` watches. The parts are named for the file that asked for the memory: the coroutine of a call, for
instance, is asked for by the file of the caller.
"""

import asyncio
import gc
import json
import os
import signal
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import trio

from bench import exchange
from bench.load import WARM, abreast, configure, settled_memory
from bench.process import OURS, Process, running
from bench.wire import Socket

PARTS = {
    "trio: two tasks, their coroutines, waits and deadlines": ("trio/_core", "trio/_timeouts", "trio/_util", "<"),
    "trio: the socket and its stream": ("trio/", "socket.py"),
    "adapters/wire: the listener's task, the transport and its reader": ("adapters/wire", "protocol/websocket"),
    "the connection: machine, outbox, request, namespaces": (
        *("actors/running/connection", "actors/running/member", "actors/running/addresses"),
        *("protocol/connection", "protocol/outbox", "protocol/multiplex", "parse.py"),
    ),
    "the session: its record, runner and mailbox, what it has in the pools": ("actors/running",),
    "the conversation: participants, utterance, turn, clock, trace": ("actors/deciding", "actors/words"),
    "its configuration": ("protocol/configuration", "protocol/tolerant"),
}
"""The parts of a session, each with what its files' paths have in them; the first that fits counts."""
CONFIGURING = "actors/deciding/configuring"
OTHER = "the rest"
WRITTEN = 20.0
"""Seconds within which a snapshot has been written."""


class Snapshots:
    """In the server: writes how much each file has asked for and not given back, at each SIGUSR1, into `file`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        tracemalloc.start()

    async def run(self) -> None:
        """Write one whenever it is asked for, until cancelled."""
        with trio.open_signal_receiver(signal.SIGUSR1) as signals:
            async for _ in signals:
                gc.collect()
                own = tracemalloc.Filter(False, tracemalloc.__file__)
                statistics = tracemalloc.take_snapshot().filter_traces([own]).statistics("filename")
                sizes = {one.traceback[0].filename: one.size for one in statistics}
                written = self._file.with_suffix(".new")
                written.write_text(json.dumps(sizes))
                written.rename(self._file)


def part_of(filename: str) -> str:
    """The part of a session that a file is asked for memory by."""
    if CONFIGURING in filename:
        return "its configuration"
    return next((part for part, names in PARTS.items() if any(name in filename for name in names)), OTHER)


async def measure_size(server: Process, sessions: int) -> float:
    """Bytes a configured session, as the system counts them. Raises TimeoutError where the server does not answer.

    Cancelling leaves its sockets open.
    """
    await abreast(WARM * 5, partial(_come_and_go, server.port))
    before = await settled_memory(server)
    sockets = await abreast(sessions, partial(_configured, server.port))
    after = await settled_memory(server)
    await asyncio.gather(*[socket.close() for socket in sockets])
    return (after - before) / sessions


async def measure_parts(server: Process, sessions: int, file: Path) -> dict[str, float]:
    """Bytes a configured session by its parts, as the server's `Snapshots` into `file` tell them.

    Cancelling leaves its sockets open.
    """
    warm = await abreast(WARM, partial(_configured, server.port))
    before = await _snapshot(server, file)
    sockets = await abreast(sessions, partial(_configured, server.port))
    after = await _snapshot(server, file)
    await asyncio.gather(*[socket.close() for socket in (*warm, *sockets)])
    parts: Counter[str] = Counter()
    for filename in {*before, *after}:
        parts[part_of(filename)] += after.get(filename, 0) - before.get(filename, 0)
    return {part: size / sessions for part, size in parts.items()}


async def _configured(port: int) -> Socket:
    socket = await Socket.connect(port)
    await configure(socket, exchange.update(is_base64=False))
    return socket


async def _come_and_go(port: int) -> None:
    await (await _configured(port)).close()


async def _snapshot(server: Process, file: Path) -> Mapping[str, int]:
    await asyncio.sleep(0.5)  # what was asked for is answered, and all tasks wait
    return await asyncio.to_thread(_take_snapshot, server, file)


def _take_snapshot(server: Process, file: Path) -> Mapping[str, int]:
    file.unlink(missing_ok=True)
    os.kill(server.pid, signal.SIGUSR1)
    deadline = time.monotonic() + WRITTEN
    while not file.exists():
        if time.monotonic() > deadline:
            raise TimeoutError("the server has written no snapshot")
        time.sleep(0.05)
    sizes: Mapping[str, int] = json.loads(file.read_text())
    return sizes


def run(core: int, rounds: int, sessions: int) -> None:
    """Measure the size so often, and the parts once, and print both."""
    sizes = []
    for _ in range(rounds):
        with running(OURS, core) as server:
            sizes.append(asyncio.run(measure_size(server, sessions)) / 1e3)
        print(f"  {sizes[-1]:.1f} kB", flush=True)
    print(f"\na configured session, of {sessions}: {sorted(sizes)[len(sizes) // 2]:.1f} kB (proportional set size)\n")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "parts.json")
        with running(OURS, core, f"--parts={file}") as server:
            parts = asyncio.run(measure_parts(server, sessions, file))
    print("| part | kB |\n| --- | --- |")
    for part, size in sorted(parts.items(), key=lambda one: -one[1]):
        print(f"| {part} | {size / 1e3:.1f} |")
    print(f"| all that Python asked for | {sum(parts.values()) / 1e3:.1f} |")
