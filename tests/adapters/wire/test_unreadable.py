"""Texts that are not quite right or not right at all, over both transports: what goes on, what ends, in which words."""

import logging

import pytest
from trio.testing import MockClock

from tests.adapters.wire.memoryserver import UPDATE, MemoryServer, standing
from tests.adapters.wire.wirefaults import BINARY, TEXT, frame
from tests.rawclient import Closed

HALF = r"\ud83d"

GOES_ON = {
    "in a typed turn": rf'42["input.text","hello {HALF}"]',
    "in a key": rf'42["session.update",{{"{HALF}":1}}]',
    "in a value": rf'42["session.update",{{"LLM":{{"prompt":"be {HALF} kind"}}}}]',
    "in the name of an event": rf'42["{HALF}",1]',
    "in an ack": rf'437["{HALF}"]',
    "with an ack": rf'428["session.update",{{"LLM":{{"name":"{HALF}"}}}}]',
    "with attachments": rf'451-["input.buffer.append",{{"_placeholder":true,"num":0}},"{HALF}"]',
    "a number that is too large": '42["session.update",{"LLM":{"temperature":1e400}}]',
    "a very long integer": f'42["session.update",{{"LLM":{{"maxToken":{"9" * 5_000}}}}}]',
}
ENDS: dict[str, tuple[bytes, int, str]] = {
    "a bracket too few": (b'42["input.text"', 1002, "another parser"),
    "a trailing comma": (b'42["input.text",]', 1002, "JSON"),
    "NaN": (b'42["session.update",{"LLM":{"temperature":NaN}}]', 1002, "JSON"),
    "a byte order mark": (b'42\xef\xbb\xbf["input.text"]', 1002, "JSON"),
    "no packet of Socket.IO": (b"49", 1002, "0 to 6"),
    "no packet of Engine.IO": (b"9", 1002, "EIO=4"),
    "a payload of Engine.IO 3": (b"2:40", 1002, "Engine.IO 4"),
    "bytes that are no UTF-8": (b'42["input.text","\xed\xa0\xbd"]', 1007, "UTF-8"),
}


@pytest.mark.parametrize("case", GOES_ON)
async def test_half_an_emoji_is_a_replacement_character(case: str, autojump_clock: MockClock) -> None:
    async with standing() as server:
        client = await server.websocket("40", UPDATE)
        await client.until('42["session.state",{"state":"handshaken"')
        await client.say(GOES_ON[case], *([b"sound"] if "attachments" in case else []), '42["nonsense"]')
        while "nonsense" not in (await client.event("custom.error"))["message"]:
            pass
        assert not server.connection_registry.closed

        polled = await server.polling("40", UPDATE)
        sound = "\x1ebAAAA" if "attachments" in case else ""
        assert (await polled.post(f"{GOES_ON[case]}{sound}".encode())).status == 200
        assert not server.connection_registry.closed


async def test_half_an_emoji_in_what_a_client_says_of_itself(autojump_clock: MockClock) -> None:
    async with standing() as server:
        client = await server.websocket(rf'40{{"token":"{HALF}","{HALF}":"{HALF}"}}')
        await client.until('42["session.joined"')
        wrong = await server.websocket(rf'40{{"role":"{HALF}"}}')
        assert "\ufffd" in await wrong.until("44")


@pytest.mark.parametrize("case", ENDS)
async def test_what_cannot_be_read_ends_a_websocket_with_its_code_and_a_line(
    case: str, autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    data, code, hint = ENDS[case]
    with caplog.at_level(logging.WARNING, "actors"):
        async with standing() as server:
            client = await server.websocket("40", UPDATE)
            joined = await client.event("session.joined")
            await client.until('42["session.state",{"state":"handshaken"')
            await client.send(frame(TEXT, data))
            with pytest.raises(Closed) as closed:
                await client.until("nothing begins like this")
            assert closed.value.code == code
            await check_the_session_is_kept(server, joined["sessionId"])
    check_the_line(caplog, hint)


@pytest.mark.parametrize("case", ENDS)
async def test_what_cannot_be_read_ends_a_polling_connection_with_400_and_a_line(
    case: str, autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    data, _, hint = ENDS[case]
    with caplog.at_level(logging.WARNING, "actors"):
        async with standing() as server:
            polled = await server.polling("40")
            assert (await polled.post(data)).status == 400
            assert (await polled.get()).status == 400
    check_the_line(caplog, hint)


async def test_a_client_with_another_parser_is_told_of_it(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with standing() as server:
        client = await server.websocket()
        await client.send(frame(BINARY, b"\x83\xa4type\x00\xa4data\xc0\xa3nsp\xa1/"))
        assert await client.close_code() == 1002
    check_the_line(caplog, "another parser")


async def check_the_session_is_kept(server: MemoryServer, session_id: str) -> None:
    """Who comes back finds it as it was."""
    again = await server.websocket(f'40{{"sessionId":"{session_id}"}}')
    assert (await again.event("session.joined"))["state"] == "handshaken"


def check_the_line(caplog: pytest.LogCaptureFixture, hint: str) -> None:
    """One line says why, with the hint."""
    lines = [record.getMessage() for record in caplog.records if ": closed: " in record.getMessage()]
    assert len(lines) == 1
    assert hint.lower() in lines[0].lower().replace("utf-8' codec", "utf-8")
