"""Servers that are found: known by what they answer, each as its documentation has it."""

from collections.abc import Callable
from typing import Any

import pytest
import trio

from adapters.choosing import discovery
from adapters.choosing.discovery import LOOPBACK, Discovery, Found, Places
from tests.adapters.reach.loopback import Loopback, Reply, Request, browsing, json_reply, loopback
from tests.adapters.vendors.wyoming.wyomingloop import engine

pytestmark = pytest.mark.real

MODELS = {"object": "list", "data": [{"id": "llama3.2", "object": "model"}, {"id": "nomic-embed-text"}]}
OLLAMA = {
    "/v1/models": {"object": "list", "data": [{"id": "a:latest"}, {"id": "b:latest"}, {"id": "bge-m3"}]},
    "/api/tags": {"models": [{"name": "a:latest"}, {"name": "b:latest"}, {"name": "nomic-embed-text:latest"}]},
    "/api/ps": {"models": [{"name": "b:latest"}]},
    "/api/version": {"version": "0.5.1"},
}
LM_STUDIO = {
    "/v1/models": {"data": [{"id": "a"}, {"id": "b"}, {"id": "text-embedding-x"}]},
    "/api/v0/models": {
        "data": [
            {"id": "a", "type": "llm", "state": "not-loaded"},
            {"id": "b", "type": "vlm", "state": "loaded"},
            {"id": "text-embedding-x", "type": "embeddings", "state": "loaded"},
        ]
    },
}
LLAMA_CPP = {"/v1/models": {"data": [{"id": "m.gguf"}]}, "/props": {"default_generation_settings": {}}}
VLLM = {"/v1/models": {"data": [{"id": "meta/llama"}]}, "/version": {"version": "0.8.0"}}
LOCAL_AI = {
    "/v1/models": {
        "data": [{"id": "gpt-4"}, {"id": "phi"}, {"id": "whisper-1"}, {"id": "tts-1"}, {"id": "bert-embeddings"}]
    },
    "/system": {"backends": ["llama-cpp"], "loaded_models": [{"id": "phi"}]},
    "/version": {"version": "2.26.0 (a1b2c3d4)"},
}
SPEACHES = {
    "/v1/models": {
        "data": [
            {"id": "Systran/faster-whisper-small", "task": "automatic-speech-recognition"},
            {"id": "speaches-ai/Kokoro-82M", "task": "text-to-speech"},
        ]
    }
}
KOKORO = {"/v1/models": {"data": [{"id": "kokoro"}, {"id": "tts-1"}]}, "/v1/audio/voices": {"voices": ["af_bella"]}}
SOME = {"/v1/models": MODELS}


def serving(answers: dict[str, Any]) -> Callable[[Request], Reply]:
    def respond(request: Request) -> Reply:
        return json_reply(answers[request.path]) if request.path in answers else json_reply({"error": "no"}, 404)

    return respond


def port_of(server: Loopback) -> int:
    return int(server.url.rpartition(":")[2])


async def found_at(*servers: Loopback, configured: frozenset[str] = frozenset()) -> tuple[Found, ...]:
    async with browsing() as web:
        looking = Discovery(web, Places(web_ports=tuple(map(port_of, servers)), wyoming_ports=()), configured)
        await looking.look()
        return looking.found


@pytest.mark.parametrize(
    ("answers", "name", "models"),
    [
        (OLLAMA, "ollama", {"LLM": ("b:latest", "a:latest")}),
        (LM_STUDIO, "lmstudio", {"LLM": ("b", "a")}),
        (LLAMA_CPP, "llamacpp", {"LLM": ("m.gguf",)}),
        (VLLM, "vllm", {"LLM": ("meta/llama",)}),
        (LOCAL_AI, "localai", {"STT": ("whisper-1",), "LLM": ("phi", "gpt-4"), "TTS": ("tts-1",)}),
        (
            SPEACHES,
            "speaches",
            {"STT": ("Systran/faster-whisper-small",), "TTS": ("speaches-ai/Kokoro-82M",)},
        ),
        (KOKORO, "kokoro", {"TTS": ("kokoro", "tts-1")}),
        (SOME, "openai_server", {"LLM": ("llama3.2",)}),
    ],
)
async def test_a_server_is_known_by_what_it_answers(answers: dict[str, Any], name: str, models: object) -> None:
    async with loopback(respond=serving(answers)) as server:
        (found,) = await found_at(server)
        assert (found.name, found.models) == (name, models)
        assert found.url == f"{server.url}/v1"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, "text/html", b"<h1>not here</h1>"),
        Reply(200, "text/html", b"<h1>a page</h1>"),
        json_reply([]),
        json_reply({"data": "x"}),
        json_reply({"data": [1, None]}),
        json_reply(None),
    ],
)
async def test_any_other_server_is_left_alone(reply: Reply) -> None:
    async with loopback(respond=lambda _: reply) as server:
        assert await found_at(server) == ()


async def test_a_server_that_has_nothing_of_ours_is_asked_one_thing_only() -> None:
    async with loopback(respond=serving({})) as server:
        await found_at(server)
        assert [request.path for request in server.requests] == ["/v1/models"]


async def test_one_that_only_embeds_is_not_found() -> None:
    async with loopback(respond=serving({"/v1/models": {"data": [{"id": "bge-m3"}]}})) as server:
        assert await found_at(server) == ()


async def test_what_is_configured_already_is_not_asked() -> None:
    async with loopback(respond=serving(OLLAMA)) as server:
        assert await found_at(server, configured=frozenset({f"{LOOPBACK}:{port_of(server)}"})) == ()
        assert server.accepted == 0


async def test_a_wyoming_engine_is_known_by_what_it_says_it_has() -> None:
    async with browsing() as web, engine("whole") as wyoming:
        looking = Discovery(web, Places(web_ports=(), wyoming_ports=(wyoming.port,)))
        await looking.look()
        (found,) = looking.found
        assert (found.name, found.is_wyoming, found.where) == ("wyoming_stt", True, f"{LOOPBACK}:{wyoming.port}")
        assert set(found.models) == {"STT", "TTS"}


async def test_two_of_a_kind_are_told_apart_by_their_ports() -> None:
    async with loopback(respond=serving(OLLAMA)) as one, loopback(respond=serving(OLLAMA)) as two:
        first, second = sorted(map(port_of, (one, two)))
        assert [each.name for each in await found_at(one, two)] == ["ollama", f"ollama_{second}"]
        assert first < second


async def test_a_server_that_hangs_is_not_waited_for() -> None:
    hangs = Reply(200, "application/json", steps=(trio.Event(),))
    async with loopback(respond=lambda _: hangs) as server:
        with trio.fail_after(5):
            begin = trio.current_time()
            assert await found_at(server) == ()
        assert trio.current_time() - begin < 4 * discovery.WITHIN + 1


async def test_one_that_is_too_busy_to_answer_everything_stays_what_it_was() -> None:
    answers = dict(OLLAMA)
    async with browsing() as web, loopback(respond=lambda request: serving(answers)(request)) as server:
        looking = Discovery(web, Places(web_ports=(port_of(server),), wyoming_ports=()))
        await looking.look()
        del answers["/api/tags"]
        await looking.look()
        assert [each.name for each in looking.found] == ["ollama"]


async def test_one_that_has_gone_is_gone_at_the_second_look() -> None:
    async with browsing() as web:
        async with loopback(respond=serving(OLLAMA)) as server:
            looking = Discovery(web, Places(web_ports=(port_of(server),), wyoming_ports=()))
            await looking.look()
        assert looking.found
        await looking.look()
        assert looking.found
        await looking.look()
        assert looking.found == ()
