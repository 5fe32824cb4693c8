"""The server as a program, and signals: what clients are told, in which order, and how the program ends."""

import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from tests.rawclient import Closed, RawClient, request
from tests.real.programs import ROOT, VIVAVOCE, environment_with

pytestmark = pytest.mark.real
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

    async def websocket(self, token: str = "") -> RawClient:
        """A client whose session is configured."""
        client = await self.dial()
        await client.upgrade(SOCKET)
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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_server_and_clients_are_told(number: signal.Signals) -> None:
    async with serving() as program:
        sockets = [await program.websocket() for _ in range(2)]
        poller = await program.dial()
        sid = (await poller.ask("GET", POLLED)).json["sid"]
        await poller.ask("POST", f"{POLLED}&sid={sid}", b"40")
        while b"session.joined" not in (await poller.ask("GET", f"{POLLED}&sid={sid}")).body:
            pass
        await poller.send(request("GET", f"{POLLED}&sid={sid}"))
        program.tell(number)
        for client in sockets:
            assert await goodbye(client) == ("41", 1001)
        assert (await poller.answer()).body == b"41\x1e1"
        assert await program.status() == 0
    assert b"going down" in program.printed


@pytest.mark.parametrize("second", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
async def test_a_second_signal_ends_the_waiting_in_good_order(second: signal.Signals) -> None:
    async with serving() as program:
        silent = await program.websocket()
        program.tell(signal.SIGTERM)
        assert await goodbye(silent, answer=False) == ("41", 1001)
        program.tell(second)
        assert await program.status() == 0
        assert f"{second.name}: going down at once".encode() in program.errors


async def speaking(program: Program) -> RawClient:
    """A client that hears an answer, of which the first sound has come."""
    client = await program.websocket()
    await client.say('42["input.text",{"text":"tell me a story"}]')
    await client.until('42["session.state",{"state":"speaking"')
    return client


async def test_a_server_that_drains_waits_for_its_turns_until_the_next_signal() -> None:
    async with serving(VIVAVOCE_SERVER_DRAIN_SECONDS="600") as program:
        client = await speaking(program)
        program.tell(signal.SIGTERM)
        await client.until('42["session.draining",{"seconds":600}]')
        late = await program.dial()
        assert (await late.ask("GET", POLLED)).status == 503
        await client.say('42["input.text",{"text":"and another one"}]')
        await client.until('42["custom.error",{"message":"the server is going down')
        program.tell(signal.SIGTERM)
        assert await program.status() == 0
        assert b"SIGTERM: going down at once" in program.errors


async def test_a_server_that_drains_goes_when_the_last_turn_has_ended() -> None:
    async with serving(VIVAVOCE_SERVER_DRAIN_SECONDS="600") as program:
        client = await speaking(program)
        program.tell(signal.SIGTERM)
        await client.until('42["session.draining"')
        await client.say('42["response.cancel"]')
        assert await goodbye(client) == ("41", 1001)
        assert await program.status() == 0


async def test_many_signals_are_as_good_as_two() -> None:
    async with serving() as program:
        silent = await program.websocket()
        program.tell(signal.SIGTERM)
        await goodbye(silent, answer=False)
        while program.process.poll() is None:
            program.tell(signal.SIGTERM)
            program.tell(signal.SIGINT)
            await trio.sleep(0.005)
        assert await program.status() == 0


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (signal.SIGTERM, b""),
        (signal.SIGINT, b"starting the engines"),
        pytest.param(signal.SIGINT, b"", marks=pytest.mark.long),
        pytest.param(signal.SIGTERM, b"starting the engines", marks=pytest.mark.long),
    ],
)
async def test_a_signal_during_the_start_ends_it_in_good_order(number: signal.Signals, moment: bytes) -> None:
    async with serving() as program:
        if moment:
            await program.until(moment)
        else:
            await held_back(program.process.pid)
        program.tell(number)
        assert await program.status() == 0
    assert b"Traceback" not in program.errors


async def held_back(pid: int) -> None:
    """Wait until the program has come so far that it holds signals back, which is before it loads what takes time."""
    status = trio.Path(f"/proc/{pid}/status")
    if not await status.exists():
        pytest.skip("/proc tells when a program blocks signals")
    while True:
        lines = (await status.read_text()).splitlines()
        blocked = next(int(line.split()[1], 16) for line in lines if line.startswith("SigBlk"))
        if blocked & (1 << (signal.SIGTERM - 1)):
            return
        await trio.sleep(0.002)


async def test_a_hangup_without_a_terminal_has_the_settings_read_again(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[server]\ntoken = "first"\n[limits]\nsessions = 5\n')
    async with serving(VIVAVOCE_CONFIG=str(file)) as program:
        client = await program.websocket("first")
        assert await program.refused("second") == 401
        file.write_text(
            '[server]\ntoken = "second"\nport = 9\ntokens = { kiosk = "third" }\n[limits]\nsessions = 1\n'
            '[providers.openai]\napi_key = "planted-4711"\nbase_url = "http://127.0.0.1:9/v1"\n[pools]\nqueue = 1\n'
        )
        program.tell(signal.SIGHUP)
        await program.logged(b"needs a restart: ")
        taken = b"taken: server.token, server.tokens, limits.sessions, providers.openai; needs a restart: pools.queue"
        assert taken in program.errors, program.errors
        assert await program.refused("first") == 401
        assert await program.refused("second") == 503, "there is one session already, as `limits.sessions` says"
        file.write_text('[server]\ntoken = "fourth"\n[limits]\nsession = 7\n')
        program.tell(signal.SIGHUP)
        await program.logged(b"own.toml line 4: [limits] session: unknown key")
        assert await program.refused("fourth") == 401
        file.write_text("[limits]\nsessions = 5\n")
        program.tell(signal.SIGHUP)
        await program.logged(b"needs a restart: server.token")
        assert await program.refused("") == 401, "it is not opened while it runs"
        assert await program.refused("third") == 0
        for secret in (b"second", b"third", b"fourth", b"planted"):
            assert secret not in program.errors
        await client.say('42["session.update",{}]')
        await client.until('42["session.updated"')
        program.tell(signal.SIGTERM)
        assert await goodbye(client) == ("41", 1001)
        assert await program.status() == 0


@pytest.mark.parametrize("closed", [True, pytest.param(False, marks=pytest.mark.long)])
def test_a_terminal_that_goes_away_ends_the_server(closed: bool) -> None:
    pty = pytest.importorskip("pty")
    with not_ignored(signal.SIGHUP):
        pid, terminal = pty.fork()
        if pid == 0:  # still not ignored: the child leaves this block, too
            os.execvpe(VIVAVOCE, [VIVAVOCE, "serve", "--port", "0"], environment_with({}))
    printed = b""
    while b"try it" not in printed:
        printed += os.read(terminal, 4_096)
    if closed:
        os.close(terminal)
    else:
        os.kill(pid, signal.SIGHUP)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
