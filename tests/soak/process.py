"""The server of a soak as the system sees it: its memory, descriptors and processes, its limits and its signals."""

import os
import resource
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import psutil

CHILDREN = {
    "espeak_child": "espeak-ng",
    "sphinx_child": "pocketsphinx",
    "recognition": "hama",
    "files_child": "codec, files",
    "streams_child": "codec, streams",
    "silero_child": "voice activity",
    "smartturn_child": "end of turn",
    "alignment_child": "aligner",
    "piper_child": "joe",
}
"""What the modules of worker processes are."""
SERVING = "adapters.serverprocess"
"""The module of a process that serves beside others."""


class Worker(msgspec.Struct, frozen=True):
    """A worker process."""

    pid: int
    kind: str
    is_zombie: bool
    memory: int


class ServerReading(msgspec.Struct, frozen=True):
    """What the server has: `memory` in bytes (RSS), descriptors, of them `streams` with peers, tasks, workers.

    `servers`: the processes that serve.
    """

    memory: int
    descriptors: int
    streams: int
    tasks: int
    workers: tuple[Worker, ...]
    servers: int = 1

    @property
    def own_descriptors(self) -> int:
        """Descriptors without those of workers, three pipes each, and of streams that providers keep open."""
        return self.descriptors - 3 * len(self.workers) - self.streams

    @property
    def kinds(self) -> Counter[str]:
        """Workers by kind."""
        return Counter(worker.kind for worker in self.workers)


class ServerProcess:
    """A server by its process id: one process, or a parent with several. Linux only, for the sake of /proc."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process = psutil.Process(pid)

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return bool(self._process.is_running()) and self._process.status() != psutil.STATUS_ZOMBIE

    def serving(self) -> tuple[psutil.Process, ...]:
        """The processes that serve: those of the parent, else the one."""
        return tuple(child for child in self._process.children() if _module(child) == SERVING) or (self._process,)

    def all(self) -> tuple[psutil.Process, ...]:
        """The parent too, where there is one."""
        return tuple({one.pid: one for one in (self._process, *self.serving())}.values())

    def workers(self) -> tuple[Worker, ...]:
        """The worker processes, zombies too."""
        return tuple(worker for one in self.all() for worker in _workers(one) if worker.kind != SERVING)

    def descriptors(self) -> int:
        """The number of open files of all."""
        return sum(map(_descriptors, self.all()))

    def read(self, tasks: int) -> ServerReading:
        """All of it, with the number of `tasks` that the board told."""
        memory = sum(one.memory_info().rss for one in self.all())
        streams = sum(_streams(one) for one in self.all())
        return ServerReading(memory, self.descriptors(), streams, tasks, self.workers(), len(self.serving()))

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    @contextmanager
    def limited(self, which: int, most: Callable[[psutil.Process], int]) -> Iterator[None]:
        """The limit of that kind (`resource.RLIMIT_*`) of each is what `most` says, inside the block."""
        before = {one.pid: (one, resource.prlimit(one.pid, which)) for one in self.all()}
        for pid, (one, (_, hard)) in before.items():
            resource.prlimit(pid, which, (most(one), hard))
        try:
            yield
        finally:
            for pid, (_, limits) in before.items():
                with suppress(ProcessLookupError):
                    resource.prlimit(pid, which, limits)

    def processor_seconds(self) -> float:
        """User and system time, workers included that run."""
        spent = 0.0
        for process in {*self.all(), *(child for one in self.all() for child in one.children())}:
            with suppress(psutil.Error):
                times = process.cpu_times()
                spent += times.user + times.system + times.children_user + times.children_system
        return spent


def _descriptors(process: psutil.Process) -> int:
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def _streams(process: psutil.Process) -> int:
    return len([one for one in process.net_connections("tcp") if one.status != psutil.CONN_LISTEN])


def _workers(process: psutil.Process) -> Iterator[Worker]:
    for child in process.children():
        with suppress(psutil.NoSuchProcess), child.oneshot():
            is_zombie = child.status() == psutil.STATUS_ZOMBIE
            module = "" if is_zombie else _module(child)
            yield Worker(child.pid, module, is_zombie, 0 if is_zombie else child.memory_info().rss)


def _module(child: psutil.Process) -> str:
    try:
        arguments = child.cmdline()
    except psutil.Error:
        return ""
    if "-m" not in arguments[:-1]:
        return Path(arguments[0]).name if arguments else "?"
    module = arguments[arguments.index("-m") + 1]
    return next((kind for name, kind in CHILDREN.items() if name in module), module)
