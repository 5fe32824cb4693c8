"""The Socket.IO v5 specification, checked from outside: https://github.com/socketio/socket.io-protocol (revision 5)."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from trio_websocket import WebSocketConnection

from tests.real.programs import Served
from tests.real.wire import close_code, frame, polling, websocket

pytestmark = pytest.mark.real
ONE, TWO = b"\x01\x02\x03", b"\x04\x05\x06"
HOLE_0, HOLE_1 = '{"_placeholder":true,"num":0}', '{"_placeholder":true,"num":1}'


@asynccontextmanager
async def opened(server: Served) -> AsyncIterator[WebSocketConnection]:
    """A WebSocket after Engine.IO's handshake."""
    async with websocket(server) as connection:
        assert str(await connection.get_message()).startswith("0")
        yield connection


@asynccontextmanager
async def joined(server: Served) -> AsyncIterator[WebSocketConnection]:
    """A WebSocket that has joined the default namespace."""
    async with opened(server) as connection:
        await connection.send_message("40")
        assert str(await frame(connection)).startswith('40{"sid":"')
        assert await frame(connection) == '42["auth",{}]'
        yield connection


async def says(connection: WebSocketConnection, *frames: str | bytes) -> None:
    for each in frames:
        await connection.send_message(each)


async def hears(connection: WebSocketConnection, *frames: str | bytes) -> None:
    """Check that exactly these come next, pings aside."""
    assert [await frame(connection) for _ in frames] == list(frames)


# ---- connect


@pytest.mark.parametrize(
    ("namespace", "payload", "auth"),
    [
        ("", "", "{}"),
        ("", '{"token":"123"}', '{"token":"123"}'),
        ("/custom,", "", "{}"),
        ("/custom,", '{"token":"abc"}', '{"token":"abc"}'),
    ],
)
async def test_a_namespace_is_joined(socketio_server: Served, namespace: str, payload: str, auth: str) -> None:
    async with opened(socketio_server) as connection:
        await says(connection, f"40{namespace}{payload}")
        answer = str(await frame(connection))
        assert answer.startswith(f"40{namespace}{{")
        (key, sid), *others = json.loads(answer.removeprefix(f"40{namespace}")).items()
        assert (key, others) == ("sid", [])
        assert sid
        assert isinstance(sid, str)
        await hears(connection, f'42{namespace}["auth",{auth}]')


async def test_the_sid_of_a_socket_is_not_that_of_the_connection(socketio_server: Served) -> None:
    async with websocket(socketio_server) as connection:
        opening = json.loads(str(await connection.get_message())[1:])
        await says(connection, "40")
        assert json.loads(str(await frame(connection))[2:])["sid"] != opening["sid"]


async def test_a_custom_namespace_may_come_without_its_comma(socketio_server: Served) -> None:
    async with opened(socketio_server) as connection:
        await says(connection, "40/custom")
        assert str(await frame(connection)).startswith("40/custom,{")


async def test_both_namespaces_are_joined_on_one_connection(socketio_server: Served) -> None:
    async with joined(socketio_server) as connection:
        await says(connection, "40/custom,")
        assert str(await frame(connection)).startswith("40/custom,{")
        await hears(connection, '42/custom,["auth",{}]')
        await says(connection, '42/custom,["message",1]', '42["message",2]')
        await hears(connection, '42/custom,["message-back",1]', '42["message-back",2]')


@pytest.mark.parametrize("asked", ["40/random", "40/random,", '40/random,{"token":"abc"}'])
async def test_an_unknown_namespace_is_refused_and_harms_nothing(socketio_server: Served, asked: str) -> None:
    async with joined(socketio_server) as connection:
        await says(connection, asked, '42["message"]')
        await hears(connection, '44/random,{"message":"Invalid namespace"}', '42["message-back"]')


async def test_who_does_not_connect_in_time_is_closed(socketio_server: Served) -> None:
    async with opened(socketio_server) as connection:
        begun = trio.current_time()
        assert await close_code(connection)  # which answers the pings meanwhile
        assert 0.8 < trio.current_time() - begun < 5


async def test_who_connects_to_an_unknown_namespace_only_is_closed_in_time(socketio_server: Served) -> None:
    async with opened(socketio_server) as connection:
        await says(connection, "40/random")
        await hears(connection, '44/random,{"message":"Invalid namespace"}')
        assert await close_code(connection)


async def test_everything_works_over_polling(socketio_server: Served) -> None:
    async with polling(socketio_server) as session:
        await session.open()
        await session.post('40{"token":"123"}')
        connected, auth = await session.packets(2)
        assert connected.startswith('40{"sid":"')
        assert auth == '42["auth",{"token":"123"}]'
        attachment = f"b{base64.b64encode(ONE).decode()}"
        await session.post(
            f'42["message",1]\x1e451-["message",{HOLE_0}]\x1e{attachment}\x1e427["message-with-ack","2"]'
        )
        expected = ['42["message-back",1]', f'451-["message-back",{HOLE_0}]', attachment, '437["2"]']
        assert await session.packets(4) == expected


# ---- disconnect


