"""The memory of a server is bounded: its policy at the bound, and that everything held is given back."""

import gc
import tracemalloc
from collections.abc import Awaitable, Callable

import pytest
import trio
from trio.testing import MockClock

from actors.deciding.limits import Limits
from adapters.client.voiceclient import AudioPiece
from protocol.errors import ErrorId
from protocol.messages import BufferInitialized, CustomError, ResponseCancelled, ResponseStarted
from tests.harness import Client, Server, errors, serving, state
from tests.scripted import Act, ScriptedEngines

MOST = 2_000_000
SOUND = b"s" * 400_000
LIMITS = Limits(memory_in_flight=MOST, utterance_bytes=1_900_000, grace=5.0)
BUSY = [ErrorId.BUSY]


async def say_no_more(client: Client, *chunks: bytes) -> None:
    """Send chunks, and wait until the server has got them."""
    for chunk in chunks:
        await client.voice.append(chunk)
    await trio.sleep(1.0)


def full(messages: list[object]) -> list[str]:
    """The words of the errors that say what is full."""
    return [m.message for m in messages if isinstance(m, CustomError) and "memory_in_flight" in m.message]


async def test_an_utterance_for_which_there_is_no_room_is_lost_and_told_once(autojump_clock: MockClock) -> None:
    async with serving(limits=LIMITS) as server, server.joined() as first, server.joined() as second:
        account = server.supervisor.account
        await first.configure()
        await second.configure()
        await say_no_more(first, *[SOUND] * 4)
        await say_no_more(second, SOUND, SOUND[:1_000])
        assert errors(second.rest()) == BUSY
        assert 1_600_000 < account.used < 1_700_000
        await say_no_more(second, SOUND[:1_000])
        assert errors(second.rest()) == []
        await second.voice.commit()
        told = await second.until(state("handshaken"))
        assert errors(told) == BUSY
        assert len(full(list(told))) == 1
        assert server.engines.stt.script.calls == []
        await first.voice.clear()
        await first.until(state("handshaken"))
        assert account.used == 0
        await second.check_a_turn_works()
        await first.vanish()
        await second.vanish()
        await server.check_nothing_is_left()


async def test_the_first_chunk_too_is_told_that_there_is_no_room(autojump_clock: MockClock) -> None:
    async with serving(limits=LIMITS) as server, server.joined() as first, server.joined() as second:
        await first.configure()
        await second.configure()
        await say_no_more(first, *[SOUND] * 4)
        await say_no_more(second, SOUND)
        told = second.rest()
        assert errors(told) == BUSY
        assert any(isinstance(message, BufferInitialized) for message in told)


async def test_a_commit_for_which_there_is_no_room_loses_the_utterance(autojump_clock: MockClock) -> None:
    async with serving(limits=LIMITS) as server, server.joined() as client:
        await client.configure()
        await say_no_more(client, *[SOUND] * 3)
        assert errors(client.rest()) == []
        await client.voice.send("input.buffer.commit", ack=3)
        told = await client.until(state("handshaken"))
        assert errors(told) == BUSY
        assert server.supervisor.account.used == 0
        assert server.seats == {}
        await client.check_a_turn_works()


async def test_a_typed_turn_is_refused_at_the_bound_and_the_turn_in_the_air_goes_on(autojump_clock: MockClock) -> None:
    limits = Limits(memory_in_flight=MOST, utterance_bytes=MOST, text_chars=600_000)
    engines = ScriptedEngines()
    engines.llm.script.usual = Act(("Well.",), delay=5.0)
    async with serving(engines, limits=limits) as server, server.joined() as first, server.joined() as second:
        await first.configure()
        await second.configure()
        await second.voice.text("Hello")
        await second.until(ResponseStarted)
        await say_no_more(first, *[SOUND] * 4)
        await second.voice.text("word " * 25_000)
        told = await second.until(state("handshaken"))
        assert errors(told) == BUSY
        assert any(isinstance(message, AudioPiece) for message in told)
        assert not any(isinstance(message, ResponseCancelled) for message in told)


async def test_whoever_interrupts_has_the_room_of_the_turn_that_is_cut(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines, limits=LIMITS) as server, server.joined() as client:
        await client.configure()
        engines.llm.script.usual = Act(("Well.",), delay=5.0)
        await client.say(SOUND)
        await client.until(ResponseStarted)
        await say_no_more(client, *[SOUND] * 4)
        assert errors(client.rest()) == []
        await client.voice.clear()
        await client.until(state("handshaken"))
        assert server.supervisor.account.used == 0


