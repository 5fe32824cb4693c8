"""The client that all providers share: connections, deadlines, bounds, and what it says of failures."""

import socket
import ssl
from collections.abc import AsyncIterator

import msgspec
import pytest
import trio
import trustme
from trio.testing import MockClock

from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict, reaching
from adapters.reach.faults import retry_after, words_of
from adapters.reach.sse import EventReader, ServerSentEvent, TooLong
from adapters.reach.web import Web
from tests.adapters.reach.loopback import (
    KEY,
    Break,
    Loopback,
    Reply,
    browsing,
    cancel_everywhere,
    drip,
    endpoint_of,
    json_reply,
    loopback,
    sse,
)

pytestmark = pytest.mark.real
PATIENT = Patience()
HASTY = Patience(connect=0.2, first_byte=0.1, silence=0.1, whole=0.3)
EVENTS = "event: a\r\ndata: grüße\r\ndata: zwei\r\n\r\n: keep-alive\n\ndata:eins\n\ndata: cr\r\revent: b\ndata\n\n"
READ = [
    ServerSentEvent("a", "grüße\nzwei"),
    ServerSentEvent("message", "eins"),
    ServerSentEvent("message", "cr"),
    ServerSentEvent("b", ""),
]


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with browsing() as web:
        yield web


@pytest.fixture
def jumping_clock() -> MockClock:
    """Time stands still while the sockets have something to do."""
    return MockClock(autojump_threshold=0.02)


def get(server: Loopback, patience: Patience = PATIENT) -> Call:
    return Call(endpoint_of(server), "GET", "/", patience=patience)


async def failing(web: Web, call: Call) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        await web.fetch(call)
    assert KEY not in str(caught.value)
    return caught.value


# ---- events


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1_000])
def test_events_are_read_wherever_the_pieces_end(size: int) -> None:
    data = b"\xef\xbb\xbf" + EVENTS.encode()
    reader = EventReader()
    events = [event for at in range(0, len(data), size) for event in reader.feed(data[at : at + size])]
    assert events + reader.finish() == READ


def test_a_line_that_is_not_complete_is_no_event_and_a_lacking_empty_line_does_not_matter() -> None:
    reader = EventReader()
    assert reader.feed(b"data: whole\ndata: hal\xc3") == []
    assert reader.finish() == [ServerSentEvent("message", "whole")]


def test_line_separators_of_unicode_are_part_of_the_data() -> None:
    assert EventReader().feed("data: a\u2028b\x0bc\x85d\n\n".encode()) == [
        ServerSentEvent("message", "a\u2028b\x0bc\x85d")
    ]


@pytest.mark.parametrize("endless", [b"data: " + b"a" * 200, b"data: aaaaaaaaaaaaaa\n" * 20])
def test_an_event_that_does_not_end_is_not_kept(endless: bytes) -> None:
    with pytest.raises(TooLong):
        EventReader(100).feed(endless)


async def test_events_come_one_by_one_out_of_a_slow_drip(web: Web) -> None:
    async with loopback(sse(*drip(EVENTS.encode()))) as server, web.open(get(server)) as answer:
        assert [event async for event in answer.events()] == READ


async def test_an_event_that_does_not_end_is_a_failure(web: Web) -> None:
    async with loopback(sse(b"data: " + b"a" * 1_100_000)) as server:
        with pytest.raises(ProviderFailed, match="does not end"):
            async with web.open(get(server)) as answer:
                await anext(answer.events())


# ---- requests


async def test_what_is_asked_reaches_the_provider(web: Web) -> None:
    async with loopback(json_reply({"a": 1})) as server:
        endpoint = endpoint_of(server, "/v1")
        call = Call(endpoint, "POST", "/x", {"X-Key": "k"}, {"q": "ü&"}, json={"text": "grüße"})
        assert await web.fetch_json(call) == {"a": 1}
        await web.fetch(Call(endpoint, "POST", server.url + "/y", {"Content-Type": "text/xml"}, body=b"<a/>"))
        json, xml = server.requests
    assert (json.method, json.path, json.query, json.json) == ("POST", "/v1/x", {"q": "ü&"}, {"text": "grüße"})
    assert (json.headers["x-key"], json.headers["content-type"]) == ("k", "application/json")
    assert (xml.path, xml.headers["content-type"], xml.body) == ("/y", "text/xml", b"<a/>")


