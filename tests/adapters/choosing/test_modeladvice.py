"""`vivavoce model`: what it says of servers that answer as their documentation has it, and of their absence."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import trio
from rich.console import Console

from adapters.choosing import modeladvice
from adapters.choosing.catalogue import Lists
from adapters.choosing.discovery import Places
from adapters.settings.reading import load
from tests.adapters.reach.loopback import Loopback, Reply, Request, json_reply, loopback, sse

pytestmark = pytest.mark.real

CHAT = "{{- range .Messages }}<|{{ .Role }}|>{{ .Content }}{{ end }}"
OLLAMA = {
    "/v1/models": {"object": "list", "data": [{"id": "qwen3:8b"}, {"id": "llama3.2:latest"}]},
    "/api/tags": {"models": [{"name": "qwen3:8b"}, {"name": "llama3.2:latest"}, {"name": "base:1b"}]},
    "/api/ps": {"models": [{"name": "qwen3:8b"}]},
    "/api/show": {
        "qwen3:8b": {"capabilities": ["completion", "tools", "thinking"], "template": CHAT},
        "llama3.2:latest": {"capabilities": ["completion", "tools"], "template": CHAT},
        "base:1b": {"capabilities": ["completion"], "template": "{{ .Prompt }}"},
    },
}
EMPTY_OLLAMA = {"/v1/models": {"object": "list", "data": None}, "/api/tags": {"models": []}, "/api/ps": {"models": []}}
LM_STUDIO = {
    "/v1/models": {"data": [{"id": "deepseek-r1-distill-qwen-7b"}, {"id": "gemma-3-4b-it"}]},
    "/api/v0/models": {
        "data": [
            {"id": "deepseek-r1-distill-qwen-7b", "type": "llm", "state": "loaded"},
            {"id": "gemma-3-4b-it", "type": "vlm", "state": "not-loaded"},
        ]
    },
}
LLAMA_CPP: dict[str, Any] = {
    "/v1/models": {"data": [{"id": "m.gguf"}]},
    "/props": {"default_generation_settings": {}, "chat_template": ""},
}
LOCAL_AI = {"/v1/models": {"data": [{"id": "phi"}]}, "/system": {"backends": [], "loaded_models": []}}
VLLM = {"/v1/models": {"data": [{"id": "meta/llama"}]}, "/version": {"version": "0.8.0"}}


def chunk(**delta: str) -> bytes:
    body = json_reply({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}).body
    return b"data: " + body + b"\n\n"


WORDS = sse(chunk(role="assistant", content=""), chunk(content="Hello"), chunk(content=" there"), b"data: [DONE]\n\n")
THOUGHTS = sse(chunk(role="assistant"), chunk(reasoning_content="Hmm"), chunk(content="Hello"), b"data: [DONE]\n\n")
NO_TEMPLATE = json_reply(
    {
        "object": "error",
        "message": "you must provide a chat template if the tokenizer does not define one",
        "code": 400,
    },
    400,
)


def serving(answers: Mapping[str, Any], chat: Reply = WORDS) -> Callable[[Request], Reply]:
    def respond(request: Request) -> Reply:
        if request.path == "/v1/chat/completions":
            return chat
        if request.path == "/api/show" and request.path in answers:
            return json_reply(answers[request.path].get(request.json["model"], {}))
        return json_reply(answers[request.path]) if request.path in answers else json_reply({"error": "no"}, 404)

    return respond


def asked_to_answer(server: Loopback) -> list[str]:
    return [str(request.json["model"]) for request in server.requests if request.path == "/v1/chat/completions"]


async def advised(*servers: Loopback, ask: bool = False, **environ: str) -> tuple[int, str]:
    ports = tuple(int(server.url.rpartition(":")[2]) for server in servers)
    settings = load(None, environ, {})
    printed = io.StringIO()
    with trio.fail_after(20):
        code = await modeladvice.show(settings, Console(file=printed), ask=ask, places=Places(web_ports=ports))
    return code, printed.getvalue()


async def test_with_nobody_there_it_says_what_to_type() -> None:
    code, said = await advised(ask=True)
    assert code == 1
    assert "no language model answers: the guide does" in said
    assert "install Ollama, and type: ollama pull llama3.2 (2 GB)" in said
    assert "export OPENAI_API_KEY=" in said


async def test_ollama_without_a_model_is_told_which_to_pull() -> None:
    async with loopback(respond=serving(EMPTY_OLLAMA)) as server:
        code, said = await advised(server)
    assert code == 1
    assert f"found Ollama at {server.url.removeprefix('http://')}, which has no model that can answer" in said
    assert "to get one, type: ollama pull llama3.2 (2 GB)" in said
    assert "install" not in said


async def test_ollama_tells_which_model_thinks_and_which_has_no_template() -> None:
    async with loopback(respond=serving(OLLAMA)) as server:
        code, said = await advised(server)
    assert code == 0
    assert "qwen3:8b, llama3.2:latest, base:1b" in said
    assert "qwen3:8b thinks before it answers" in said
    assert "llama3.2:latest thinks" not in said
    assert "base:1b has no chat template" in said
    assert "Ollama answers with qwen3:8b, because it was found" in said
    assert "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_OWN_LLM_MODEL=llama3.2:latest" in said
    assert asked_to_answer(server) == []


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (LM_STUDIO, ["LM Studio", "deepseek-r1-distill-qwen-7b thinks", "LLM_MODEL=gemma-3-4b-it"]),
        (LLAMA_CPP, ["llama.cpp", "m.gguf has no chat template"]),
        (LLAMA_CPP | {"/props": {"default_generation_settings": {}, "chat_template": "<think>"}}, ["m.gguf thinks"]),
        (LOCAL_AI, ["LocalAI answers with phi"]),
        (VLLM, ["vLLM answers with meta/llama"]),
    ],
)
async def test_each_server_is_named_with_what_it_tells(answers: dict[str, Any], words: list[str]) -> None:
    async with loopback(respond=serving(answers)) as server:
        code, said = await advised(server)
    assert code == 0
    assert [each for each in words if each not in said] == []


async def test_asked_it_says_how_soon_the_first_word_came() -> None:
    async with loopback(respond=serving(VLLM)) as server:
        code, said = await advised(server, ask=True)
    assert code == 0
    assert "its first word came after 0." in said
    assert "thought" not in said
    assert asked_to_answer(server) == ["meta/llama"] * 2


async def test_asked_it_says_that_the_model_thought_first() -> None:
    async with loopback(respond=serving(VLLM, THOUGHTS)) as server:
        _, said = await advised(server, ask=True)
    assert "it thought before it answered" in said


async def test_a_model_without_a_chat_template_fails_with_what_to_do() -> None:
    async with loopback(respond=serving(VLLM, NO_TEMPLATE)) as server:
        code, said = await advised(server, ask=True)
    assert code == 1
    assert "it was asked, and failed" in said
    assert "choose a model that is made for chat" in said
    assert said.count("failed") == 1


async def test_a_model_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modeladvice, "ASK_WITHIN", 0.2)
    async with loopback(respond=serving(VLLM, sse(trio.Event()))) as server:
        code, said = await advised(server, ask=True)
    assert code == 1
    assert "said no word within 0.2 seconds" in said


async def test_a_server_that_hangs_over_its_facts_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modeladvice, "FACTS_WITHIN", 0.2)
    hangs = Reply(200, "application/json", steps=(trio.Event(),))
    plain = serving(OLLAMA)
    async with loopback(respond=lambda asked: hangs if asked.path == "/api/show" else plain(asked)) as server:
        code, said = await advised(server)
    assert code == 0
    assert "qwen3:8b thinks" in said, "its name says so"


@pytest.mark.parametrize(
    "trouble", [json_reply({"error": "busy"}, 500), Reply(200, "text/html", b"<p>"), json_reply(["no"])]
)
async def test_a_server_that_fails_over_its_facts_is_named_all_the_same(trouble: Reply) -> None:
    plain = serving(OLLAMA)
    async with loopback(respond=lambda asked: trouble if asked.path == "/api/show" else plain(asked)) as server:
        code, said = await advised(server)
    assert code == 0
    assert "Ollama answers with qwen3:8b" in said
    assert "qwen3:8b thinks" in said, "its name says so"


async def test_servers_are_asked_for_their_facts_at_the_same_time() -> None:
    asked: set[str] = set()
    both = trio.Event()

    def respond(name: str) -> Callable[[Request], Reply]:
        plain = serving(OLLAMA)

        def waiting(request: Request) -> Reply:
            if request.path != "/api/show":
                return plain(request)
            asked.add(name)
            if len(asked) == 2:
                both.set()
            return Reply(200, "application/json", steps=(both, plain(request).body))

        return waiting

    async with loopback(respond=respond("a")) as a, loopback(respond=respond("b")) as b:
        _, said = await advised(a, b)
    assert said.count("base:1b has no chat template") == 2


async def test_a_configured_server_is_asked_and_a_provider_elsewhere_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async with loopback(respond=serving(VLLM)) as server:
        own = {
            "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_MINE_BASE_URL": server.url,
            "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_MINE_LLM_MODEL": "meta/llama",
        }
        code, said = await advised(ask=True, **own)
        assert (code, "its first word came" in said) == (0, True)
        assert asked_to_answer(server) == ["meta/llama"] * 2

    async def no_list(lists: Lists) -> None:
        await trio.lowlevel.checkpoint()

    monkeypatch.setattr(Lists, "renew", no_list)
    code, said = await advised(ask=True, ANTHROPIC_API_KEY="sk-planted")
    assert (code, "was not asked" in said) == (0, True)
    assert "sk-planted" not in said


async def test_nothing_is_looked_for_where_the_operator_says_so() -> None:
    async with loopback(respond=serving(OLLAMA)) as server:
        code, said = await advised(server, VIVAVOCE_PROVIDERS_DISCOVER="false")
        assert (code, server.accepted) == (1, 0)
    assert "nothing is looked for" in said
