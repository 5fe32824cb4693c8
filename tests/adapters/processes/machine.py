"""A machine whose worker processes do as a test says, in memory and on its clock; the server's side of them is real."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
import trio
from trio.testing import memory_stream_one_way_pair

from adapters.processes import process
from adapters.processes.frames import (
    HEAD,
    ReadyFrame,
    Reply,
    Request,
    SoundFrame,
    SpokenFrame,
    StopFrame,
    StoppedFrame,
    SynthesiseFrame,
    pack,
)
from adapters.processes.liveness import ProcessReading
from adapters.processes.process import Child, Plan
from adapters.processes.worker import Workers, nothing

TITLE = "the scripted engine"
WELL, MUTE, GARBAGE, BROKEN = "well", "mute", "garbage", "broken"
"""How a process starts: as it should, without ever saying a word, with bytes that make no sense, or not at all."""
PATH = "/usr/lib/secret/engine.so"

_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)


class ScriptedProcess:
    """One process: the part of `trio.Process` that the server uses, and the life behind the pipes.

    The text of a `SynthesiseFrame` says what it does: "die", "hang", "hold" (until `go`), after a first piece of sound
    where it ends with "later"; or it speaks. While `is_working` its processor time grows.
    """

    def __init__(self, pid: int, how: str) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin, self._incoming = memory_stream_one_way_pair()
        self._outgoing, self.stdout = memory_stream_one_way_pair()
        self._printing, self.stderr = memory_stream_one_way_pair()
        self._how = how
        self._ended = trio.Event()
        self._goes_on = trio.Event()
        self._goes_on.set()
        self.asked: list[str] = []
        self.go = trio.Event()
        self.is_working = self.is_stopped = self.is_held_up = False
        self.is_readable = True

    def stop(self) -> None:
        """As SIGSTOP does."""
        self.is_stopped = True
        self._goes_on = trio.Event()

    def read(self) -> ProcessReading | None:
        """What the system says of it."""
        worked = trio.current_time() if self.is_working else 0.0
        return ProcessReading(worked, self.is_stopped, self.is_held_up) if self.is_readable else None

    def kill(self) -> None:
        """End it now."""
        if self.returncode is None:
            self.returncode = -9
            self._ended.set()
            for stream in (self._outgoing, self._printing):
                stream.close()
            self._incoming.close()

    async def wait(self) -> int:
        """As of trio."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    async def live(self) -> None:
        """Start and serve."""
        try:
            await self._begin()
            while True:
                size = HEAD.unpack(await self._read(HEAD.size))[0]
                await self._serve(_requests.decode(await self._read(size)))
        except (trio.ClosedResourceError, trio.BrokenResourceError, EOFError):
            self.kill()

    async def _begin(self) -> None:
        if self._how == WELL:
            await self._say(ReadyFrame())
        elif self._how == GARBAGE:
            await self._outgoing.send_all(b"hello, world")
        elif self._how == BROKEN:
            await self._printing.send_all(f"Traceback:\n  File {PATH}\nImportError: {PATH}: no such file\n".encode())
            raise EOFError

    async def _serve(self, request: Request) -> None:
        if isinstance(request, StopFrame):
            await self._say(StoppedFrame())
            return
        assert isinstance(request, SynthesiseFrame)
        self.asked.append(request.text)
        what, _, later = request.text.partition(" ")
        if later:
            await self._say(SoundFrame(str(self.pid).encode()))
        match what:
            case "die":
                raise EOFError
            case "hang":
                await trio.sleep_forever()
            case "hold":
                await self.go.wait()
        await self._say(SoundFrame(str(self.pid).encode()))
        await self._say(SpokenFrame())

    async def _say(self, reply: Reply) -> None:
        await self._goes_on.wait()
        await self._outgoing.send_all(pack(reply))

    async def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            chunk = await self._incoming.receive_some(size - len(data))
            if not chunk:
                raise EOFError
            data += chunk
        return data


class Machine:
    """Where processes are started: as `starts` says, one after the other, and well when that is used up."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self._nursery = nursery
        self.starts: list[str | OSError] = []
        self.processes: list[ScriptedProcess] = []
        self.spawned: list[float] = []

    async def spawn(self, plan: Plan) -> Child:
        """Instead of `process.spawn`."""
        await trio.lowlevel.checkpoint()
        self.spawned.append(trio.current_time())
        how = self.starts.pop(0) if self.starts else WELL
        if isinstance(how, OSError):
            raise how
        scripted = ScriptedProcess(len(self.processes) + 1, how)
        self.processes.append(scripted)
        self._nursery.start_soon(scripted.live)
        return Child(scripted, plan, scripted.read)  # type: ignore[arg-type]

    @property
    def asked(self) -> list[list[str]]:
        """What each process was asked, in the order of their starts."""
        return [each.asked for each in self.processes]


@asynccontextmanager
async def running(
    monkeypatch: pytest.MonkeyPatch, count: int = 2, deadline: float = 120.0, kept: int | None = None
) -> AsyncIterator[tuple[Machine, Workers]]:
    """Workers on a machine."""
    async with trio.open_nursery() as nursery:
        machine = Machine(nursery)
        monkeypatch.setattr(process, "spawn", machine.spawn)
        workers = Workers(Plan("none", TITLE, count, deadline=deadline, kept=kept))
        await nursery.start(workers.run)
        yield machine, workers
        nursery.cancel_scope.cancel()


async def ask(workers: Workers, text: str = "") -> None:
    """Have it spoken."""
    assert await workers.call(SynthesiseFrame(text, "", 0), nothing) == SpokenFrame()
