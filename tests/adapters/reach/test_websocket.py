"""The WebSocket to a provider: deadlines, TLS, and peers that are none; as Deepgram's adapter uses it."""

import ssl

import pytest
import trio
import trustme
from trio_websocket import WebSocketConnection

from actors.ports.audio import Complete, Growing
from actors.ports.recognition import Transcript
from adapters.reach.call import Patience
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict, reaching
from adapters.reach.websocket import SocketCall
from adapters.vendors.deepgram.stt import DeepgramRecogniser
from tests.adapters.reach.loopback import KEY, browsing, endpoint_of
from tests.adapters.reach.wsloop import Peer
from tests.adapters.vendors.deepgram.test_deepgram_stt import CLOSE, results, talking, until_close

pytestmark = pytest.mark.real


async def test_silence_after_the_last_sound_is_noticed() -> None:
    async def play(peer: Peer) -> None:
        while await peer.receive() != CLOSE:
            pass

    async with talking(play, patience=Patience(silence=0.1)) as talk:
        failure = await talk.fails()
        await talk.server.until(lambda server: server.open == 0)
    assert failure.verdict is Verdict.PASSING
    assert "has sent nothing for 0.1 s" in str(failure)


async def test_an_answer_that_does_not_end_is_noticed() -> None:
    async def play(peer: Peer) -> None:
        while True:
            await peer.send(results("and"))

    async with talking(play, patience=Patience(whole=0.1)) as talk:
        assert "did not finish within 0.1 s" in str(await talk.fails())


async def test_a_socket_that_does_not_read_is_noticed() -> None:
    async def play(peer: Peer) -> None:
        await trio.sleep_forever()

    async with talking(play, patience=Patience(silence=0.2)) as talk:
        failure = await talk.fails(Complete(bytes(64_000_000)))
        await talk.server.until(lambda server: server.accepted == 1)
    assert failure.verdict is Verdict.PASSING
    assert "has not read for 0.2 s" in str(failure)


async def test_one_that_stops_while_the_person_speaks_is_noticed() -> None:
    async def play(peer: Peer) -> None:
        await trio.sleep_forever()

    audio = Growing()
    for _ in range(3):  # the first fill what a socket keeps unread
        audio.extend(bytes(1_000))
    async with talking(play, patience=Patience(silence=0.2)) as talk:
        failure = await talk.fails(audio)
    assert failure.verdict is Verdict.PASSING
    assert "has not answered for 0.2 s" in str(failure)


async def test_one_that_is_there_may_be_silent_while_the_person_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    audio = Growing()
    answered = 0

    async def ping(connection: WebSocketConnection) -> None:
        nonlocal answered
        await plain(connection)
        answered += 1
        if answered == 3:
            audio.complete()

    plain = WebSocketConnection.ping
    monkeypatch.setattr(WebSocketConnection, "ping", ping)
    audio.extend(b"\1\2")
    async with talking(until_close(results("after a while", final=True)), patience=Patience(silence=1.0)) as talk:
        assert await talk(audio) == Transcript("after a while")


@pytest.mark.parametrize("raw", [b"\xff\xff\xff\xff", b"\x81\x02\xc3\x28", b"\x81\x7f\x00\x00\x00\x00\x7f\xff\xff\xff"])
async def test_a_frame_that_is_none_ends_the_call(raw: bytes) -> None:
    async def play(peer: Peer) -> None:
        await peer.receive()
        await peer.send_raw(raw)
        await peer.cut()

    audio = Growing()
    audio.extend(b"\1\2")
    async with talking(play) as talk:
        assert (await talk.fails(audio)).verdict is Verdict.PASSING


async def test_tls_is_spoken_where_the_address_says_so() -> None:
    authority = trustme.CA()
    server_tls, tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server_tls)
    authority.configure_trust(tls)
    async with talking(until_close(results("safe", final=True)), server_tls=server_tls, tls=tls) as talk:
        assert await talk() == Transcript("safe")


async def test_a_certificate_that_is_not_trusted_is_named_at_once() -> None:
    server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(server_tls)
    async with talking(until_close(), server_tls=server_tls) as talk:
        assert "its certificate is not trusted" in str(await talk.fails())


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", "with a page, not"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak WebSocket"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "does not speak WebSocket"),
        (b"", "did not begin to answer in time"),
    ],
)
async def test_what_is_no_websocket_is_said(raw: bytes, said: str) -> None:
    async with talking(until_close(), raw=raw, patience=Patience(first_byte=0.2)) as talk:
        failure = await talk.fails()
        await talk.server.until(lambda server: server.open == 0)
    assert said in str(failure)


async def test_an_address_where_nobody_listens_is_said() -> None:
    async with browsing() as web:
        adapter = DeepgramRecogniser(web, Endpoint("deepgram", "Deepgram", "http://127.0.0.1:1", KEY))
        with pytest.raises(ProviderFailed, match="nothing listens there") as caught:
            await adapter.check()
    assert caught.value.verdict is Verdict.ABSENT


async def test_whoever_calls_is_told_that_the_provider_was_reached() -> None:
    heard: list[str] = []
    told = reaching.set(lambda: heard.append("reached"))
    async with talking(until_close()) as talk:
        await talk.adapter.check()
    reaching.reset(told)
    assert heard == ["reached"]


@pytest.mark.parametrize("key", [KEY + "\r\nX: y", KEY + " ", "schlüssel" + KEY])
async def test_a_key_with_characters_that_no_key_has_is_not_sent_nor_shown(key: str) -> None:
    async with talking(until_close()) as talk, browsing() as web:
        endpoint = endpoint_of(talk.server, "/v1", "deepgram", key)
        with pytest.raises(ProviderFailed, match="DEEPGRAM_API_KEY") as caught:
            await DeepgramRecogniser(web, endpoint).check()
    assert caught.value.verdict is Verdict.REFUSED
    assert KEY not in str(caught.value)
    assert talk.server.openings == []


def test_neither_headers_nor_query_are_shown() -> None:
    call = SocketCall(Endpoint("deepgram", "Deepgram", "https://x", KEY), "/listen", {"a": KEY}, (("b", KEY),))
    assert KEY not in repr(call)
