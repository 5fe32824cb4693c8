"""What each signal does to a server, whatever it is doing at that moment."""

import signal

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from adapters.lifecycle import ending
from adapters.lifecycle.ending import Ending
from adapters.lifecycle.signals import HANGUP

pytestmark = pytest.mark.skipif(HANGUP is None, reason="there is no SIGHUP here")


async def test_settings_that_are_slow_to_read_hold_no_other_signal_back(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "_has_terminal", lambda: False)
    read: list[float] = []

    async def reload() -> None:
        read.append(trio.current_time())
        await trio.sleep(9)

    signals, received = trio.open_memory_channel[int](16)
    server = Ending()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.heed, received)
        await signals.send(signal.SIGHUP)
        await wait_all_tasks_blocked()
        assert read == [], "the start is not over"
        server.reload = reload
        for _ in range(3):
            await signals.send(signal.SIGHUP)
            await wait_all_tasks_blocked()
        assert read == [0.0]
        await trio.sleep(20)
        assert read == [0.0, 9.0], "once more, for what has changed meanwhile"
        await signals.send(signal.SIGHUP)
        await signals.send(signal.SIGTERM)
        await wait_all_tasks_blocked()
        assert (server.life.cancel_called, server.shutdown.cancel_called) == (True, False)
        await signals.send(signal.SIGINT)
        await wait_all_tasks_blocked()
        assert server.shutdown.cancel_called
        signals.close()
    assert len(read) == 3
