"""A listener that continues when the system has no room for one more stream."""

import errno
import logging
from collections.abc import Callable

import trio

from adapters.wire.streams import TOLD_EVERY

log = logging.getLogger(__name__)
NO_ROOM = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS))
PAUSE = 0.1
"""Seconds until the next try where no stream could be closed."""


class PatientListener(trio.abc.Listener[trio.abc.Stream]):
    """Accepts streams; where the system has no room for one, `make_room` closes another, if it can.

    The bound on silent streams does not help where the limit on open files is smaller: silent streams then keep all
    others in the kernel's queue until their time is over. `trio.serve_listeners` goes on as well, but ten times a
    second with a stack trace in the log.
    """

    def __init__(self, listener: trio.abc.Listener[trio.abc.Stream], make_room: Callable[[], bool]) -> None:
        self._listener = listener
        self._give_way = make_room
        self._told_at = -TOLD_EVERY

    async def accept(self) -> trio.abc.Stream:
        """The next stream. Raises OSError for what waiting does not mend, ClosedResourceError once closed.

        Cancelling loses no stream.
        """
        while True:
            try:
                return await self._listener.accept()
            except OSError as error:
                if error.errno not in NO_ROOM:
                    raise
                self._tell(error)
                await trio.sleep(0 if self._give_way() else PAUSE)

    def _tell(self, error: OSError) -> None:
        if trio.current_time() - self._told_at >= TOLD_EVERY:
            self._told_at = trio.current_time()
            log.error("cannot accept a connection: %s; raise the limit on open files (ulimit -n)", error.strerror)

    async def aclose(self) -> None:
        """Close the listener below. Cancelling closes it all the same."""
        await self._listener.aclose()
