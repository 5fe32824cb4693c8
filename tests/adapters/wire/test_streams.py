"""Which stream gives way where there are too many: silent ones first, by address, and never one that is served."""

import errno
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trustme
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.running.sizes import ConnectionLimits
from adapters.wire.accepting import PAUSE, PatientListener
from adapters.wire.http import Response
from adapters.wire.listener import Listener, ListenerOptions
from adapters.wire.streams import StreamSlots
from protocol.errors import CloseReason
from tests.adapters.wire.memoryserver import POLLED, NoConnections, standing
from tests.rawclient import Closed, RawClient, request

PAGE, LARGE = "/here", "/large"
MORE_THAN_A_KERNEL_HOLDS = 20_000_000
HALF = b"GET /here HTTP/1.1\r\nHost: a\r\n"


class LoopbackPort:
    """A listener on loopback, and clients of several addresses: all of 127.0.0.0/8 is this machine."""

    def __init__(self, port: int, context: ssl.SSLContext | None) -> None:
        self._port = port
        self._context = context
        self._streams: list[trio.abc.Stream] = []

    async def silent(self, address: str) -> RawClient:
        """A stream from `address` that has said nothing, not even of TLS."""
        self._streams.append(await trio.open_tcp_stream("127.0.0.1", self._port, local_address=address))
        return RawClient(self._streams[-1])

    async def close(self) -> None:
        """Close every stream that was opened."""
        for stream in self._streams:
            await trio.aclose_forcefully(stream)

    async def dial(self, address: str) -> RawClient:
        """A stream from `address`, with TLS where the port has it."""
        client = await self.silent(address)
        if self._context is not None:
            stream = trio.SSLStream(client.stream, self._context, server_hostname="a", https_compatible=True)
            await stream.do_handshake()
            return RawClient(stream)
        return client


@asynccontextmanager
async def listening(options: ListenerOptions, authority: trustme.CA | None = None) -> AsyncIterator[LoopbackPort]:
    """A port with two pages."""
    pages = {PAGE: lambda _: Response(200, b"found"), LARGE: lambda _: Response(200, bytes(MORE_THAN_A_KERNEL_HOLDS))}
    listener = Listener(NoConnections(), options, pages)  # type: ignore[arg-type]
    (plain,) = await trio.open_tcp_listeners(0, host="127.0.0.1", backlog=100)
    port = plain.socket.getsockname()[1]
    ours: trio.abc.Listener[trio.abc.Stream] = plain
    theirs = None
    if authority is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("a").configure_cert(context)
        theirs = ssl.create_default_context()
        authority.configure_trust(theirs)
        ours = trio.SSLListener(plain, context, https_compatible=True)
    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            await nursery.start(listener.run, [ours])
            clients = LoopbackPort(port, theirs)
            yield clients
            await clients.close()
            nursery.cancel_scope.cancel()


async def is_served(client: RawClient) -> bool:
    """Whether a request on this stream is answered."""
    try:
        return (await client.ask("GET", PAGE)).status == 200
    except (Closed, trio.BrokenResourceError):
        return False


@pytest.mark.real
@pytest.mark.parametrize("secured", [False, True])
async def test_at_the_bound_the_oldest_silent_stream_of_the_busiest_address_is_closed(secured: bool) -> None:
    async with listening(ListenerOptions(max_silent_streams=4), trustme.CA() if secured else None) as port:
        kept = await port.dial("127.0.0.2")
        assert await is_served(kept)
        calm = await port.silent("127.0.0.3")
        flood = [await port.silent("127.0.0.4") for _ in range(9)]
        for lost in flood[:6]:
            with pytest.raises(Closed):
                await lost.hear()
        await calm.send(HALF if not secured else b"\x16\x03\x01")
        assert await is_served(await port.dial("127.0.0.3"))
        assert await is_served(await port.dial("127.0.0.4"))
        assert await is_served(kept), "a connection that is kept for its next request is not silent"
        if not secured:
            await flood[-1].send(HALF + b"\r\n")
            assert (await flood[-1].answer()).status == 200
            await calm.send(b"\r\n")
            assert (await calm.answer()).status == 200


@pytest.mark.real
async def test_half_a_head_does_not_keep_a_place() -> None:
    async with listening(ListenerOptions(max_silent_streams=2)) as port:
        slow = [await port.silent("127.0.0.2") for _ in range(2)]
        for client in slow:
            await client.send(HALF)
        third = await port.silent("127.0.0.2")
        with pytest.raises(Closed):
            await slow[0].answer()
        assert await is_served(third)


