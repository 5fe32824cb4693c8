"""The engines of a server: what is found takes part, is warmed up and goes again, and what people are told of it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest
import trio

from actors.ports.calls import EngineFailed
from adapters.analysis.analyst import TextAnalyst
from adapters.choosing import discovery
from adapters.choosing.asking import asking
from adapters.choosing.assembly import check_preferences, configured, configured_places
from adapters.choosing.discovery import Places
from adapters.choosing.engines import ProviderEngines
from adapters.choosing.telling import choices
from adapters.pages import site
from adapters.reach.web import Web
from adapters.settings.errors import StartupFailed
from adapters.settings.providers import Preference, Providers, ProviderSettings, settings_of
from adapters.vendors.azure.declaration import AZURE
from adapters.vendors.embedded.declaration import EMBEDDED
from adapters.vendors.embedded.guide.languages.every import LANGUAGES
from adapters.vendors.embedded.guide.understanding import vocabulary
from adapters.vendors.openai.declaration import COMPATIBLE, OPENAI
from adapters.vendors.wyoming.declaration import WYOMING
from adapters.wire.heads import Request as Asked
from tests.adapters.choosing.fakes import QUESTION
from tests.adapters.choosing.test_discovery import OLLAMA, port_of
from tests.adapters.reach.loopback import Loopback, Reply, Request, json_reply, loopback, sse

ONE = settings_of(EMBEDDED, stt_processes=1, tts_processes=1, voice="espeak")
CONFIGURED = {"openai": settings_of(OPENAI, api_key="k", base_url="http://127.0.0.1:1/v1")}


def ollama(request: Request) -> Reply:
    if request.path == "/v1/chat/completions":
        return sse(b'data: {"choices": [{"delta": {"content": "Hi."}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n')
    answers: dict[str, Any] = OLLAMA
    return json_reply(answers[request.path]) if request.path in answers else json_reply({"error": "no"}, 404)


def places_at(double: Loopback) -> Places:
    return Places(web_ports=(port_of(double),), wyoming_ports=())


def of(double: Loopback, **settings: Any) -> ProviderEngines:
    return ProviderEngines(Providers(local=ONE, **settings), places_at(double), Random(0))


@asynccontextmanager
async def running(double: Loopback, **settings: Any) -> AsyncIterator[ProviderEngines]:
    found = of(double, **settings)
    with trio.fail_after(60):
        async with found.running():
            yield found


async def drop(piece: object) -> None:
    """Take a piece of an answer."""
    await trio.lowlevel.checkpoint()


def choice(found: ProviderEngines, kind: str) -> str:
    return {str(of): words for of, words in found.choices()}[kind]


# ---- found


@pytest.mark.real
async def test_what_is_found_answers_where_nothing_is_configured_and_is_warm_before_the_first_turn() -> None:
    vocabulary.cache_clear()
    async with loopback(respond=ollama) as double, running(double) as found:
        assert vocabulary.cache_info().currsize == len(LANGUAGES)  # the guide, which stands behind it, is ready too
        assert choice(found, "LLM") == (
            f"ollama (b:latest), because it was found at 127.0.0.1:{port_of(double)} and nothing else is configured"
        )
        assert choice(found, "STT").startswith("local (hama), because no other provider is configured")
        await double.until(lambda now: any(request.path == "/v1/chat/completions" for request in now.requests))
        (warming,) = (each.json for each in double.requests if each.path == "/v1/chat/completions")
        assert (warming["model"], warming["max_tokens"]) == ("b:latest", 1)
        entry = next(each for each in found.catalogue().entries if (each.kind, each.name) == ("LLM", "ollama"))
        assert (entry.configured, entry.default_model) == (True, "b:latest")


@pytest.mark.real
@pytest.mark.parametrize(
    ("settings", "chosen"),
    [
        ({"accounts": CONFIGURED}, "openai (gpt-4o), because OpenAI is configured"),
        (
            {"accounts": CONFIGURED, "prefer": Preference(llm=("ollama",))},
            "ollama (b:latest), because [providers.prefer] llm names it",
        ),
        ({"discover": False}, "local (the guide, which is no language model), because no other provider is configured"),
    ],
)
async def test_what_is_found_gives_way_to_what_is_configured(settings: dict[str, Any], chosen: str) -> None:
    async with loopback(respond=ollama) as double:
        with trio.fail_after(60):
            async with asking(Providers(local=ONE, **settings), places_at(double)) as roster:
                assert dict(choices(roster))["LLM"] == chosen
        assert bool(double.requests) == settings.get("discover", True)


@pytest.mark.real
async def test_what_has_gone_leaves_the_catalogue_and_the_next_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "EVERY", 0.01)
    answers = ollama

    def respond(request: Request) -> Reply:
        return answers(request)

    async with loopback(respond=respond) as double, running(double) as found:
        assert choice(found, "LLM").startswith("ollama")

        def answers(request: Request) -> Reply:
            return json_reply({}, 404)

        while not choice(found, "LLM").startswith("local"):  # each look is a request
            asked = len(double.requests)
            await double.until(lambda now, asked=asked: len(now.requests) > asked)  # type: ignore[misc]
        assert "ollama" not in {entry.name for entry in found.catalogue().entries}
        await found.model("ollama").answer(QUESTION, drop)


# ---- built


def built(**named: dict[str, ProviderSettings]) -> set[tuple[str, str, bool]]:
    found = configured(Providers(named=named), Web())
    return {(each.kind, each.name, each.profile.is_tentative) for each in found}


def test_a_named_server_serves_the_kinds_for_which_it_has_a_model_set() -> None:
    at = "http://127.0.0.1:1/v1"
    assert built(openai_compatible={"a": settings_of(COMPATIBLE, base_url=at, llm_model="m")}) == {("LLM", "a", False)}
    assert built(openai_compatible={"a": settings_of(COMPATIBLE, base_url=at, voice="v")}) == {("TTS", "a", False)}
    assert built(openai_compatible={"a": settings_of(COMPATIBLE, base_url=at)}) == {
        (kind, "a", True) for kind in ("STT", "LLM", "TTS")
    }
    assert built(wyoming={"w": settings_of(WYOMING, port=1)}) == {("STT", "w", True), ("TTS", "w", True)}


def test_a_named_server_that_is_preferred_for_a_kind_is_used_for_it_before_it_has_said_that_it_does_it() -> None:
    providers = Providers(
        prefer=Preference(llm=("a",)),
        named={"openai_compatible": {"a": settings_of(COMPATIBLE, base_url="http://127.0.0.1:1/v1")}},
    )
    assert {each.kind for each in configured(providers, Web()) if each.is_ready} == {"LLM"}


def test_the_alignment_is_prepared_for_who_tells_no_phonemes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ProviderEngines(Providers(local=ONE, accounts=CONFIGURED))
    found._roster.add(found._embedded["TTS"])
    prepared: list[str] = []
    monkeypatch.setattr(found._aligning, "prepare", lambda: prepared.append("now"))
    found.mouths.prepare("local", "")
    assert not prepared
    found.mouths.prepare("openai", "tts-1")
    found.mouths.prepare("local", "kokoro")
    assert prepared == ["now", "now"]


def test_one_that_lacks_something_is_not_built() -> None:
    assert list(configured(Providers(accounts={"azure": settings_of(AZURE, api_key="k")}), Web())) == []


def test_what_is_configured_is_not_looked_for() -> None:
    named = {
        "openai_compatible": {
            "a": settings_of(COMPATIBLE, base_url="http://localhost:11434/v1"),
            "b": settings_of(COMPATIBLE, base_url="https://h/v1"),
        },
        "wyoming": {"w": settings_of(WYOMING, port=10300)},
    }
    assert configured_places(Providers(named=named)) == {"127.0.0.1:11434", "h:443", "127.0.0.1:10300"}


@pytest.mark.parametrize("name", ["openai", "mine", "local", "ollama", "ollama_11435"])
def test_a_preference_may_name_what_there_is_and_what_may_be_found(name: str) -> None:
    named = {"openai_compatible": {"mine": settings_of(COMPATIBLE, base_url="http://h")}}
    check_preferences(Providers(prefer=Preference(llm=(name,)), named=named))


def test_a_preference_for_a_provider_of_another_kind_is_refused() -> None:
    with pytest.raises(StartupFailed, match='llm: unknown provider "deepgram"'):
        check_preferences(Providers(prefer=Preference(llm=("deepgram",))))


# ---- words


def test_the_analyst_tells_sentiment_and_language() -> None:
    analyst = TextAnalyst()
    analyst.load()
    assert analyst.sentiment("I love this, it is wonderful!") == "positive"
    assert analyst.language("Wie geht es dir heute, mein Freund?") == "de"


async def test_nothing_works_before_it_runs() -> None:
    found = ProviderEngines(Providers(local=ONE))
    with pytest.raises(EngineFailed, match="no provider is configured"):
        await found.model("openai").answer(QUESTION, drop)
    assert len(found.problems()) == 3
    assert found.is_failing()


class Crew:
    """An engine with so many processes, of three."""

    count = 3

    def __init__(self, living: int) -> None:
        self.pids = tuple(range(living))


@pytest.mark.parametrize(
    ("living", "status", "word", "problems"),
    [
        (3, 200, "ok", None),
        (1, 200, "degraded", ["speech recognition has 1 process ready, of 3"]),
        (0, 503, "failing", ["speech recognition has no process ready, of 3"]),
    ],
)
def test_the_health_check_names_the_engine_that_lacks_processes(
    living: int, status: int, word: str, problems: list[str] | None
) -> None:
    found = ProviderEngines(Providers(local=ONE))
    found._kept = {"speech recognition": Crew(living), "speech synthesis": Crew(3)}  # type: ignore[dict-item]
    healthz = site.health(found)
    answer = healthz(Asked("GET", "/healthz", {}, {}))
    told = json.loads(answer.body)
    assert (answer.status, told["status"], told.get("problems")) == (status, word, problems)
