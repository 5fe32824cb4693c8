"""Chat completions: what OpenAI and the many that speak as it does are asked, and the oddities of their answers."""

import msgspec
import pytest

from actors.ports.answering import Exchange, Question
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict
from adapters.reach.web import Web
from adapters.vendors.openai.llm import AIGAMES, COMPATIBLE, OPENAI, Dialect, OpenAiChat
from adapters.vendors.shared.conversation import turns
from adapters.vendors.shared.refusals import Refusals
from tests.adapters.reach.loopback import KEY, Reply, Request, endpoint_of, json_reply, loopback, sse
from tests.adapters.vendors.models import answer_of, chunk, data, ignore, question

pytestmark = pytest.mark.real
DONE = b"data: [DONE]\n\n"
FINE = sse(chunk(delta={"content": "fine"}), chunk(delta={}, finish_reason="stop"), DONE)


def replace(**changes: object) -> Question:
    return msgspec.structs.replace(question(), **changes)


async def asked(web: Web, dialect: Dialect, asking: Question) -> Request:
    """The one request that a question makes."""
    async with loopback(FINE) as server:
        assert await answer_of(OpenAiChat(web, endpoint_of(server, "/v1"), dialect), asking) == ["fine"]
        (request,) = server.requests
    return request


# ---- questions


async def test_all_of_a_question_reaches_the_provider(web: Web) -> None:
    request = await asked(web, COMPATIBLE, question("Grüße?"))
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json == {
        "model": "some-model",
        "messages": [
            {"role": "system", "content": "Be brief.\nYour name is Ada."},
            {"role": "user", "content": "Hi."},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "Grüße?"},
        ],
        "stream": True,
        "temperature": 0.5,
        "stop": ["END"],
        "max_tokens": 100,
        "stream_options": {"include_usage": True},
    }


async def test_what_is_not_set_is_left_out(web: Web) -> None:
    bare = replace(history=(), prompt=" ", name="", stop=(), max_token=0, model="", temperature=1.0)
    request = await asked(web, COMPATIBLE, bare)
    assert request.json == {
        "messages": [{"role": "user", "content": "Hello?"}],
        "stream": True,
        "temperature": 1.0,
        "stream_options": {"include_usage": True},
    }


async def test_openai_itself_calls_the_limit_of_tokens_otherwise(web: Web) -> None:
    json = (await asked(web, OPENAI, question())).json
    assert (json.get("max_completion_tokens"), json.get("max_tokens")) == (100, None)


async def test_aigames_is_told_the_character_by_its_name(web: Web) -> None:
    json = (await asked(web, AIGAMES, question())).json
    assert json["name"] == "Ada"
    assert "Ada" not in str(json["messages"])
    assert "name" not in (await asked(web, AIGAMES, replace(name=""))).json


async def test_a_server_without_a_key_is_sent_none(web: Web) -> None:
    async with loopback(FINE) as server:
        await OpenAiChat(web, Endpoint("a", "A", server.url)).answer(question(), ignore)
        assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ((Exchange("a", ""), Exchange("b", " ")), [("user", "a\nb\nHello?")]),
        ((Exchange("", "greeting"), Exchange("b", "c")), [("user", "b"), ("assistant", "c"), ("user", "Hello?")]),
        (
            (Exchange("a", "b"), Exchange("", "c")),
            [("user", "a"), ("assistant", "b\nc"), ("user", "Hello?")],
        ),
    ],
)
def test_user_and_assistant_take_turns(history: tuple[Exchange, ...], said: list[tuple[str, str]]) -> None:
    assert [(one.role, one.content) for one in turns(replace(history=history))] == said


# ---- refused fields


def refusing(*words: str) -> Reply:
    return json_reply({"error": {"message": " ".join(words), "type": "invalid_request_error"}}, 400)


