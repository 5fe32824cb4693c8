"""The tokens that language models say were used, and how they reach who watches the server."""

from random import Random
from typing import Any

import pytest

from actors.ports.watching import CallRecord, FailedOver, Observation, Usage
from adapters.choosing.candidate import Candidate, CandidateProfile
from adapters.choosing.failover import Failover
from adapters.choosing.policy import Policy
from adapters.choosing.standins import FailoverModel
from adapters.reach.web import Web
from adapters.vendors.anthropic.llm import AnthropicChat
from adapters.vendors.openai.llm import OpenAiChat
from tests.adapters.reach.loopback import Reply, endpoint_of, json_reply, loopback, sse
from tests.adapters.vendors.models import chunk, claude, data, ignore, question

pytestmark = pytest.mark.real
DONE = b"data: [DONE]\n\n"
WORDS = chunk(delta={"content": "fine"}, finish_reason=None)
STOP = chunk(delta={}, finish_reason="stop")


def told(*usages: object) -> Reply:
    """An answer with these usages, at its end."""
    return sse(WORDS, STOP, *(data({"choices": [], "usage": usage}) for usage in usages), DONE)


CLAUDE = sse(
    claude("message_start", message={"content": [], "usage": {"input_tokens": 9, "output_tokens": 1}}),
    claude("content_block_delta", index=0, delta={"type": "text_delta", "text": "fine"}),
    claude("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 5}),
    claude("message_stop"),
)


async def watched(*adapters: Any) -> list[Observation]:
    """What who watches is told of one question to these providers, by the names one, two and so on."""
    seen: list[Observation] = []
    names = ("one", "two")
    chain = [
        Candidate(CandidateProfile(name, name, "LLM"), adapter) for name, adapter in zip(names, adapters, strict=False)
    ]
    failover = Failover(Policy(tries=1), Random(0), seen.append)
    await FailoverModel("one", lambda: chain, failover).answer(question(), ignore)
    return seen


@pytest.mark.parametrize(
    ("answer", "usage"),
    [
        (told({"prompt_tokens": 30, "completion_tokens": 7}), Usage(30, 7)),
        (told({"prompt_tokens": 30}, {"prompt_tokens": 30, "completion_tokens": 7}), Usage(30, 7)),
        (told(None), Usage()),
        (told({"prompt_tokens": "many", "completion_tokens": -3}), Usage()),
        (told({"prompt_tokens": True, "completion_tokens": 10**12}), Usage()),
        (told([]), Usage()),
        (sse(WORDS, STOP, DONE), Usage()),
    ],
)
async def test_what_a_chat_completion_used_is_told_with_its_call(web: Web, answer: Reply, usage: Usage) -> None:
    async with loopback(answer) as server:
        (record,) = await watched(OpenAiChat(web, endpoint_of(server)))
    assert isinstance(record, CallRecord)
    assert (record.kind, record.provider, record.model, record.outcome) == ("LLM", "one", "some-model", "done")
    assert record.usage == usage
    assert record.first is not None
    assert record.begun <= record.first <= record.ended


async def test_claude_tells_tokens_in_first_and_those_out_in_all(web: Web) -> None:
    async with loopback(CLAUDE) as server:
        (record,) = await watched(AnthropicChat(web, endpoint_of(server)))
    assert isinstance(record, CallRecord)
    assert record.usage == Usage(9, 5)


async def test_a_call_that_another_provider_did_is_told_with_why_the_first_failed(web: Web) -> None:
    async with loopback(json_reply({"error": "no"}, 401)) as broken, loopback(told(None)) as server:
        seen = await watched(OpenAiChat(web, endpoint_of(broken)), OpenAiChat(web, endpoint_of(server)))
    records = [each for each in seen if isinstance(each, CallRecord)]
    assert [(one.provider, one.outcome, one.why) for one in records] == [
        ("one", "failed", "refused"),
        ("two", "done", ""),
    ]
    assert [each for each in seen if isinstance(each, FailedOver)] == [FailedOver("LLM", "two")]


async def test_an_answer_that_breaks_off_has_used_what_was_told(web: Web) -> None:
    start = claude("message_start", message={"content": [], "usage": {"input_tokens": 9}})
    async with loopback(sse(start), CLAUDE) as server:
        chat = AnthropicChat(web, endpoint_of(server))
        seen = await watched(chat, chat)
    records = [each for each in seen if isinstance(each, CallRecord)]
    assert [(one.outcome, one.usage.tokens_in) for one in records] == [("failed", 9), ("done", 9)]
