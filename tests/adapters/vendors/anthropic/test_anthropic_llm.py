"""Anthropic's messages: what it is asked, and what its streams may say besides words."""

import msgspec
import pytest

from actors.ports.answering import Exchange, Question
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict
from adapters.reach.web import Web
from adapters.vendors.anthropic.llm import DEFAULT_MODEL, AnthropicChat
from tests.adapters.reach.loopback import KEY, Request, endpoint_of, json_reply, loopback, sse
from tests.adapters.vendors.models import KINDS, answer_of, claude, ignore, question

pytestmark = pytest.mark.real
CLAUDE = next(kind for kind in KINDS if kind.name == "anthropic")
FINE = sse(*CLAUDE.stream("fine"))


def replace(**changes: object) -> Question:
    return msgspec.structs.replace(question(), **changes)


async def asked(web: Web, asking: Question) -> Request:
    """The one request that a question makes."""
    async with loopback(FINE) as server:
        assert await answer_of(AnthropicChat(web, endpoint_of(server, "/v1")), asking) == ["fine"]
        (request,) = server.requests
    return request


async def test_all_of_a_question_reaches_the_provider(web: Web) -> None:
    request = await asked(web, question("Grüße?"))
    assert (request.method, request.path) == ("POST", "/v1/messages")
    assert (request.headers["x-api-key"], request.headers["anthropic-version"]) == (KEY, "2023-06-01")
    assert request.json == {
        "model": "some-model",
        "system": "Be brief.\nYour name is Ada.",
        "messages": [
            {"role": "user", "content": "Hi."},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "Grüße?"},
        ],
        "stream": True,
        "thinking": {"type": "disabled"},
        "temperature": 0.5,
        "stop_sequences": ["END"],
        "max_tokens": 100,
    }


async def test_what_is_not_set_is_left_out_but_for_what_the_provider_insists_on(web: Web) -> None:
    bare = replace(
        history=(Exchange("a", ""),), prompt="", name="", stop=("\n",), max_token=0, model="", temperature=1.7
    )
    assert (await asked(web, bare)).json == {
        "model": DEFAULT_MODEL,
        "messages": [{"role": "user", "content": "a\nHello?"}],
        "stream": True,
        "thinking": {"type": "disabled"},
        "max_tokens": 4_096,
    }


async def test_a_model_that_refuses_fields_is_asked_without_them(web: Web) -> None:
    refusals = [
        json_reply({"type": "error", "error": {"type": "invalid_request_error", "message": words}}, 400)
        for words in (
            "`temperature` is deprecated for this model.",
            '"thinking.type.disabled" is not supported for this model.',
            "max_tokens: 100 > 64, which is the maximum allowed number of output tokens for some-model",
        )
    ]
    async with loopback(*refusals, FINE) as server:
        adapter = AnthropicChat(web, endpoint_of(server))
        assert await answer_of(adapter) == await answer_of(adapter) == ["fine"]
        first, *_, fourth, fifth = [request.json for request in server.requests]
    assert len(server.requests) == 5
    assert "output_config" not in first
    assert {"temperature", "thinking"} & (fourth.keys() | fifth.keys()) == set()
    assert (fourth["output_config"], fourth["max_tokens"], fifth["max_tokens"]) == ({"effort": "low"}, 4_096, 100)


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("overloaded_error", Verdict.PASSING),
        ("api_error", Verdict.PASSING),
        ("rate_limit_error", Verdict.PASSING),
        ("invalid_request_error", Verdict.FINAL),
        ("authentication_error", Verdict.REFUSED),
    ],
)
async def test_an_error_inside_the_stream(web: Web, kind: str, verdict: Verdict) -> None:
    error = claude("error", error={"type": kind, "message": f"Overloaded {KEY}"})
    async with loopback(sse(CLAUDE.begin, error)) as server:
        with pytest.raises(ProviderFailed) as caught:
            await AnthropicChat(web, endpoint_of(server)).answer(question(), ignore)
    assert str(caught.value) == "Double failed while it answered: Overloaded [key]"
    assert caught.value.verdict is verdict


async def test_a_refusal_without_words_is_a_failure(web: Web) -> None:
    async with loopback(sse(CLAUDE.begin, claude("message_delta", delta={"stop_reason": "refusal"}))) as server:
        with pytest.raises(ProviderFailed, match="would not answer") as caught:
            await AnthropicChat(web, endpoint_of(server)).answer(question(), ignore)
    assert caught.value.verdict is Verdict.FINAL


async def test_an_answer_that_is_cut_short_is_said_to_be(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    end = claude("message_delta", delta={"stop_reason": "max_tokens"})
    async with loopback(sse(CLAUDE.begin, CLAUDE.say("a"), end)) as server:
        assert await answer_of(AnthropicChat(web, endpoint_of(server))) == ["a"]
    assert "was cut short (max_tokens)" in caplog.text


async def test_the_end_of_the_message_is_enough_of_an_end(web: Web) -> None:
    async with loopback(sse(CLAUDE.begin, CLAUDE.say("a"), claude("message_stop"))) as server:
        assert await answer_of(AnthropicChat(web, endpoint_of(server))) == ["a"]


async def test_a_missing_key_names_its_setting(web: Web) -> None:
    async with loopback(json_reply({"error": {"message": "x-api-key header is required"}}, 401)) as server:
        endpoint = Endpoint("anthropic", "Anthropic", server.url, "", "ANTHROPIC_API_KEY")
        with pytest.raises(ProviderFailed, match=r"Anthropic wants a key \(401\): set ANTHROPIC_API_KEY"):
            await AnthropicChat(web, endpoint).check()


async def test_the_whole_list_of_models_is_asked_for(web: Web) -> None:
    async with loopback(json_reply({"data": [{"id": "claude-a", "type": "model"}], "has_more": False})) as server:
        assert (await AnthropicChat(web, endpoint_of(server)).offer()).models == ("claude-a",)
        assert server.requests[0].query == {"limit": "1000"}
