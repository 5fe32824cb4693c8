"""The Engine.IO v4 specification, checked from outside: https://github.com/socketio/engine.io-protocol (revision 4)."""

import base64
import json
from collections.abc import Mapping

import httpx
import pytest
import trio

from tests.real.programs import Served
from tests.real.wire import close_code, frame, polling, refusal, websocket

pytestmark = pytest.mark.real
KEYS = {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}
TIMES = {"pingInterval": 300, "pingTimeout": 200, "maxPayload": 1_000_000}
TRANSPORT, SID, METHOD, BAD, VERSION = (
    {"code": code, "message": message}
    for code, message in (
        (0, "Transport unknown"),
        (1, "Session ID unknown"),
        (2, "Bad handshake method"),
        (3, "Bad request"),
        (5, "Unsupported protocol version"),
    )
)


@pytest.fixture(params=["engineio", "socketio"])
def server(request: pytest.FixtureRequest, conformance_env: Mapping[str, str]) -> Served:
    """Each of the two servers: what comes before the first message is the same for both."""
    served = request.getfixturevalue(f"{request.param}_server")
    assert isinstance(served, Served)
    return served


# ---- handshake


async def test_polling_opens_a_session(server: Served) -> None:
    async with polling(server) as session:
        opened = await session.open()
    assert set(opened) == KEYS
    assert opened["upgrades"] == ["websocket"]
    assert isinstance(opened["sid"], str)
    assert opened.items() >= TIMES.items()


async def test_a_websocket_opens_a_session(server: Served) -> None:
    async with websocket(server) as connection:
        opening = await connection.get_message()
    assert isinstance(opening, str)
    assert opening[0] == "0"
    opened = json.loads(opening[1:])
    assert set(opened) == KEYS
    assert opened["upgrades"] == []
    assert opened.items() >= TIMES.items()


@pytest.mark.parametrize(
    ("method", "query", "fault"),
    [
        ("GET", {"transport": "polling"}, VERSION),
        ("GET", {"EIO": "abc", "transport": "polling"}, VERSION),
        ("GET", {"EIO": "3", "transport": "polling"}, VERSION),
        ("GET", {"EIO": "4"}, TRANSPORT),
        ("GET", {"EIO": "4", "transport": "abc"}, TRANSPORT),
        ("GET", {"EIO": "4", "transport": "polling", "sid": "abc"}, SID),
        ("GET", {"EIO": "4", "transport": "websocket"}, BAD),
        ("POST", {"EIO": "4", "transport": "polling"}, METHOD),
        ("PUT", {"EIO": "4", "transport": "polling"}, METHOD),
    ],
)
async def test_a_wrong_request_is_refused(server: Served, method: str, query: dict[str, str], fault: object) -> None:
    async with polling(server) as session:
        refused = await session.request(method, **query)
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/json"
    assert refused.json() == fault


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"EIO": ""}, VERSION),
        ({"EIO": "abc"}, VERSION),
        ({"transport": ""}, TRANSPORT),
        ({"transport": "abc"}, TRANSPORT),
        ({"sid": "abc"}, SID),
        ({"transport": "polling"}, BAD),
    ],
)
async def test_a_wrong_websocket_is_refused(server: Served, query: dict[str, str], fault: object) -> None:
    assert await refusal(server, **query) == fault


async def test_a_method_that_polling_does_not_know_is_refused_and_harms_nothing(engineio_server: Served) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        refused = await session.request("PUT", "4lost", EIO="4", transport="polling", sid=session.sid)
        assert (refused.status_code, refused.json()) == (400, METHOD)
        await session.post("4hello")
        assert await session.packets(1) == ["4hello"]


async def test_a_page_of_any_origin_may_ask(server: Served) -> None:
    async with httpx.AsyncClient(base_url=server.origin) as http:
        headers = {"Origin": "https://elsewhere.example"}
        asked = await http.options(server.path, headers={**headers, "Access-Control-Request-Method": "POST"})
        opened = await http.get(server.path, params={"EIO": "4", "transport": "polling"}, headers=headers)
    assert asked.status_code == 204
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert asked.headers["access-control-allow-origin"] == opened.headers["access-control-allow-origin"] == "*"


# ---- messages