async def test_a_file_is_sent_with_its_fields(web: Web) -> None:
    sound = bytes(range(256)) + b"\r\n--\r\n"
    async with loopback() as server:
        form: dict[str, str | tuple[str, ...]] = {"model": "whisper", "include[]": ("a", "b")}
        await web.fetch(Call(endpoint_of(server), "POST", "/", form=form, file=("a.wav", sound, "audio/wav")))
        request = server.requests[0]
    assert request.fields == {"model": ("whisper",), "include[]": ("a", "b")}
    file = request.files["file"]
    assert (file.name, file.content_type, file.data) == ("a.wav", "audio/wav", sound)


async def test_connections_are_used_again_and_cookies_are_not_kept(web: Web) -> None:
    async with loopback(Reply(body=b"a", headers={"Set-Cookie": "a=b"})) as server:
        for _ in range(5):
            await web.fetch(get(server))
        assert server.accepted == 1
        assert "cookie" not in server.requests[-1].headers


async def test_a_connection_that_the_provider_has_closed_meanwhile_is_not_used(web: Web) -> None:
    async with loopback(Reply(body=b"a")) as server:
        await web.fetch(get(server))
        await server.hang_up()
        assert await web.fetch(get(server)) == b"a"
        assert server.accepted == 2


async def test_a_reader_that_has_enough_keeps_the_connection_when_the_answer_ends_at_once(web: Web) -> None:
    async with loopback(sse(b"data: [DONE]\n\n", b": bye\n\n")) as server:
        for _ in range(3):
            async with web.open(get(server)) as answer:
                await anext(answer.events())
        assert server.accepted == 1


async def test_a_reader_that_has_enough_does_not_wait_for_an_answer_that_does_not_end(web: Web) -> None:
    async with loopback(sse(b"data: [DONE]\n\n", trio.Event())) as server:
        async with web.open(get(server)) as answer:
            await anext(answer.events())
        await server.until(lambda now: now.open == 0)


async def test_a_reader_that_fails_closes_the_connection(web: Web) -> None:
    async with loopback(sse(b"data: a\n\n", trio.Event())) as server:
        with pytest.raises(ZeroDivisionError):
            async with web.open(get(server)) as answer:
                assert len(await anext(answer.pieces())) / 0
        await server.until(lambda now: now.open == 0)


async def test_cancelling_at_any_await_leaves_nothing_behind(web: Web) -> None:
    async with loopback(sse(b"data: a\n\n", b"data: b\n\n")) as server:
        await cancel_everywhere(server, lambda: web.fetch(get(server)))


async def test_calls_cancelled_together_lose_no_connection(web: Web) -> None:
    async with loopback(sse(b"a", trio.Event())) as server:
        async with trio.open_nursery() as nursery:
            for _ in range(30):
                nursery.start_soon(web.fetch, get(server))
            await server.until(lambda now: now.busy == 30)
            nursery.cancel_scope.cancel()
        server.respond = lambda _: Reply(body=b"fine")
        for _ in range(30):
            assert await web.fetch(get(server)) == b"fine"


async def test_the_environments_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with browsing() as web, loopback(Reply(body=b"direct")) as server:
        assert await web.fetch(get(server)) == b"direct"


async def test_a_proxy_that_does_not_work_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with browsing() as web:
        failure = await failing(web, Call(Endpoint("a", "A", "http://provider.invalid"), "GET", "/"))
    assert failure.verdict is Verdict.ABSENT


# ---- deadlines and bounds