async def test_a_part_waits_for_room(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.tts.script.usual = Act(("s" * 200_000,))
    async with serving(engines, limits=LIMITS) as server, server.joined() as first, server.joined() as second:
        await first.configure()
        await second.configure()
        await say_no_more(first, *[SOUND] * 4)
        await second.voice.text("Hello")
        await second.until(state("responding"))
        await trio.sleep(5.0)
        assert second.pieces == []
        assert server.supervisor.account.used <= MOST
        await first.voice.clear()
        await second.until(AudioPiece)
        await second.until(state("handshaken"))
        assert errors(second.heard) == []
        assert server.supervisor.account.used == 0


async def test_a_part_waits_no_longer_than_its_deadline(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.tts.script.usual = Act(("s" * 200_000,))
    async with serving(engines, limits=LIMITS) as server, server.joined() as first, server.joined() as second:
        await first.configure()
        await second.configure()
        await say_no_more(first, *[SOUND] * 4)
        await second.voice.text("Hello")
        told = await second.until(state("handshaken"))
        assert errors(told) == [ErrorId.DEADLINE]
        [words] = full(list(told))
        assert "tts_silence" in words


async def test_a_part_that_is_larger_than_all_there_may_be_fails_at_once(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.tts.script.usual = Act(("s" * 1_500_000, "s" * 1_500_000))
    async with serving(engines, limits=LIMITS) as server, server.joined() as client:
        await client.configure()
        begun = trio.current_time()
        await client.voice.text("Hello")
        told = await client.until(state("handshaken"))
        assert errors(told) == [ErrorId.SYNTHESIS_FAILED]
        assert len(full(list(told))) == 1
        assert trio.current_time() == begun
        assert server.supervisor.account.used == 0


async def test_the_bound_of_one_utterance_stays(autojump_clock: MockClock) -> None:
    limits = Limits(memory_in_flight=MOST, utterance_bytes=500_000)
    async with serving(limits=limits) as server, server.joined() as client:
        await client.configure()
        await say_no_more(client, SOUND, SOUND)
        assert errors(client.rest()) == [ErrorId.TOO_LONG]
        assert server.supervisor.account.used == 0


async def test_what_waits_for_a_client_is_held_once_for_each_until_it_has_left(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.tts.script.usual = Act(("s" * 100_000,))
    async with serving(engines, limits=LIMITS) as server, server.joined() as client:
        await client.configure()
        session_id = server.session_registry.sessions[0].id
        deaf = [
            await server.join(role="receiver", session_id=session_id, listening=False, lockstep=True, is_base64=False)
            for _ in range(3)
        ]
        await client.voice.text("Hello")
        await client.until(state("handshaken"))
        assert 300_000 < server.supervisor.account.used < 310_000
        for receiver in deaf:
            await receiver.vanish()
        await server.settle()
        assert server.supervisor.account.used == 0


# ---- what is over holds nothing

HELD = 200_000
"""Bytes that may stay behind: caches, and buffers that have grown; a chunk is twice as large."""


async def _held_after(way: Callable[[Server, Client], Awaitable[None]], engines: ScriptedEngines) -> int:
    """How many bytes are left of `way`, which is gone several times, with the collector off and the session alive."""
    async with serving(engines, limits=Limits(straggler=-1.0)) as server, server.joined() as client:
        await client.configure()
        gc.collect()
        gc.disable()
        tracemalloc.start()
        try:
            await client.check_a_turn_works()
            _forget(engines, client)
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(3):
                await way(server, client)
                await trio.sleep(120.0)  # until the client cannot turn out to have lost any of it
                _forget(engines, client)
            return tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
            gc.enable()


def _forget(engines: ScriptedEngines, client: Client) -> None:
    """What the test itself keeps."""
    client.rest()
    client.heard.clear()
    client._read = 0
    for script in engines.scripts.values():
        script.calls.clear()


async def _clear(server: Server, client: Client) -> None:
    await say_no_more(client, SOUND, SOUND)
    await client.voice.clear()
    await client.until(state("handshaken"))


async def _speak(server: Server, client: Client) -> None:
    await client.say(SOUND, SOUND)
    await client.until(state("handshaken"))


async def _cancel(server: Server, client: Client) -> None:
    await client.say(SOUND, SOUND)
    await client.until(AudioPiece)
    await client.voice.cancel()
    await client.until(state("handshaken"))


async def _say_too_much(server: Server, client: Client) -> None:
    await say_no_more(client, *[SOUND] * 26)
    await client.voice.commit()
    await client.until(state("handshaken"))


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("way", [_clear, _speak, _cancel, _say_too_much])
async def test_a_session_that_goes_on_holds_nothing_of_what_was_said_and_answered(
    way: Callable[[Server, Client], Awaitable[None]], live: bool, autojump_clock: MockClock
) -> None:
    engines = ScriptedEngines()
    engines.stt.live = live
    engines.tts.script.usual = Act(("s" * 400_000,))
    assert await _held_after(way, engines) < HELD
