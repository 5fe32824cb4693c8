"""Real Socket.IO clients as programs of their own, and what they hear."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import msgspec
import trio

from tests.real import node
from tests.real.programs import ROOT, Served
from tests.real.pyclient import pack, unpack

Kind = Literal["javascript", "python"]
NET = 30.0
"""Seconds after which a conversation has failed."""
UPGRADE, WEBSOCKET, POLLING = "polling,websocket", "websocket", "polling"
_END_SECONDS = 10.0


class ClientNews(msgspec.Struct, frozen=True):
    """What a client tells: an `event` or `ack` by name, the `transport` it is on now, or that it is `disconnected`."""

    what: Literal["event", "ack", "transport", "refused", "disconnected"]
    name: str
    args: list[Any]

    @property
    def payload(self) -> Any:
        """The first argument."""
        return self.args[0] if self.args else None


class Talker:
    """A client at work: orders go in, and `heard` grows."""

    def __init__(self, program: trio.Process) -> None:
        self.heard: list[ClientNews] = []
        self._program = program
        self._seen: Counter[tuple[str, str]] = Counter()
        self._news = trio.Event()
        self._over = False

    async def emit(self, name: str, *args: object) -> None:
        """Send an event."""
        await self._order(name, args, ack=False)

    async def ask(self, name: str, *args: object) -> Any:
        """Send an event that wants an ack: the ack."""
        await self._order(name, args, ack=True)
        return (await self.until(name, "ack")).payload

    async def speak(self, sound: bytes, *, as_base64: bool = False, chunk: int = 8_000) -> None:
        """Send an utterance in chunks and commit it; the commit's ack is checked."""
        for start in range(0, len(sound), chunk):
            piece = pack(sound[start : start + chunk])
            await self.emit("input.buffer.append", piece["$bytes"] if as_base64 else sound[start : start + chunk])
        assert await self.ask("input.buffer.commit") == {"success": True}

    async def _order(self, name: str, args: tuple[object, ...], *, ack: bool) -> None:
        assert self._program.stdin is not None
        await self._program.stdin.send_all(json.dumps({"name": name, "args": pack(args), "ack": ack}).encode() + b"\n")

    async def until(self, name: str, what: str = "event", **fields: object) -> ClientNews:
        """The next of that name whose payload has `fields`; those of the same name before it are passed over."""
        while True:
            for index in range(self._seen[what, name], len(self.heard)):
                self._seen[what, name] = index + 1
                heard = self.heard[index]
                if (heard.what, heard.name) == (what, name) and (not fields or fields.items() <= heard.payload.items()):
                    return heard
            if self._over:
                raise AssertionError(f"the client has ended, and no {what} {name} {fields} came")
            await self._news.wait()

    def payloads(self, name: str) -> list[Any]:
        """The payloads of all events of that name so far."""
        return [heard.payload for heard in self.heard if (heard.what, heard.name) == ("event", name)]

    @property
    def states(self) -> list[str]:
        """The states of the session, as far as they were told."""
        return [payload["state"] for payload in self.payloads("session.state")]

    @property
    def transports(self) -> list[str]:
        """The transports that the client has been on, as far as it tells."""
        return [heard.name for heard in self.heard if heard.what == "transport"]

    async def read(self) -> None:
        """Take in all that the program tells, until it ends."""
        assert self._program.stdout is not None
        rest = b""
        async for data in self._program.stdout:
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                told = json.loads(line)
                self.heard.append(msgspec.convert({**told, "args": unpack(told["args"])}, ClientNews))
            self._notify()
        self._over = True
        self._notify()

    def _notify(self) -> None:
        self._news.set()
        self._news = trio.Event()


@asynccontextmanager
async def talking(
    kind: Kind, server: Served, transports: str = WEBSOCKET, greeting: str = "session.joined", what: str = "event"
) -> AsyncIterator[Talker]:
    """A client of that kind that `server` has greeted, or with `what` refused; all it does is over after NET."""
    with trio.fail_after(NET):
        async with trio.open_nursery() as nursery:
            program = await trio.lowlevel.open_process(
                [*_command(kind), server.origin, transports],
                cwd=ROOT,
                env={**os.environ, "NODE_PATH": str(node.modules())} if kind == "javascript" else None,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            talker = Talker(program)
            try:
                nursery.start_soon(talker.read)
                await talker.until(greeting, what)
                yield talker
            finally:
                print([(heard.what, heard.name) for heard in talker.heard])  # pytest shows it where a test fails
                await _end(program)


def _command(kind: Kind) -> list[str]:
    if kind == "python":
        return [sys.executable, "-m", "tests.real.pyclient"]
    return [node.node(), str(Path(__file__).parent / "js" / "client.cjs")]


async def _end(program: trio.Process) -> None:
    """Let the client take leave; one that does not is killed."""
    with trio.move_on_after(_END_SECONDS, shield=True):
        assert program.stdin is not None
        await program.stdin.aclose()
        await program.wait()
    if program.returncode is None:
        program.kill()