async def test_a_head_that_does_not_come(web: Web) -> None:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]
    call = Call(Endpoint("a", "Silent", f"http://127.0.0.1:{port}"), "GET", "/", patience=HASTY)
    failure = await failing(web, call)
    assert (str(failure), failure.verdict) == ("Silent did not begin to answer in time", Verdict.PASSING)
    await listeners[0].aclose()


@pytest.mark.parametrize(
    ("steps", "patience", "words"),
    [
        ((trio.Event(),), Patience(first_byte=0.1), "Double sent nothing for 0.1 s"),
        ((b"a", trio.Event()), Patience(silence=0.1), "Double sent nothing for 0.1 s"),
        ((b"a", trio.Event()), Patience(whole=0.1), "Double was not done after 0.1 s"),
    ],
)
async def test_an_answer_that_pauses(
    web: Web, steps: tuple[bytes | trio.Event, ...], patience: Patience, words: str
) -> None:
    async with loopback(sse(*steps)) as server:
        failure = await failing(web, get(server, patience=patience))
        await server.until(lambda now: now.open == 0)
    assert (str(failure), failure.verdict) == (words, Verdict.PASSING)


async def test_an_answer_that_comes_slowly_for_ever(jumping_clock: MockClock, web: Web) -> None:
    gates = [trio.Event() for _ in range(10)]

    async def drop_by_drop() -> None:
        for gate in gates:
            await trio.sleep(4)
            gate.set()

    steps = [step for gate in gates for step in (b"a", gate)]
    async with loopback(sse(*steps)) as server, trio.open_nursery() as nursery:
        nursery.start_soon(drop_by_drop)
        failure = await failing(web, get(server, patience=Patience(silence=5, whole=20)))
        nursery.cancel_scope.cancel()
    assert str(failure) == "Double was not done after 20 s"


async def test_the_time_that_the_reader_takes_is_not_the_providers(mock_clock: MockClock, web: Web) -> None:
    gate = trio.Event()
    async with loopback(sse(b"a", gate, b"b")) as server, web.open(get(server)) as answer:
        pieces = answer.pieces()
        first = await anext(pieces)
        mock_clock.jump(1_000)
        gate.set()
        assert b"".join([first, *[piece async for piece in pieces]]) == b"ab"


async def test_a_whole_answer_is_bounded(web: Web) -> None:
    async with loopback(sse(b"a" * 600, b"a" * 600, trio.Event())) as server:
        with pytest.raises(ProviderFailed, match="more than 1,000 bytes"):
            await web.fetch(msgspec.structs.replace(get(server), most=1_000))
        await server.until(lambda now: now.open == 0)


# ---- failures in words


@pytest.mark.parametrize("how", [Break.CUT, Break.RESET])
async def test_an_answer_that_breaks_off(web: Web, how: Break) -> None:
    async with loopback(sse(b"data: a\n\n", how)) as server:
        failure = await failing(web, get(server))
    assert (str(failure), failure.verdict) == ("the connection to Double broke off", Verdict.PASSING)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (400, Verdict.FINAL),
        (401, Verdict.REFUSED),
        (402, Verdict.REFUSED),
        (403, Verdict.REFUSED),
        (404, Verdict.FINAL),
        (408, Verdict.PASSING),
        (422, Verdict.FINAL),
        (425, Verdict.PASSING),
        (429, Verdict.PASSING),
        (500, Verdict.PASSING),
        (529, Verdict.PASSING),
    ],
)
async def test_a_status_and_its_verdict(web: Web, status: int, verdict: Verdict) -> None:
    echo = {"error": {"message": f"no, said with\n {KEY} in it"}}
    async with loopback(json_reply(echo, status, retry_after="7")) as server:
        failure = await failing(web, get(server))
    assert failure.verdict is verdict
    assert failure.retry_after == (7.0 if verdict is Verdict.PASSING else 0.0)
    assert str(failure).startswith("Double ")
    assert str(failure).endswith(f"({status}): no, said with [key] in it")


