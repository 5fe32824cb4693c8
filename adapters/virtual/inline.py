"""The work of an engine's processes in this process: a call is done at once, and takes no virtual time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import trio

from adapters.processes.child import Engine, WorkerPipe
from adapters.processes.engine import D, ProcessEngine
from adapters.processes.frames import Done, Progress, Reply, Request
from adapters.processes.process import Each, Plan
from adapters.processes.worker import LIVES, Again, nothing


class InlinePipe(WorkerPipe):
    """The pipe of a call that is done in this process: nobody stops the call, and `sent` has what comes before its end.

    Nothing of WorkerPipe's own is set up: that would take this process's standard streams.
    """

    def __init__(self) -> None:
        self.sent: list[Reply] = []

    @property
    def stopped(self) -> bool:
        """False: whoever could stop the call waits for it."""
        return False

    def check(self) -> None:
        """Nothing, for the same reason."""

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Nothing interrupts the block."""
        yield

    def send(self, reply: Reply) -> None:
        """Keep it."""
        self.sent.append(reply)


class InlineEngine(ProcessEngine):
    """A ProcessEngine without processes; `load` makes what a process would load, at the first call.

    What ends a process, a fault in a decoder for instance, is raised to the caller as it is.
    """

    def __init__(self, title: str, load: Callable[[], Engine]) -> None:
        super().__init__(Plan(__name__, title))
        self._load = load
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """What does the work."""
        if self._engine is None:
            self._engine = self._load()
        return self._engine

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Nothing has to be kept. Cancelling ends the waiting."""
        task_status.started()
        await trio.sleep_forever()

    async def ask(
        self,
        request: Request,
        answer: type[D] | tuple[type[D], ...],
        each: Each = nothing,
        again: Again | None = None,
        lives: int = LIVES,
    ) -> D:
        """See `ProcessEngine.ask`. Cancelling takes effect before the work, or between two results of it."""
        await trio.lowlevel.checkpoint()
        pipe = InlinePipe()
        done = self.expected(self.serve(request, pipe), answer)
        for reply in pipe.sent:
            if isinstance(reply, Progress):
                await each(reply)
        return done

    def serve(self, request: Request, pipe: InlinePipe | None = None) -> Done:
        """Do the work, without waiting for anything. Raises what `Engine.serve` raises."""
        done = self.engine.serve(request, pipe or InlinePipe())
        assert isinstance(done, Done), "an engine raises where it fails"
        return done
