"""Tests that the servers of the benchmarks hold the exchange that is measured."""

import asyncio
import os
import sys
from functools import partial

import pytest

from bench import bargein, compare, exchange, first_sound, growth, load
from bench.alternating import Load, alternate
from bench.process import NODE, OURS, OURS_ORDINARY, PEER, has_node, running

pytestmark = [
    pytest.mark.real,
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="the benchmarks read /proc and choose cores"),
]


def test_every_server_gets_every_byte_and_answers_every_session() -> None:
    servers = (*([NODE] if has_node() else []), OURS, OURS_ORDINARY, PEER)
    amounts = compare.Amounts(sessions=6, turns=2, interrupted=2)
    measured = alternate(
        min(os.sched_getaffinity(0)),
        {server: (server, partial(compare.measure, amounts=amounts)) for server in servers},
    )
    quantities = [reading.quantity for reading in measured[PEER]]
    for server in servers:
        assert [reading.quantity for reading in measured[server]] == quantities
        # What memory is taken is not told by so few sessions.
        assert min(min(one.windows) for one in measured[server] if one.quantity != compare.MEMORY) > 0
    after = {one.quantity: one.value for one in measured[OURS]}[compare.INTERRUPTED[True]]
    assert after < 100


@pytest.mark.parametrize("server", [OURS, PEER])
def test_a_flood_beside_those_who_speak_loses_nothing_of_theirs(server: str) -> None:
    scale = growth.Scale(seconds=1.0, speakers=6)
    loads: dict[str, tuple[str, Load]] = {
        "some": (server, partial(growth.measure, sessions=6, scale=scale)),
        "beside a flood": (server, partial(growth.flood, scale=scale)),
    }
    measured = alternate(min(os.sched_getaffinity(0)), loads)
    quantities = {name: [reading.quantity for reading in readings] for name, readings in measured.items()}
    assert quantities == {
        "some": [growth.MEMORY, growth.CHUNK_IN_ALL, growth.CHUNK_EACH],
        "beside a flood": [growth.paid(6, growth.CALM), growth.paid(6, growth.FLOODED)],
    }


@pytest.mark.parametrize("server", [OURS, PEER])
def test_clients_come_and_go_over_both_transports(server: str) -> None:
    with running(server, min(os.sched_getaffinity(0))) as process:
        connected = asyncio.run(load.connect(process, 10, 20))
    assert connected.us_a_websocket > 0
    assert connected.us_a_polling > 0


def test_sessions_without_a_connection_are_kept() -> None:
    with running(OURS, min(os.sched_getaffinity(0))) as process:
        kept = asyncio.run(load.keep(process, 20))
    assert kept.bytes_a_connection > 0


@pytest.mark.parametrize(("stream", "most"), [(True, 100_000), (False, 700_000)])
def test_of_an_answer_that_is_interrupted_only_the_message_comes_that_had_begun(stream: bool, most: int) -> None:
    with running(OURS, min(os.sched_getaffinity(0))) as process:
        interrupted = asyncio.run(bargein.interrupt(process, 4, stream=stream))
    assert 0 < interrupted.bytes_after < most


def test_the_peer_sends_the_whole_of_an_answer_that_is_interrupted() -> None:
    with running(PEER, min(os.sched_getaffinity(0))) as process:
        interrupted = asyncio.run(bargein.interrupt(process, 4, stream=True))
    assert interrupted.bytes_after > len(exchange.LONG_SOUND)


@pytest.mark.parametrize("name", first_sound.MODES)
def test_turns_at_once_and_conversations_are_answered_in_every_mode(name: str) -> None:
    mode = first_sound.MODES[name]
    with running(mode.server, min(os.sched_getaffinity(0))) as process:
        first = asyncio.run(first_sound.commit_at_once(process, mode, at_once=3, turns=6))
        conversation = asyncio.run(first_sound.converse(process, mode, 3))
    assert 0 < first.ms <= first.ms_p99
    assert min(conversation.ms_heard, conversation.ms_spoken, conversation.ms) > 0
