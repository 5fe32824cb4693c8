"""Tests that the servers of the benchmarks hold the exchange that is measured."""

import asyncio
import os
import sys

import pytest

from tests.bench import load
from tests.bench.process import OURS, PEER, running

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
