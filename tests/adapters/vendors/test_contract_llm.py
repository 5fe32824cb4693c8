"""The contract of every provider's language model, for every way in which an answer breaks."""

import pytest
import trio

from actors.ports.answering import Delivery
from actors.ports.calls import Emit, Retraction
from adapters.reach.call import Patience
from adapters.reach.contract import ProviderFailed, Verdict
from adapters.reach.web import Web
from tests.adapters.reach.loopback import (
    KEY,
    NET,
    Break,
    Reply,
    Step,
    cancel_everywhere,
    drip,
    endpoint_of,
    json_reply,
    loopback,
    sse,
)
from tests.adapters.vendors.models import LlmKind, answer_of, data, ignore, question

pytestmark = pytest.mark.real
HASTY = Patience(first_byte=0.05, silence=0.05)
WORDS = ("Grüße ", "aus 東京 ", "🎭\u2028", 'und «so» \\ "weiter"')
KEEP_ALIVE = b": keep-alive\n\n"


async def failing(
    web: Web,
    kind: LlmKind,
    reply: Reply,
    patience: Patience | None = None,
    write: Emit[str | Delivery | Retraction] = ignore,
) -> ProviderFailed:
    """How a call fails that is answered so; nothing is left of it, and the next call works."""
    async with loopback(reply, sse(*kind.stream("fine"))) as server:
        adapter = kind.build(web, endpoint_of(server), patience or Patience())
        with pytest.raises(ProviderFailed) as caught:
            await adapter.answer(question(), write)
        await server.until(lambda now: now.busy == 0)
        assert await answer_of(adapter) == ["fine"]
        await server.until(lambda now: now.open == 1)
    assert KEY not in str(caught.value)
    return caught.value


# ---- answers


async def test_the_pieces_of_an_answer_come_as_they_are(web: Web, kind: LlmKind) -> None:
    async with loopback(sse(*kind.stream(*WORDS))) as server:
        assert await answer_of(kind.build(web, endpoint_of(server), Patience())) == list(WORDS)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
async def test_an_answer_comes_in_any_pieces_and_with_any_line_ends(web: Web, kind: LlmKind, line_end: bytes) -> None:
    whole = b"".join((KEEP_ALIVE, kind.begin, kind.noise, kind.say(WORDS[0]), KEEP_ALIVE, kind.noise))
    whole += b"".join((*map(kind.say, WORDS[1:]), kind.end))
    async with loopback(sse(*drip(whole.replace(b"\n", line_end)))) as server:
        assert await answer_of(kind.build(web, endpoint_of(server), Patience())) == list(WORDS)


async def test_an_empty_answer_writes_nothing(web: Web, kind: LlmKind) -> None:
    async with loopback(sse(*kind.stream()), sse(*kind.stream("", ""))) as server:
        adapter = kind.build(web, endpoint_of(server), Patience())
        assert (await answer_of(adapter), await answer_of(adapter)) == ([], [])


async def test_the_first_words_are_handed_on_before_the_next_have_come(web: Web, kind: LlmKind) -> None:
    heard = trio.Event()

    async def write(piece: str | Delivery | Retraction) -> None:
        assert piece in ("one", "two")
        heard.set()

    async with loopback(sse(kind.begin, kind.say("one"), heard, kind.say("two"), kind.end)) as server:
        with trio.fail_after(NET):
            await kind.build(web, endpoint_of(server), Patience()).answer(question(), write)
    assert heard.is_set()


async def test_the_connection_is_used_for_the_next_turns(web: Web, kind: LlmKind) -> None:
    async with loopback(sse(*kind.stream("yes"))) as server:
        adapter = kind.build(web, endpoint_of(server), Patience())
        for _ in range(5):
            await answer_of(adapter)
        assert (server.accepted, len(server.requests)) == (1, 5)


async def test_an_end_that_the_connection_outlives_is_an_end(web: Web, kind: LlmKind) -> None:
    async with loopback(sse(*kind.stream("yes"), trio.Event())) as server:
        assert await answer_of(kind.build(web, endpoint_of(server), Patience())) == ["yes"]
        await server.until(lambda now: now.open == 0)


async def test_cancelling_at_any_await_leaves_nothing_behind(web: Web, kind: LlmKind) -> None:
    async with loopback(sse(*kind.stream("one", "two"))) as server:
        adapter = kind.build(web, endpoint_of(server), Patience())
        await cancel_everywhere(server, lambda: adapter.answer(question(), ignore))


async def test_cancelling_in_the_middle_of_an_answer_closes_its_connection(web: Web, kind: LlmKind) -> None:
    async with loopback(sse(kind.begin, kind.say("one"), trio.Event())) as server:
        adapter = kind.build(web, endpoint_of(server), Patience())
        async with trio.open_nursery() as nursery:

            async def stop(_: str | Delivery | Retraction) -> None:
                nursery.cancel_scope.cancel()

            nursery.start_soon(adapter.answer, question(), stop)
        await server.until(lambda now: now.open == 0)


# ---- broken answers


@pytest.mark.parametrize(
    "rest",
    [
        (Break.CUT,),
        (Break.RESET,),
        (b'data: {"choi',),
        (b'data: {"type": "content_block_delta", "delta": {"text": "\xe6\x9d', Break.CUT),
    ],
)
async def test_an_answer_that_breaks_off_can_be_asked_for_again(
    web: Web, kind: LlmKind, rest: tuple[Step, ...]
) -> None:
    failure = await failing(web, kind, sse(kind.begin, kind.say("one"), *rest))
    assert "broke off" in str(failure)
    assert failure.verdict is Verdict.PASSING


