"""When a streamed answer is over or cut, and what servers write beside their protocol, for every adapter."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock

from actors.ports.answering import Delivery
from actors.ports.calls import Retraction
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict
from adapters.reach.web import Web
from tests.adapters.reach.loopback import KEY, NET, Break, Reply, Step, endpoint_of, json_reply, loopback, sse
from tests.adapters.vendors.models import KINDS, LONG, LlmKind, answer_of, chunk, claude, data, question

pytestmark = pytest.mark.real
OPEN = trio.Event  # a connection that stays open without a word


async def said(web: Web, kind: LlmKind, *steps: Step, content_type: str = "text/event-stream") -> str:
    """The words of an answer that comes so."""
    async with loopback(Reply(content_type=content_type, steps=steps)) as server:
        return "".join(await answer_of(kind.build(web, endpoint_of(server), LONG)))


# ---- ends


async def test_the_stream_is_read_on_after_a_reason(web: Web, kind: LlmKind) -> None:
    body = (kind.begin, kind.reason, kind.say("one "), kind.reason, kind.noise, kind.say("two"), kind.reason, kind.done)
    assert await said(web, kind, *body, kind.say("never")) == "one two"


async def test_after_a_reason_and_a_second_without_words_the_answer_is_over(
    web: Web, kind: LlmKind, jumping_clock: MockClock
) -> None:
    at = trio.current_time()
    assert await said(web, kind, kind.begin, kind.say("yes"), kind.reason, kind.noise, OPEN()) == "yes"
    assert 1.0 <= trio.current_time() - at < 2.0


async def test_words_after_a_reason_begin_the_second_anew(web: Web, kind: LlmKind, jumping_clock: MockClock) -> None:
    gates = [trio.Event() for _ in range(5)]

    async def open_gates() -> None:
        for gate in gates:
            await trio.sleep(0.8)
            gate.set()

    steps = [step for gate in gates for step in (kind.say("a"), kind.reason, gate)]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(open_gates)
        assert await said(web, kind, kind.begin, *steps, kind.say("b"), OPEN()) == "aaaaab"
        assert 5.0 <= trio.current_time() < 5.5


async def test_what_is_no_word_does_not_keep_an_answer_that_has_its_reason(
    web: Web, kind: LlmKind, jumping_clock: MockClock
) -> None:
    gates = [trio.Event() for _ in range(9)]

    async def open_gates() -> None:
        for gate in gates:
            await trio.sleep(0.4)
            gate.set()

    steps = [step for gate in gates for step in (gate, b": keep-alive\n\n", data({"choices": [], "type": "ping"}))]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(open_gates)
        assert await said(web, kind, kind.begin, kind.say("yes"), kind.reason, *steps, OPEN()) == "yes"
        assert 1.0 <= trio.current_time() < 1.3
        nursery.cancel_scope.cancel()


async def test_thoughts_with_a_reason_do_not_end_an_answer(web: Web, jumping_clock: MockClock) -> None:
    openai, gate = KINDS[0], trio.Event()

    async def open_gate() -> None:
        await trio.sleep(30)
        gate.set()

    thought = chunk(delta={"reasoning": "hm"}, finish_reason="stop")
    role = chunk(delta={"role": "assistant", "content": ""}, finish_reason="stop")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(open_gate)
        assert await said(web, openai, role, thought, thought, gate, openai.say("yes"), openai.end) == "yes"


async def test_a_clean_end_is_an_end_and_is_noted(web: Web, kind: LlmKind, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "adapters.vendors")
    assert await said(web, kind, kind.begin, kind.say("one "), kind.say("two")) == "one two"
    assert "ended without a sign that it was whole" in caplog.text
    caplog.clear()
    assert await said(web, kind, kind.begin, kind.say("one"), kind.end) == "one"
    assert caplog.text == ""


@pytest.mark.parametrize("how", [Break.CUT, Break.RESET])
async def test_a_break_after_the_reason_comes_too_late_to_matter(web: Web, kind: LlmKind, how: Break) -> None:
    assert await said(web, kind, kind.begin, kind.say("one"), kind.reason, how) == "one"


async def test_a_break_is_one_where_reasons_have_meant_nothing(web: Web, kind: LlmKind) -> None:
    with pytest.raises(ProviderFailed, match="broke off"):
        await said(
            web, kind, kind.begin, kind.reason, kind.say("a"), kind.reason, kind.say("b"), kind.reason, Break.CUT
        )


@pytest.mark.parametrize("body", [b"", b": hello\n\n", b"\n\n", b"data:\n\n", b"data: null\n\n"])
async def test_a_body_without_an_answer_is_a_failure(web: Web, kind: LlmKind, body: bytes) -> None:
    with pytest.raises(ProviderFailed, match="broke off before its answer began") as caught:
        await said(web, kind, body or b"\n")
    assert caught.value.verdict is Verdict.PASSING


@pytest.mark.parametrize("told", [{"detail": "out of memory"}, {"message": "out of memory", "code": 500}])
async def test_words_that_are_no_answer_are_told(web: Web, kind: LlmKind, told: object) -> None:
    async with loopback(json_reply(told)) as server:
        with pytest.raises(ProviderFailed, match="out of memory"):
            await answer_of(kind.build(web, endpoint_of(server), LONG))


# ---- the other ways in which HTTP marks the end of a body


@asynccontextmanager
async def talking_raw(head: bytes, body: bytes) -> AsyncIterator[Endpoint]:
    """A server that writes these bytes and closes."""

    async def serve(stream: trio.SocketStream) -> None:
        came = b""
        while not came.rstrip().endswith(b"}"):
            came += await stream.receive_some()
        await stream.send_all(head + b"\r\n\r\n" + body)
        await stream.aclose()

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, serve, 0)
        yield Endpoint("raw", "Raw", f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}", KEY)
        nursery.cancel_scope.cancel()


async def raw(web: Web, kind: LlmKind, head: str, body: bytes) -> str:
    async with talking_raw(head.replace("\n", "\r\n").encode(), body) as endpoint:
        with trio.fail_after(NET):
            return "".join(await answer_of(kind.build(web, endpoint, LONG)))


async def failing_raw(web: Web, kind: LlmKind, head: str, body: bytes) -> str:
    async with talking_raw(head.replace("\n", "\r\n").encode(), body) as endpoint:
        adapter = kind.build(web, endpoint, LONG)
        with trio.fail_after(NET), pytest.raises(ProviderFailed) as caught:
            await answer_of(adapter)
        assert caught.value.verdict is Verdict.PASSING
        return str(caught.value)


async def test_a_body_without_a_length_ends_with_its_connection(web: Web, kind: LlmKind) -> None:
    body = kind.begin + kind.say("one ") + kind.say("two")
    for head in ("HTTP/1.0 200 OK", "HTTP/1.1 200 OK\nConnection: close\nContent-Type: text/plain"):
        assert await raw(web, kind, head, body) == "one two"
        assert "broke off" in await failing_raw(web, kind, head, body[:-20])


async def test_a_body_that_is_shorter_than_it_says_is_cut(web: Web, kind: LlmKind) -> None:
    body = kind.begin + kind.say("one")
    assert "broke off" in await failing_raw(web, kind, f"HTTP/1.1 200 OK\nContent-Length: {len(body) + 9}", body)
    assert await raw(web, kind, f"HTTP/1.1 200 OK\nContent-Length: {len(body)}", body) == "one"


async def test_chunks_without_the_last_one_are_cut(web: Web, kind: LlmKind) -> None:
    body = kind.begin + kind.say("one")
    chunks, head = b"%x\r\n%b\r\n" % (len(body), body), "HTTP/1.1 200 OK\nTransfer-Encoding: chunked"
    assert "broke off" in await failing_raw(web, kind, head, chunks)
    assert await raw(web, kind, head, chunks + b"0\r\n\r\n") == "one"


# ---- beside the protocol


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-ndjson", "application/json", "application/octet-stream", "text/html", "", "nonsense"],
)
async def test_the_content_type_does_not_matter(web: Web, kind: LlmKind, content_type: str) -> None:
    body = b"".join(kind.stream("one ", "two"))
    assert await said(web, kind, body, content_type=content_type) == "one two"
    bare = body.replace(b"data: ", b"").replace(b"\n\n", b"\n")
    assert await said(web, kind, bare, content_type=content_type) == "one two"


async def test_events_with_one_line_end_between_them_come_one_by_one(web: Web, kind: LlmKind) -> None:
    heard = trio.Event()

    async def write(piece: str | Delivery | Retraction) -> None:
        if piece:
            heard.set()

    def single(event: bytes) -> bytes:
        return event.replace(b"\n\n", b"\n")

    async with loopback(sse(single(kind.begin), single(kind.say("a")), heard, single(kind.end))) as server:
        with trio.fail_after(NET):
            await kind.build(web, endpoint_of(server), LONG).answer(question(), write)


@pytest.mark.parametrize("content_type", ["text/html", "text/plain", ""])
async def test_a_page_is_known_by_its_first_character(web: Web, kind: LlmKind, content_type: str) -> None:
    with pytest.raises(ProviderFailed, match="is its address right"):
        await said(web, kind, b"\n <!doctype html><title>Sign in</title>", content_type=content_type)


async def test_the_halves_of_a_character_may_come_in_two_events(web: Web, kind: LlmKind) -> None:
    halves = [kind.say("@@").replace(b"@@", half) for half in (rb"one \ud83d", rb"\ude00 two \ud83d", b" three")]
    assert await said(web, kind, kind.begin, *halves, kind.end) == "one 😀 two \ufffd three"
    assert await said(web, kind, kind.begin, halves[0], kind.end) == "one \ufffd"


async def test_an_event_without_data_that_make_sense_is_nothing_where_it_keeps_the_connection(
    web: Web, kind: LlmKind
) -> None:
    noise = b"event: ping\ndata: hello\n\n" + b"data: \n\n" + b"event: heartbeat\ndata: 1\n\n" + b"data: null\n\n"
    assert await said(web, kind, kind.begin, noise, kind.say("one"), noise, kind.end) == "one"


@pytest.mark.parametrize(
    "error",
    [
        b"event: error\ndata: overloaded\n\n",
        b'event: error\ndata: {"message": "overloaded"}\n\n',
        b'data: {"type": "error", "message": "overloaded"}\n\n',
        b'data: {"type": "error", "error": "overloaded"}\n\n',
        b'data: {"error": {"message": "overloaded", "code": null, "type": ""}, "choices": null}\n',
    ],
)
async def test_an_error_however_it_is_wrapped(web: Web, kind: LlmKind, error: bytes) -> None:
    with pytest.raises(ProviderFailed, match="failed while it answered: overloaded"):
        await said(web, kind, kind.begin, kind.say("one"), error)


@pytest.mark.parametrize("nothing", [None, "", {}, [], False, {"message": None, "code": ""}])
async def test_an_error_with_nothing_in_it_is_none(web: Web, nothing: object) -> None:
    openai, anthropic = KINDS[0], KINDS[-1]
    chunk_ = {"object": None, "error": nothing, "choices": [{"index": None, "delta": {"content": "one"}}]}
    assert await said(web, openai, data(chunk_), openai.done) == "one"
    event = {"type": "content_block_delta", "error": nothing, "delta": {"type": None, "text": "one"}}
    assert await said(web, anthropic, data(event), anthropic.done) == "one"


@pytest.mark.parametrize("nothing", [None, "", [], {}, 0])
async def test_nothing_where_a_value_is_due_says_nothing(web: Web, nothing: object) -> None:
    openai, anthropic = KINDS[0], KINDS[-1]
    chunks = [
        data({"object": nothing, "error": None, "choices": nothing}),
        data({"choices": [nothing, {"index": nothing or None, "delta": nothing, "finish_reason": nothing}]}),
        chunk(delta={"role": nothing, "content": nothing, "tool_calls": nothing, "reasoning_content": nothing}),
        chunk(delta={"content": [nothing, {"type": nothing, "text": nothing}]}, logprobs=nothing),
    ]
    assert await said(web, openai, *chunks, openai.say("one"), *chunks, openai.done) == "one"
    events = [
        claude("content_block_delta", index=nothing, delta=nothing),
        claude("content_block_delta", delta={"type": nothing, "text": nothing}),
        claude("content_block_start", content_block=nothing),
        claude("message_delta", delta={"stop_reason": nothing}, usage=nothing),
    ]
    assert await said(web, anthropic, *events, anthropic.say("one"), *events, anthropic.done) == "one"


async def test_a_server_that_does_not_stream_says_all_in_one(web: Web) -> None:
    openai, anthropic = KINDS[0], KINDS[-1]
    whole: object = {"choices": [{"message": {"role": "assistant", "content": ["one ", {"text": "two"}]}}]}
    assert await said(web, openai, data(whole)[6:], content_type="application/json") == "one two"
    whole = {"type": "message", "content": [{"type": "text", "text": "one two"}], "stop_reason": "end_turn"}
    assert await said(web, anthropic, data(whole)[6:], content_type="application/json") == "one two"


async def test_the_whole_answer_once_more_at_its_end_is_not_said_again(web: Web) -> None:
    openai, whole = KINDS[0], data({"choices": [{"finish_reason": "stop", "message": {"content": "one two"}}]})
    assert await said(web, openai, openai.say("one "), openai.say("two"), whole, openai.done) == "one two"


async def test_not_a_number_where_nobody_looks_does_no_harm(web: Web) -> None:
    openai = KINDS[0]
    odd = openai.say("one").replace(b'"finish_reason"', b'"logprob": -Infinity, "x": NaN, "finish_reason"')
    assert await said(web, openai, odd, openai.end) == "one"
