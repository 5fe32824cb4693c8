"""The short way of a chunk on real sockets: what goes it, what does not, and that nothing else is different."""

import base64
import logging
import math
import os
import random
import socket
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from actors.deciding.conversation import Conversation
from actors.running.inspecting import connection_row
from actors.running.member import Member
from adapters.wire.listener import ListenerOptions
from adapters.wire.shortway import ShortWayTransport
from adapters.wire.switchboard import READ, Switchboard, find_poller
from adapters.wire.websocket import WebSocketTransport
from protocol.engineio import Frame
from protocol.errors import CloseReason
from protocol.timing import Timing
from protocol.websocket import FRAMES_AT_A_TIME, Received
from tests.adapters.wire.memoryserver import HEADER, POLLED, SOCKET, UPDATE
from tests.adapters.wire.test_websocket import WebSocketPort, serving
from tests.adapters.wire.wirefaults import BINARY, FAULTS, TEXT, frame
from tests.inprocess import WAY, WAYS
from tests.rawclient import Closed, RawClient, frames

pytestmark = pytest.mark.skipif(find_poller() is None, reason="this system has no short way")
SOUND = bytes(range(200)) * 4
BASE64 = f'42["input.buffer.append","{base64.b64encode(SOUND).decode()}"]'
BEGUN = bytes(range(200))
"""A chunk by which the format is known to be samples."""
COMMIT, CLEAR = '42["input.buffer.commit"]', '42["input.buffer.clear"]'