async def test_a_field_that_a_reasoning_model_refuses_is_dropped_once_and_for_all(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    unsupported = "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value"
    async with loopback(refusing(unsupported), FINE) as server:
        adapter = OpenAiChat(web, endpoint_of(server), OPENAI)
        assert await answer_of(adapter) == await answer_of(adapter) == ["fine"]
        assert ["temperature" in request.json for request in server.requests] == [True, False, False]
        await answer_of(adapter, question(model="another"))
        assert "temperature" in server.requests[-1].json
    assert [record.getMessage() for record in caplog.records] == [
        'model "some-model" refuses temperature, which is left out'
    ]


async def test_each_refused_field_is_dropped_in_turn(web: Web) -> None:
    refusals = [
        refusing("Unsupported parameter: 'stop' is not supported with this model."),
        refusing("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."),
        json_reply({"detail": [{"loc": ["body", "temperature"], "msg": "Extra inputs are not permitted"}]}, 422),
        refusing("Unrecognized request argument supplied: max_completion_tokens"),
        refusing("Unknown parameter: 'stream_options'."),
    ]
    async with loopback(*refusals, FINE) as server:
        assert await answer_of(OpenAiChat(web, endpoint_of(server))) == ["fine"]
        fields = [sorted(request.json.keys() - {"messages", "model", "stream"}) for request in server.requests]
    assert fields == [
        ["max_tokens", "stop", "stream_options", "temperature"],
        ["max_tokens", "stream_options", "temperature"],
        ["max_completion_tokens", "stream_options", "temperature"],
        ["max_completion_tokens", "stream_options"],
        ["stream_options"],
        [],
    ]


async def test_a_value_that_is_refused_is_dropped_this_time(web: Web) -> None:
    too_large = refusing("max_tokens is too large: 100. This model has at most 64 completion tokens")
    async with loopback(too_large, FINE) as server:
        adapter = OpenAiChat(web, endpoint_of(server))
        await answer_of(adapter)
        await answer_of(adapter, replace(max_token=10))
        assert [request.json.get("max_tokens") for request in server.requests] == [100, None, 10]


@pytest.mark.parametrize(
    "words",
    ["The model `x` does not exist", "Please stop sending unsupported requests", "name not allowed", "max_tokens_x"],
)
async def test_another_refusal_is_final(web: Web, words: str) -> None:
    async with loopback(refusing(words)) as server:
        with pytest.raises(ProviderFailed, match=words) as caught:
            await OpenAiChat(web, endpoint_of(server), AIGAMES).answer(question(), ignore)
        assert (len(server.requests), caught.value.verdict) == (1, Verdict.FINAL)


async def test_a_server_that_refuses_everything_is_asked_a_bounded_number_of_times(web: Web) -> None:
    words = "'temperature', 'stop', 'max_tokens', 'max_completion_tokens', 'name' are not supported"
    async with loopback(refusing(words)) as server:
        with pytest.raises(ProviderFailed):
            await OpenAiChat(web, endpoint_of(server), AIGAMES).answer(question(), ignore)
        assert len(server.requests) == 6


def test_what_models_refuse_is_kept_for_so_many_models() -> None:
    refusals = Refusals()
    for number in range(1_000):
        refusals.learn(f"m{number}", ["stop"], ProviderFailed("'stop' is not supported", Verdict.FINAL))
    assert [bool(refusals.of(f"m{number}")) for number in (0, 799, 800, 999)] == [False, False, True, True]


# ---- answers


async def said(web: Web, *steps: bytes) -> str:
    async with loopback(sse(*steps)) as server:
        return "".join(await answer_of(OpenAiChat(web, endpoint_of(server))))


async def test_an_end_with_a_reason_and_without_done_is_an_end(web: Web) -> None:
    assert await said(web, chunk(delta={"content": "a"}), chunk(delta={"content": "b"}, finish_reason="stop")) == "ab"


async def test_an_end_with_done_and_without_a_reason_is_an_end(web: Web) -> None:
    assert await said(web, chunk(delta={"content": "a"}), DONE) == "a"


async def test_chunks_of_odd_shapes(web: Web) -> None:
    assert (
        await said(
            web,
            data({"choices": None, "prompt_filter_results": []}),
            chunk(delta=None),
            chunk(delta={"role": "assistant", "content": None, "tool_calls": None}, finish_reason=None),
            chunk(delta={"content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": "a"}]}),
            data({"choices": [{"index": 1, "delta": {"content": "other"}}]}),
            chunk(delta={"content": None, "refusal": "b"}),
            chunk(delta={"content": "c"}, finish_reason=""),
            DONE,
        )
        == "abc"
    )


