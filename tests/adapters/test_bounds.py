"""What bounds a connection, and all of them together, on both transports; nothing is left of any of them afterwards."""

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock, lockstep_stream_pair, memory_stream_pair, wait_all_tasks_blocked

from actors.lobby import Caps, Full
from actors.supervisor import Plan, Supervisor
from adapters.http import Deadlines
from adapters.listener import Door, Listener
from protocol.connection import POLLING, WEBSOCKET, Timing
from protocol.errors import CloseReason
from protocol.messages import Names
from protocol.multiplex import Waits
from tests.playbook import accept
from tests.rawclient import Answer, Closed, RawClient, frames, request
from tests.scripted import Act, ScriptedEngines

POLLED, SOCKET = "/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=4&transport=websocket"
SESSION = "5a0e2c52-0d9c-4c5e-9a6a-0c1d3e5f7a9b"
HEADER = '451-["input.buffer.append",{"_placeholder":true,"num":0}]'
UPDATE = '42["session.update",{"STT":{"mediaFormat":"pcm16"}}]'
COMMIT = '42["input.buffer.commit"]'
NET = 3_000.0
"""How long a test may take on its own clock."""
PARTS, PAUSE = 60, 0.1
"""What the model of `drips` writes, with a pause before each part and before the end."""
LONG_GONE = 300.0
"""Seconds after which a session without sockets is over, too."""
ELSEWHERE = {"Origin": "https://elsewhere.example"}
UNKNOWN_SID = {"code": 1, "message": "Session ID unknown"}


