"""The picture for the operator: what is in it, what is left out, and its bounds."""

import msgspec
import trio
from trio.testing import MockClock

from actors.ports.listening import FRAME_BYTES
from actors.running.inspecting import MOST_CONNECTIONS, MOST_SESSIONS, Picture, picture
from tests.harness import Server, serving, state

SECRET = "the operator's own instructions"
WORDS = "what the user typed"


def look(server: Server, chosen: str = "") -> Picture:
    """The picture of `server` now."""
    supervisor = server.supervisor
    pools = supervisor.pools.values()
    engines = server.engines
    return picture(
        supervisor.session_registry.sessions,
        pools,
        supervisor.connection_registry,
        chosen,
        trio.current_time(),
        (engines.voice_activity.counts, engines.turn_end.counts),
    )


async def test_a_session_shows_its_state_its_times_and_no_words(autojump_clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure(LLM={"prompt": SECRET})
        await trio.sleep(5)
        await client.voice.text(WORDS)
        await client.until(state("speaking"))
        [session] = server.session_registry.sessions
        seen = look(server, session.id)
        [row] = seen.sessions
        assert (row.id, row.state, row.turn, row.senders, row.receivers) == (session.id, "speaking", 1, 1, 1)
        assert row.age >= 5 > row.in_state
        assert row.deadline_in is not None
        assert row.deadline_in > 0
        assert seen.trace is not None
        assert [step.dest for step in seen.trace.steps][:3] == ["handshaken", "responding", "speaking"]
        assert seen.trace.steps[0].ago >= 5
        assert (seen.session_count, seen.connection_count) == (1, 1)
        shown = msgspec.json.encode(seen).decode()
        assert SECRET not in shown
        assert WORDS not in shown
        assert "Fine and well" not in shown


async def test_pools_show_who_works_and_a_stranger_no_trace(autojump_clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure()
        await client.say()
        await client.until(state("transcribing"))
        seen = look(server, "no such session")
        assert seen.trace is None
        assert [pool.name for pool in seen.pools] == ["STT", "LLM", "TTS"]
        assert all(pool.seats >= pool.workers > 0 for pool in seen.pools)
        assert all(pool.taken == 1 for pool in seen.pools)


async def test_the_lists_are_bounded_and_the_youngest_come_first(autojump_clock: MockClock) -> None:
    async with serving() as server:
        clients = [await server.join(listening=False) for _ in range(MOST_SESSIONS + 5)]
        seen = look(server)
        assert (len(seen.sessions), seen.session_count) == (MOST_SESSIONS, MOST_SESSIONS + 5)
        assert (len(seen.connections), seen.connection_count) == (MOST_CONNECTIONS, MOST_CONNECTIONS + 5)
        assert seen.sessions[0].id == server.session_registry.sessions[-1].id
        for client in clients:
            await client.vanish()
        await server.settle()
        assert sum(look(server).closed.values()) == MOST_SESSIONS + 5


async def test_the_engines_of_hands_free_conversations_show_what_they_have_done(autojump_clock: MockClock) -> None:
    async with serving() as server:
        await server.engines.turn_end.judge(bytes(2))
        async with server.engines.voice_activity.open() as stream:
            await stream.judge(bytes(2 * FRAME_BYTES))
            shown = msgspec.to_builtins(look(server))
    assert shown["voiceActivity"] == {"engine": "scripted", "streams": 1, "frames": 2, "changes": 0, "lagMs": 0.0}
    assert shown["turnEnd"] == {"engine": "scripted", "asked": 1, "answered": 0, "unknown": 0, "lagMs": 0.0}


async def test_a_session_shows_what_listens_and_what_its_drafts_have_cost(autojump_clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure(turnDetection={"type": "server_vad"})
        [session] = server.session_registry.sessions
        counts = session.speculation
        counts.begun, counts.kept, counts.dropped, counts.wasted = 5, 3, 2, 4
        shown = msgspec.to_builtins(look(server))["sessions"][0]
    assert shown["detection"] == "server_vad"
    assert shown["drafts"] == {"begun": 5, "kept": 3, "dropped": 2, "wasted": 4}


async def test_a_session_without_turn_detection_shows_no_drafts(autojump_clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure()
        shown = msgspec.to_builtins(look(server))["sessions"][0]
    assert shown["detection"] == "none"
    assert shown["drafts"] == {"begun": 0, "kept": 0, "dropped": 0, "wasted": 0}