class MessageCount:
    """How many messages the connection's task was given, and how many it was spared."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.received = self.taken = 0
        receive, take = Member.receive, Member.take

        async def counting_receive(member: Member, message: Frame) -> None:
            self.received += 1
            await receive(member, message)

        def counting_take(member: Member, frames: Sequence[Received]) -> int:
            taken = take(member, frames)
            self.taken += taken
            return taken

        monkeypatch.setattr(Member, "receive", counting_receive)
        monkeypatch.setattr(Member, "take", counting_take)


async def speaking(port: WebSocketPort) -> RawClient:
    """A client that has begun an utterance with a chunk by which its format is known."""
    client = await port.dial()
    await client.say("40", UPDATE)
    await client.until('42["session.updated"')
    await client.say(HEADER, BEGUN)
    await client.until('42["input.buffer.initialized"')
    return client


def session(port: WebSocketPort) -> Conversation:
    """The one session."""
    [conversation] = port.supervisor.session_registry.sessions
    return conversation


async def until_acked(client: RawClient, ack: int = 99) -> None:
    """All that was sent before has been dealt with."""
    await client.say(f'42{ack}["input.buffer.append",""]')
    await client.until(f"43{ack}")


async def test_chunks_of_every_kind_go_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as port:
        client = await speaking(port)
        counted = MessageCount(monkeypatch)
        binary: tuple[Frame, ...] = (HEADER, SOUND)
        await client.say(*binary * 20, *(BASE64,) * 20)
        await client.say(HEADER.replace("51-", "51-7"), SOUND, BASE64.replace("42[", "428["))
        assert [await client.until("43"), await client.until("43")] == [
            '437[{"success":true}]',
            '438[{"success":true}]',
        ]
        assert (counted.taken, counted.received) == (63, 0)
        assert session(port).utterance.audio == BEGUN + SOUND * 42


async def test_all_else_goes_to_the_connections_task_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as port:
        client = await speaking(port)
        counted = MessageCount(monkeypatch)
        await client.say(HEADER, b"two", CLEAR, HEADER, b"a", HEADER, b"b", COMMIT)
        await client.until('42["request.transcribe.done"')
        assert counted.taken == 2
        assert counted.received == 6


async def test_an_upgraded_client_goes_the_short_way_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as port:
        asking = RawClient(await port.dial_stream())
        sid = (await asking.ask("GET", POLLED)).json["sid"]
        assert (await asking.ask("POST", f"{POLLED}&sid={sid}", b"40")).status == 200
        client = RawClient(await port.dial_stream())
        assert (await client.upgrade(f"{SOCKET}&sid={sid}")).status == 101
        await client.say("2probe")
        assert await client.hear() == "3probe"
        await client.say("5", UPDATE, HEADER, BEGUN)  # behind the upgrade in the same read
        await client.until('42["input.buffer.initialized"')
        counted = MessageCount(monkeypatch)
        await client.say(HEADER, b" two")
        await until_acked(client)
        assert counted.taken == 2
        assert session(port).utterance.audio == BEGUN + b" two"
        [connection] = port.supervisor.connection_registry.connections
        assert (connection.way, connection.engineio.transport) == ("short", "websocket")


@pytest.mark.parametrize("name", WAYS)
async def test_the_operator_sees_which_way_a_connection_goes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WAY, WAYS[name])
    async with serving() as port:
        client = await speaking(port)
        counted = MessageCount(monkeypatch)
        await client.say(HEADER, SOUND)
        await until_acked(client)
        assert counted.taken == (2 if name == "short" else 0)
        [connection] = port.supervisor.connection_registry.connections
        row = connection_row(connection)
        assert (row.transport, row.way) == ("websocket", name)


# ---- over both ways


def script(random_: random.Random) -> list[Frame]:
    """What a client may say, chunks most of all, and no turn before the end: engines answer when they do."""
    said: list[Frame] = ["40", UPDATE]
    for number in range(60):
        ack = random_.choice(["", str(number)])
        chunk: list[Frame] = [HEADER.replace("51-", f"51-{ack}"), b"%d." % number]
        text: list[Frame] = [f'42{ack}["input.buffer.append","{base64.b64encode(b"%d," % number).decode()}"]']
        others: list[list[Frame]] = [
            [f'42{ack}["input.buffer.append",""]'], [f"42{ack}{CLEAR[2:]}"],
            [HEADER, f'42{ack}["input.text"," "]'], [f'42{ack}["nobody.knows",1]'], ["3"],
        ]  # fmt: skip
        said += random_.choice([*[chunk] * 4, *[text] * 3, *others])
    return [*said, HEADER, b"last", COMMIT, '4299["session.update",{}]']


async def told(said: Sequence[Frame], sizes: random.Random) -> list[Frame]:
    """What the client is told of it, one session after the other; ids and times are left out."""
    async with serving() as port:
        client = await port.dial()
        data = frames(*said)
        heard: list[Frame] = []

        async def send() -> None:
            nonlocal data
            while data:
                size = sizes.choice([1, 7, 100, 700, 5_000])
                await client.send(data[:size])
                data = data[size:]
                await wait_all_tasks_blocked(0.001)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(send)
            while not heard or not str(heard[-1]).startswith("4399"):
                heard.append(await client.hear())
        return [one for one in heard if isinstance(one, str) and one.startswith("43")]


@pytest.mark.parametrize("seed", range(4))
async def test_what_a_client_is_told_is_the_same_over_both_ways(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said = script(random.Random(seed))
    results = []
    for value in WAYS.values():
        monkeypatch.setenv(WAY, value)
        results.append(await told(said, random.Random(seed)))
    assert len(results[0]) > 5
    assert results[0] == results[1]


# ---- ends and faults


async def test_a_connection_that_does_not_get_on_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(member: Member, message: Frame) -> None:
        await trio.sleep_forever()

    async with serving() as port:
        client = await speaking(port)
        monkeypatch.setattr(Member, "receive", never)
        sent = 0
        with trio.move_on_after(1):
            await client.say(CLEAR)
            while True:
                await client.say(HEADER, SOUND)
                sent += len(SOUND)
        assert sent < 30_000_000  # what the kernel keeps on both sides
        assert session(port).utterance.size == len(BEGUN)


async def test_a_client_that_does_not_read_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(Timing(outbox_messages=200, ping_timeout=5.0)) as port:
        client = await speaking(port)
        assert isinstance(client.stream, trio.SocketStream)
        client.stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        registry = port.supervisor.connection_registry
        with trio.move_on_after(10):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(client.send, frame(TEXT, b'420["input.buffer.append","YQ=="]') * 50_000)
                await registry.wait_until_empty()
                nursery.cancel_scope.cancel()
        assert registry.closed == {CloseReason.SLOW_READER: 1}
        assert port.supervisor.account.used == session(port).turn.charge.size


@pytest.mark.parametrize("end", ["a reset", "a half close", "a close frame", "a fault"])
async def test_a_connection_that_ends_leaves_nothing(end: str) -> None:
    async with serving() as port:
        client = await speaking(port)
        [connection] = port.supervisor.connection_registry.connections
        assert isinstance(client.stream, trio.SocketStream)
        board = port.listener._switchboard
        assert board is not None
        await until_acked(client)
        await wait_all_tasks_blocked()
        assert len(board) == 1
        await client.say(HEADER, b" two")
        match end:
            case "a reset":
                client.stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.stream.socket.close()
            case "a half close":
                await client.stream.send_eof()
            case "a close frame":
                await client.send(frame(8, b"\x03\xe8"))
            case _:
                await client.send(FAULTS["opcode 0x3"][0])
        while len(port.supervisor.connection_registry):
            await port.supervisor.connection_registry.wait_until_empty()
        assert connection.engineio.closed is (
            CloseReason.PROTOCOL_ERROR if end == "a fault" else CloseReason.TRANSPORT_LOST
        )
        await wait_all_tasks_blocked(0.01)
        assert len(board) == 0
        assert session(port).utterance.audio == (BEGUN + b" two" if end != "a reset" else session(port).utterance.audio)


async def test_messages_before_a_fault_in_the_same_read_count() -> None:
    async with serving() as port:
        client = await speaking(port)
        await client.send(frames(HEADER, b" two") + FAULTS["a byte that is no UTF-8"][0])
        with pytest.raises(Closed) as closed:
            await client.until("nothing begins like this")
        assert closed.value.code == 1007
        assert session(port).utterance.audio == BEGUN + b" two"


async def test_a_fault_of_ours_on_the_short_way_ends_its_connection_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    take = Member.take

    def breaks(member: Member, frames: Sequence[Received]) -> int:
        if b"break" in frames:
            raise LookupError("a fault of ours")
        return take(member, frames)

    monkeypatch.setattr(Member, "take", breaks)
    with caplog.at_level(logging.ERROR, "adapters"):
        async with serving() as port:
            client = await speaking(port)
            other = await speaking(port)
            await client.say(HEADER, b"break")
            with pytest.raises(Closed):
                await client.until("nothing begins like this")
            await other.say(HEADER, b" two")
            await until_acked(other)
    [line] = caplog.records
    assert "broke by a fault of this server" in line.getMessage()


async def test_a_session_that_breaks_on_the_short_way_ends_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as port:
        client = await speaking(port)
        broken = session(port)
        other = await speaking(port)
        monkeypatch.setattr(broken.utterance, "add", None)
        await client.say(HEADER, b" two")
        assert '"errorId":5000' in await client.until('42["custom.error"')
        await other.say(HEADER, b" two")
        await until_acked(other)
        [left] = port.supervisor.session_registry.sessions
        assert left.utterance.audio == BEGUN + b" two"


# ---- the transport alone


class FrameTalker:
    """A connection as its transport sees it, that has this much to send, and takes in all or nothing."""

    def __init__(self, *messages: Frame, takes_in: bool = False) -> None:
        self.to_send = list(messages)
        self.taken: list[Received] = []
        self.changes = 0
        self.takes_in = takes_in

    def take_in(self, frames: Sequence[Received]) -> int:
        """All, or none."""
        if not self.takes_in:
            return 0
        self.taken += frames
        return len(frames)

    def take_out(self, most: int) -> list[Frame]:
        """One message after the other."""
        return [self.to_send.pop(0)] if self.to_send else []

    def note_change(self) -> None:
        """Count it."""
        self.changes += 1


@asynccontextmanager
async def transports() -> AsyncIterator[tuple[ShortWayTransport, trio.SocketStream]]:
    """A transport of the short way, and its client's end."""
    poller = find_poller()
    assert poller is not None
    board = Switchboard(poller)
    [listening] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery, listening:
            await nursery.start(board.run)
            far = await trio.open_tcp_stream(*listening.socket.getsockname()[:2])
            near = await listening.accept()
            async with far, near:
                yield ShortWayTransport(near, 1_000_000, b"", board), far
                assert (len(board), board._calls) == (0, {})
            nursery.cancel_scope.cancel()