class House:
    """A server whose connections a test opens and loses."""

    def __init__(self, supervisor: Supervisor, door: Door, nursery: trio.Nursery) -> None:
        self.lobby = supervisor.lobby
        self.keep = supervisor.keep
        self._listener = Listener(supervisor, door, {})
        self._nursery = nursery
        self._streams: list[trio.abc.Stream] = []

    def dial(self, *, lockstep: bool = False) -> RawClient:
        """A new stream; with `lockstep` the server can send nothing that is not being received."""
        near, far = lockstep_stream_pair() if lockstep else memory_stream_pair()
        self._nursery.start_soon(self._listener.serve, far)
        self._streams.append(near)
        return RawClient(near)

    async def websocket(self, *said: str, query: str = "", lockstep: bool = False) -> RawClient:
        """A WebSocket that has said this much."""
        client = self.dial(lockstep=lockstep)
        assert (await client.upgrade(SOCKET + query)).status == 101
        await client.say(*said)
        return client

    async def polling(self, *said: str) -> "Polled":
        """A polling client that has POSTed this much."""
        client = Polled(self)
        await client.open()
        for body in said:
            assert (await client.post(body.encode())).status == 200
        return client

    async def ask(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A request on a stream of its own."""
        return await self.dial().ask(method, target, body, headers)

    async def lose_everybody(self) -> None:
        """All clients go without a word."""
        for stream in self._streams:
            await trio.aclose_forcefully(stream)


class Polled:
    """A polling client, each of whose requests has a stream of its own."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._target = POLLED

    async def open(self) -> None:
        """Get a sid."""
        self._target += f"&sid={(await self.get()).json['sid']}"

    async def get(self) -> Answer:
        """One poll."""
        return await self._house.ask("GET", self._target)

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """One POST."""
        return await self._house.ask("POST", self._target, body, headers)

    async def live(self) -> Answer:
        """Poll and answer pings, until a poll brings something else than pings and messages."""
        while (answer := await self.get()).status == 200 and answer.body != b"1":
            if answer.body == b"2":
                await self.post(b"3")
        return answer

    async def wait(self) -> RawClient:
        """The stream on which a poll waits."""
        client = self._house.dial()
        await client.send(request("GET", self._target))
        await wait_all_tasks_blocked()
        return client


@asynccontextmanager
async def standing(
    *,
    timing: Timing | None = None,
    waits: Waits | None = None,
    caps: Caps | None = None,
    door: Door | None = None,
    engines: ScriptedEngines | None = None,
) -> AsyncIterator[House]:
    """A server, of whose connections nothing is left once the clients are gone."""
    plan = Plan(timing=timing or Timing(), waits=waits or Waits(), caps=caps or Caps())
    supervisor = Supervisor(plan, engines or ScriptedEngines(), Names(), accept)
    with trio.fail_after(NET):
        async with trio.open_nursery() as nursery:
            await nursery.start(supervisor.run)
            async with trio.open_nursery() as streams:
                house = House(supervisor, door or Door(), streams)
                yield house
                await house.lose_everybody()
            await trio.sleep(LONG_GONE)
            check_nothing_is_left(supervisor)
            nursery.cancel_scope.cancel()


def check_nothing_is_left(supervisor: Supervisor) -> None:
    """No connection, no count, no task, no session."""
    lobby = supervisor.lobby
    assert (len(lobby), lobby._unconnected, lobby._by_address, len(supervisor.directory)) == (0, {}, {}, 0)
    for nursery in (supervisor._connections, supervisor._sessions):
        assert nursery is not None
        assert not nursery.child_tasks


# ---- max_payload


async def test_a_post_above_max_payload_is_413_and_costs_that_post_alone(autojump_clock: MockClock) -> None:
    async with standing(timing=Timing(max_payload=5_000)) as house:
        client = await house.polling("40")
        fits = f'42["input.buffer.clear"]\x1e42["input.text","{"a" * 4_956}"]'.encode()
        assert len(fits) == 5_000
        assert (await client.post(fits)).status == 200
        assert (await client.post(fits + b" ")).status == 413
        assert (await client.post(fits)).status == 200
        assert b"custom.error" in (await client.get()).body


async def test_a_post_that_does_not_say_how_long_it_is_may_not_go_on_for_ever(autojump_clock: MockClock) -> None:
    async with standing(timing=Timing(max_payload=5_000)) as house:
        client = house.dial()
        chunked = b"1000\r\n" + bytes(0x1000) + b"\r\n"
        head = request("POST", POLLED + "&sid=x", headers={"Transfer-Encoding": "chunked"})
        await client.send(head + chunked * 2)
        assert (await client.answer()).status == 413
        with pytest.raises(Closed):
            await client.answer()


@pytest.mark.parametrize("size", [5_001, 200_000])
async def test_a_message_above_max_payload_closes_the_websocket_by_1009(size: int, autojump_clock: MockClock) -> None:
    async with standing(timing=Timing(max_payload=5_000)) as house:
        client = await house.websocket("40")
        await client.send(frames(UPDATE, HEADER, bytes(5_000), HEADER, bytes(size)))  # while answers are on their way
        assert await client.close_code() == 1009
        assert house.lobby.closed == {CloseReason.TOO_LARGE: 1}


@pytest.mark.parametrize("transport", [POLLING, WEBSOCKET])
async def test_who_still_sends_too_much_is_told_so_and_then_cut_off(transport: str, autojump_clock: MockClock) -> None:
    async with standing(timing=Timing(max_payload=5_000)) as house:
        client = house.dial()
        if transport == POLLING:
            await client.send(request("POST", POLLED + "&sid=x", headers={"Content-Length": "9000000"}) + bytes(9_000))
            assert (await client.answer()).status == 413
        else:
            await client.upgrade(SOCKET)
            await client.send(frames(bytes(9_000)))
            assert await client.close_code() == 1009
        told = trio.current_time()
        with contextlib.suppress(trio.BrokenResourceError):
            while True:
                await client.send(bytes(1_000))
                await trio.sleep(0.5)
        assert trio.current_time() - told == pytest.approx(Deadlines().last_word, abs=0.6)


# ---- clients that do not read


def drips() -> ScriptedEngines:
    """Engines whose answer comes in many pieces."""
    engines = ScriptedEngines()
    engines.llm.script.usual = Act(("One more. ",) * PARTS, PAUSE)
    return engines


async def speak(client: RawClient) -> None:
    """A turn whose answer has many parts."""
    await client.say('42["session.update",{"LLM":{"stream":true},"TTS":{"responseType":"multiple"}}]')
    await client.say(HEADER, b"sound", COMMIT)


async def hear_all(client: RawClient) -> float:
    """When the last piece of an answer had come."""
    while not (await client.event("response.audio.delta"))["done"]:
        pass
    return trio.current_time()


@pytest.mark.parametrize(
    ("timing", "while_speaking"),
    [
        (Timing(outbox_messages=25), CloseReason.SLOW_READER),
        (Timing(outbox_bytes=5_000), CloseReason.SLOW_READER),
        (Timing(ping_timeout=20.0), None),
    ],
    ids=["too many messages", "too many bytes", "a frame that is not taken"],
)
async def test_who_does_not_read_a_websocket_is_closed_and_slows_nobody(
    timing: Timing, while_speaking: CloseReason | None, autojump_clock: MockClock
) -> None:
    async with standing(timing=timing, engines=drips()) as house:
        join = f'40{{"sessionId":"{SESSION}","role":"receiver"}}'
        slow = await house.websocket(join, lockstep=True)
        sid = json.loads((await slow.until("0"))[1:])["sid"]
        await slow.until('42["session.joined"')
        good, sender = await house.websocket(join), await house.websocket(join.replace("receiver", "sender"))
        begun = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(sender.close_code)
            await speak(sender)
            assert await hear_all(good) - begun == pytest.approx((PARTS + 1) * PAUSE)
            nursery.cancel_scope.cancel()
        dawdler = house.lobby.get(sid)
        assert dawdler is not None
        assert dawdler.connection.closed is while_speaking
        assert (len(dawdler.connection.outbox) > 0) == (while_speaking is None)
        await trio.sleep(timing.ping_timeout + 3.0)
        assert house.lobby.closed == {CloseReason.SLOW_READER: 1}
        assert len(house.lobby) == 2


async def test_who_does_not_poll_is_closed_before_the_outbox_grows(autojump_clock: MockClock) -> None:
    async with standing(timing=Timing(outbox_messages=25), engines=drips()) as house:
        join = f'40{{"sessionId":"{SESSION}","role":"receiver"}}'
        slow, sender = await house.polling(join), await house.websocket(join.replace("receiver", "both"))
        begun = trio.current_time()
        await speak(sender)
        assert await hear_all(sender) - begun == pytest.approx((PARTS + 1) * PAUSE)
        assert house.lobby.closed == {CloseReason.SLOW_READER: 1}
        assert (await slow.get()).json == UNKNOWN_SID


# ---- how many there may be


@pytest.mark.parametrize(
    ("caps", "why"),
    [
        (Caps(connections=2), "there are 2 connections already"),
        (Caps(per_address=2), "there are 2 connections from your address already"),
    ],
)
async def test_past_a_cap_nobody_is_let_in_until_somebody_leaves(
    caps: Caps, why: str, autojump_clock: MockClock
) -> None:
    async with standing(caps=caps) as house:
        await house.polling("40")
        leaving = await house.websocket("40")
        refused = await house.ask("GET", POLLED)
        assert (refused.status, refused.json["message"]) == (503, why)
        assert (await house.dial().upgrade(SOCKET)).status == 503
        await leaving.say("1")
        await leaving.close_code()
        await wait_all_tasks_blocked()
        assert (await house.dial().upgrade(SOCKET)).status == 101


async def test_each_address_is_counted_for_itself(autojump_clock: MockClock) -> None:
    async with standing(caps=Caps(per_address=1)) as house:
        clients = [house.lobby.open(WEBSOCKET, {}, address) for address in ("192.0.2.1", "192.0.2.2")]
        with pytest.raises(Full, match="from your address"):
            house.lobby.open(WEBSOCKET, {}, "192.0.2.1")
        await clients[0].finish()
        clients.append(house.lobby.open(WEBSOCKET, {}, "192.0.2.1"))
        for client in clients[1:]:
            await client.finish()


async def test_the_oldest_that_has_not_joined_makes_room(autojump_clock: MockClock) -> None:
    async with standing(caps=Caps(unconnected=2)) as house:
        joined = await house.websocket("40")
        await joined.until('42["session.joined"')
        polled, socket = await house.polling(), await house.websocket()
        waiting = await polled.wait()
        newest = await house.websocket()
        assert (await waiting.answer()).body == b"1"
        assert (await polled.get()).json == UNKNOWN_SID
        await house.websocket()
        assert await socket.close_code() == 1000
        assert house.lobby.closed == {CloseReason.EVICTED: 2}
        await newest.say("40")
        await newest.until('42["session.joined"')


async def test_a_burst_of_connections_does_not_get_past_the_cap(autojump_clock: MockClock) -> None:
    async with standing(caps=Caps(unconnected=2)) as house:
        for _ in range(10):  # nobody's task runs in between
            client = house.lobby.open(POLLING, {}, "192.0.2.1")
            house.keep(client)
        await wait_all_tasks_blocked()
        assert len(house.lobby) == 2
        assert house.lobby.closed == {CloseReason.EVICTED: 8}


# ---- connections that nobody needs any more


@pytest.mark.parametrize("polls", [False, True])
async def test_a_polling_session_that_answers_no_ping_is_reaped(polls: bool, autojump_clock: MockClock) -> None:
    async with standing() as house:
        client = await house.polling("40")
        begun = trio.current_time()
        if polls:
            assert b"session.joined" in (await client.get()).body
            assert (await client.get()).body == b"2"
            assert (await client.get()).body == b"1"
            assert trio.current_time() - begun == pytest.approx(45)
        await trio.sleep_until(begun + 45.1)
        assert house.lobby.closed == {CloseReason.PING_TIMEOUT: 1}


async def test_who_never_connects_is_reaped_on_a_websocket(autojump_clock: MockClock) -> None:
    async with standing(waits=Waits(connect_timeout=70)) as house:
        client = await house.websocket()
        assert await client.close_code() == 1000
        assert trio.current_time() == pytest.approx(70)
        assert house.lobby.closed == {CloseReason.NEVER_CONNECTED: 1}


async def test_who_never_connects_is_reaped_on_polling(autojump_clock: MockClock) -> None:
    async with standing(waits=Waits(connect_timeout=70)) as house:
        client = await house.polling()
        assert (await client.live()).body == b"1"
        assert trio.current_time() == pytest.approx(70)
        assert house.lobby.closed == {CloseReason.NEVER_CONNECTED: 1}


async def test_who_has_left_lives_on_for_the_heartbeat_and_is_reaped(autojump_clock: MockClock) -> None:
    async with standing(waits=Waits(connect_timeout=70)) as house:
        client = await house.websocket("40")
        await client.until('42["session.joined"')
        with trio.move_on_after(200):
            await client.close_code()
        left = trio.current_time()
        await client.say("41")
        assert await client.close_code() == 1000
        assert trio.current_time() - left == pytest.approx(70)
        assert house.lobby.closed == {CloseReason.NEVER_CONNECTED: 1}


async def test_who_has_left_makes_room_like_one_that_never_joined(autojump_clock: MockClock) -> None:
    async with standing(caps=Caps(unconnected=1)) as house:
        left = await house.websocket("40")
        await left.until('42["session.joined"')
        await left.say("41")
        await wait_all_tasks_blocked()
        await house.websocket()
        assert await left.close_code() == 1000
        assert house.lobby.closed == {CloseReason.EVICTED: 1}


async def test_a_poll_whose_client_goes_away_closes_its_session(autojump_clock: MockClock) -> None:
    async with standing() as house:
        client = await house.polling()
        waiting = await client.wait()
        await waiting.stream.aclose()
        await wait_all_tasks_blocked()
        assert (await client.get()).json == UNKNOWN_SID
        assert house.lobby.closed == {CloseReason.TRANSPORT_LOST: 1}
        assert trio.current_time() == 0.0


# ---- pages of other origins

OPEN_TO = Door(allowed_origins=("https://app.example", "https://other.example:8443"))
OWN = "http://localhost:7171"


@pytest.mark.parametrize("origin", [*OPEN_TO.allowed_origins, OWN])
async def test_an_allowed_origin_may_ask_and_read(origin: str, autojump_clock: MockClock) -> None:
    headers = {"Origin": origin}
    async with standing(door=OPEN_TO) as house:
        preflight = await house.ask("OPTIONS", POLLED, headers={**headers, "Access-Control-Request-Method": "POST"})
        assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (204, origin)
        assert "POST" in preflight.headers["access-control-allow-methods"]
        opened = await house.ask("GET", POLLED, headers=headers)
        refused = await house.ask("GET", f"{POLLED}&sid=x", headers=headers)
        for answer, status in ((opened, 200), (refused, 400)):
            assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, origin)
            assert answer.headers["vary"] == "Origin"
        assert (await house.dial().upgrade(SOCKET, headers)).status == 101


