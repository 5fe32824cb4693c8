"""WebSockets over real sockets: faults with their close codes, and frames in odd shapes."""

import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import memory_stream_pair

from actors.running.supervisor import ServerPlan
from adapters.wire.websocket import WebSocketTransport
from protocol.timing import Timing
from protocol.websocket import FRAMES_AT_A_TIME, FrameReader, Received
from tests.adapters.wire.memoryserver import SOCKET
from tests.adapters.wire.wirefaults import BINARY, CLOSE, CONT, FAULTS, MOST, PING, PONG, TEXT, closing, frame
from tests.inprocess import InProcess, running
from tests.rawclient import Closed, RawClient
from tests.scripted import ScriptedEngines

pytestmark = pytest.mark.usefixtures("way")
NET = 30.0
CONNECT = frame(TEXT, b"40")


class WebSocketPort:
    """A server on a port of this machine."""

    def __init__(self, server: InProcess, address: tuple[str, int]) -> None:
        self.supervisor = server.supervisor
        self.listener = server.listener
        self._server = server
        self._address = address

    async def dial_stream(self) -> trio.SocketStream:
        """A new stream."""
        stream = await self._server.dial_port(self._address)
        stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return stream

    async def dial(self) -> RawClient:
        """A new WebSocket."""
        client = RawClient(await self.dial_stream())
        assert (await client.upgrade(SOCKET)).status == 101
        return client


@asynccontextmanager
async def serving(timing: Timing | None = None) -> AsyncIterator[WebSocketPort]:
    """A server with engines that need no time."""
    plan = ServerPlan(timing=timing or Timing(max_payload=MOST))
    async with running(ScriptedEngines(), plan, patience=NET) as server:
        yield WebSocketPort(server, await server.open_port())


async def ending(client: RawClient) -> tuple[int, str]:
    """The code and the words of the server's close frame, after which it closes the stream."""
    try:
        await client.until("nothing begins like this")
    except Closed as closed:
        with pytest.raises(Closed):
            await client.hear()
        return closed.code, closed.words
    raise AssertionError("unreachable")


@pytest.mark.parametrize("case", FAULTS)
async def test_a_fault_is_answered_by_a_close_frame_and_a_line_in_the_log(
    case: str, caplog: pytest.LogCaptureFixture
) -> None:
    data, code = FAULTS[case]
    with caplog.at_level(logging.WARNING, "actors"):
        async with serving() as port:
            client = await port.dial()
            await client.send(CONNECT)
            await client.until('42["session.joined"')
            await client.send(data)
            told, words = await ending(client)
    assert told == code
    (line,) = [record.getMessage() for record in caplog.records if ": closed: " in record.getMessage()]
    assert line.endswith(words)
    assert words


@pytest.mark.parametrize(
    "case", ["unmasked text", "a byte that is no UTF-8", "a length of 63 bits", "a close of one byte"]
)
async def test_a_fault_that_comes_byte_by_byte_is_the_same_fault(case: str) -> None:
    data, code = FAULTS[case]
    async with serving() as port:
        client = await port.dial()
        for at in range(len(CONNECT + data)):
            await client.send((CONNECT + data)[at : at + 1])
            await trio.lowlevel.checkpoint()
        assert (await ending(client))[0] == code


@pytest.mark.parametrize("after", [b"", frame(TEXT, b'42["input.text","late"]') * 100, bytes(100_000)])
async def test_what_comes_after_a_fault_is_not_read_and_does_not_hide_the_close_frame(after: bytes) -> None:
    async with serving() as port:
        client = await port.dial()
        await client.send(CONNECT + FAULTS["opcode 0x3"][0] + after)
        assert (await ending(client))[0] == 1002


@pytest.mark.parametrize("code", [1000, 1001, 1014, 3000, 4999])
async def test_a_close_frame_is_answered_with_its_own_code(code: int) -> None:
    async with serving() as port:
        client = await port.dial()
        await client.send(CONNECT + closing(code, b"bye"))
        raw = b""
        while data := await client.stream.receive_some():
            raw += data
        assert raw.endswith(b"\x88\x02" + code.to_bytes(2))


