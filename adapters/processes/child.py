"""The inside of a worker process: requests come by a pipe, an engine serves them one at a time, replies go out."""

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Protocol

import msgspec

from actors.ports.calls import EngineFailed
from actors.ports.sound import Undecodable
from adapters.processes.frames import (
    HEAD,
    FailedFrame,
    Oversize,
    ReadyFrame,
    RefusedFrame,
    Reply,
    Request,
    Result,
    StopFrame,
    StoppedFrame,
    checked,
    pack,
)

MOST_MEMORY = 1024 * 1024 * 1024
"""Bytes that a process which is fed by strangers may have besides what it begins with."""

_CHUNK = 65_536
"""Bytes of one read at least."""


class Abandoned(Exception):
    """The current call is wanted no more; the engine lets this through."""


class WorkerPipe:
    """The child's end of the pipes. One thread reads, so that a `StopFrame` is seen while the engine is at work.

    The server sends nothing after a `StopFrame` before it is answered: so the flag is never of another call.
    Where all calls are `brief`, no thread is needed: a `StopFrame` is then answered after the call.
    """

    def __init__(self, *, brief: bool = False) -> None:
        self._requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._interrupt: Callable[[], None] | None = None
        self._decoder = msgspec.msgpack.Decoder(Request)
        self._incoming, self._outgoing = _take_standard_streams()
        self._buffer = bytearray()
        self._brief = brief
        if not brief:
            threading.Thread(target=self._read, name="requests", daemon=True).start()

    @property
    def stopped(self) -> bool:
        """Whether the current call is to be left."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raises Abandoned where the current call is to be left; engines ask every few tens of milliseconds."""
        if self._stop.is_set():
            raise Abandoned

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Inside the block a `StopFrame` calls `interrupt`, in another thread, and perhaps twice.

        It is for engines that cannot ask in time.
        """
        self._interrupt = interrupt
        try:
            if self.stopped:
                interrupt()
            yield
        finally:
            self._interrupt = None

    def send(self, reply: Reply) -> None:
        """Write `reply`, waiting while the server does not read; ends the process when the server is gone."""
        rest = memoryview(pack(reply))
        try:
            while rest:
                rest = rest[self._outgoing.write(rest) or 0 :]
        except OSError:
            os._exit(0)

    def requests(self) -> Iterator[Request]:
        """The calls as they come, each `StopFrame` answered."""
        while True:
            request = self._next() if self._brief else self._requests.get()
            if isinstance(request, StopFrame):
                self._stop.clear()
                self.send(StoppedFrame())
            else:
                yield request

    def _read(self) -> None:
        while True:
            request = self._next()
            if isinstance(request, StopFrame):
                self._stop.set()
                if interrupt := self._interrupt:
                    interrupt()
            self._requests.put(request)

    def _next(self) -> Request:
        """The next request: most come with one read."""
        self._fill(HEAD.size)
        end = HEAD.size + checked(HEAD.unpack_from(self._buffer)[0])
        self._fill(end)
        with memoryview(self._buffer) as view, view[HEAD.size : end] as body:
            request: Request = self._decoder.decode(body)
        del self._buffer[:end]
        return request

    def _fill(self, size: int) -> None:
        """Read on until the buffer has this much."""
        while len(self._buffer) < size:
            chunk = self._incoming.read(max(_CHUNK, size - len(self._buffer)))
            if not chunk:
                os._exit(0)  # the server is gone: so are we, whatever the engine is doing
            self._buffer += chunk


class Engine(Protocol):
    """The port of the work that a worker process does."""

    def ready(self) -> ReadyFrame:
        """Test yourself and say what you have; raises EngineFailed."""

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Do it, with `pipe.send` for what comes before the end.

        Raises EngineFailed or Undecodable, and Abandoned from `pipe.check`. Any other exception ends the process.
        """


def limit_memory(more: int = MOST_MEMORY) -> None:
    """Have the process fail, rather than the machine, where a hostile file makes it ask for more than it has now.

    On Linux alone. Source: proc(5), `VmData`, and getrlimit(2), `RLIMIT_DATA`.
    """
    if sys.platform == "linux":
        import resource

        status = Path("/proc/self/status").read_text()
        (has,) = [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData:")]
        resource.setrlimit(resource.RLIMIT_DATA, (has + more, has + more))


def serve(load: Callable[[], Engine], *, brief: bool = False) -> None:
    """Load an engine and serve the requests on standard input until it closes; does not return.

    `brief`: each call takes some milliseconds, so nothing has to be read meanwhile; that saves two changes of threads.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole terminal; when to end is the server's word
    pipe = WorkerPipe(brief=brief)
    try:
        engine = load()
        pipe.send(engine.ready())
    except EngineFailed as error:
        pipe.send(FailedFrame(str(error)))
        os._exit(1)
    for request in pipe.requests():
        try:
            _answer(engine, request, pipe)
        except Abandoned:
            continue


def _answer(engine: Engine, request: Request, pipe: WorkerPipe) -> None:
    try:
        pipe.send(engine.serve(request, pipe))
    except (EngineFailed, Oversize) as error:
        pipe.send(FailedFrame(str(error)))
    except Undecodable as error:
        pipe.send(RefusedFrame(str(error), type(error).__name__))


def _take_standard_streams() -> tuple[FileIO, FileIO]:
    """Standard input and output as unbuffered binary files of our own.

    Native libraries print to descriptor 1 when they please: from here on that is standard error, and descriptor 0 is
    empty, so that nothing but frames is on the pipes. (FileIO sets binary mode on Windows by itself.)
    """
    incoming, outgoing = FileIO(os.dup(0), "rb"), FileIO(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return incoming, outgoing
