"""Smart Turn: whether a speaker who pauses has finished, judged by the sound, in a worker process of low priority.

The process does one decision at a time, in about 50 ms. A decision that is not had WITHIN is worth nothing, because by
then silence decides. So the newest question goes first: it has most time left. Of more than MOST the oldest is given up
at once, since it could not be had in time.
"""

import logging
import math
from pathlib import Path

import trio

from actors.ports.calls import EngineFailed
from actors.ports.listening import RATE, TURN_SECONDS, TurnEndCounts
from adapters.processes.engine import ProcessEngine
from adapters.processes.frames import TurnEndedFrame, TurnEndFrame
from adapters.processes.process import Plan

NAME = "smart-turn"
CHILD = "adapters.listening.smartturn_child"
WITHIN = 0.3
"""Seconds within which a decision is worth something."""
MOST = 6
"""Questions that wait: as many as can be answered in time."""
DEADLINE = 15.0
"""Seconds for a call, the start of the process included; one that hangs is found sooner (`liveness.py`)."""
AGAIN = 10.0
"""Seconds after a failure in which nothing is asked."""
_TAIL = 2 * RATE * TURN_SECONDS

_log = logging.getLogger(__name__)


class _Pause:
    """The sound before a pause, about which a session asks; `over` is set when there is a decision or will be none."""

    def __init__(self, samples: bytes) -> None:
        self.samples = samples
        self.begun = trio.current_time()
        self.over = trio.Event()
        self.found: float | None = None


class SmartTurn(ProcessEngine):
    """Satisfies `TurnEnd`, with the model in `file`. Without `run` it never knows."""

    def __init__(self, file: Path, *, module: str = CHILD) -> None:
        super().__init__(Plan(module, "the end of a turn", deadline=DEADLINE, arguments=(str(file),), kept=0))
        self._waiting: list[_Pause] = []
        self._wanted = trio.Event()
        self._is_running = self._is_starting = self._has_failed = False
        self._not_before = -math.inf
        self._asked = self._answered = self._unknown = 0
        self._lag = 0.0

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the process, which the first question or `prepare` starts, and ask it, until cancelled.

        Cancelling ends the process.
        """
        async with trio.open_nursery() as nursery:
            await nursery.start(super().run)
            self._is_running = True
            try:
                task_status.started()
                while True:
                    await self._wanted.wait()
                    self._wanted = trio.Event()
                    await self._serve()
            finally:
                self._is_running = False

    @property
    def counts(self) -> TurnEndCounts:
        """What it has done so far."""
        return TurnEndCounts(NAME, self._asked, self._answered, self._unknown, round(self._lag * 1_000, 1))

    def prepare(self) -> None:
        """Start the process where there is none."""
        if self._is_askable and not self.pids and not self._is_starting:
            self._is_starting = True
            self._wanted.set()

    async def judge(self, samples: bytes) -> float | None:
        """See `TurnEnd.judge`; raises ValueError for half a sample. Cancelling drops the question."""
        if len(samples) % 2:
            raise ValueError(f"{len(samples)} bytes are no whole samples")
        self._asked += 1
        found: float | None = None
        if self._is_askable:
            found = await self._decide(_Pause(samples[-_TAIL:]))
        else:
            await trio.lowlevel.checkpoint()
        if found is None:
            self._unknown += 1
        else:
            self._answered += 1
        return found

    @property
    def _is_askable(self) -> bool:
        return self._is_running and trio.current_time() >= self._not_before

    async def _decide(self, pause: _Pause) -> float | None:
        self._waiting.append(pause)
        if len(self._waiting) > MOST:
            self._waiting.pop(0).over.set()
        self._wanted.set()
        try:
            with trio.move_on_after(WITHIN):
                await pause.over.wait()
                return pause.found
        finally:
            if pause in self._waiting:
                self._waiting.remove(pause)
        return None

    async def _serve(self) -> None:
        """Ask for what waits, the newest first."""
        if self._is_starting:
            await self._ask(b"")
            self._is_starting = False
        while self._waiting:
            pause = self._waiting.pop()
            pause.found = await self._ask(pause.samples)
            self._lag = trio.current_time() - pause.begun
            pause.over.set()

    async def _ask(self, samples: bytes) -> float | None:
        try:
            ended = await self.ask(TurnEndFrame(samples), TurnEndedFrame, lives=1)
        except EngineFailed as failed:
            if not self._has_failed:
                _log.warning("the end of a turn: %s does not judge (%s); silence decides", NAME, failed)
            self._has_failed = True
            self._not_before = trio.current_time() + AGAIN
            for pause in self._waiting:
                pause.over.set()
            self._waiting.clear()
            return None
        if self._has_failed:
            _log.info("the end of a turn: %s judges again", NAME)
        self._has_failed = False
        return ended.probability
