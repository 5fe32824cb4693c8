"""The mouth of the embedded voices as official clients get it, and that who does not ask hears nothing new."""

from typing import Any

import pytest
from msgspec.structs import replace

from protocol.mouth import SHAPES
from tests.real.clients import WEBSOCKET, Kind, talking
from tests.real.programs import Served

pytestmark = pytest.mark.real
NEW = ("response.mouth", "response.words", "response.cue")
TTS = {"stream": True, "isBase64": False, "model": "espeak-ng", "responseType": "multiple"}


async def answer(server: Served, kind: Kind, mouth: str) -> list[tuple[str, Any]]:
    """What the client is told of an answer, in order."""
    asking = replace(server, origin=f"{server.origin}/?mouth={mouth}") if mouth else server
    async with talking(kind, asking, WEBSOCKET) as talker:
        await talker.ask("session.update", {"LLM": {"model": "echo"}, "TTS": TTS})
        await talker.ask("input.text", {"text": "Map the fifth moon. Bob hums a lullaby."})
        await talker.until("response.audio.delta", done=True)
        return [(heard.name, heard.payload) for heard in talker.heard if heard.what == "event"]


@pytest.mark.parametrize(("kind", "mouth"), [("javascript", ""), ("python", "none")])
async def test_a_client_that_does_not_ask_hears_no_new_event(vivavoce: Served, kind: Kind, mouth: str) -> None:
    told = await answer(vivavoce, kind, mouth)
    assert not [name for name, _ in told if name in NEW]


@pytest.mark.parametrize("kind", ["javascript", "python"])
async def test_the_mouth_leads_the_sound_and_closes_with_each_part(vivavoce: Served, kind: Kind) -> None:
    told = await answer(vivavoce, kind, "ovr,words")
    covered: dict[int, int] = {}
    closed: list[int] = []
    for name, payload in told:
        if name == "response.mouth":
            assert payload["from"] == covered.get(payload["id"], 0)
            assert len(payload["times"]) == len(payload["shapes"]) == len(payload["weights"])
            assert all(0 <= shape < len(SHAPES["ovr"]) for shape in payload["shapes"])
            covered[payload["id"]] = payload["to"]
            closed += [payload["id"]] if payload["last"] else []
        if name == "response.audio.delta" and payload["audio"]:
            assert covered[payload["id"]] > 0
        if name == "response.audio.delta" and payload["streamPartDone"]:
            assert payload["id"] in closed
    assert sorted(closed) == sorted(covered) == [0, 1]
