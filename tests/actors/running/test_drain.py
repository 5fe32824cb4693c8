"""A server that drains: running turns are finished, new ones refused, and nobody is waited for beyond its time."""

import pytest
import trio
from trio.testing import MockClock

from actors.running.connections import Full
from actors.running.sizes import PoolSizes
from adapters.client.voiceclient import AudioPiece
from protocol.connection import WEBSOCKET
from protocol.errors import ErrorId
from protocol.messages import CustomError, ResponseCancelled, SessionDraining
from protocol.states import State
from tests.harness import Client, Polling, Server, serving, state
from tests.scripted import Act, ScriptedEngines

pytestmark = pytest.mark.usefixtures("streams")
SPEAKERS = 50


def talkative(seconds: float) -> ScriptedEngines:
    """Engines whose answers take this long to be written, in ten sentences."""
    engines = ScriptedEngines()
    engines.llm.script.usual = Act(("One more sentence. ",) * 10, seconds / 11)
    return engines


async def drain(server: Server, seconds: int) -> float:
    """How long the turns take to end, or `seconds`."""
    begun = trio.current_time()
    await server.supervisor.finish_turns(seconds)
    return trio.current_time() - begun


async def test_fifty_speaking_sessions_are_heard_to_the_end(autojump_clock: MockClock) -> None:
    pools = PoolSizes(stt_workers=SPEAKERS, llm_workers=SPEAKERS, tts_workers=SPEAKERS)
    async with serving(talkative(20.0), pools=pools) as server:
        clients = [await server.join() for _ in range(SPEAKERS)]
        async with trio.open_nursery() as nursery:
            for late, client in enumerate(clients):
                nursery.start_soon(begin, client, late / 10)
        assert {session.state for session in server.session_registry.sessions} == {State.SPEAKING}
        assert 0 < await drain(server, 60) < 60
        for client in clients:
            told = await client.until(state("handshaken"))
            assert SessionDraining(60) in told
            assert not any(isinstance(message, ResponseCancelled) for message in told)
            assert [piece.done for piece in client.pieces] == [False] * (len(client.pieces) - 1) + [True]


async def begin(client: Client, late: float) -> None:
    """An answer of which the first sound has come."""
    await trio.sleep(late)
    await client.configure(LLM={"stream": True}, TTS={"responseType": "multiple"})
    await client.say()
    await client.until(AudioPiece)


async def test_who_is_not_done_in_time_is_cut(clock: MockClock) -> None:
    async with serving(talkative(20.0)) as server, server.joined() as client:
        await begin(client, 0.0)
        assert await drain(server, 5) == pytest.approx(5.0)
        assert not any(isinstance(message, ResponseCancelled) for message in client.heard)
        await server.supervisor.drain()
        await client.over.wait()
        assert ResponseCancelled("cancelled") in client.heard


async def test_nobody_waits_where_no_turn_runs_and_none_begins(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure()
        assert await drain(server, 30) == 0.0
        await client.until(SessionDraining(30))
        await client.voice.text("Hello")
        [error] = [message for message in await client.until(CustomError) if isinstance(message, CustomError)]
        assert error.error_id == ErrorId.WRONG_STATE
        assert server.engines.llm.script.calls == []


async def test_who_polls_hears_its_answer_while_nobody_else_is_let_in(clock: MockClock) -> None:
    async with serving(talkative(20.0)) as server:
        polling = Polling(server)
        await polling.open()
        await polling.emit("session.update", {"LLM": {"stream": True}, "TTS": {"responseType": "multiple"}})
        await polling.emit("input.text", {"text": "Hello"})
        heard = await until(polling, "response.audio.delta")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(drain, server, 60)
            heard += await until(polling, "session.draining")
            with pytest.raises(Full):
                server.supervisor.connection_registry.open(WEBSOCKET, {}, "here")
            heard += await until(polling, '"state":"handshaken"')
        assert '"done":true' in "".join(heard)
        assert "response.cancelled" not in "".join(heard)


async def until(polling: Polling, words: str) -> list[str]:
    """What comes, up to the poll that has these words."""
    heard: list[str] = []
    while not any(words in message for message in heard):
        heard += await polling.poll()
    return heard


async def test_a_session_that_ends_meanwhile_is_not_waited_for(clock: MockClock) -> None:
    async with serving(talkative(20.0)) as server:
        client = await server.join()
        await begin(client, 0.0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.vanish)
            assert await drain(server, 60) < 1.0
