"""Models whose chat template has no role for the prompt: learnt, and the prompt goes before the first user message."""

import msgspec
import pytest

from actors.ports.answering import Question
from adapters.reach.call import Patience
from adapters.reach.contract import ProviderFailed
from adapters.reach.web import Web
from adapters.vendors.anthropic.llm import AnthropicChat
from adapters.vendors.openai.llm import OPENAI, OpenAiChat
from tests.adapters.reach.loopback import Loopback, Reply, Request, endpoint_of, json_reply, loopback, sse
from tests.adapters.vendors.models import KINDS, LlmKind, answer_of, data, ignore, question

pytestmark = pytest.mark.real
FINE = {kind.name: sse(*kind.stream("fine")) for kind in KINDS}
PROMPT = "Be brief.\nYour name is Ada."
FOLDED = [("user", f"{PROMPT}\n\nHi."), ("assistant", "Hello."), ("user", "Hello?")]


def refusal(words: str, status: int = 400) -> Reply:
    return json_reply({"error": {"message": words, "type": "invalid_request_error"}}, status)


def messages(request: Request) -> list[tuple[str, str]]:
    """Role and text of each message that was sent, that of the prompt first, in whichever way it is told."""
    sent = msgspec.convert(request.json["messages"], list[dict[str, str]])
    told = [(message["role"], message["content"]) for message in sent]
    return [("system", str(request.json["system"])), *told] if "system" in request.json else told


def roles(server: Loopback) -> list[str]:
    return [messages(request)[0][0] for request in server.requests]


REFUSED = [
    ("System role not supported", 400),
    ("System role not supported", 500),
    ("Conversation roles must alternate user/assistant/user/assistant/...", 400),
    ("After the optional system message, conversation roles must alternate user/assistant/user/assistant/...", 400),
    ("Only user and assistant roles are supported!", 400),
    ("Jinja Exception: System role not supported at row 1, column 40", 500),
    ('got exception: {"code":500,"message":"Unable to generate parser for this template: raise_exception"}', 500),
    ("Developer instruction is not enabled for models/gemma-3-1b-it", 400),
    ("System messages are not supported by this model", 400),
    ("messages[0].role: Input should be 'user' or 'assistant'", 422),
    ("invalid role: system", 400),
    ("Unexpected role 'system'", 400),
]


@pytest.mark.parametrize(("words", "status"), REFUSED)
async def test_a_prompt_that_has_no_role_goes_before_what_the_user_said_first(
    web: Web, kind: LlmKind, words: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with loopback(refusal(words, status), FINE[kind.name]) as server:
        adapter = kind.build(web, endpoint_of(server), Patience())
        asked = msgspec.structs.replace(question(), name="")
        assert await answer_of(adapter, asked) == await answer_of(adapter, asked) == ["fine"]
        first, second, third = map(messages, server.requests)
        await answer_of(adapter, question(model="another"))
        assert messages(server.requests[-1])[0][0] == "system"
    assert first[0] == ("system", "Be brief.")
    assert second == third == [("user", "Be brief.\n\nHi."), *FOLDED[1:]]
    assert "takes no prompt as" in caplog.text


async def test_an_error_inside_the_stream_teaches_it_too(web: Web, kind: LlmKind) -> None:
    error = sse(data({"type": "error", "error": {"message": "System role not supported", "code": 500}}))
    async with loopback(error, FINE[kind.name]) as server:
        assert await answer_of(kind.build(web, endpoint_of(server), Patience())) == ["fine"]
        assert len(server.requests) == 2


async def test_a_model_that_wants_a_developer_is_told_so(web: Web) -> None:
    words = "Unsupported value: 'messages[0].role' does not support 'system' with this model. Use 'developer' instead."
    async with loopback(refusal(words), FINE["openai"]) as server:
        adapter = OpenAiChat(web, endpoint_of(server), OPENAI)
        await answer_of(adapter)
        await answer_of(adapter)
        assert roles(server) == ["system", "developer", "developer"]
        assert messages(server.requests[-1])[0] == ("developer", PROMPT)
    no_developer = "'messages[0].role' does not support 'developer' with this model."
    async with loopback(refusal(words), refusal(no_developer), FINE["openai"]) as server:
        await answer_of(OpenAiChat(web, endpoint_of(server), OPENAI))
        assert [messages(request) for request in server.requests][-1] == FOLDED


async def test_what_another_failure_says_of_roles_is_not_learnt(web: Web, kind: LlmKind) -> None:
    broken = refusal("Chat template error: unknown filter 'tojson'", 500)
    async with loopback(broken, broken, FINE[kind.name]) as server:
        adapter = kind.build(web, endpoint_of(server), Patience())
        with pytest.raises(ProviderFailed, match="unknown filter"):
            await adapter.answer(question(), ignore)
        assert await answer_of(adapter) == ["fine"]
        assert roles(server) == ["system", "user", "system"]


@pytest.mark.parametrize("words", ["Your operating system is not supported", "File system error", "Incorrect API key"])
async def test_what_is_about_no_role_changes_nothing(web: Web, kind: LlmKind, words: str) -> None:
    async with loopback(refusal(words)) as server:
        with pytest.raises(ProviderFailed, match=words):
            await kind.build(web, endpoint_of(server), Patience()).answer(question(), ignore)
        assert len(server.requests) == 1


async def test_without_a_prompt_there_is_nothing_to_refuse(web: Web, kind: LlmKind) -> None:
    bare: Question = msgspec.structs.replace(question(), prompt="", name="", history=())
    async with loopback(refusal("Only user and assistant roles are supported!")) as server:
        with pytest.raises(ProviderFailed):
            await kind.build(web, endpoint_of(server), Patience()).answer(bare, ignore)
        assert len(server.requests) == 1


async def test_a_refused_field_and_a_refused_role_are_both_learnt(web: Web) -> None:
    replies = (refusal("`temperature` is deprecated"), refusal("System role not supported"), FINE["anthropic"])
    async with loopback(*replies) as server:
        adapter = AnthropicChat(web, endpoint_of(server))
        assert await answer_of(adapter) == await answer_of(adapter) == ["fine"]
        assert [("temperature" in one.json, "system" in one.json) for one in server.requests] == [
            (True, True),
            (False, True),
            (False, False),
            (False, False),
        ]
