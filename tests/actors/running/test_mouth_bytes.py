"""Who asks for no mouth is sent the same bytes, whether another asks or not; and where nobody asks there is no work."""

from typing import Any

import pytest
import trio
from trio.testing import MockClock

from actors.ports.mouth import Mark
from protocol.messages import SessionJoined
from tests.harness import Client, Server, serving
from tests.scripted import Act, ScriptedEngines

ROOM = "00000000-0000-0000-0000-000000000016"
WATCHERS = ("ovr,words", "arkit", "words", "vrm")
ANSWERS = ("Hello there, my friend. How is the weather? ", "I like it when it rains.")
MARKS = (Mark("phone", "m", 0.0, 90.0), Mark("word", "Hello", 0.0, 400.0, 0))


class Tapped(trio.abc.Stream):
    """A connection of which all that came is kept."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.came = bytearray()
        self._stream = stream

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """What comes; cancelling loses nothing."""
        data = bytes(await self._stream.receive_some(max_bytes))
        self.came += data
        return data

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """As it is."""
        await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        """As it is."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """As it is."""
        await self._stream.aclose()


def engines_of(*, told: bool) -> ScriptedEngines:
    """An answer in three sentences, of two pieces of sound each; `told`: the synthesiser tells its words."""
    engines = ScriptedEngines()
    engines.llm.script.usual = Act(ANSWERS, delay=0.05)
    for number in range(12):  # no two are ready in one moment: their order would be the scheduler's
        engines.tts.script.acts.append(Act(("one ", "two "), delay=0.1 + 0.011 * number))
    engines.tts.marks = MARKS if told else None
    return engines


async def tap(server: Server, **own: Any) -> tuple[Client, Tapped]:
    """A client of whose connection all is kept."""
    stream = Tapped(server.stream())
    plain, server.stream = server.stream, lambda **_: stream
    client = await server.join(session_id=ROOM, **own)
    server.stream = plain
    await client.until(SessionJoined)
    return client, stream


async def converse(watchers: tuple[str, ...], settings: dict[str, object], *, told: bool) -> list[bytes]:
    """What a Sender and a Receiver without a mouth are sent beside others, from the first `session.update` on."""
    engines = engines_of(told=told)
    async with serving(engines) as server:
        sender, sent = await tap(server, role="sender")
        _, heard = await tap(server, role="receiver", client="unreal")
        for mouth in watchers:
            await server.join(session_id=ROOM, role="receiver", mouth=mouth)
        await server.settle()
        begun = len(sent.came), len(heard.came)
        await sender.configure(TTS=settings)
        for _ in range(2):
            await sender.say()
            await trio.sleep(30.0)  # it is answered, and has been heard
        assert bool(engines.mouths.tracks) == (watchers == WATCHERS)
        await sender.say()
        await trio.sleep(0.7)
        await sender.voice.append(b"stop")  # a cut in the midst of its sound
        await trio.sleep(0.1)
        await sender.voice.commit()
        await trio.sleep(30.0)
        await server.settle()
        shaped = [sets for _, sets in engines.mouths.asked if sets]
        assert bool(shaped) == (watchers == WATCHERS)
        return [bytes(sent.came[begun[0] :]), bytes(heard.came[begun[1] :])]


@pytest.mark.parametrize(("stream", "told"), [(True, True), (True, False), (False, False)])
async def test_who_asks_for_no_mouth_is_sent_the_same_bytes(clock: MockClock, stream: bool, told: bool) -> None:
    settings: dict[str, object] = {"stream": stream, "responseType": "multiple", "isOrdered": True}
    alone = await converse(("none",) * len(WATCHERS), settings, told=told)
    beside = await converse(WATCHERS, settings, told=told)
    assert beside == alone
    assert b"response.cancelled" in alone[1]
    assert alone[1].count(b"response.audio.delta") > 10
