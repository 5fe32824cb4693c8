"""Signals to a running server: the first one shuts it down in good order, the next one ends the waiting.

SIGHUP has two meanings. Where the server was started on a terminal it says that the terminal is gone, and ends the
server. Where there is none, as under systemd, it asks a daemon to read its settings again (`reloading.py`).
"""

import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import trio

from actors.running.supervisor import Supervisor
from adapters.lifecycle.signals import HANGUP, let_through, taken
from adapters.wire.listener import Listener

log = logging.getLogger(__name__)
SHUTDOWN_SECONDS = 3.0


class Ending:
    """The two scopes of a server: `life` is cancelled by the first signal, `shutdown` by the next one."""

    def __init__(self) -> None:
        self.life = trio.CancelScope()
        self.shutdown = trio.CancelScope()
        self.reload: Callable[[], Awaitable[None]] | None = None
        """Reads the settings again; None until the server has started."""
        self._is_on_terminal = _has_terminal()
        self._asked_to_reload = trio.Event()

    async def heed(self, signals: AsyncIterator[int]) -> None:
        """Do as the signals say, until there are no more, or cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._reload_when_asked)  # settings that are slow to read hold no other signal back
            async for number in signals:
                name = signal.Signals(number).name
                if number == HANGUP and not self._is_on_terminal:
                    self._asked_to_reload.set()
                elif not self.life.cancel_called:
                    log.info("%s: going down", name)
                    self.life.cancel()
                else:
                    log.info("%s: going down at once", name)
                    self.shutdown.cancel()
            nursery.cancel_scope.cancel()

    async def _reload_when_asked(self) -> None:
        """Read the settings once more for all that was asked meanwhile."""
        while True:
            await self._asked_to_reload.wait()
            self._asked_to_reload = trio.Event()
            if self.reload is None:
                log.info("SIGHUP: the settings are not read again before the start is over")
            else:
                log.info("SIGHUP: reading the settings again")
                await self.reload()


async def take_leave(supervisor: Supervisor, listener: Listener, drain_seconds: int = 0) -> None:
    """End every session and connection in good order, within SHUTDOWN_SECONDS after the drain.

    The drain lasts until no turn runs, and `drain_seconds` at most. Cancelling ends the waiting.
    """
    if drain_seconds:
        await supervisor.finish_turns(drain_seconds)
    with trio.move_on_after(SHUTDOWN_SECONDS):
        listener.go_down()
        await supervisor.drain()
        await listener.wait_until_quiet()


@contextmanager
def received() -> Iterator[AsyncIterator[int]]:
    """The signals as they come; those that were held back come first."""
    with trio.open_signal_receiver(*taken()) as signals:
        let_through()
        yield signals


def _has_terminal() -> bool:
    """Whether this process has a controlling terminal; asked at the start, because it is gone when its SIGHUP comes."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except (OSError, AttributeError):
        return False
    return True
