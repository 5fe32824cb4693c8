"""A first run: a server that nobody has configured, and clients that name nothing, are warned of nothing."""

import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from actors.deciding.configuring import resolve
from adapters.choosing.asking import asking
from adapters.choosing.discovery import Places
from adapters.choosing.table import LOCAL
from adapters.client.talk import Options, session_update
from adapters.client.voiceclient import VoiceClient
from adapters.reach.declaration import KINDS
from adapters.settings.providers import Providers
from adapters.vendors.embedded.declaration import MODELS
from protocol.configuration import Configuration
from protocol.messages import TranscribeDone
from tests.adapters.choosing.test_discovery import KOKORO, OLLAMA, SPEACHES, port_of
from tests.adapters.choosing.test_discovery import serving as answering
from tests.adapters.choosing.test_providers import openai, openai_at, serving, talking, updated
from tests.adapters.reach.loopback import json_reply, loopback

pytestmark = pytest.mark.real

UNSET = {"provider": None, "model": None}
UPDATES: Mapping[str, Mapping[str, Any]] = {
    "getting-started": {},
    "README": {"STT": {"mediaFormat": "wav"}},
    "a guide": {"STT": {"mediaFormat": "pcm16/48000"}, "TTS": {"stream": True, "responseType": "multiple"}},
    "vivavoce talk": session_update("words", Options("http://127.0.0.1:7171")),
    "the page without its catalogue": dict.fromkeys(KINDS, UNSET),
    "a struct with nothing filled in": {kind: {"provider": {"name": "", "title": ""}, "model": ""} for kind in KINDS},
    "who names what there is": {kind: {"provider": LOCAL} for kind in KINDS},
}


async def until_heard(client: VoiceClient) -> AsyncIterator[TranscribeDone]:
    """The next transcript."""
    async for message in client:
        if isinstance(message, TranscribeDone):
            yield message
            return


async def test_nobody_is_warned_of_what_they_did_not_name(caplog: pytest.LogCaptureFixture) -> None:
    async with serving({}) as server:
        for update in UPDATES.values():
            async with talking(server) as client:
                assert (await updated(client, update)).warnings == ()
    assert [line for line in server.said if "warning" in line or "No available" in line or "set OPENAI" in line] == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_one_name_that_is_not_there_brings_one_warning() -> None:
    async with serving({}) as server, talking(server) as client:
        assert (await updated(client, {"LLM": {"provider": "openai"}})).warnings == (
            "LLM: OpenAI is not configured here (set OPENAI_API_KEY), used Local",
        )
        assert (await updated(client, {"LLM": {"provider": None}})).warnings == ()
        outcome = await updated(client, {"STT": {"model": "whisper-1"}})
        assert outcome.warnings == ("STT: No available models (used a default model)",)


async def test_with_a_key_neither_the_key_that_is_missing_nor_a_model_is_told() -> None:
    async with loopback(respond=openai) as double, serving(openai_at(double)) as server, talking(server) as client:
        assert (await updated(client, {})).warnings == ()


async def test_the_operators_first_answers_who_names_nobody_as_the_start_says() -> None:
    async with loopback(respond=openai) as double:
        environ = {**openai_at(double), "VIVAVOCE_PROVIDERS_PREFER_STT": "local"}
        async with serving(environ) as server, talking(server) as client:
            assert any(line.startswith("vivavoce: STT local") for line in server.said)
            await updated(client, {"STT": {"mediaFormat": "pcm16"}})
            await client.append(bytes(32_000))
            await client.commit()
            heard = [message.text async for message in until_heard(client)]
        assert heard == [""], "the embedded recogniser hears no words in silence; the double always does"


@pytest.mark.parametrize("answers", [OLLAMA, SPEACHES, KOKORO, {"/v1/models": {"data": []}}])
async def test_what_is_found_brings_no_warning(answers: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    async with loopback(respond=answering(answers)) as double:
        places = Places(web_ports=(port_of(double),), wyoming_ports=())
        async with asking(Providers(), places) as roster:
            outcome = resolve(Configuration(), frozenset(), roster.catalogue())
    assert (outcome.error_id, outcome.warnings) == (None, ())
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_catalogue_says_what_there_is_and_no_more() -> None:
    async with serving({}) as server:
        listed = (await server.get("/v1/catalogue", Authorization=server.credential)).json()
    own = {kind: next(each for each in listed[kind] if each["name"] == LOCAL) for kind in KINDS}
    models = {kind: own[kind]["models"] for kind in KINDS}
    assert models == {"STT": ["hama", "pocketsphinx"], "LLM": list(MODELS), "TTS": ["espeak-ng"]}
    for kind in KINDS:
        assert own[kind]["defaultModel"] in models[kind]
        assert own[kind]["default"]
        for each in listed[kind]:
            assert not each["note"]
            assert (each["models"] is None) is not each["configured"]


async def test_a_server_that_lists_no_models_beside_the_one_that_is_set() -> None:
    async with loopback(respond=lambda request: json_reply({"data": []})) as double:
        mine = "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_MINE_"
        environ = {f"{mine}BASE_URL": double.url, f"{mine}LLM_MODEL": "mine-1"}
        async with serving(environ) as server, talking(server) as client:
            assert (await updated(client, {})).warnings == ()
            (told,) = [
                each
                for each in (await server.get("/v1/catalogue", Authorization=server.credential)).json()["LLM"]
                if each["name"] == "mine"
            ]
    assert (told["defaultModel"], told["models"], told["note"]) == ("mine-1", [], "no list of models")
