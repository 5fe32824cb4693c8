"""`vivavoce serve --workers`: one port, several processes; who comes where, what ends, and what is added up."""

import contextlib
import json
import os
import signal
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
import trio

from tests.rawclient import Closed, RawClient, request
from tests.real.programs import VIVAVOCE, Served, running
from tests.real.signalled import POLLED, SOCKET, Program, goodbye, serving

pytestmark = [pytest.mark.real, pytest.mark.skipif(os.name == "nt", reason="Windows hands over no sockets")]
TOKEN = "open-sesame"
NET = 60.0


class House:
    """A server of several processes, and the streams to it."""

    def __init__(self, address: str) -> None:
        self._host, _, port = address.rpartition(":")
        self._port = int(port)
        self._streams: list[trio.SocketStream] = []

    async def dial(self) -> RawClient:
        """A stream to it."""
        stream = await trio.open_tcp_stream(self._host, self._port)
        self._streams.append(stream)
        return RawClient(stream)

    async def websocket(self, query: str = "", **auth: str) -> tuple[RawClient, str]:
        """A client whose session is configured, and its sid."""
        client = await self.dial()
        await client.upgrade(SOCKET + query)
        sid = json.loads(str(await client.hear())[1:])["sid"]
        await client.say("40" + json.dumps({"token": TOKEN, **auth}), '42["session.update",{}]')
        await client.until('42["session.state",{"state":"handshaken"')
        return client, sid

    async def page(self, path: str) -> tuple[int, bytes]:
        """A page for who has the token."""
        answer = await (await self.dial()).ask("GET", f"{path}?token={TOKEN}")
        return answer.status, answer.body

    async def scraped(self) -> dict[str, float]:
        """What /metrics says, by series."""
        lines = (await self.page("/metrics"))[1].decode().splitlines()
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}

    async def inspected(self) -> dict[str, int]:
        """How many Receivers the sessions have, by their ids."""
        shown = json.loads((await self.page("/inspect.json"))[1])
        return {row["id"]: row["receivers"] for row in shown["picture"]["sessions"]}

    async def hang_up(self) -> None:
        """Close every stream."""
        for stream in self._streams:
            await trio.aclose_forcefully(stream)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of two processes."""
    log = tmp_path_factory.mktemp("workers") / "log"
    with running(VIVAVOCE, "serve", "--port", "0", "--workers", "2", log=log, env={"VIVAVOCE_TOKEN": TOKEN}) as served:
        yield served


@pytest.fixture
async def house(served: Served) -> AsyncIterator[House]:
    """The server of two processes, with which the tests of this module have no sessions in common."""
    with trio.fail_after(NET):
        house = House(served.address)
        yield house
        await house.hang_up()


@asynccontextmanager
async def working(**env: str) -> AsyncIterator[tuple[Program, House]]:
    """A server of two processes for one test."""
    async with serving(VIVAVOCE_SERVER_WORKERS="2", VIVAVOCE_TOKEN=TOKEN, **env) as program:
        await program.until(b"try it")
        house = House(program.printed.split(b"listening on http://")[1].split(b"/")[0].decode())
        yield program, house
        await house.hang_up()


def process_of(sid: str) -> str:
    """The name of the process in a sid."""
    return sid.partition(".")[0]


async def opened(client: RawClient, query: str = "") -> str:
    """The sid of a new connection on polling."""
    return str((await client.ask("GET", POLLED + query)).json["sid"])


async def in_each(house: House) -> tuple[list[RawClient], list[str]]:
    """New connections on polling, the last two of which are in different processes, and their sids."""
    clients: list[RawClient] = []
    sids: list[str] = []
    while len({process_of(sid) for sid in sids[-2:]}) < 2:
        clients.append(await house.dial())
        sids.append(await opened(clients[-1]))
    return clients, sids


async def joined(client: RawClient, sid: str, **auth: str) -> str:
    """The id of the session that a connection on polling joins."""
    target = f"{POLLED}&sid={sid}"
    await client.ask("POST", target, b"40" + json.dumps({"token": TOKEN, **auth}).encode())
    heard = ""
    while "session.joined" not in heard:
        heard += (await client.ask("GET", target)).body.decode() + "\x1e"
    packets = [packet for packet in heard.split("\x1e") if "session.joined" in packet]
    return str(json.loads(packets[0][2:])[1]["sessionId"])


def processes(program: Program) -> dict[str, psutil.Process]:
    """The server processes that there are, by their names, which the log tells."""
    found = {}
    for line in program.errors.decode().splitlines():
        if "the server process" in line and line.endswith("serves"):
            name, pid = line.split("the server process ")[1].split()[:2]
            with contextlib.suppress(psutil.NoSuchProcess):
                found[name] = psutil.Process(int(pid.strip("()")))
    return found


async def test_clients_spread_over_the_processes_and_pages_add_them_up(house: House) -> None:
    before = await house.scraped()
    clients, sids = await in_each(house)
    sessions = [await joined(client, sid) for client, sid in zip(clients, sids, strict=True)]
    series = await house.scraped()
    polled, limit = 'vivavoce_connections{transport="polling"}', "vivavoce_sessions_limit"
    assert (series[polled] - before[polled], series[limit]) == (len(clients), 1_000)
    assert sum(value for name, value in series.items() if name.startswith("vivavoce_sessions{")) >= len(clients)
    assert (await house.inspected()).keys() >= set(sessions)
    assert await house.page("/healthz") == (200, b'{"status":"ok"}')
    assert await house.page("/readyz") == (200, b'{"status":"ready","reasons":[]}')
    assert (await (await house.dial()).ask("GET", "/metrics")).status == 401


async def test_one_kept_connection_serves_polls_of_every_process(house: House) -> None:
    browser = await house.dial()
    sids = (await in_each(house))[1][-2:]
    for sid in (*sids, *sids):
        assert (await browser.ask("POST", f"{POLLED}&sid={sid}", b"3")).body == b"ok"
    for sid in sids:
        await joined(browser, sid)
    unknown = await browser.ask("GET", f"{POLLED}&sid=w77.nobody")
    assert (unknown.status, unknown.json) == (400, {"code": 1, "message": "Session ID unknown"})
    # A body that comes after its head goes with it, and an upgrade finds its connection too.
    head, end, body = request("POST", f"{POLLED}&sid={sids[1]}", b"3").partition(b"\r\n\r\n")
    await browser.send(head + end)
    await trio.testing.wait_all_tasks_blocked()
    await browser.send(body)
    assert (await browser.answer()).body == b"ok"
    assert (await browser.upgrade(f"{SOCKET}&sid={sids[0]}")).status == 101
    await browser.say("2probe")
    assert await browser.hear() == "3probe"


async def test_sender_and_receivers_meet_by_the_session_in_the_query(house: House) -> None:
    session = str(uuid.uuid4())
    sender, sid = await house.websocket(f"&sessionId={session}&role=sender")
    await house.websocket()  # so that the other process has less to do than the Sender's
    receivers = []
    for key in ("sessionId", "sessionid", "SESSIONID"):
        receiver = await house.dial()
        await receiver.upgrade(f"{SOCKET}&{key}={session.upper()}&role=receiver")
        assert process_of(json.loads(str(await receiver.hear())[1:])["sid"]) == process_of(sid)
        await receiver.say("40" + json.dumps({"token": TOKEN}))
        assert (await receiver.event("session.joined"))["sessionId"] == session
        receivers.append(receiver)
    await sender.say('42["input.text",{"text":"hello"}]')
    for receiver in receivers:
        await receiver.until('42["session.state",{"state":"speaking"')
    assert (await house.inspected())[session] == len(receivers)


async def test_sender_and_receivers_meet_where_the_session_is_only_in_auth(house: House) -> None:
    session = str(uuid.uuid4())
    sender, _ = await house.websocket(sessionId=session, role="sender")
    places: set[str] = set()
    receivers: list[RawClient] = []
    while len(places) < 2 or len(receivers) < 3:
        receiver = await house.dial()
        await receiver.upgrade(SOCKET)
        place = process_of(json.loads(str(await receiver.hear())[1:])["sid"])
        if place in places and len(places) < 2:
            await house.websocket()  # now this process has one session more than before
            continue
        places.add(place)
        auth = {"token": TOKEN, "sessionId": session, "role": "receiver", "isBase64": False}
        await receiver.say("40" + json.dumps(auth))
        assert (await receiver.event("session.joined"))["sessionId"] == session
        receivers.append(receiver)
    await sender.say('42["input.text",{"text":"hello"}]')
    heard = [await _answer_of(receiver) for receiver in receivers]
    assert len(set(heard)) == 1
    assert len(heard[0]) > 1_000
    assert (await house.inspected())[session] == len(receivers)


async def _answer_of(receiver: RawClient) -> bytes:
    """The first sound that a Receiver gets."""
    while True:
        heard = await receiver.hear()
        if isinstance(heard, bytes):
            return heard


@pytest.mark.long  # its processes start five times, each with its engines
async def test_a_process_is_killed_settings_are_read_again_and_all_go_down(tmp_path: Path) -> None:
    config = tmp_path / "vivavoce.toml"
    config.write_text('[server.tokens]\nvisitor = "old"\n')
    async with working(VIVAVOCE_CONFIG=str(config), VIVAVOCE_SERVER_DRAIN_SECONDS="600") as (program, house):
        await _kill_one(program, house)
        assert await program.refused("old") == 0
        config.write_text('[server.tokens]\nvisitor = "new"\n')
        program.tell(signal.SIGHUP)
        for name in (b"w2", b"w3"):
            await program.logged(name + b" adapters.lifecycle.reloading: the settings were read again; taken: server.t")
        assert [await program.refused(token) for token in ("old", "old", "new", "new")] == [401, 401, 0, 0]
        config.write_text("[server.tokens]\nvisitor = 1\n")
        program.tell(signal.SIGHUP)
        await program.logged(b"parent: the settings were not read again, and are as before")
        await _drain(program, house)


async def _kill_one(program: Program, house: House) -> None:
    """A process is killed: it takes its sessions only, and another one comes."""
    clients: dict[str, RawClient] = {}
    while len(clients) < 2:
        client, sid = await house.websocket()
        clients[process_of(sid)] = client
    for _ in range(2):
        poller = await house.dial()
        await poller.ask("POST", f"{POLLED}&sid={await opened(poller)}", b"1")
    closed = 'vivavoce_clients_closed_total{reason="client closed"}'
    assert (await house.scraped())[closed] == len(clients) == 2
    processes(program)["w1"].send_signal(signal.SIGKILL)
    with pytest.raises(Closed):
        await clients["w1"].until("nothing")
    await program.logged(b"another is started")
    await clients["w2"].say('42["input.text",{"text":"hello"}]')
    await clients["w2"].until('42["session.state",{"state":"speaking"')
    gone = await (await house.dial()).ask("GET", f"{POLLED}&sid=w1.whoever")
    assert gone.json == {"code": 1, "message": "Session ID unknown"}
    assert json.loads((await house.page("/healthz"))[1])["status"] == "degraded"
    await program.logged(b"the server process w3")
    assert (await house.scraped())[closed] == 2
    assert {process_of(sid) for sid in (await in_each(house))[1]} == {"w2", "w3"}


async def _drain(program: Program, house: House) -> None:
    """The server goes down: turns that run are finished, in every process, and then all have ended."""
    clients = [(await house.websocket())[0] for _ in range(2)]
    for client in clients:
        await client.say('42["input.text",{"text":"tell me a story"}]')
        await client.until('42["session.state",{"state":"speaking"')
    children = processes(program).values()
    program.tell(signal.SIGTERM)
    for client in clients:
        await client.until('42["session.draining",{"seconds":600}]')
    assert (await (await house.dial()).ask("GET", POLLED)).status == 503
    for client in clients:
        await client.say('42["response.cancel"]')
        assert await goodbye(client) == ("41", 1001)
    assert await program.status() == 0
    assert not any(child.is_running() for child in children)


@pytest.mark.long
async def test_processes_end_when_their_parent_is_killed() -> None:
    async with working() as (program, _):
        children = list(processes(program).values())
        assert len(children) == 2
        program.tell(signal.SIGKILL)
        _, alive = await trio.to_thread.run_sync(lambda: psutil.wait_procs(children, timeout=20))
        assert alive == []
