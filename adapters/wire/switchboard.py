"""One task for the descriptors of many sockets: it calls whoever can be read.

Trio arms its epoll anew for each wait, and wakes a task for it. With chunks of sound that was half of what was left to
save. Here an epoll of our own stays armed below Trio's, which watches that epoll alone. Who waits for bytes puts in its
descriptor (`watch`) and is called (`on_readable`) each time there are some, and no task of its own is woken.

What is called may not wait, and does a bounded piece of work: one read, and no more frames of it than one turn allows.
What is left then (it returns True) comes in the next round, behind everybody else who can be read. Between two rounds
other tasks run, so a round that has lasted long enough leaves the rest of its calls to the next one, too. A descriptor
is called until it is taken out (`forget`), also where the peer has reset or half closed its stream: to read is how one
learns of that.

What breaks in a call is handed to the one that was called (`on_fault`), whose descriptor is taken out before; nobody
else hears of it. A descriptor may be taken out, and even be used again by another, between the kernel's answer and the
call; so each call is checked against who is in at that moment.
"""

import select
import sys
import time
from typing import Protocol

import trio

BATCH = 128
"""Descriptors that are called in a round at most."""
ROUND_SECONDS = 0.005
"""How long a round calls further descriptors; one call of a chunk takes less than a hundredth of it."""


class Watcher(Protocol):
    """Who waits for bytes; none of this waits."""

    def on_readable(self) -> bool:
        """There may be bytes to read, an end or an error. Returns whether there is more to do in the next round."""

    def on_fault(self, fault: Exception) -> None:
        """`on_readable` broke by `fault`; the descriptor is taken out by now."""


class Poller(Protocol):
    """What the system offers to watch many descriptors at once; it has a descriptor of its own that Trio can watch."""

    def fileno(self) -> int:
        """Its own descriptor, readable while one that it watches is."""

    def add(self, descriptor: int) -> None:
        """Watch for bytes. Raises OSError."""

    def remove(self, descriptor: int) -> None:
        """Watch no more. Raises OSError."""

    def ready(self) -> list[int]:
        """At most BATCH descriptors that can be read, are at their end or have an error, at once."""

    def close(self) -> None:
        """Give the own descriptor back."""


class EpollPoller:
    """Linux: level-triggered, so what is not read at once is told again."""

    def __init__(self) -> None:
        self._epoll = select.epoll()

    def fileno(self) -> int:
        """Its own descriptor."""
        return self._epoll.fileno()

    def add(self, descriptor: int) -> None:
        """Watch for bytes; an end and an error are told too. Raises OSError."""
        self._epoll.register(descriptor, select.EPOLLIN)

    def remove(self, descriptor: int) -> None:
        """Watch no more. Raises OSError."""
        self._epoll.unregister(descriptor)

    def ready(self) -> list[int]:
        """At most BATCH descriptors, at once."""
        return [descriptor for descriptor, _ in self._epoll.poll(0, BATCH)]

    def close(self) -> None:
        """Give the own descriptor back."""
        self._epoll.close()


if sys.platform == "darwin":

    class KqueuePoller:
        """macOS: level-triggered as well. No test of this project has run it yet: they run on Linux."""

        def __init__(self) -> None:
            self._kqueue = select.kqueue()

        def fileno(self) -> int:
            """Its own descriptor."""
            return self._kqueue.fileno()

        def add(self, descriptor: int) -> None:
            """Watch for bytes; an end and an error are told too. Raises OSError."""
            self._kqueue.control([select.kevent(descriptor, select.KQ_FILTER_READ, select.KQ_EV_ADD)], 0)

        def remove(self, descriptor: int) -> None:
            """Watch no more. Raises OSError."""
            self._kqueue.control([select.kevent(descriptor, select.KQ_FILTER_READ, select.KQ_EV_DELETE)], 0)

        def ready(self) -> list[int]:
            """At most BATCH descriptors, at once."""
            return [event.ident for event in self._kqueue.control(None, BATCH, 0)]

        def close(self) -> None:
            """Give the own descriptor back."""
            self._kqueue.close()


def find_poller() -> Poller | None:
    """This system's; None where none is known: every socket is served by Trio alone there."""
    poller: Poller | None = None
    if sys.platform == "linux":
        poller = EpollPoller()
    if sys.platform == "darwin":
        poller = KqueuePoller()
    return poller


class Switchboard:
    """See the module's text. `run` is its task; before it and after it nobody can be put in."""

    def __init__(self, poller: Poller) -> None:
        self._poller = poller
        self._watchers: dict[int, Watcher] = {}
        self._left: dict[int, None] = {}  # whose call comes in the next round, in this order
        self._is_new: set[int] = set()  # put in during this round
        self.is_running = False

    def __len__(self) -> int:
        return len(self._watchers)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Call whoever can be read. Cancelling ends it between two rounds; who is in is called no more."""
        self.is_running = True
        task_status.started()
        try:
            while True:
                if self._left:
                    await trio.lowlevel.checkpoint()
                else:
                    await trio.lowlevel.wait_readable(self._poller.fileno())
                self._make_round()
        finally:
            self.is_running = False
            self._poller.close()

    def watch(self, descriptor: int, watcher: Watcher) -> None:
        """Have `watcher` called while `descriptor` can be read. Raises OSError."""
        self._poller.add(descriptor)
        self._watchers[descriptor] = watcher
        self._is_new.add(descriptor)

    def forget(self, descriptor: int) -> None:
        """Call nobody for `descriptor` any more; nothing where nobody is. To be done before it is closed."""
        if self._watchers.pop(descriptor, None) is not None:
            self._left.pop(descriptor, None)
            if self.is_running:
                self._poller.remove(descriptor)

    def _make_round(self) -> None:
        """Call who was left over, then everybody else who can be read; who has more to do is last in the next round."""
        self._is_new.clear()
        left, ready = self._left, self._poller.ready()
        due = [*left, *(descriptor for descriptor in ready if descriptor not in left)] if left else ready
        more: list[int] = []
        end = time.perf_counter() + ROUND_SECONDS
        for at, descriptor in enumerate(due, 1):
            watcher = self._watchers.get(descriptor)
            if watcher is None or descriptor in self._is_new:
                continue  # taken out since it was ready, and perhaps another one put in
            try:
                if watcher.on_readable():
                    more.append(descriptor)
            except Exception as fault:
                self.forget(descriptor)
                watcher.on_fault(fault)
            if time.perf_counter() > end:
                more = due[at:] + more
                break
        self._left = dict.fromkeys(more)
