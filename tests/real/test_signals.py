"""The server as a program, and signals: what clients are told, in which order, and how the program ends."""

import os
import signal
from pathlib import Path

import pytest
import trio

from tests.rawclient import RawClient, request
from tests.real.programs import VIVAVOCE, environment_with
from tests.real.signalled import POLLED, Program, goodbye, not_ignored, serving

pytestmark = pytest.mark.real


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