async def hear(far: trio.SocketStream, size: int) -> bytes:
    """So many bytes."""
    received = b""
    while len(received) < size:
        data = await far.receive_some()
        assert data
        received += data
    return received


async def test_a_read_is_taken_a_round_at_a_time() -> None:
    talker = FrameTalker(takes_in=True)
    sizes: list[int] = []
    async with transports() as (transport, far):
        on_readable = transport.on_readable

        def counting() -> bool:
            before = len(talker.taken)
            left = on_readable()
            sizes.append(len(talker.taken) - before)
            return left

        transport.on_readable = counting  # type: ignore[method-assign]
        async with transport.serving(talker), trio.open_nursery() as nursery:
            nursery.start_soon(far.send_all, frame(BINARY, b"a") * 1_000)
            assert await transport.receive(trio.current_time() + 0.5) is None
        assert sum(sizes) == 1_000
        assert max(sizes) == FRAMES_AT_A_TIME


async def test_what_the_kernel_does_not_take_waits_and_is_whole() -> None:
    messages = [bytes([number]) * 300_000 for number in range(20)]
    talker = FrameTalker(*messages)
    async with transports() as (transport, far):
        async with transport.serving(talker):
            transport.flush()
            await wait_all_tasks_blocked(0.01)
            assert transport.stalled_at <= trio.current_time()
            assert (talker.changes, len(talker.to_send)) == (1, 19)  # what waits can be taken back
            received = await hear(far, sum(map(len, messages)) + 10 * len(messages))
            await wait_all_tasks_blocked()
            assert transport.stalled_at == math.inf
        assert received == b"".join(b"\x82\x7f" + len(one).to_bytes(8) + one for one in messages)


