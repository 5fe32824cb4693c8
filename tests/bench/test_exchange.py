"""Tests that the servers of the benchmarks hold the exchange that is measured."""

import asyncio
import os
import sys

import pytest

from bench import bargein, exchange, first_sound, load
from bench.process import OURS, PEER, running

pytestmark = [
    pytest.mark.real,
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="the benchmarks read /proc and choose cores"),
]


@pytest.mark.parametrize("is_base64", [True, False])
@pytest.mark.parametrize("server", [OURS, PEER])
def test_a_server_answers_every_session(server: str, is_base64: bool) -> None:
    with running(server, min(os.sched_getaffinity(0))) as process:
        spoken = asyncio.run(load.speak(process, 6, 0.5, is_base64=is_base64))
    assert 0 < spoken.ms_calm <= spoken.ms_calm_p99


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
    assert (conversation.ms_codec > 0) is (name == first_sound.CONVERTING)
    assert conversation.ms_heard > 0
    assert conversation.ms_spoken > 0
