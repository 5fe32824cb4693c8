"""What bounds a connection, and all of them together, on both transports; nothing is left of any of them afterwards."""

import contextlib
import json

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.running.connections import Full
from actors.running.sizes import ConnectionLimits
from adapters.wire.http import Deadlines
from protocol.connection import POLLING, WEBSOCKET
from protocol.errors import CloseReason
from protocol.timing import Timing, Waits
from tests.adapters.wire.memoryserver import HEADER, POLLED, SOCKET, UPDATE, standing
from tests.rawclient import Closed, RawClient, frames, request
from tests.scripted import Act, ScriptedEngines

pytestmark = pytest.mark.usefixtures("streams")

SESSION = "5a0e2c52-0d9c-4c5e-9a6a-0c1d3e5f7a9b"
COMMIT = '42["input.buffer.commit"]'
PARTS, PAUSE = 60, 0.1
"""What the model of `drips` writes, with a pause before each part and before the end."""
UNKNOWN_SID = {"code": 1, "message": "Session ID unknown"}


# ---- max_payload


async def test_a_post_above_max_payload_is_413_and_costs_that_post_alone(autojump_clock: MockClock) -> None:
    async with standing(timing=Timing(max_payload=5_000)) as server:
        client = await server.polling("40")
        fits = f'42["input.buffer.clear"]\x1e42["input.text","{"a" * 4_956}"]'.encode()
        assert len(fits) == 5_000
        assert (await client.post(fits)).status == 200
        assert (await client.post(fits + b" ")).status == 413
        assert (await client.post(fits)).status == 200
        assert b"custom.error" in (await client.get()).body


async def test_a_post_that_does_not_say_how_long_it_is_may_not_go_on_for_ever(autojump_clock: MockClock) -> None:
    async with standing(timing=Timing(max_payload=5_000)) as server:
        client = server.dial()
        chunked = b"1000\r\n" + bytes(0x1000) + b"\r\n"
        head = request("POST", POLLED + "&sid=x", headers={"Transfer-Encoding": "chunked"})
        await client.send(head + chunked * 2)
        assert (await client.answer()).status == 413
        with pytest.raises(Closed):
            await client.answer()


@pytest.mark.parametrize("size", [5_001, 200_000])
async def test_a_message_above_max_payload_closes_the_websocket_by_1009(size: int, autojump_clock: MockClock) -> None:
    async with standing(timing=Timing(max_payload=5_000)) as server:
        client = await server.websocket("40")
        await client.send(frames(UPDATE, HEADER, bytes(5_000), HEADER, bytes(size)))  # while answers are on their way
        assert await client.close_code() == 1009
        assert server.connection_registry.closed == {CloseReason.TOO_LARGE: 1}


async def test_the_bound_is_told_before_and_after_and_the_session_is_kept(autojump_clock: MockClock) -> None:
    async with standing(timing=Timing(max_payload=5_000)) as server:
        client = await server.websocket("40", UPDATE)
        joined = await client.event("session.joined")
        assert joined["maxPayload"] == 5_000
        await client.until('42["session.state",{"state":"handshaken"')
        await client.say(HEADER, bytes(5_001))
        with pytest.raises(Closed) as closed:
            await client.until("nothing begins like this")
        assert (closed.value.code, "5000 bytes" in closed.value.words) == (1009, True)
        again = await server.websocket(f'40{{"sessionId":"{joined["sessionId"]}"}}')
        assert (await again.event("session.joined"))["state"] == "handshaken"
        polled = await server.polling("40")
        refused = await polled.post(bytes(5_001))
        assert (refused.status, b"5000 bytes" in refused.body) == (413, True)


