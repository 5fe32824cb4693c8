"""Whole turns, over the wire, with a language model that thinks aloud without saying that it begins to."""

import msgspec
import pytest
import trio

from adapters.client.voiceclient import AudioPiece
from protocol.messages import CustomError, TextDelta, TextDone
from tests.adapters.choosing.test_providers import openai, openai_at, serving, talking, turn, updated
from tests.adapters.reach.loopback import Reply, Request, loopback, sse
from tests.adapters.vendors.models import KINDS

pytestmark = pytest.mark.real
THOUGHT = ("Okay, somebody greets me. ", "I should greet back. ", "Let me ")
ANSWER = ("\n\nHello there. ", "How are you?")
CONFIGURATION = {
    "STT": {"provider": "local"},
    "LLM": {"provider": "openai", "model": "thinker", "stream": True},
    "TTS": {"provider": "openai", "responseType": "multiple", "stream": True},
}


async def test_a_thought_is_taken_back_and_then_held_back() -> None:
    spoken = trio.Event()
    say = KINDS[0].say
    asked: list[Request] = []

    def respond(request: Request) -> Reply:
        if request.path == "/v1/audio/speech":
            spoken.set()
        if request.path != "/v1/chat/completions":
            return openai(request)
        asked.append(request)
        thought = [say(piece) for piece in THOUGHT]
        return sse(*thought, spoken, say("</think>"), *map(say, ANSWER), KINDS[0].end)

    async with loopback(respond=respond) as double, serving(openai_at(double)) as server, talking(server) as client:
        assert (await updated(client, CONFIGURATION)).success
        await client.text("Hello.")
        first = await turn(client)
        await client.text("Hello again.")
        second = await turn(client)
    told = "".join(message.text for message in first if isinstance(message, TextDelta))
    assert told == "".join(THOUGHT) + "Hello there. How are you?"
    for came in (first, second):
        assert not [message for message in came if isinstance(message, CustomError)]
        assert [message.text for message in came if isinstance(message, TextDone)] == ["Hello there. How are you?"]
        numbers = [message.id for message in came if isinstance(message, AudioPiece)]
        assert {*numbers} == set(range(max(numbers) + 1))
        assert [message.done for message in came if isinstance(message, AudioPiece)][-1]
    assert "".join(message.text for message in second if isinstance(message, TextDelta)) == "Hello there. How are you?"
    said = msgspec.convert(asked[1].json["messages"], list[dict[str, str]])
    assert "greets" not in str(said)
    inputs = [str(request.json["input"]) for request in double.requests if request.path == "/v1/audio/speech"]
    assert inputs[-2:] == ["Hello there.", "How are you?"]
