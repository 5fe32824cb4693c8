"""Reads and writes for many sockets: it calls whoever can be read or written.

Trio arms its epoll anew for each wait, and wakes a task for it. With chunks of sound that was half of what was left to
save. Here an epoll of our own stays armed below Trio's, which watches that epoll alone. A socket's owner puts in its
descriptor (`watch`) and is called (`on_readable`, `on_writable`) each time it is ready, and no task of its own is
woken. Who has something to send asks to be called (`call_soon`): by then all that runs now has run, and what it had to
say leaves in one write.

What is called may not wait, and does a bounded piece of work: one read, and no more frames of it than one turn allows.
What is left then (it returns True) comes in the next round, behind everybody else who is ready. Between two rounds
other tasks run, so a round that has lasted long enough leaves the rest of its calls to the next one, which begins with
them. A descriptor is called until it is taken out, also where the peer has reset or half closed its stream: to read
is how one learns of that.

What breaks in a call is handed to the one that was called (`on_fault`), whose descriptor is taken out; nobody else
hears of it. A descriptor may be taken out, and even be used again by another, between the kernel's answer and the call;
so each call is checked against who is in at that moment.
"""

import select
import sys
import time
from typing import Protocol

import trio

BATCH = 128
"""Descriptors that are called in a round at most, besides those that were left over."""
ROUND_SECONDS = 0.005
"""How long a round calls further descriptors; one call of a chunk takes less than a hundredth of it."""


READ, WRITE = 1, 4
"""What a descriptor is watched for: bytes to read, room for bytes to write. The values are those of epoll."""


class Watcher(Protocol):
    """Who reads and writes a descriptor; none of this waits. `events`: for what it is called, 0 while it is not in."""

    events: int

    def on_readable(self) -> bool:
        """There may be bytes to read, an end or an error. Returns whether there is more to do in the next round."""

    def on_writable(self) -> None:
        """There is room for bytes to write, or an error."""

    def on_flush(self) -> bool:
        """It has asked to be called (`call_soon`). Returns whether there is more to do, behind the others."""

    def on_fault(self, fault: Exception) -> None:
        """A call broke by `fault`. It takes out its descriptor, and is not called any more."""


class Poller(Protocol):
    """What the system offers to watch many descriptors at once; it has a descriptor of its own that Trio can watch."""

    def fileno(self) -> int:
        """Its own descriptor, readable while one that it watches is due."""

    def watch(self, descriptor: int, before: int, now: int) -> None:
        """Watch for the events `now`, and no more for those `before`. Raises OSError."""

    def ready(self) -> list[tuple[int, int]]:
        """At most BATCH descriptors with what they are ready for, at once; an end and an error are something to read
        where a descriptor is not watched for writing alone."""

    def close(self) -> None:
        """Give the own descriptor back."""