@pytest.mark.parametrize("transport", [POLLING, WEBSOCKET])
async def test_who_still_sends_too_much_is_told_so_and_then_cut_off(transport: str, autojump_clock: MockClock) -> None:
    async with standing(timing=Timing(max_payload=5_000)) as server:
        client = server.dial()
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
    async with standing(timing=timing, engines=drips()) as server:
        join = f'40{{"sessionId":"{SESSION}","role":"receiver"}}'
        slow = await server.websocket(join, lockstep=True)
        sid = json.loads((await slow.until("0"))[1:])["sid"]
        await slow.until('42["session.joined"')
        good, sender = await server.websocket(join), await server.websocket(join.replace("receiver", "sender"))
        begun = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(sender.close_code)
            await speak(sender)
            assert await hear_all(good) - begun == pytest.approx((PARTS + 1) * PAUSE)
            nursery.cancel_scope.cancel()
        dawdler = server.connection_registry.get(sid)
        assert server.connection_registry.closed == ({} if while_speaking is None else {while_speaking: 1})
        assert (dawdler is not None and len(dawdler.engineio.outbox) > 0) == (while_speaking is None)
        await trio.sleep(timing.ping_timeout + 3.0)
        assert server.connection_registry.closed == {CloseReason.SLOW_READER: 1}
        assert len(server.connection_registry) == 2


