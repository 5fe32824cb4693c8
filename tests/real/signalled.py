"""A server as a program of its own, to which tests send signals, with raw clients."""

import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

import trio

from tests.rawclient import Closed, RawClient
from tests.real.programs import ROOT, VIVAVOCE, environment_with

NET = 60.0
POLLED, SOCKET = "/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=4&transport=websocket"


class Program:
    """A server that runs, with the streams of its output."""

    def __init__(self, process: trio.Process, output: trio.abc.ReceiveStream) -> None:
        self.process = process
        self.errors = b""
        self.news = trio.Event()
        self._output = output
        self.printed = b""
        self._dialled: list[trio.SocketStream] = []

    async def until(self, words: bytes) -> None:
        """Wait until it has printed these words."""
        while words not in self.printed:
            data = await self._output.receive_some()
            assert data, f"the server ended:\n{self.printed!r}{self.errors!r}"
            self.printed += data

    async def logged(self, words: bytes) -> None:
        """Wait until these words are in its log."""
        while words not in self.errors:
            await self.news.wait()

    async def dial(self) -> RawClient:
        """A stream to it, which `hang_up` closes."""
        await self.until(b"try it")
        port = int(self.printed.split(b"listening on http://127.0.0.1:")[1].split(b"/")[0])
        stream = await trio.open_tcp_stream("127.0.0.1", port)
        self._dialled.append(stream)
        return RawClient(stream)

    async def hang_up(self) -> None:
        """Close every stream to it."""
        for stream in self._dialled:
            await trio.aclose_forcefully(stream)

    async def refused(self, token: str) -> int:
        """The status with which a new session is refused to this token, 0 where it is not."""
        client = await self.dial()
        await client.upgrade(SOCKET)
        await client.say("40" + json.dumps({"token": token}))
        told = await client.until("4")
        return int(json.loads(told[2:])["data"]["statusCode"]) if told.startswith("44") else 0

    async def websocket(self, token: str = "", query: str = "") -> RawClient:
        """A client whose session is configured."""
        client = await self.dial()
        await client.upgrade(SOCKET + query)
        await client.say("40" + json.dumps({"token": token}), '42["session.update",{}]')
        await client.until('42["session.state",{"state":"handshaken"')
        return client

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.process.pid, number)

    async def status(self) -> int:
        """How it ended; the rest of what it printed is read."""
        while data := await self._output.receive_some():
            self.printed += data
        return await self.process.wait()


@contextmanager
def not_ignored(number: signal.Signals) -> Iterator[None]:
    """Start programs that do not ignore a signal, though these tests may have been told to, as by nohup."""
    before = signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(number, before)


@asynccontextmanager
async def serving(**env: str) -> AsyncIterator[Program]:
    """A server in a session of its own, without a terminal, with these variables."""
    command = (VIVAVOCE, "serve", "--port", "0")
    with trio.fail_after(NET):
        async with trio.open_nursery() as nursery:
            run = partial(
                trio.run_process,
                command,
                cwd=ROOT,
                env=environment_with(env),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                check=False,
            )
            with not_ignored(signal.SIGHUP):
                process: trio.Process = await nursery.start(run)
            assert process.stdout is not None
            assert process.stderr is not None
            program = Program(process, process.stdout)

            async def keep(errors: trio.abc.ReceiveStream) -> None:
                async for data in errors:
                    program.errors += data
                    program.news.set()
                    program.news = trio.Event()

            nursery.start_soon(keep, process.stderr)
            yield program
            await program.hang_up()
            nursery.cancel_scope.cancel()


async def goodbye(client: RawClient, *, answer: bool = True) -> tuple[str, int]:
    """The last message, and the code of the close frame."""
    last = ""
    try:
        while True:
            last = str(await client.hear())
    except Closed as closed:
        if answer:
            await client.send(b"\x88\x82\0\0\0\0\x03\xe9")
        return last, closed.code
