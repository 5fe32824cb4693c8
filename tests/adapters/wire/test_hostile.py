"""Requests made to break the server: each is answered or dropped, nothing is left of it, and the server goes on."""

import base64

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.running.member import Member
from protocol.errors import CloseReason
from protocol.timing import Waits
from tests.adapters.wire.memoryserver import SOCKET, Polled, standing

KEY = base64.b64encode(b"k" * 16).decode()
UPGRADE = (
    f"GET {SOCKET} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n"
)


@pytest.mark.parametrize(
    "rest",
    [
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "Content-Length: 5\r\n\r\nhello",
        "Content-Length: 5\r\n\r\n",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99\r\n\r\n",
        "Sec-WebSocket-Extensions: \xff\r\n\r\n",
        "Sec-WebSocket-Protocol: \xff\r\n\r\n",
        f"Sec-WebSocket-Key: {KEY}\r\n\r\n",
    ],
)
async def test_a_broken_upgrade_leaves_no_connection_behind(rest: str, autojump_clock: MockClock) -> None:
    async with standing() as server:
        client = server.dial()
        await client.send((UPGRADE + rest).encode("latin-1"))
        await wait_all_tasks_blocked()


async def test_a_post_that_asks_for_an_upgrade_and_comes_too_late_is_refused(autojump_clock: MockClock) -> None:
    async with standing() as server:
        polled = Polled(server)
        await polled.open()
        late = server.dial()
        head = f"POST {polled._target} HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: foo\r\nContent-Length: 2"
        await late.send(head.encode() + b"\r\n\r\n4")
        await wait_all_tasks_blocked()
        assert (await polled.post(b"1")).status == 200
        await late.send(b"0")
        with trio.fail_after(5):
            answer = await late.answer()
        assert (answer.status, answer.json["code"]) == (400, 1)


async def test_configured_sessions_that_nobody_is_in_make_room_for_new_ones(autojump_clock: MockClock) -> None:
    async with standing(sessions=3) as server:
        for _ in range(5):
            client = await server.websocket("40", '42["session.update",{}]')
            await client.until('42["session.updated"')
            await client.say("41")
            await wait_all_tasks_blocked()


async def test_sessions_with_somebody_in_them_make_no_room(autojump_clock: MockClock) -> None:
    async with standing(sessions=2) as server:
        for _ in range(2):
            await (await server.websocket("40")).until('42["session.joined"')
        refused = await (await server.websocket("40")).until("44")
        assert "503" in refused


@pytest.mark.parametrize("role", ["receiver"])
@pytest.mark.parametrize("event", ['["session.update",{"STT":{"mediaFormat":"xyz"}}]', '["input.buffer.append","%%%"]'])
async def test_what_a_receiver_may_not_send_is_refused_for_its_role_before_it_is_read(
    role: str, event: str, autojump_clock: MockClock
) -> None:
    async with standing() as server:
        client = await server.websocket(f'40{{"role":"{role}"}}')
        await client.until('42["session.joined"')
        await client.say(f"42{event}")
        assert '"errorId":1003' in await client.until('42["custom.error"')


async def test_a_lost_event_cannot_forge_a_line_of_the_log(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with standing() as server:
        client = await server.websocket("40")
        await client.until('42["session.joined"')
        await client.say('451-["evil\\n2026 forged",{"_placeholder":true,"num":0}]', '42["input.buffer.clear"]')
        assert '"errorId":1000' in await client.until('42["custom.error"')
    assert not any("\n" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    "event", ['["input.buffer.commit","my dear secret"]', '["input.buffer.append",{"text":"secret"}]']
)
async def test_what_somebody_said_in_the_wrong_event_is_not_logged(
    event: str, autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with standing() as server:
        client = await server.websocket("40")
        await client.until('42["session.joined"')
        await client.say(f"42{event}")
        await client.until('42["custom.error"')
    assert "secret" not in caplog.text


async def test_a_fault_in_a_polling_connection_ends_it_alone(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down(member: Member) -> None:
        raise RuntimeError("made by a test")

    monkeypatch.setattr(Member, "tick", break_down)
    async with standing(waits=Waits(connect_timeout=1.0)) as server:
        polled = await server.polling()
        await trio.sleep(2.0)
        assert (await polled.get()).status == 400
        await (await server.websocket("40")).until('42["session.joined"')


async def test_a_last_message_waits_for_the_next_poll(autojump_clock: MockClock) -> None:
    async with standing() as server:
        polled = await server.polling()
        client = server.connection_registry.get(polled._target.rpartition("=")[2])
        assert client is not None
        client.send(("4goodbye",))
        client.close(CloseReason.SERVER_CLOSED)
        assert (await polled.get()).body == b"4goodbye\x1e1"
        assert (await polled.get()).json["code"] == 1