class EpollPoller:
    """Linux: level-triggered, so what is not read at once is told again."""

    def __init__(self) -> None:
        self._epoll = select.epoll()

    def fileno(self) -> int:
        """Its own descriptor."""
        return self._epoll.fileno()

    def watch(self, descriptor: int, before: int, now: int) -> None:
        """Watch for the events `now`; an end and an error are told too. Raises OSError."""
        if not before:
            self._epoll.register(descriptor, now)
        elif now:
            self._epoll.modify(descriptor, now)
        else:
            self._epoll.unregister(descriptor)

    def ready(self) -> list[tuple[int, int]]:
        """At most BATCH descriptors, at once."""
        return self._epoll.poll(0, BATCH)

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

        def watch(self, descriptor: int, before: int, now: int) -> None:
            """Watch for the events `now`; an end and an error are told too. Raises OSError."""
            changes = []
            for event, kind in ((READ, select.KQ_FILTER_READ), (WRITE, select.KQ_FILTER_WRITE)):
                if (before ^ now) & event:
                    flag = select.KQ_EV_ADD if now & event else select.KQ_EV_DELETE
                    changes.append(select.kevent(descriptor, kind, flag))
            self._kqueue.control(changes, 0)

        def ready(self) -> list[tuple[int, int]]:
            """At most BATCH descriptors, at once."""
            kinds = {select.KQ_FILTER_READ: READ, select.KQ_FILTER_WRITE: WRITE}
            return [(event.ident, kinds[event.filter]) for event in self._kqueue.control(None, BATCH, 0)]

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
        self._left: dict[int, int] = {}  # whose call comes in the next round, in this order, and for what
        self._is_new: set[int] = set()  # put in during this round
        self._calls: dict[Watcher, None] = {}  # who has asked to be called, in this order
        self._asked = trio.Event()
        self.is_running = False

    def __len__(self) -> int:
        return len(self._watchers)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Call whoever can be read or written, or has asked for it.

        Cancelling ends it between two rounds; who is in is called no more.
        """
        self.is_running = True
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._answer_calls)
                task_status.started()
                while True:
                    if self._left:
                        await trio.lowlevel.checkpoint()
                    else:
                        await trio.lowlevel.wait_readable(self._poller.fileno())
                    self._make_round()
        finally:
            self.is_running = False
            self._calls.clear()
            self._poller.close()

    def watch(self, descriptor: int, watcher: Watcher, events: int) -> None:
        """Have `watcher` called while `descriptor` is ready for one of `events`; for none, it is taken out.

        Raises OSError.
        """
        before = watcher.events
        if self.is_running and events != before:
            self._poller.watch(descriptor, before, events)
        watcher.events = events
        if events and not before:
            self._watchers[descriptor] = watcher
            self._is_new.add(descriptor)
        elif before and not events:
            del self._watchers[descriptor]
            self._left.pop(descriptor, None)

    def forget(self, descriptor: int, watcher: Watcher) -> None:
        """Call `watcher` no more. To be done before its descriptor is closed."""
        self._calls.pop(watcher, None)
        self.watch(descriptor, watcher, 0)

    def call_soon(self, watcher: Watcher) -> None:
        """Have `on_flush` called once those tasks have run that can run now."""
        self._calls[watcher] = None
        self._asked.set()

    async def _answer_calls(self) -> None:
        """Call who has asked for it, once each; then tasks and readers have their turn.

        Who has more to send is not called again before: what it reads meanwhile may be an interruption.
        """
        while True:
            if not self._calls:
                self._asked = trio.Event()
            await self._asked.wait()
            end = time.perf_counter() + ROUND_SECONDS
            for watcher in list(self._calls):
                if time.perf_counter() >= end:
                    break
                if watcher not in self._calls:
                    continue
                del self._calls[watcher]
                try:
                    if watcher.on_flush():
                        self._calls[watcher] = None
                except Exception as fault:
                    watcher.on_fault(fault)

    def _make_round(self) -> None:
        """Call who was left over, then everybody else who is ready; who has more to do is last in the next round."""
        self._is_new.clear()
        left, ready = self._left, self._poller.ready()
        due = [*left.items(), *(one for one in ready if one[0] not in left)] if left else ready
        more: list[tuple[int, int]] = []
        end = time.perf_counter() + ROUND_SECONDS
        for at, (descriptor, events) in enumerate(due, 1):
            watcher = self._watchers.get(descriptor)
            if watcher is None or descriptor in self._is_new:
                continue  # taken out since it was ready, and perhaps another one put in
            try:
                # Reading is first: what comes may be an interruption, after which there is less to send.
                if events & ~WRITE and watcher.events & READ and watcher.on_readable():
                    more.append((descriptor, READ))
                if events & WRITE and watcher.events & WRITE:
                    watcher.on_writable()
            except Exception as fault:
                watcher.on_fault(fault)
            if time.perf_counter() > end:
                more = due[at:] + more
                break
        self._left = dict(more)