async def test_a_missing_and_a_refused_key_name_their_setting(web: Web) -> None:
    async with loopback(json_reply({}, 401)) as server:
        refused = await failing(web, get(server))
        endpoint = Endpoint("a", "A", server.url, "", "A_KEY")
        missing = await failing(web, Call(endpoint, "GET", "/"))
        unset = await failing(web, Call(Endpoint("a", "A", server.url), "GET", "/"))
    assert str(refused) == "Double refused the key in DOUBLE_API_KEY (401)"
    assert str(missing) == "A wants a key (401): set A_KEY"
    assert str(unset) == "A wants a key (401): none is set"


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}\u00e9", f" {KEY}"])
async def test_a_key_that_cannot_be_sent_is_not_shown(web: Web, key: str) -> None:
    async with loopback() as server:
        failure = await failing(web, Call(endpoint_of(server), "GET", "/", {"Authorization": key}))
        assert (failure.verdict, server.accepted) == (Verdict.REFUSED, 0)
    assert "DOUBLE_API_KEY" in str(failure)


async def test_a_redirect_says_where_to(web: Web) -> None:
    async with loopback(Reply(308, headers={"Location": "https://there.example/v1?key=1"})) as server:
        failure = await failing(web, get(server))
    assert str(failure) == "Double redirects to https://there.example/v1: set that address instead"


async def test_a_page_instead_of_an_answer(web: Web) -> None:
    async with loopback(Reply(content_type="text/html", body=b"<h1>Welcome</h1>")) as server:
        failure = await failing(web, Call(endpoint_of(server), "GET", "/", expects=("application/json",)))
        with pytest.raises(ProviderFailed, match="is its address right"):
            await web.fetch_json(get(server))
    assert str(failure) == "Double answered with text/html, not application/json: is its address right?"
    assert failure.verdict is Verdict.PASSING


async def test_an_endless_error_is_read_to_a_bound(web: Web) -> None:
    async with loopback(sse(b"a" * 70_000, trio.Event(), status=500)) as server:
        failure = await failing(web, get(server))
    assert len(str(failure)) < 400


async def test_nothing_listens_there(web: Web) -> None:
    async with loopback() as server:
        call = get(server)
    failure = await failing(web, call)
    assert str(failure) == "Double could not be reached: nothing listens there (is it running?)"
    assert failure.verdict is Verdict.ABSENT


@pytest.mark.parametrize("url", ["http://nobody.invalid", "https://nobody.invalid/v1", "http://255.255.255.255"])
async def test_there_is_no_way_to_it(web: Web, url: str) -> None:
    failure = await failing(web, Call(Endpoint("a", "A", url), "GET", "/"))
    assert str(failure).startswith("A could not be reached: ")
    assert failure.verdict is Verdict.ABSENT


async def test_a_connection_that_does_not_come(web: Web) -> None:
    """Its listener's queue is full, so that nobody takes the call."""
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    others = [socket.socket() for _ in range(3)]
    for other in others:
        other.setblocking(False)
        other.connect_ex(full.getsockname())
    call = Call(Endpoint("a", "A", f"http://127.0.0.1:{full.getsockname()[1]}"), "GET", "/", patience=HASTY)
    heard: list[str] = []
    told = reaching.set(lambda: heard.append("reached"))
    failure = await failing(web, call)
    reaching.reset(told)
    assert (failure.verdict, heard) == (Verdict.ABSENT, [])
    for one in (full, *others):
        one.close()


async def test_whoever_makes_a_call_is_told_that_the_provider_was_reached(web: Web) -> None:
    """For a connection that is used again, too, and before there is an answer."""
    gate, heard = trio.Event(), list[str]()

    async def hear() -> None:
        reaching.set(lambda: (heard.append("reached"), gate.set()))  # type: ignore[func-returns-value,arg-type]
        await web.fetch(get(server))

    async with loopback(respond=lambda _: Reply(steps=(gate, b"a"))) as server:
        for _ in range(2):
            gate = trio.Event()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(hear)
        assert (len(heard), server.accepted) == (2, 1)