@pytest.mark.parametrize(
    "packets", [["4hello"], ["4test1", "4test2", "4test3"], ["4hello", "bAQIDBA=="], ["4€ 𝄞"], ["4"]]
)
async def test_polling_carries_payloads(engineio_server: Served, packets: list[str]) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        pushed = await session.post("\x1e".join(packets))
        assert (pushed.status_code, pushed.text) == (200, "ok")
        assert await session.packets(len(packets)) == packets


async def test_text_that_polls_is_plain_utf_8(engineio_server: Served) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        await session.post("4é")
        polled = await session.get()
    assert polled.headers["content-type"] == "text/plain; charset=UTF-8"
    assert polled.content == "4é".encode()


@pytest.mark.parametrize("body", ["abc", "", "4fine\x1eabc", "b!!!", b"4\xff", "2", "7x"])
async def test_a_payload_that_cannot_be_read_closes_the_session(engineio_server: Served, body: str | bytes) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        assert (await session.post(body)).status_code == 400
        assert (await session.get()).status_code == 400


async def test_a_second_poll_at_the_same_time_closes_the_session(engineio_server: Served) -> None:
    polled: list[httpx.Response] = []
    async with polling(engineio_server) as session:
        await session.open()

        async def poll() -> None:
            polled.append(await session.get())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(poll)
            nursery.start_soon(poll)
        assert sorted((response.status_code, response.text[:1]) for response in polled) == [(200, "1"), (400, "{")]
        assert (await session.get()).status_code == 400


async def test_a_poll_whose_client_goes_away_closes_the_session(engineio_server: Served) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        host, port = engineio_server.address.split(":")
        stream = await trio.open_tcp_stream(host, int(port))
        target = f"{engineio_server.path}?EIO=4&transport=polling&sid={session.sid}"
        await stream.send_all(f"GET {target} HTTP/1.1\r\nHost: {engineio_server.address}\r\n\r\n".encode())
        await trio.sleep(0.05)
        await stream.aclose()
        refused = await session.post("4hello")
    assert (refused.status_code, refused.json()) == (400, SID)


@pytest.mark.parametrize("message", ["4hello", "4€ 𝄞", "4", b"\x01\x02\x03\x04", b""])
async def test_a_websocket_carries_text_and_bytes(engineio_server: Served, message: str | bytes) -> None:
    async with websocket(engineio_server) as connection:
        await connection.get_message()
        await connection.send_message(message)
        assert await frame(connection) == message


@pytest.mark.parametrize("message", ["abc", "", "2", "7x"])
async def test_a_frame_that_cannot_be_read_closes_the_websocket(engineio_server: Served, message: str) -> None:
    async with websocket(engineio_server) as connection:
        await connection.get_message()
        await connection.send_message(message)
        assert await close_code(connection)