async def test_what_comes_with_the_room_to_send_more_is_dealt_with_first() -> None:
    talker = FrameTalker(*[bytes(10_000)] * 1_000)
    async with transports() as (transport, far), transport.serving(talker), trio.open_nursery() as nursery:
        transport.flush()
        await wait_all_tasks_blocked(0.01)
        waiting = len(talker.to_send)
        taken_back: list[Frame] = []

        async def interrupted() -> None:
            assert await transport.receive() == "stop"
            taken_back.extend(talker.to_send)
            talker.to_send.clear()

        nursery.start_soon(interrupted)
        await wait_all_tasks_blocked(0.01)
        descriptor = far.socket.fileno()
        os.write(descriptor, frame(TEXT, b"stop"))
        received = os.read(descriptor, 10_000_000)  # now there is something to read, and room to write
        received += await hear(far, (1_000 - waiting) * 10_004 - len(received))
        await wait_all_tasks_blocked(0.01)
        assert len(taken_back) == waiting
        with pytest.raises(BlockingIOError):
            os.read(descriptor, 1)


async def test_half_a_frame_is_followed_by_nothing() -> None:
    async with transports() as (transport, far):
        async with transport.serving(FrameTalker(bytes(9_000_000))):
            transport.flush()
            await wait_all_tasks_blocked(0.01)
            assert transport._pending is not None
            sent = 9_000_010 - len(transport._pending)
        assert len(await hear(far, sent)) == sent  # there is room for a close frame now
        await transport.close(1000)
        assert await far.receive_some() == b""


async def test_a_pong_goes_behind_what_is_being_sent_and_of_many_pings_the_newest_is_answered() -> None:
    async with transports() as (transport, far), transport.serving(FrameTalker(bytes(9_000_000))):
        transport.flush()
        await wait_all_tasks_blocked(0.01)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(transport.receive)
            await far.send_all(frame(9, b"one") + frame(9, b"are you there"))
            await wait_all_tasks_blocked(0.01)
            await far.send_all(frame(BINARY, b"not read before the pong has left"))
            await wait_all_tasks_blocked(0.01)
            assert not transport.events & READ
            received = await hear(far, 9_000_010 + 15)
            nursery.cancel_scope.cancel()
        assert received.endswith(b"\0\x8a\x0dare you there")


async def test_whoever_is_woken_or_at_the_deadline_receives_none_and_loses_nothing() -> None:
    async with transports() as (transport, far), transport.serving(FrameTalker()):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wake_soon, transport)
            assert await transport.receive() is None
        assert await transport.receive(trio.current_time() + 0.01) is None
        await far.send_all(frame(TEXT, b"one") + frame(TEXT, b"two"))
        assert [await transport.receive(), await transport.receive()] == ["one", "two"]


async def wake_soon(transport: ShortWayTransport) -> None:
    """Wake it once its task waits."""
    await wait_all_tasks_blocked()
    transport.wake()


async def test_messages_that_are_there_leave_in_writes_of_the_joined_size(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    write = os.write

    def counting(descriptor: int, data: bytes) -> int:
        if len(data) > 1_000:
            sizes.append(len(data))
        return write(descriptor, data)

    async with serving() as port:
        await speaking(port)
        [connection] = port.supervisor.connection_registry.connections
        monkeypatch.setattr(os, "write", counting)
        for _ in range(20):
            connection.send((bytes(2_000),))
        await wait_all_tasks_blocked(0.01)
        assert sizes == [2_004 * 8, 2_004 * 8, 2_004 * 4]


def test_a_transport_offers_nothing_on_the_ordinary_way() -> None:
    assert (WebSocketTransport.way, ShortWayTransport.way) == ("ordinary", "short")
    assert ListenerOptions().short_way
