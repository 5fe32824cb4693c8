"""The server of a soak as the system sees it: its memory, descriptors and processes, its limits and its signals."""

import os
import resource
import signal
from collections import Counter
from collections.abc import Iterator
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


class Worker(msgspec.Struct, frozen=True):
    """A worker process."""

    pid: int
    kind: str
    is_zombie: bool
    memory: int


class ServerReading(msgspec.Struct, frozen=True):
    """What the server has: `memory` in bytes (RSS), descriptors, of them `streams` with peers, tasks, and workers."""

    memory: int
    descriptors: int
    streams: int
    tasks: int
    workers: tuple[Worker, ...]

    @property
    def own_descriptors(self) -> int:
        """Descriptors without those of workers, three pipes each, and of streams that providers keep open."""
        return self.descriptors - 3 * len(self.workers) - self.streams

    @property
    def kinds(self) -> Counter[str]:
        """Workers by kind."""
        return Counter(worker.kind for worker in self.workers)


class ServerProcess:
    """A server by its process id. Linux only, for the sake of /proc and prlimit."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process = psutil.Process(pid)

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return bool(self._process.is_running()) and self._process.status() != psutil.STATUS_ZOMBIE

    def workers(self) -> tuple[Worker, ...]:
        """Its worker processes, zombies too."""
        return tuple(_workers(self._process))

    def descriptors(self) -> int:
        """The number of open files."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def read(self, tasks: int) -> ServerReading:
        """All of it, with the number of `tasks` that the board told."""
        streams = [one for one in self._process.net_connections("tcp") if one.status != psutil.CONN_LISTEN]
        return ServerReading(self._process.memory_info().rss, self.descriptors(), len(streams), tasks, self.workers())

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    @contextmanager
    def limited(self, which: int, soft: int) -> Iterator[None]:
        """Its limit of that kind (`resource.RLIMIT_*`) is `soft` inside the block."""
        before = resource.prlimit(self.pid, which)
        resource.prlimit(self.pid, which, (soft, before[1]))
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                resource.prlimit(self.pid, which, before)

    def processor_seconds(self) -> float:
        """User and system time, workers included that run."""
        spent = 0.0
        for process in (self._process, *self._process.children()):
            with suppress(psutil.Error):
                times = process.cpu_times()
                spent += times.user + times.system + times.children_user + times.children_system
        return spent


def _workers(process: psutil.Process) -> Iterator[Worker]:
    for child in process.children():
        with suppress(psutil.NoSuchProcess), child.oneshot():
            is_zombie = child.status() == psutil.STATUS_ZOMBIE
            module = "" if is_zombie else _module(child)
            yield Worker(child.pid, module, is_zombie, 0 if is_zombie else child.memory_info().rss)


def _module(child: psutil.Process) -> str:
    arguments = child.cmdline()
    if "-m" not in arguments[:-1]:
        return Path(arguments[0]).name if arguments else "?"
    module = arguments[arguments.index("-m") + 1]
    return next((kind for name, kind in CHILDREN.items() if name in module), module)
