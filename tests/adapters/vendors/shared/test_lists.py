"""Lists of models and voices that cannot be read: what fails by them, and what the error says."""

from collections.abc import Awaitable, Callable

import pytest

from adapters.reach.call import Call
from adapters.reach.contract import Endpoint, ProviderFailed
from adapters.reach.web import Web
from adapters.vendors.azure import voices as azure
from adapters.vendors.elevenlabs import voices as elevenlabs
from adapters.vendors.google import voices as google
from adapters.vendors.openai import voices as openai
from adapters.vendors.shared.modellist import fetch_model_names
from adapters.vendors.shared.voices import ListedVoice
from tests.adapters.reach.loopback import endpoint_of, json_reply, loopback

VoicesOf = Callable[[Web, Endpoint], Awaitable[tuple[ListedVoice, ...]]]


@pytest.mark.parametrize(
    "voices_of",
    [azure.voices_of, elevenlabs.voices_of, google.voices_of, openai.voices_of],
    ids=["azure", "elevenlabs", "google", "openai"],
)
async def test_voices_that_cannot_be_read_put_the_address_in_question(web: Web, voices_of: VoicesOf) -> None:
    async with loopback(json_reply({"voices": 7})) as server:
        with pytest.raises(ProviderFailed, match="sent a list that cannot be read: is its address right"):
            await voices_of(web, endpoint_of(server))


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ({"data": [{"id": "b"}, None, {"id": 7}, {"id": ""}, {"id": "a", "task": []}, {"id": "b"}]}, ("b", "a")),
        ({"data": 7}, ()),
        ({"data": None}, ()),
    ],
)
async def test_names_of_models_are_read_from_a_broken_list(web: Web, listed: object, names: tuple[str, ...]) -> None:
    async with loopback(json_reply(listed)) as server:
        assert await fetch_model_names(web, Call(endpoint_of(server), "GET", "/models")) == names


async def test_an_answer_that_is_no_list_fails(web: Web) -> None:
    async with loopback(json_reply({"object": "list"})) as server:
        with pytest.raises(ProviderFailed, match="something other than its models"):
            await fetch_model_names(web, Call(endpoint_of(server), "GET", "/models"))