@pytest.mark.parametrize("nonsense", [b"data: {\n\n", b"data: hello\n\n", b"data: [1]\n\n", b"data: \xff\n\n"])
async def test_an_answer_that_makes_no_sense(web: Web, kind: LlmKind, nonsense: bytes) -> None:
    failure = await failing(web, kind, sse(kind.begin, nonsense))
    assert "answered with what is no" in str(failure)
    assert failure.verdict is Verdict.PASSING


async def test_a_page_instead_of_an_answer(web: Web, kind: LlmKind) -> None:
    failure = await failing(web, kind, Reply(content_type="text/html; charset=utf-8", body=b"<html>Sign in</html>"))
    assert "text/html" in str(failure)
    assert "is its address right?" in str(failure)
    assert failure.verdict is Verdict.PASSING


async def test_an_answer_without_end(web: Web, kind: LlmKind) -> None:
    long = kind.say("a" * 800_000)
    failure = await failing(web, kind, sse(kind.begin, *[long] * 25, kind.end))
    assert "has more than" in str(failure)


@pytest.mark.parametrize("before", [(), (b": thinking\n\n",)])
async def test_an_answer_that_does_not_go_on(web: Web, kind: LlmKind, before: tuple[bytes, ...]) -> None:
    failure = await failing(web, kind, sse(*before, trio.Event()), HASTY)
    assert str(failure) == "Double sent nothing for 0.05 s"
    assert failure.verdict is Verdict.PASSING


@pytest.mark.parametrize(
    ("status", "verdict", "words"),
    [
        (400, Verdict.FINAL, "Double did not accept the request (400): bad [key]"),
        (401, Verdict.REFUSED, "Double refused the key in DOUBLE_API_KEY (401): bad [key]"),
        (402, Verdict.REFUSED, "Double wants to be paid (402): bad [key]"),
        (403, Verdict.REFUSED, "Double refused the key in DOUBLE_API_KEY (403): bad [key]"),
        (404, Verdict.FINAL, "Double did not accept the request (404): bad [key]"),
        (429, Verdict.PASSING, "Double has had too many requests (429): bad [key]"),
        (500, Verdict.PASSING, "Double failed (500): bad [key]"),
        (529, Verdict.PASSING, "Double failed (529): bad [key]"),
    ],
)
async def test_what_the_provider_does_not_do(
    web: Web, kind: LlmKind, status: int, verdict: Verdict, words: str
) -> None:
    reply = json_reply({"type": "error", "error": {"message": f"bad {KEY}"}}, status, retry_after="3")
    failure = await failing(web, kind, reply)
    assert (str(failure), failure.verdict) == (words, verdict)
    assert failure.retry_after == (3.0 if verdict is Verdict.PASSING else 0.0)


async def test_a_failure_after_the_first_words_is_not_mended_by_asking_again(web: Web, kind: LlmKind) -> None:
    error = {"message": "'temperature' is not supported", "type": "invalid_request_error", "code": 400}
    heard: list[str | Delivery | Retraction] = []

    async def write(piece: str | Delivery | Retraction) -> None:
        heard.append(piece)

    failure = await failing(
        web, kind, sse(kind.begin, kind.say("one"), data({"type": "error", "error": error})), None, write
    )
    assert (heard, failure.verdict) == (["one"], Verdict.FINAL)


async def test_nobody_is_there(web: Web, kind: LlmKind) -> None:
    async with loopback() as server:
        endpoint = endpoint_of(server)
    with pytest.raises(ProviderFailed, match="nothing listens there"):
        await kind.build(web, endpoint, Patience()).answer(question(), ignore)


# ---- what it has


async def test_its_models_are_asked_for_with_the_key(web: Web, kind: LlmKind) -> None:
    async with loopback(json_reply({"object": "list", "data": [{"id": "b"}, {"id": "a"}, {"id": "b"}]})) as server:
        adapter = kind.build(web, endpoint_of(server, "/v1"), Patience())
        assert (await adapter.offer()).models == ("b", "a")
        server.respond = lambda _: json_reply(
            {"object": None, "data": [None, {"id": None}, {"id": "c", "owned_by": None}]}
        )
        assert (await adapter.offer()).models == ("c",)
        await adapter.check()
        assert {(request.method, request.path) for request in server.requests} == {("GET", "/v1/models")}
        assert all(KEY in str(request.headers) for request in server.requests)


@pytest.mark.parametrize("reply", [json_reply({}, 401), json_reply([1]), Reply(content_type="text/html")])
async def test_a_list_that_does_not_come_is_a_failure(web: Web, kind: LlmKind, reply: Reply) -> None:
    async with loopback(reply) as server:
        adapter = kind.build(web, endpoint_of(server), Patience())
        for asking in (adapter.offer, adapter.check):
            with pytest.raises(ProviderFailed):
                await asking()


# ---- secrets


async def test_neither_keys_nor_words_are_logged(web: Web, kind: LlmKind, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    refusal = json_reply({"error": {"message": f"'temperature' is not supported, {KEY}"}}, 400)
    async with loopback(refusal, sse(*kind.stream("spoken"))) as server:
        adapter = kind.build(web, endpoint_of(server), Patience())
        assert await answer_of(adapter, question("asked")) == ["spoken"]
    assert "temperature" in caplog.text
    above_debug = " ".join(record.getMessage() for record in caplog.records if record.levelname != "DEBUG")
    assert KEY not in caplog.text + repr(adapter)
    assert not any(word in above_debug for word in ("asked", "spoken", "Be brief"))