async def test_who_does_not_poll_is_closed_before_the_outbox_grows(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with standing(timing=Timing(outbox_messages=25), engines=drips()) as server:
        join = f'40{{"sessionId":"{SESSION}","role":"receiver"}}'
        slow, sender = await server.polling(join), await server.websocket(join.replace("receiver", "both"))
        begun = trio.current_time()
        await speak(sender)
        assert await hear_all(sender) - begun == pytest.approx((PARTS + 1) * PAUSE)
        assert server.connection_registry.closed == {CloseReason.SLOW_READER: 1}
        assert (await slow.get()).json == UNKNOWN_SID
    assert [line for line in caplog.messages if "closed" in line] == ["memory: closed: client does not read"]


# ---- how many there may be


@pytest.mark.parametrize(
    ("limits", "status", "why", "retry_after"),
    [
        (ConnectionLimits(max_connections=2), 503, "there are 2 connections already", None),
        (ConnectionLimits(max_connections_per_address=2), 429, "there are 2 connections from your address already", 10),
    ],
)
async def test_past_a_cap_nobody_is_let_in_until_somebody_leaves(
    limits: ConnectionLimits, status: int, why: str, retry_after: int | None, autojump_clock: MockClock
) -> None:
    async with standing(connection_limits=limits) as server:
        await server.polling("40")
        leaving = await server.websocket("40")
        socket = server.dial()
        for refused in (await server.ask("GET", POLLED), await socket.upgrade(SOCKET)):
            assert (refused.status, refused.json["message"]) == (status, why)
            assert refused.json.get("retryAfter") == retry_after
            assert refused.headers.get("retry-after") == (None if retry_after is None else str(retry_after))
        assert (await socket.ask("GET", "/nowhere")).status == 404, "the stream is as good as before"
        await leaving.say("1")
        await leaving.close_code()
        await wait_all_tasks_blocked()
        assert (await server.dial().upgrade(SOCKET)).status == 101


async def test_each_address_is_counted_for_itself(autojump_clock: MockClock) -> None:
    async with standing(connection_limits=ConnectionLimits(max_connections_per_address=1)) as server:
        clients = [server.connection_registry.open(WEBSOCKET, {}, address) for address in ("192.0.2.1", "192.0.2.2")]
        with pytest.raises(Full, match="from your address"):
            server.connection_registry.open(WEBSOCKET, {}, "192.0.2.1")
        await clients[0].finish()
        clients.append(server.connection_registry.open(WEBSOCKET, {}, "192.0.2.1"))
        for client in clients[1:]:
            await client.finish()


async def test_the_oldest_that_has_not_joined_makes_room(autojump_clock: MockClock) -> None:
    async with standing(connection_limits=ConnectionLimits(max_unconnected=2)) as server:
        joined = await server.websocket("40")
        await joined.until('42["session.joined"')
        polled, socket = await server.polling(), await server.websocket()
        waiting = await polled.wait()
        newest = await server.websocket()
        assert (await waiting.answer()).body == b"1"
        assert (await polled.get()).json == UNKNOWN_SID
        await server.websocket()
        assert await socket.close_code() == 1000
        assert server.connection_registry.closed == {CloseReason.EVICTED: 2}
        await newest.say("40")
        await newest.until('42["session.joined"')


async def test_a_burst_of_connections_does_not_get_past_the_cap(autojump_clock: MockClock) -> None:
    async with standing(connection_limits=ConnectionLimits(max_unconnected=2)) as server:
        for _ in range(10):  # nobody's task runs in between
            client = server.connection_registry.open(POLLING, {}, "192.0.2.1")
            server.keep(client)
        await wait_all_tasks_blocked()
        assert len(server.connection_registry) == 2
        assert server.connection_registry.closed == {CloseReason.EVICTED: 8}


# ---- connections that nobody needs any more


@pytest.mark.parametrize("polls", [False, True])
async def test_a_polling_session_that_answers_no_ping_is_reaped(polls: bool, autojump_clock: MockClock) -> None:
    async with standing() as server:
        client = await server.polling("40")
        begun = trio.current_time()
        if polls:
            assert b"session.joined" in (await client.get()).body
            assert (await client.get()).body == b"2"
            assert (await client.get()).body == b"1"
            assert trio.current_time() - begun == pytest.approx(45)
        await trio.sleep_until(begun + 45.1)
        assert server.connection_registry.closed == {CloseReason.PING_TIMEOUT: 1}


async def test_who_never_connects_is_reaped_on_a_websocket(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with standing(waits=Waits(connect_timeout=70)) as server:
        client = await server.websocket()
        with pytest.raises(Closed) as closed:
            await client.until("nothing begins like this")
        assert (closed.value.code, closed.value.words) == (1000, "no Socket.IO CONNECT came in time")
        assert trio.current_time() == pytest.approx(70)
        assert server.connection_registry.closed == {CloseReason.NEVER_CONNECTED: 1}
    assert caplog.messages == ["memory: closed: no Socket.IO CONNECT came in time"]


async def test_who_never_connects_is_reaped_on_polling(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with standing(waits=Waits(connect_timeout=70)) as server:
        client = await server.polling()
        assert (await client.live()).body == b"1"
        assert trio.current_time() == pytest.approx(70)
        assert server.connection_registry.closed == {CloseReason.NEVER_CONNECTED: 1}
    assert caplog.messages == ["memory: closed: no Socket.IO CONNECT came in time"]


async def test_who_has_left_lives_on_for_the_heartbeat_and_is_reaped(autojump_clock: MockClock) -> None:
    async with standing(waits=Waits(connect_timeout=70)) as server:
        client = await server.websocket("40")
        await client.until('42["session.joined"')
        with trio.move_on_after(200):
            await client.close_code()
        left = trio.current_time()
        await client.say("41")
        assert await client.close_code() == 1000
        assert trio.current_time() - left == pytest.approx(70)
        assert server.connection_registry.closed == {CloseReason.NEVER_CONNECTED: 1}


async def test_who_has_left_makes_room_like_one_that_never_joined(autojump_clock: MockClock) -> None:
    async with standing(connection_limits=ConnectionLimits(max_unconnected=1)) as server:
        left = await server.websocket("40")
        await left.until('42["session.joined"')
        await left.say("41")
        await wait_all_tasks_blocked()
        await server.websocket()
        assert await left.close_code() == 1000
        assert server.connection_registry.closed == {CloseReason.EVICTED: 1}


async def test_a_poll_whose_client_goes_away_closes_its_session(autojump_clock: MockClock) -> None:
    async with standing() as server:
        client = await server.polling()
        waiting = await client.wait()
        await waiting.stream.aclose()
        await wait_all_tasks_blocked()
        assert (await client.get()).json == UNKNOWN_SID
        assert server.connection_registry.closed == {CloseReason.TRANSPORT_LOST: 1}
        assert trio.current_time() == 0.0