@pytest.mark.parametrize(
    "origin", [*ELSEWHERE.values(), "http://app.example", "https://app.example.evil.example", "null", "http://[", ""]
)
async def test_any_other_origin_is_forbidden(origin: str, autojump_clock: MockClock) -> None:
    headers = {"Origin": origin}
    async with standing(door=OPEN_TO) as house:
        answers = [
            await house.ask("OPTIONS", POLLED, headers={**headers, "Access-Control-Request-Method": "POST"}),
            await house.ask("GET", POLLED, headers=headers),
            await house.dial().upgrade(SOCKET, headers),
        ]
        for answer in answers:
            assert (answer.status, answer.json) == (403, {"code": 4, "message": "Forbidden"})
            assert "access-control-allow-origin" not in answer.headers
        assert len(house.lobby) == 0


async def test_who_sends_no_origin_is_no_page_and_may_ask(autojump_clock: MockClock) -> None:
    async with standing(door=OPEN_TO) as house:
        opened = await house.ask("GET", POLLED)
        assert opened.status == 200
        assert "access-control-allow-origin" not in opened.headers


# ---- requests that are none


@pytest.mark.parametrize("target", ["//[", POLLED + "&a=1" * 100])
async def test_a_target_that_cannot_be_read_is_a_bad_request(target: str, autojump_clock: MockClock) -> None:
    async with standing() as house:
        assert (await house.ask("GET", target)).status == 400
