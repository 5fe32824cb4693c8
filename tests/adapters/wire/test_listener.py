"""The listener: the address that a request is taken to come from, and its answers over plain streams."""

import gc
import ssl

import pytest
import trio
import trustme
from trio.testing import memory_stream_pair

from adapters.settings.errors import StartupFailed
from adapters.wire.heads import Request
from adapters.wire.http import Deadlines, Response
from adapters.wire.listener import Listener, ListenerOptions, Upgrade
from adapters.wire.peers import client_address
from adapters.wire.tls import server_context
from tests.adapters.wire.memoryserver import SOCKET, NoConnections
from tests.inprocess import running
from tests.rawclient import UPGRADE, RawClient, frames
from tests.rawclient import request as request_of
from tests.scripted import ScriptedEngines

DEADLINES = Deadlines()
PROXIES = ("127.0.0.1", "10.0.0.0/8")


def request(forwarded: str | None) -> Request:
    """A request that came with this X-Forwarded-For."""
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return Request(method="GET", path="/", query={}, headers=headers)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.7", None, "192.0.2.7"),
        ("192.0.2.7", "203.0.113.9", "192.0.2.7"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "not an address", "127.0.0.1"),
        ("10.9.9.9", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_a_forwarded_address_is_believed_from_a_trusted_proxy_alone(
    peer: str, forwarded: str | None, expected: str
) -> None:
    assert client_address(request(forwarded), peer, PROXIES) == expected


async def ask(raw: bytes, deadlines: Deadlines = DEADLINES) -> bytes:
    """What a listener with one page answers to these bytes, until it closes the stream."""
    options = ListenerOptions(deadlines=deadlines)
    listener = Listener(NoConnections(), options, {"/here": lambda _: Response(200, b"found")})  # type: ignore[arg-type]
    ours, theirs = memory_stream_pair()
    received = b""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.serve, theirs)
        await ours.send_all(raw)
        async for chunk in ours:
            received += chunk
        await ours.aclose()
    return received


async def test_two_requests_on_one_stream_are_both_answered(autojump_clock: trio.testing.MockClock) -> None:
    answer = await ask(b"GET /here HTTP/1.1\r\nHost: a\r\n\r\nGET /here HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.count(b"200 OK") == 2


async def test_head_has_the_length_and_no_body(autojump_clock: trio.testing.MockClock) -> None:
    answer = await ask(b"HEAD /here HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert b"Content-Length: 5" in answer
    assert not answer.endswith(b"found")


async def test_what_is_no_http_after_a_head_is_refused_all_the_same(autojump_clock: trio.testing.MockClock) -> None:
    answer = await ask(b"HEAD /here HTTP/1.1\r\nHost: a\r\n\r\n\0\r\n\r\n")
    assert b"HTTP/1.1 400" in answer
    assert answer.endswith(b"illegal request line\n")


async def test_an_unknown_page_says_where_socketio_is(autojump_clock: trio.testing.MockClock) -> None:
    answer = await ask(b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"/socket.io/" in answer


async def test_a_request_that_never_ends_is_timed_out(autojump_clock: trio.testing.MockClock) -> None:
    begun = trio.current_time()
    answer = await ask(b"GET /here HTTP/1.1\r\nHost: a\r\nX-Slow: ", Deadlines(idle=65, request=20))
    assert answer.startswith(b"HTTP/1.1 408")
    assert trio.current_time() - begun == pytest.approx(20)


async def test_a_silent_stream_is_closed_without_a_word(autojump_clock: trio.testing.MockClock) -> None:
    begun = trio.current_time()
    assert await ask(b"", Deadlines(idle=65)) == b""
    assert trio.current_time() - begun == pytest.approx(65)


async def test_a_head_beyond_the_bound_is_refused(autojump_clock: trio.testing.MockClock) -> None:
    answer = await ask(b"GET /here HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431")


async def test_a_body_where_none_is_due_is_refused(autojump_clock: trio.testing.MockClock) -> None:
    answer = await ask(b"GET /here HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 413")


async def test_what_is_no_http_is_refused(autojump_clock: trio.testing.MockClock) -> None:
    assert (await ask(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more\r\n\r\n")).startswith(b"HTTP/1.1 400")


async def test_https_answers_with_the_certificate_of_the_settings(
    tmp_path_factory: pytest.TempPathFactory, autojump_clock: trio.testing.MockClock
) -> None:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    issued = authority.issue_cert("voice.example.org")
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    context = server_context(str(folder / "cert.pem"), str(folder / "key.pem"))
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)
    listener = Listener(NoConnections(), ListenerOptions(), {"/here": lambda _: Response(200, b"found")})  # type: ignore[arg-type]
    ours, theirs = memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.serve, trio.SSLStream(theirs, context, server_side=True, https_compatible=True))
        stream = trio.SSLStream(ours, client_context, server_hostname="voice.example.org", https_compatible=True)
        await stream.send_all(b"GET /here HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        received = b"".join([chunk async for chunk in stream])
    assert received.endswith(b"found")


def test_a_certificate_that_is_none_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    broken = tmp_path_factory.mktemp("tls") / "cert.pem"
    broken.write_text("no certificate")
    with pytest.raises(StartupFailed, match="tls_certificate"):
        server_context(str(broken), "")
    with pytest.raises(StartupFailed, match="No such file"):
        server_context(str(broken.with_name("missing.pem")), "")


async def test_what_came_behind_the_request_is_not_kept_while_the_websocket_lasts(way: str) -> None:
    def kept() -> int:
        return sum(type(one) is Upgrade for one in gc.get_objects())

    async with running(ScriptedEngines()) as server:
        before = kept()
        client = RawClient(await server.dial_port(await server.open_port()))
        await client.send(request_of("GET", SOCKET, headers=UPGRADE) + frames("40"))
        assert (await client.answer()).status == 101
        await client.until("40{")
        assert kept() == before