@pytest.mark.real
@pytest.mark.parametrize("waits_with", [b"", request("POST", PAGE, headers={"Content-Length": "100"})])
async def test_where_all_places_are_taken_one_that_waits_after_a_request_is_closed(waits_with: bytes) -> None:
    async with listening(ListenerOptions(max_streams=3, max_silent_streams=3)) as port:
        waiting = [await port.dial("127.0.0.2") for _ in range(3)]
        for client in waiting:
            assert await is_served(client)
            await client.send(waits_with)
        await trio.testing.wait_all_tasks_blocked()
        assert await is_served(await port.dial("127.0.0.3"))


@pytest.mark.real
async def test_a_peer_that_does_not_take_its_answer_is_closed() -> None:
    async with listening(ListenerOptions(max_streams=3, max_silent_streams=3)) as port:
        deaf = [await port.dial("127.0.0.2") for _ in range(3)]
        for client in deaf:
            await client.send(request("GET", LARGE))
            assert await client.stream.receive_some(1) == b"H"
        assert await is_served(await port.dial("127.0.0.3"))


async def test_a_served_stream_is_never_closed(autojump_clock: MockClock, caplog: pytest.LogCaptureFixture) -> None:
    async with standing(options=ListenerOptions(max_streams=2, max_silent_streams=1)) as server:
        polled = await server.polling("40")
        waiting = await polled.wait()
        websocket = await server.websocket("40")
        for _ in range(3):
            with pytest.raises(Closed):
                await server.dial().answer()
        assert (await waiting.answer()).status == 200
        await websocket.until('42["session.joined"')
    told = [record.getMessage() for record in caplog.records if "streams" in record.getMessage()]
    assert len(told) == 1, "a flood is one line of the log"


async def test_connections_that_do_not_join_are_closed_by_address_too(autojump_clock: MockClock) -> None:
    async with standing(
        connection_limits=ConnectionLimits(max_unconnected=3), options=ListenerOptions(trusted_proxies=("10.0.0.1",))
    ) as server:
        opened = {}
        for address in ("2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1::3"):
            client = server.connection_registry.open("polling", {}, address)
            opened[address] = client
        closed = {address: client.engineio.closed for address, client in opened.items()}
        assert closed.pop("2001:db8:0:1::1") is CloseReason.EVICTED
        assert set(closed.values()) == {None}
        for client in opened.values():
            await client.finish()


async def test_one_64_is_one_address_for_the_bound_on_connections(autojump_clock: MockClock) -> None:
    async with standing(connection_limits=ConnectionLimits(max_connections_per_address=1)) as server:
        assert (await server.ask("GET", POLLED)).status == 200
        assert (await server.ask("GET", POLLED)).status == 429


# ---- no more files


class Refusing(trio.abc.Listener[trio.abc.Stream]):
    """A listener whose system has no room for so many calls."""

    def __init__(self, code: int, times: int) -> None:
        self.code = code
        self.times = times

    async def accept(self) -> trio.abc.Stream:
        """Refuse, until there is room."""
        await trio.lowlevel.checkpoint()
        self.times -= 1
        if self.times >= 0:
            raise OSError(self.code, "no room")
        return trio.testing.memory_stream_pair()[0]

    async def aclose(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS])
@pytest.mark.parametrize(("silent", "pauses"), [(5, 0), (2, 3), (0, 5)])
async def test_where_the_system_has_no_room_a_stream_is_closed_or_it_waits(
    code: int, silent: int, pauses: int, autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    streams = StreamSlots(10, 10)
    places = [streams.enter("192.0.2.1") for _ in range(silent)]
    await PatientListener(Refusing(code, 5), streams.make_room).accept()
    assert trio.current_time() == pytest.approx(pauses * PAUSE)
    assert all(place is not None and place.scope.cancel_called for place in places)
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


async def test_what_waiting_does_not_mend_is_raised() -> None:
    with pytest.raises(OSError, match="no room"):
        await PatientListener(Refusing(errno.EINVAL, 1), lambda: False).accept()


async def test_a_place_is_left_once_and_told_once(autojump_clock: MockClock) -> None:
    streams = StreamSlots(2, 1)
    first = streams.enter("a")
    second = streams.enter("b")
    assert first is not None
    assert second is not None
    assert first.scope.cancel_called
    first.wait(False)
    first.wait(True)
    streams.leave(first)
    second.wait(False)
    assert (len(streams), len(streams.silent), len(streams.waiting)) == (1, 0, 0)
    streams.leave(second)
    await wait_all_tasks_blocked()
    assert len(streams) == 0