async def test_a_close_frame_without_a_code_is_answered_by_such_a_one() -> None:
    async with serving() as port:
        client = await port.dial()
        await client.send(CONNECT + frame(CLOSE))
        assert (await ending(client))[0] == 1005


async def test_the_end_of_a_message_that_is_too_long_says_the_bound() -> None:
    async with serving() as port:
        client = await port.dial()
        await client.send(CONNECT + frame(BINARY, bytes(MOST + 1)))
        code, words = await ending(client)
        assert (code, f"{MOST} bytes" in words, "chunks" in words) == (1009, True, True)


async def test_a_session_outlives_the_socket_that_broke_the_protocol() -> None:
    async with serving() as port:
        client = await port.dial()
        await client.send(CONNECT + frame(TEXT, b'42["session.update",{}]'))
        joined = await client.event("session.joined")
        await client.until('42["session.updated"')
        await client.send(FAULTS["a byte that is no UTF-8"][0])
        await ending(client)
        again = await port.dial()
        await again.say(f'40{{"sessionId":"{joined["sessionId"]}"}}')
        assert (await again.event("session.joined"))["state"] == "handshaken"


async def test_of_ten_thousand_pings_in_one_write_the_newest_are_answered_in_order() -> None:
    async with serving() as port:
        client = await port.dial()
        pings = b"".join(frame(PING, str(number).encode()) for number in range(10_000))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.send, CONNECT + pings)
            pongs = [(await client.pongs(1))[0]]
            while pongs[-1] != b"9999":
                pongs += await client.pongs(1)
    assert list(map(int, pongs)) == sorted(set(map(int, pongs)))
    assert len(pongs) <= 2 * 10_000 / FRAMES_AT_A_TIME


async def test_who_pings_and_does_not_read_is_not_read_either() -> None:
    timing = Timing(ping_interval=0.5, ping_timeout=0.5, max_payload=MOST)
    async with serving(timing) as port:
        client = await port.dial()
        # One pong answers up to 128 pings, so the client's kernel is to keep few. It may keep the reset from it, too.
        assert isinstance(client.stream, trio.SocketStream)
        client.stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        many, sent = frame(PING, bytes(125)) * 500, 0
        with contextlib.suppress(trio.BrokenResourceError), trio.move_on_after(3):
            while True:
                await client.send(many)
                sent += len(many)
        assert sent < 20_000_000  # what the kernel keeps on both sides, and no more


async def test_a_message_in_very_many_frames_is_one_message() -> None:
    async with serving() as port:
        client = await port.dial()
        await client.send(frame(TEXT, b"4", fin=False) + frame(CONT, b"", fin=False) * 20_000 + frame(CONT, b"0"))
        await client.until('42["session.joined"')


class Counted(FrameReader, trio.abc.Instrument):
    """Frames of which is counted how many may be read between two checkpoints."""

    since = worst = calls = 0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        """Other tasks had their turn."""
        self.since = 0

    def receive(self, data: bytes = b"", limit: int = FRAMES_AT_A_TIME) -> list[Received]:
        """As ever."""
        self.calls += 1
        self.since += limit
        self.worst = max(self.worst, self.since)
        return super().receive(data, limit)


@pytest.mark.parametrize(
    ("many", "messages"),
    [
        (frame(PING) * 10_000, 0),
        (frame(PONG) * 10_000, 0),
        (frame(BINARY) * 5_000, 5_000),
        (frame(TEXT, b"4") * 5_000, 5_000),
        (frame(TEXT, fin=False) + frame(CONT, fin=False) * 10_000 + frame(CONT), 1),
    ],
    ids=["pings", "pongs", "empty messages", "messages of a byte", "empty fragments"],
)
async def test_however_small_the_frames_others_have_their_turn(many: bytes, messages: int) -> None:
    ours, theirs = memory_stream_pair()
    transport = WebSocketTransport(theirs, MOST, many)  # as if one read had brought it
    transport._reader = incoming = Counted(MOST)

    trio.lowlevel.add_instrument(incoming)
    for _ in range(messages):
        await transport.receive()
    await ours.send_all(frame(TEXT, b"end"))
    assert await transport.receive() == "end"
    trio.lowlevel.remove_instrument(incoming)
    assert incoming.calls > 5_000 / FRAMES_AT_A_TIME
    assert incoming.worst <= 128