@pytest.mark.parametrize("url", ["ftp://a", "", "http://a\n"])
async def test_an_address_that_is_none(web: Web, url: str) -> None:
    failure = await failing(web, Call(Endpoint("a", "A", url), "GET", "/"))
    assert (str(failure), failure.verdict) == ("the address of A is not one of http:// or https://", Verdict.FINAL)


async def test_a_certificate_that_nobody_vouches_for(web: Web) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with trio.open_nursery() as nursery:
        port = await nursery.start(serve_tls, context)
        call = Call(Endpoint("a", "A", f"https://127.0.0.1:{port}"), "GET", "/")
        assert str(await failing(web, call)).startswith("A could not be reached: its certificate is not trusted (")
        assert (await failing(web, call)).verdict is Verdict.ABSENT
        nursery.cancel_scope.cancel()


async def serve_tls(context: ssl.SSLContext, *, task_status: trio.TaskStatus[int]) -> None:
    async def shake_hands(stream: trio.SSLStream[trio.SocketStream]) -> None:
        with pytest.raises(trio.BrokenResourceError):
            await stream.do_handshake()

    listeners = await trio.open_ssl_over_tcp_listeners(0, context, host="127.0.0.1")
    inner = listeners[0].transport_listener
    assert isinstance(inner, trio.SocketListener)
    task_status.started(inner.socket.getsockname()[1])
    await trio.serve_listeners(shake_hands, listeners)


async def test_a_server_that_does_not_speak_tls(web: Web) -> None:
    async with loopback() as server:
        url = server.url.replace("http:", "https:")
        failure = await failing(web, Call(Endpoint("a", "A", url), "GET", "/"))
    assert str(failure) == "A could not be reached: it does not speak TLS as it should (https:// or http://?)"
    assert failure.verdict is Verdict.ABSENT


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"message": "a"}}', "a"),
        (b'[{"error": {"code": 400, "message": "a", "status": "INVALID"}}]', "a"),
        (b'{"error": "a"}', "a"),
        (b'{"message": "a"}', "a"),
        (b'{"detail": "a"}', "a"),
        (b'{"detail": {"status": "quota", "message": "a"}}', "a"),
        (b'{"detail": [{"loc": ["body", "stop"], "msg": "a"}, {"msg": "b"}]}', "stop: a; b"),
        (b'{"err_code": "X", "err_msg": "a"}', "a"),
        (b'{"error": null, "code": 7}', ""),
        (b"<html><title>502 Bad &amp; Gateway</title>", "502 Bad & Gateway"),
        (b"<html>", ""),
        (b" plain \xff", "plain \ufffd"),
        (b"[" * 50_000, "[" * 50_000),
        (b"", ""),
    ],
)
def test_the_providers_own_words(body: bytes, words: str) -> None:
    assert words_of(body) == words


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 90),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"retry-after": "-1"}, 0),
        ({"retry-after": "nan"}, 0),
        ({"retry-after": "1e300"}, 3_600),
        ({"retry-after": "soon"}, 0),
        ({"retry-after-ms": "500", "retry-after": "1"}, 0.5),
    ],
)
def test_when_to_come_again(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers, now=10.0) == seconds


async def test_nothing_that_is_shown_of_a_call_has_the_key_in_it(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with loopback(json_reply({"error": KEY}, 400)) as server:
        call = Call(endpoint_of(server), "GET", "/", {"Authorization": f"Bearer {KEY}"}, {"key": KEY})
        await failing(web, call)
    assert KEY not in repr(call) + repr(call.endpoint) + caplog.text


async def test_a_client_that_was_not_started_says_so() -> None:
    with pytest.raises(RuntimeError, match="not been started"):
        await Web().fetch(Call(Endpoint("a", "A", "http://a"), "GET", "/"))


async def test_the_head_of_an_answer_can_be_read(web: Web) -> None:
    reply = Reply(content_type="Audio/MPEG; a=b", headers={"X-Request": "7"})
    async with loopback(reply) as server, web.open(get(server)) as answer:
        assert (answer.content_type, answer.headers["x-request"]) == ("audio/mpeg", "7")