async def test_a_server_that_does_not_stream_answers_all_the_same(web: Web) -> None:
    whole = {
        "choices": [{"message": {"role": "assistant", "content": "<think>a</think>whole"}, "finish_reason": "stop"}]
    }
    async with loopback(json_reply(whole)) as server:
        assert await answer_of(OpenAiChat(web, endpoint_of(server))) == ["whole"]


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        ({"error": {"message": "overloaded", "code": 503}}, Verdict.PASSING),
        ({"error": {"message": "overloaded", "code": "server_error"}}, Verdict.PASSING),
        ({"error": "overloaded"}, Verdict.PASSING),
        ([{"error": {"message": "overloaded", "code": 400, "status": "INVALID_ARGUMENT"}}], Verdict.FINAL),
        ({"object": "error", "message": "overloaded", "code": 400}, Verdict.FINAL),
        ({"error": {"message": "overloaded", "code": 403}}, Verdict.REFUSED),
        ({"error": {"message": "overloaded", "code": 429}, "choices": []}, Verdict.PASSING),
    ],
)
async def test_an_error_inside_the_stream(web: Web, error: object, verdict: Verdict) -> None:
    with pytest.raises(ProviderFailed, match="Double failed while it answered: overloaded") as caught:
        await said(web, chunk(delta={"content": "a"}), data(error))
    assert caught.value.verdict is verdict


async def test_an_answer_that_is_cut_short_is_said_to_be(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    assert await said(web, chunk(delta={"content": "a"}), chunk(delta={}, finish_reason="length")) == "a"
    assert "was cut short (length)" in caplog.text


async def test_an_answer_that_is_filtered_away_is_a_failure(web: Web) -> None:
    with pytest.raises(ProviderFailed, match="content filter") as caught:
        await said(web, chunk(delta={}, finish_reason="content_filter"))
    assert caught.value.verdict is Verdict.FINAL


async def test_an_error_in_a_field_of_its_own(web: Web) -> None:
    """As llama.cpp's server writes it."""
    with pytest.raises(ProviderFailed, match="Double failed while it answered: overloaded"):
        await said(web, chunk(delta={"content": "a"}), b'error: {"code":500,"message":"overloaded"}\n\n')


async def test_an_answer_that_groq_stops_early(web: Web) -> None:
    ends = [{"x_groq": {"error": "over capacity"}, "choices": [{"index": 0, "delta": {}}]}, {"choices": []}]
    with pytest.raises(ProviderFailed, match="in the middle of its answer"):
        await said(web, chunk(delta={"content": "a"}), *map(data, ends), b"data: [DONE]\n\n")


async def test_an_answer_that_ends_in_an_error(web: Web) -> None:
    with pytest.raises(ProviderFailed, match="in the middle of its answer"):
        await said(web, chunk(delta={"content": "a"}, finish_reason="error"))


async def test_words_that_were_held_back_are_spoken_at_the_end(web: Web) -> None:
    assert await said(web, chunk(delta={"content": "<thi"}, finish_reason="stop")) == "<thi"


# ---- models


async def test_models_that_cannot_chat_are_not_offered(web: Web) -> None:
    chat = ["gpt-4o", "qwen2.5:7b", "gemma-3-4b-it", "mistral-7b-instruct", "eclipse-7b", "o3", "llama3.2-vision"]
    other = [
        "text-embedding-3-small", "nomic-embed-text:latest", "bge-m3", "BAAI/bge-reranker-base", "whisper-1",
        "gpt-4o-transcribe", "tts-1-hd", "gpt-4o-mini-tts", "dall-e-3", "gpt-image-1", "omni-moderation-latest",
        "gpt-4o-realtime-preview", "gpt-4o-audio-preview", "sora-2", "kokoro", "babbage-002", "gpt-3.5-turbo-instruct",
    ]  # fmt: skip
    async with loopback(json_reply({"data": [{"id": name} for name in (*other[:9], *chat, *other[9:])]})) as server:
        assert (await OpenAiChat(web, endpoint_of(server)).offer()).models == tuple(chat)


async def test_a_server_without_models_offers_none(web: Web) -> None:
    async with loopback(json_reply({"object": "list", "data": None})) as server:
        assert (await OpenAiChat(web, endpoint_of(server)).offer()).models == ()
