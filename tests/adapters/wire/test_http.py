"""What RFC 9110 and 9112 ask of a server, in bytes: framing, versions, targets, expectations, who may read (CORS)."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from adapters.wire.http import MOST_EMPTY, Response
from adapters.wire.listener import Listener, ListenerOptions
from protocol.timing import Timing
from tests.adapters.wire.memoryserver import POLLED, SOCKET, NoConnections, standing
from tests.rawclient import UPGRADE, Answer, Closed, RawClient, request

GET = b"GET /here HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /here HTTP/1.1\r\nHost: localhost\r\n"
ORIGIN = "https://app.example"
PAGES = {
    "/": lambda asked: Response(200, b"root"),
    "/here": lambda asked: Response(200, f"{asked.path}?{'&'.join(asked.query)}".encode()),
    "/same": lambda asked: Response(304),
    "/none": lambda asked: Response(204),
}


class Talk:
    """What came of some bytes: the answers, and whether the server closed the stream behind them."""

    def __init__(self, answers: list[Answer], is_closed: bool, seconds: float) -> None:
        self.answers = answers
        self.statuses = [answer.status for answer in answers]
        self.is_closed = is_closed
        self.seconds = seconds


async def send(*pieces: bytes, options: ListenerOptions | None = None) -> Talk:
    """Send the pieces one after the other, and read all answers until nothing more comes."""
    listener = Listener(NoConnections(), options or ListenerOptions(), PAGES)  # type: ignore[arg-type]
    ours, theirs = trio.testing.memory_stream_pair()
    client, answers, is_closed, begun = RawClient(ours), [], False, trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.serve, theirs)
        for piece in pieces:
            await client.send(piece)
            await wait_all_tasks_blocked()
        try:
            while True:
                with trio.fail_after(30):
                    answers.append(await client.answer())
        except Closed:
            is_closed = True
        except trio.TooSlowError:
            pass
        seconds = trio.current_time() - begun
        await trio.aclose_forcefully(ours)
    return Talk(answers, is_closed, seconds)


# ---- framing


@pytest.mark.parametrize(
    "framing",
    [
        b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"Content-Length: +3\r\n\r\nabc",
        b"Content-Length: 3 4\r\n\r\nabc",
        b"Content-Length: 0x3\r\n\r\nabc",
        b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n",
        b"Content-Length:\r\n\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        b"X: \r\n folded\x01\r\n\r\n",
    ],
)
@pytest.mark.parametrize("method", [GET, POST])
async def test_a_body_whose_end_is_in_doubt_ends_the_connection(
    method: bytes, framing: bytes, autojump_clock: MockClock
) -> None:
    talk = await send(method + framing + GET + b"\r\n")
    assert len(talk.statuses) == 1, "what follows may be a body, and is no request"
    assert talk.statuses[0] in (400, 413, 501)
    assert talk.answers[0].headers["connection"] == "close"
    assert talk.is_closed


async def test_transfer_encoding_is_not_for_http_1_0(autojump_clock: MockClock) -> None:
    talk = await send(b"POST /here HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    assert (talk.statuses, talk.is_closed) == ([400], True)


async def test_a_length_that_is_told_twice_alike_is_one(autojump_clock: MockClock) -> None:
    talk = await send(POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc" + GET + b"\r\n")
    assert talk.statuses == [405, 200]


async def test_the_wrapping_of_chunks_has_a_bound(autojump_clock: MockClock) -> None:
    head = request("POST", POLLED + "&sid=x", headers={"Transfer-Encoding": "chunked"})
    async with standing(timing=Timing(max_payload=1_000)) as server:
        client = server.dial()
        await client.send(head)
        for _ in range(40):
            await client.send(b"1;" + b"x" * 4_000 + b"\r\na\r\n")
        assert (await client.answer()).status == 413
        assert trio.current_time() == 0


@pytest.mark.parametrize("trailer", [b"X: " + b"x" * 100_000, b"no trailer", b"X: \x00"])
async def test_what_follows_the_chunks_has_a_bound(trailer: bytes, autojump_clock: MockClock) -> None:
    talk = await send(POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n" + trailer + b"\r\n\r\n")
    assert (talk.is_closed, talk.statuses[0] in (400, 431)) == (True, True)


# ---- answers


async def test_every_answer_has_its_date_and_only_those_with_a_body_have_its_length(autojump_clock: MockClock) -> None:
    talk = await send(
        *(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for path in ("/here", "/none", "/same", "/lost")),
        b"OPTIONS /here HTTP/1.1\r\nHost: a\r\n\r\n",
        b"nonsense\r\n\r\n",
    )
    assert talk.statuses == [200, 204, 304, 404, 204, 400]
    for answer in talk.answers:
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", answer.headers["date"])
        assert parsedate_to_datetime(answer.headers["date"]).utcoffset() is not None
        assert ("content-length" in answer.headers) is (answer.status not in (204, 304))
        assert "transfer-encoding" not in answer.headers


async def test_a_preflight_has_no_length(autojump_clock: MockClock) -> None:
    async with standing(options=ListenerOptions(allowed_origins=(ORIGIN,))) as server:
        asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
        answer = await server.ask("OPTIONS", POLLED, headers=asked)
        assert (answer.status, "content-length" in answer.headers) == (204, False)


# ---- the request line


@pytest.mark.parametrize("empty", [b"\r\n", b"\n", b"\r\n\r\n\r\n", b"\r\n" * (MOST_EMPTY // 2)])
async def test_empty_lines_before_a_request_are_passed_over(empty: bytes, autojump_clock: MockClock) -> None:
    assert (await send(empty + GET + b"\r\n" + empty + GET + b"\r\n")).statuses == [200, 200]
    pieces = [bytes((byte,)) for byte in empty + GET[:8]]
    assert (await send(*pieces, GET[8:] + b"\r\n", *pieces, GET[8:] + b"\r\n")).statuses == [200, 200]
    body = POST + b"Content-Length: 1\r\n\r\na"
    assert (await send(body + empty + GET + b"\r\n")).statuses == [405, 200]


@pytest.mark.parametrize("empty", [b"\r\n" * (MOST_EMPTY // 2 + 1), b"\n" * 70_000, b"\r\r\n", b"\0\r\n", b" \r\n"])
async def test_no_others_and_no_endless_ones(empty: bytes, autojump_clock: MockClock) -> None:
    talk = await send(empty + GET + b"\r\n")
    assert (talk.statuses, talk.is_closed) == ([400], True)


@pytest.mark.parametrize("line_end", [b"\r\n", b"\r"])
async def test_a_stream_of_empty_lines_alone_is_silent(line_end: bytes, autojump_clock: MockClock) -> None:
    assert (await send(line_end)).statuses == []


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("HTTP/1.1", 200),
        ("HTTP/1.0", 200),
        ("HTTP/1.2", 200),
        ("HTTP/1.9", 200),
        ("HTTP/3.0", 505),
        ("HTTP/2.0", 505),
        ("HTTP/0.9", 505),
        ("HTTP/9.9", 505),
        ("HTTP/2", 400),
        ("HTTP/1.10", 400),
        ("HTTP/1.", 400),
        ("http/1.1", 400),
        ("HTTP/1.1 x", 400),
        ("HTTPS/1.1", 400),
    ],
)
async def test_a_version_that_is_not_spoken_is_told_so(version: str, status: int, autojump_clock: MockClock) -> None:
    talk = await send(f"GET /here {version}\r\nHost: a\r\n\r\n".encode())
    assert talk.statuses == [status]
    assert talk.is_closed is (status != 200 or version == "HTTP/1.0")


async def test_the_preface_of_http_2_is_told_so(autojump_clock: MockClock) -> None:
    assert (await send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).statuses == [505]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
async def test_a_host_is_due_from_1_1_on(version: str, autojump_clock: MockClock) -> None:
    assert (await send(f"GET /here HTTP/{version}\r\n\r\n".encode())).statuses == [400]


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("http://localhost", b"root"),
        ("HTTP://localhost:7171", b"root"),
        ("https://localhost?a=1", b"root"),
        ("http://localhost/here?a=1&b", b"/here?a&b"),
        ("/here?a=1", b"/here?a"),
        ("/here?", b"/here?"),
        ("/here?a=http://b/c?d", b"/here?a"),
    ],
)
async def test_a_target_is_a_path_or_an_address(target: str, body: bytes, autojump_clock: MockClock) -> None:
    (answer,) = (await send(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())).answers
    assert (answer.status, answer.body) == (200, body)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET *", 400),
        ("GET here", 400),
        ("GET ftp://localhost/here", 400),
        ("GET http:///here", 400),
        ("GET http:/here", 400),
        ("GET /here#part", 400),
        ("GET localhost:80", 400),
        ("CONNECT localhost:80", 501),
        ("GET //here", 404),
        ("GET /here/", 404),
        ("get /here", 501),
        ("FETCH /here", 501),
        ("TRACE /here", 405),
        ("DELETE /here", 405),
        ("DELETE /lost", 404),
        ("OPTIONS *", 204),
        ("OPTIONS /lost", 404),
    ],
)
async def test_other_targets_and_methods_are_refused(line: str, status: int, autojump_clock: MockClock) -> None:
    talk = await send(f"{line} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert talk.statuses == [status]
    assert ("GET" in talk.answers[0].headers.get("allow", "")) is (status in (204, 405))


# ---- headers


@pytest.mark.parametrize("byte", [0x00, 0x01, 0x08, 0x0B, 0x0C, 0x0E, 0x1B, 0x1F, 0x7F])
async def test_control_characters_in_a_header_are_refused(byte: int, autojump_clock: MockClock) -> None:
    assert (await send(GET + b"X-Said: a" + bytes((byte,)) + b"b\r\n\r\n")).statuses == [400]


@pytest.mark.parametrize("line", [b"X: a\tb", b"X: \xe4\xff", b"X:", b"X: a\r\n folded", b"X: " + b"x" * 9_000])
async def test_what_a_header_may_hold_is_taken(line: bytes, autojump_clock: MockClock) -> None:
    assert (await send(GET + line + b"\r\n\r\n")).statuses == [200]


@pytest.mark.parametrize("line", [b" X: a", b"X : a", b"X", b": a", b"X\xe4: a", b"X: a\rY: b"])
async def test_what_is_no_header_is_refused(line: bytes, autojump_clock: MockClock) -> None:
    assert (await send(GET + line + b"\r\n\r\n")).statuses == [400]


async def test_after_close_nothing_is_answered(autojump_clock: MockClock) -> None:
    talk = await send(GET + b"Connection: close\r\n\r\n" + GET + b"\r\n")
    assert (talk.statuses, talk.is_closed) == ([200], True)


# ---- Expect, and bodies that are too long


@pytest.mark.parametrize("expect", [{}, {"Expect": "100-continue"}, {"Expect": "100-Continue"}])
async def test_a_body_that_is_too_long_is_refused_by_its_head(
    expect: Mapping[str, str], autojump_clock: MockClock
) -> None:
    async with standing(timing=Timing(max_payload=5_000)) as server:
        opened = (await server.ask("GET", POLLED)).json["sid"]
        client = server.dial()
        target = f"{POLLED}&sid={opened}"
        await client.send(request("POST", target, headers={**expect, "Content-Length": "5001"}))
        assert (await client.answer()).status == 413
        assert trio.current_time() == 0
        fits = server.dial()
        await fits.send(request("POST", target, headers={**expect, "Content-Length": "2"}))
        if expect:
            assert (await fits.answer()).status == 100
        await fits.send(b"40")
        assert (await fits.answer()).body == b"ok"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_nobody_is_asked_for_a_body_that_is_refused(method: str, autojump_clock: MockClock) -> None:
    head = f"{method} /lost HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
    talk = await send(head.encode())
    assert (talk.statuses, talk.is_closed) == ([404], True)
    async with standing(timing=Timing(max_payload=5_000)) as server:
        headers = {"Expect": "100-continue", "Content-Length": "9"}
        answer = await server.ask(method, "/socket.io/?EIO=3&transport=polling", headers=headers)
        assert (answer.status, answer.headers["connection"]) == (400, "close")


@pytest.mark.parametrize("expect", ["tea", "100-continue, tea", "100-continue-later", ","])
async def test_an_expectation_that_is_not_met_is_told(expect: str, autojump_clock: MockClock) -> None:
    assert (await send(GET + f"Expect: {expect}\r\n\r\n".encode())).statuses == [417]
    old = f"GET /here HTTP/1.0\r\nHost: a\r\nExpect: {expect}\r\n\r\n"
    assert (await send(old.encode())).statuses == [200], "HTTP/1.0 has none"


# ---- WebSocket


@pytest.mark.parametrize(
    "change",
    [
        {"Content-Length": "5"},
        {"Transfer-Encoding": "chunked"},
        {"Sec-WebSocket-Version": "8"},
        {"Sec-WebSocket-Key": "dGhl"},
        {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZé=="},
        {"Connection": "keep-alive"},
    ],
)
async def test_an_upgrade_that_is_none_is_refused(change: Mapping[str, str], autojump_clock: MockClock) -> None:
    async with standing() as server:
        answer = await server.ask("GET", SOCKET, headers={**UPGRADE, **change})
        assert answer.status == 400
        assert len(server.connection_registry) == 0


async def test_who_speaks_another_websocket_is_told_which_is_spoken(autojump_clock: MockClock) -> None:
    async with standing() as server:
        answer = await server.ask("GET", SOCKET, headers={**UPGRADE, "Sec-WebSocket-Version": "8"})
        assert answer.headers["sec-websocket-version"] == "13"


async def test_http_1_0_has_no_websocket(autojump_clock: MockClock) -> None:
    async with standing() as server:
        client = server.dial()
        await client.send(request("GET", SOCKET, headers=UPGRADE).replace(b"HTTP/1.1", b"HTTP/1.0"))
        assert (await client.answer()).status == 400
        assert (await server.dial().upgrade(SOCKET, {"Content-Length": "0"})).status == 101
        assert len(server.connection_registry) == 1


# ---- CORS


async def test_an_allowed_origin_reads_with_credentials_and_its_own_headers(autojump_clock: MockClock) -> None:
    async with standing(options=ListenerOptions(allowed_origins=(ORIGIN, "*"))) as server:
        wanted = "x-trace, authorization,X-Client_1"
        asked = {
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": wanted,
        }
        preflight = await server.ask("OPTIONS", POLLED, headers=asked)
        assert preflight.status == 204
        assert preflight.headers["access-control-allow-origin"] == ORIGIN
        assert preflight.headers["access-control-allow-credentials"] == "true"
        assert preflight.headers["access-control-allow-headers"] == wanted
        assert set(preflight.headers["access-control-allow-methods"].split(", ")) >= {"GET", "POST"}
        assert int(preflight.headers["access-control-max-age"]) > 0
        assert preflight.headers["vary"].startswith("Origin, ")
        for answer in (
            await server.ask("GET", POLLED, headers={"Origin": ORIGIN}),
            await server.ask("GET", POLLED + "&sid=x", headers={"Origin": ORIGIN}),
            await server.ask("GET", "/lost", headers={"Origin": ORIGIN}),
        ):
            assert answer.headers["access-control-allow-credentials"] == "true"
            assert answer.headers["vary"] == "Origin"
        opened = await server.ask("GET", POLLED, headers={"Origin": "https://any.example"})
        assert opened.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in opened.headers


async def test_an_allowed_origin_reads_why_its_request_ended_the_connection(autojump_clock: MockClock) -> None:
    async with standing(options=ListenerOptions(allowed_origins=(ORIGIN,)), timing=Timing(max_payload=1_000)) as server:
        target = f"{POLLED}&sid={(await server.ask('GET', POLLED)).json['sid']}"
        for origin, allowed in ((ORIGIN, ORIGIN), ("https://evil.example", None)):
            too_long = await server.ask("POST", target, bytes(1_001), {"Origin": origin})
            assert too_long.status == 413
            assert too_long.headers.get("access-control-allow-origin") == allowed
            assert too_long.headers["vary"] == "Origin"
        no_socket = await server.ask("GET", SOCKET, headers={**UPGRADE, "Sec-WebSocket-Version": "8", "Origin": ORIGIN})
        assert (no_socket.status, no_socket.headers["access-control-allow-origin"]) == (400, ORIGIN)


@pytest.mark.parametrize("wanted", ["", "a b", "x\xe4", "a,,b", "x" * 5_000, 'a"b', "a\tb"])
async def test_what_is_no_list_of_headers_is_not_sent_back(wanted: str, autojump_clock: MockClock) -> None:
    head = f"OPTIONS {POLLED} HTTP/1.1\r\nHost: a\r\nOrigin: {ORIGIN}\r\nAccess-Control-Request-Method: POST\r\n"
    async with standing(options=ListenerOptions(allowed_origins=(ORIGIN,))) as server:
        client = server.dial()
        await client.send(f"{head}Access-Control-Request-Headers: {wanted}\r\n\r\n".encode("latin-1"))
        assert (await client.answer()).headers["access-control-allow-headers"] == "Content-Type, Authorization"


async def test_pages_are_read_by_allowed_origins_alone(autojump_clock: MockClock) -> None:
    options = ListenerOptions(allowed_origins=(ORIGIN,))
    ask = "{method} /here HTTP/1.1\r\nHost: a\r\nOrigin: {origin}\r\n{more}\r\n"
    preflight = "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: authorization\r\n"
    for origin, allowed in ((ORIGIN, ORIGIN), ("https://evil.example", None)):
        talk = await send(
            ask.format(method="GET", origin=origin, more="").encode(),
            ask.format(method="OPTIONS", origin=origin, more=preflight).encode(),
            options=options,
        )
        assert talk.statuses == [200, 204 if allowed else 403]
        assert [answer.headers.get("access-control-allow-origin") for answer in talk.answers] == [allowed] * 2
        assert all("Origin" in answer.headers["vary"] for answer in talk.answers)


async def test_options_without_an_origin_tells_the_methods(autojump_clock: MockClock) -> None:
    async with standing() as server:
        answer = await server.ask("OPTIONS", POLLED)
        assert (answer.status, answer.headers["allow"]) == (204, "GET, POST, OPTIONS")
        client = server.dial()
        await client.send(request("HEAD", POLLED))
        assert (await client.stream.receive_some(20)).startswith(b"HTTP/1.1 400")


async def test_what_is_polled_is_kept_by_nobody(autojump_clock: MockClock) -> None:
    async with standing() as server:
        assert (await server.ask("GET", POLLED)).headers["cache-control"] == "no-store"


async def test_a_header_that_comes_twice_is_joined(autojump_clock: MockClock) -> None:
    async with standing(options=ListenerOptions(allowed_origins=(ORIGIN,))) as server:
        client = server.dial()
        await client.send(
            f"GET {POLLED} HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\nOrigin: {ORIGIN}\r\n\r\n".encode()
        )
        assert (await client.answer()).status == 403