async def test_after_the_last_disconnect_the_heartbeat_goes_on(socketio_server: Served) -> None:
    async with joined(socketio_server) as connection:
        await says(connection, "41")
        assert await connection.get_message() == "2"


async def test_after_the_last_disconnect_one_may_connect_again(socketio_server: Served) -> None:
    async with joined(socketio_server) as connection:
        await says(connection, "41", "40")
        assert str(await frame(connection)).startswith('40{"sid":"')


async def test_leaving_one_namespace_leaves_the_other(socketio_server: Served) -> None:
    async with joined(socketio_server) as connection:
        await says(connection, "40/custom,")
        assert str(await frame(connection)).startswith("40/custom,{")
        await hears(connection, '42/custom,["auth",{}]')
        await says(connection, "41/custom,", '42["message","message to main namespace"]')
        await hears(connection, '42["message-back","message to main namespace"]')


# ---- events and acks


@pytest.mark.parametrize(
    ("sent", "back"),
    [
        (['42["message",1,"2",{"3":[true]}]'], ['42["message-back",1,"2",{"3":[true]}]']),
        (['42["message"]'], ['42["message-back"]']),
        (['42["message",null,1.5,"€ 𝄞 \\"\\\\"]'], ['42["message-back",null,1.5,"€ 𝄞 \\"\\\\"]']),
        (
            [f'452-["message",{HOLE_0},{HOLE_1}]', ONE, TWO],
            [f'452-["message-back",{HOLE_0},{HOLE_1}]', ONE, TWO],
        ),
        (
            [f'452-["message",{{"a":[{HOLE_0}],"b":{{"c":{HOLE_1}}}}}]', ONE, TWO],
            [f'452-["message-back",{{"a":[{HOLE_0}],"b":{{"c":{HOLE_1}}}}}]', ONE, TWO],
        ),
        (
            [f'452-["message",{HOLE_1},{HOLE_0}]', ONE, TWO],
            [f'452-["message-back",{HOLE_0},{HOLE_1}]', TWO, ONE],
        ),
        (['42456["message-with-ack",1,"2",{"3":[false]}]'], ['43456[1,"2",{"3":[false]}]']),
        (['420["message-with-ack"]'], ["430[]"]),
        (
            [f'452-789["message-with-ack",{HOLE_0},{HOLE_1}]', ONE, TWO],
            [f"462-789[{HOLE_0},{HOLE_1}]", ONE, TWO],
        ),
    ],
)
async def test_arguments_come_back(socketio_server: Served, sent: list[str | bytes], back: list[str | bytes]) -> None:
    async with joined(socketio_server) as connection:
        await says(connection, *sent)
        await hears(connection, *back)


async def test_binary_with_an_ack_works_in_a_custom_namespace(socketio_server: Served) -> None:
    async with opened(socketio_server) as connection:
        await says(connection, "40/custom,")
        await frame(connection)
        await hears(connection, '42/custom,["auth",{}]')
        await says(connection, f'451-/custom,12["message-with-ack",{HOLE_0}]', ONE)
        await hears(connection, f"461-/custom,12[{HOLE_0}]", ONE)


@pytest.mark.parametrize(
    "frames",
    [
        ["4abc"],
        ["4"],
        ["49"],
        ["42{}"],
        ["42[]"],
        ['42"message"'],
        ["42[null]"],
        ["42"],
        ["42[{}]"],
        ['42abc["message-with-ack",1,"2",{"3":[false]}]'],
        ["431{}"],
        ["43[1]"],
        ['42["message"'],
        ['42["disconnect"]'],
        ['42["connect_error"]'],
        ['45["message"]'],
        [f'451-["message",{HOLE_1}]', ONE],
        ['44{"message":"no"}'],
        ["41{}"],
        ["40{}"],
        ['42/custom,["message"]'],
        [ONE],
    ],
)
async def test_what_the_specification_calls_invalid_closes(socketio_server: Served, frames: list[str | bytes]) -> None:
    async with joined(socketio_server) as connection:
        await says(connection, *frames)
        with trio.fail_after(5):
            assert await close_code(connection)


@pytest.mark.parametrize("first", ["4abc", '42["message"]', "40[]", '40"abc"', "41", "431[]"])
async def test_what_does_not_begin_with_connect_is_closed_at_once(socketio_server: Served, first: str) -> None:
    async with opened(socketio_server) as connection:
        begun = trio.current_time()
        await says(connection, first)
        assert await close_code(connection)
        assert trio.current_time() - begun < 0.8


async def test_text_where_an_attachment_was_due_costs_that_event_alone(socketio_server: Served) -> None:
    async with joined(socketio_server) as connection:
        await says(connection, f'451-["message",{HOLE_0}]', '42["message",1]', ONE, '42["message",2]')
        await hears(connection, '42["message-back",1]', '42["message-back",2]')


async def test_700_kilobytes_go_both_ways(socketio_server: Served) -> None:
    sent = bytes(range(256)) * (700_000 // 256)
    async with joined(socketio_server) as connection:
        await says(connection, f'451-1["message-with-ack",{HOLE_0}]', sent)
        await hears(connection, f"461-1[{HOLE_0}]", sent)
