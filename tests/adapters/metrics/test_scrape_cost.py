"""What the metrics of 300 sessions cost; run it with -s to see it: pytest -s -m long tests/adapters/metrics."""

import time

import pytest
from trio.testing import MockClock

from actors.ports.watching import StageReached
from adapters.metrics.metrics import ServerMetrics
from adapters.metrics.reading import read
from tests.adapters.metrics.test_metrics import CALL, FewEngines, turn
from tests.harness import serving

SESSIONS, SCRAPES = 300, 200
INTERVAL = 15.0
"""Seconds between two scrapes (deploy/prometheus/prometheus.yml)."""
STAGES, CALLS, A_TURN = 6, 4, 6.0
"""What is noted of a turn: stages and calls; and the seconds that it takes."""


@pytest.mark.long
async def test_the_share_of_a_core_that_300_sessions_cost(
    autojump_clock: MockClock, capsys: pytest.CaptureFixture[str]
) -> None:
    metrics = ServerMetrics()
    async with serving() as server:
        metrics.read_with(lambda: read(server.supervisor, FewEngines()))
        for _ in range(SESSIONS):
            await server.join()
        began = time.process_time()
        for _ in range(SCRAPES):
            text = metrics.render()
        scrape = (time.process_time() - began) / SCRAPES
    began = time.process_time()
    for _ in range(SESSIONS):
        for _ in range(STAGES):
            metrics.note(StageReached("llm_first", 0.5))
        for _ in range(CALLS):
            metrics.note(CALL)
        metrics.note(turn())
    noted = (time.process_time() - began) / SESSIONS
    share = scrape / INTERVAL + SESSIONS * noted / A_TURN
    with capsys.disabled():
        print(f"\na scrape of {SESSIONS} sessions: {scrape * 1e3:.2f} ms, {len(text):,} bytes")
        print(f"what is noted of a turn: {noted * 1e6:.0f} µs")
        print(f"a scrape each {INTERVAL:g} s, each session a turn in {A_TURN:g} s: {share:.2%} of a core")
    assert f'vivavoce_members{{role="both"}} {SESSIONS}.0'.encode() in text
