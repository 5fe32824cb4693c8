"""Process-backed engines: the common part of all engines that work in processes of their own."""

from contextlib import AbstractContextManager
from typing import TypeVar

import trio
from msgspec.structs import replace

from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.sound import Clip
from adapters.processes.frames import (
    Done,
    Progress,
    ReadyFrame,
    RecognisedFrame,
    RecogniseFrame,
    Request,
    SoundFrame,
    SpokenFrame,
    SynthesiseFrame,
)
from adapters.processes.partials import Partials
from adapters.processes.process import Each, Plan
from adapters.processes.worker import LIVES, Again, ReservedWorker, Workers, nothing
from protocol.audioformat import AudioFormat

D = TypeVar("D", bound=Done)


class ProcessEngine:
    """Keeps the processes of one engine and has its calls done in them. Nothing works before `run` has started it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._workers = Workers(plan)
        self.title = plan.title
        """What the engine is called in errors."""

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes until cancelled; `started` when each has loaded its engine and tried it.

        Raises EngineFailed where one cannot. Cancelling ends the processes.
        """
        await self._workers.run(task_status=task_status)

    def keep_none(self) -> None:
        """Have processes only as long as there is work; to be called before `run`."""
        self._workers = Workers(replace(self._plan, kept=0))

    @property
    def count(self) -> int:
        """The number of processes that there should always be."""
        return self._workers.count

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""
        return self._workers.pids

    @property
    def has_free(self) -> bool:
        """Whether a process is there that has no call."""
        return self._workers.has_free

    @property
    def ready(self) -> ReadyFrame:
        """The engine's own report when it started; an empty one before."""
        return self._workers.ready

    async def ask(
        self,
        request: Request,
        answer: type[D] | tuple[type[D], ...],
        each: Each = nothing,
        again: Again | None = None,
        lives: int = LIVES,
    ) -> D:
        """The answer to `request`, which is to be of the type `answer`; otherwise see `Workers.call`.

        Raises EngineFailed, also for an answer of another type, and Undecodable. Cancelling stops the work, or kills
        the process where it does not stop within `Plan.grace` seconds.
        """
        return self.expected(await self._workers.call(request, each, again, lives), answer)

    def expected(self, done: Done, answer: type[D] | tuple[type[D], ...]) -> D:
        """`done`, where it is of the type `answer`. Raises EngineFailed where it is not."""
        if isinstance(done, answer):
            return done
        raise EngineFailed(f"{self.title} answered {type(done).__name__}")

    async def recognise(self, samples: bytes, partials: Partials, lives: int = LIVES) -> RecognisedFrame:
        """Recognise a whole utterance, mono s16le at 16 kHz, and tell `partials` the words as they become known.

        Raises EngineFailed and is cancelled as `ask`. Where a process dies over it, another one begins anew.
        """
        return await self.ask(RecogniseFrame(samples), RecognisedFrame, partials.each, partials.again, lives)

    async def speak(
        self, request: SynthesiseFrame, form: AudioFormat, sound: Emit[Clip | Retraction], *, is_streamed: bool
    ) -> None:
        """Speak, and hand on the samples as they are made, as clips of the format `form`.

        Raises EngineFailed and is cancelled as `ask`. Where a process dies over it, another one begins anew: after a
        Retraction, and only if the sound is not streamed, because what has been played cannot be taken back.
        """

        async def each(progress: Progress) -> None:
            if isinstance(progress, SoundFrame):
                await sound(Clip(progress.samples, form, progress.marks))

        async def again() -> None:
            await sound(Retraction())

        await self.ask(request, SpokenFrame, each, None if is_streamed else again)

    def reserve(self) -> AbstractContextManager[ReservedWorker | None]:
        """One process for several calls, as long as the block; None where no other one would be free."""
        return self._workers.reserve()
