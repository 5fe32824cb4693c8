"""A connection is lost in mid-answer, anywhere, and what its client has in the end is what one has that lost none."""

import random

import pytest
import trio
from trio.testing import MockClock

from actors.ports.mouth import Mark
from adapters.virtual.clock import reseed
from tests.harness import serving, state
from tests.resumingclient import UNBROKEN, ResumingClient
from tests.scripted import Act, ScriptedEngines

ROOM = "00000000-0000-0000-0000-000000000019"
ANSWERS = ("Hello there, my friend. ", "How is the wea", "ther? I like it when it rains. ", "And you?")
MARKS = (Mark("phone", "m", 0.0, 90.0), Mark("word", "Hello", 0.0, 400.0, 0))
WAYS: list[dict[str, dict[str, object]]] = [
    {"LLM": {"stream": True}, "TTS": {"stream": True, "responseType": "multiple"}},
    {"LLM": {"stream": True}, "TTS": {"stream": True, "responseType": "multiple", "isOrdered": True}},
    {"LLM": {"stream": False}, "TTS": {"stream": True}},
    {"LLM": {"stream": False}, "TTS": {"stream": False, "responseType": "multiple"}},
]
HANDSHAKES: list[dict[str, object]] = [
    {"audioFormat": "wav", "isBase64": False, "mouth": "ovr,words"},
    {"audioFormat": "mp3", "isBase64": True, "mouth": "arkit"},
    {"audioFormat": "mp3"},
]


def engines_of() -> ScriptedEngines:
    """An answer in four sentences, whose pieces of sound come between each other's."""
    engines = ScriptedEngines()
    engines.llm.script.usual = Act(ANSWERS, delay=0.05)
    engines.tts.script.usual = Act(("one ", "two ", "three "), delay=0.1)
    engines.tts.marks = MARKS
    return engines


async def _break_often(client: ResumingClient, draw: random.Random, over: trio.Event) -> None:
    """Lose the connection again and again until `over`, and come back."""
    while True:
        most = UNBROKEN if over.is_set() else round(300 * 200 ** draw.random())
        await client.connect(most, half_open=draw.random() < 0.3)
        await client.over.wait()
        await trio.sleep(draw.choice([0.0, 0.01, 0.1, 1.0, 7.0]))


async def _converse(draw: random.Random) -> list[int]:
    """Conversations with Receivers whose connections break, beside one like each whose does not; how many messages
    came again each time. One shows its `pid`, one does not.
    """
    wanted = [{**handshake, "role": "receiver", "sessionId": ROOM} for handshake in draw.sample(HANDSHAKES, 2)]
    async with serving(engines_of()) as server, server.joined(role="sender", session_id=ROOM) as sender:
        await sender.configure(**draw.choice(WAYS))
        async with trio.open_nursery() as nursery:
            steady = [ResumingClient(server, nursery, **handshake) for handshake in wanted]
            fickle = [ResumingClient(server, nursery, **handshake) for handshake in wanted]
            fickle[1].shows_pid = False
            over = trio.Event()
            for client in steady:
                await client.connect()
                await client.until_joined()
            for client in fickle:
                nursery.start_soon(_break_often, client, draw, over)
                await client.until_joined()
            for _ in range(3):
                await sender.voice.text("Hello")
                await sender.until(state("handshaken"))
                await trio.sleep(draw.choice([0.0, 1.0, 30.0]))
            over.set()
            await trio.sleep(100.0)  # the last connection that breaks has been replaced
            for client, other in zip(fickle, steady, strict=True):
                assert client.is_joined
                assert client.messages == other.messages
            nursery.cancel_scope.cancel()
    return [again for client in fickle for again in client.resumed[1:] if again is not None]


@pytest.mark.parametrize("chance", range(6))
def test_whoever_loses_its_connection_anywhere_has_all_in_the_end(chance: int) -> None:
    reseed(chance)
    again = trio.run(_converse, random.Random(chance), clock=MockClock(autojump_threshold=0))
    print(again)