@pytest.mark.parametrize("size", [700_000, 999_999])
async def test_large_binary_goes_both_ways_over_a_websocket(engineio_server: Served, size: int) -> None:
    sent = bytes(range(256)) * (size // 256)
    async with websocket(engineio_server) as connection:
        await connection.get_message()
        await connection.send_message(sent)
        assert await frame(connection) == sent


async def test_large_binary_goes_both_ways_over_polling(engineio_server: Served) -> None:
    sent = bytes(range(256)) * (700_000 // 256)
    async with polling(engineio_server) as session:
        await session.open()
        await session.post(b"b" + base64.b64encode(sent))
        (packet,) = await session.packets(1)
    assert base64.b64decode(packet[1:]) == sent


async def test_a_message_above_max_payload_is_refused_on_a_websocket(engineio_server: Served) -> None:
    async with websocket(engineio_server) as connection:
        await connection.get_message()
        await connection.send_message(bytes(1_000_001))
        assert await close_code(connection) == 1009


@pytest.mark.parametrize("size", [1_000_001, 5_000_000])
async def test_a_body_above_max_payload_is_refused_on_polling(engineio_server: Served, size: int) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        assert (await session.post("4" + "a" * size)).status_code == 413


# ---- heartbeat


async def test_polling_is_pinged_and_lives_while_it_answers(engineio_server: Served) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        for _ in range(3):
            assert (await session.get()).text == "2"
            assert (await session.post("3")).status_code == 200


async def test_polling_that_answers_no_ping_is_closed(engineio_server: Served) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        await trio.sleep(0.5)  # the specification's own words: pingInterval and pingTimeout, and not a moment more
        assert (await session.get()).status_code == 400


async def test_a_poll_that_waits_is_told_when_no_pong_comes(engineio_server: Served) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        assert (await session.get()).text == "2"
        assert (await session.get()).text == "1"
        assert (await session.get()).status_code == 400


async def test_a_websocket_is_pinged_and_lives_while_it_answers(engineio_server: Served) -> None:
    async with websocket(engineio_server) as connection:
        await connection.get_message()
        for _ in range(3):
            assert await connection.get_message() == "2"
            await connection.send_message("3")


async def test_a_websocket_that_answers_no_ping_is_closed(engineio_server: Served) -> None:
    async with websocket(engineio_server) as connection:
        await connection.get_message()
        begun = trio.current_time()
        assert await connection.get_message() == "2"
        assert await close_code(connection)
    assert trio.current_time() - begun > 0.4


# ---- close


async def test_a_poll_that_waits_is_freed_when_the_client_closes(engineio_server: Served) -> None:
    polled: list[httpx.Response] = []
    async with polling(engineio_server) as session:
        await session.open()

        async def poll() -> None:
            polled.append(await session.get())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(poll)
            await trio.sleep(0.05)
            assert (await session.post("1")).status_code == 200
        assert (polled[0].status_code, polled[0].text) == (200, "6")
        assert (await session.get()).status_code == 400


async def test_a_websocket_is_closed_when_the_client_closes(engineio_server: Served) -> None:
    async with websocket(engineio_server) as connection:
        await connection.get_message()
        await connection.send_message("1")
        assert await close_code(connection)


# ---- upgrade


@pytest.mark.parametrize("probes", [True, False])
async def test_polling_upgrades_with_and_without_a_probe(engineio_server: Served, probes: bool) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        async with websocket(engineio_server, sid=session.sid) as connection:
            if probes:
                await connection.send_message("2probe")
                assert await connection.get_message() == "3probe"
            await connection.send_message("5")
            await connection.send_message("4hello")
            assert await frame(connection) == "4hello"


async def test_a_probe_frees_the_poll_that_waits(engineio_server: Served) -> None:
    polled: list[str] = []
    async with polling(engineio_server) as session:
        await session.open()

        async def poll() -> None:
            polled.append((await session.get()).text)

        async with trio.open_nursery() as nursery, websocket(engineio_server, sid=session.sid) as connection:
            nursery.start_soon(poll)
            await trio.sleep(0.05)
            await connection.send_message("2probe")
            assert await connection.get_message() == "3probe"
    assert polled == ["6"]


async def test_what_was_sent_before_the_upgrade_arrives_after_it(engineio_server: Served) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        async with websocket(engineio_server, sid=session.sid) as connection:
            await connection.send_message("2probe")
            await connection.get_message()
            await session.post("4early\x1ebAQIDBA==")
            await connection.send_message("5")
            assert await frame(connection) == "4early"
            assert await frame(connection) == b"\x01\x02\x03\x04"


async def test_a_candidate_that_goes_away_leaves_polling_as_it_was(engineio_server: Served) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        async with websocket(engineio_server, sid=session.sid) as connection:
            await connection.send_message("2probe")
            await connection.get_message()
        await session.post("4hello")
        while (packets := (await session.packets(1))) == ["6"]:
            pass
        assert packets == ["4hello"]


async def test_requests_after_the_upgrade_are_refused_and_harm_nothing(engineio_server: Served) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        async with websocket(engineio_server, sid=session.sid) as connection:
            await connection.send_message("2probe")
            await connection.get_message()
            await connection.send_message("5")
            await connection.send_message("4upgraded")
            assert await frame(connection) == "4upgraded"
            for refused in (await session.get(), await session.post("4lost")):
                assert (refused.status_code, refused.json()) == (400, BAD)
            await connection.send_message("4hello")
            assert await frame(connection) == "4hello"


async def test_a_second_websocket_for_a_session_is_closed_and_harms_nothing(engineio_server: Served) -> None:
    async with polling(engineio_server) as session:
        await session.open()
        async with websocket(engineio_server, sid=session.sid) as connection:
            await connection.send_message("2probe")
            await connection.get_message()
            await connection.send_message("5")
            await connection.send_message("4upgraded")
            assert await frame(connection) == "4upgraded"
            async with websocket(engineio_server, sid=session.sid) as second:
                assert await close_code(second)
            await connection.send_message("4hello")
            assert await frame(connection) == "4hello"
