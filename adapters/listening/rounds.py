"""The worker process for voice activity: the frames of all streams go to it in rounds, one call each.

A round begins at once where none is under way and the last one began GATHER ago; so who is alone never waits. While a
round is under way the frames of all streams gather for the next one. A call costs the server 0.3 ms whatever is in it,
and the process is quickest with many frames: with 200 microphones that is a round each 8 ms, of about 50 frames.

An answer that is not there LATE after its first samples came is given up: what waits for it fails, and the caller asks
another engine. From then on the process, or the next one, is tried now and then with an empty round, as long as there
are streams, until it is on time again.
"""

import math
from array import array
from collections import deque
from collections.abc import Callable
from pathlib import Path

import trio

from actors.ports.calls import EngineFailed
from actors.ports.listening import NO_REFERENCE, Reference, count_frames
from adapters.processes.engine import ProcessEngine
from adapters.processes.frames import JudgedFrame, JudgeFrame
from adapters.processes.process import Plan

CHILD = "adapters.listening.silero_child"
GATHER = 0.008
"""Seconds between the beginnings of two rounds."""
LATE = 0.2
"""Seconds within which an answer is there, from the samples' arrival on."""
STARTING = 2.0
"""The same where the process has to be started first, for the first stream or after an idle time."""
IDLE = 60.0
"""Seconds without a call after which the process ends."""
GRACE = 0.05
"""Seconds that the process has to stop; a round takes 15 ms at most."""
MOST = 512
"""Frames of a round; the streams that have waited longest are in it."""
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before the process is tried again, after one failure, two…"""

TellFailure = Callable[[str], None]


class _Question:
    """Frames that wait for their probabilities: `found`, or `why` there are none, once `over` is set."""

    def __init__(self, stream: "ProcessStream", samples: bytes, frames: int, reference: Reference) -> None:
        self.stream = stream
        self.samples = samples
        self.frames = frames
        self.reference = reference
        self.begun = trio.current_time()
        self.over = trio.Event()
        self.found: tuple[float, ...] = ()
        self.why = ""


class ProcessStream:
    """A stream in the process. `number` is 0 while the process does not know it. `echo`: see `VoiceStream`.

    `held`: how many frames the process has not settled yet.
    """

    def __init__(self, rounds: "JudgingRounds") -> None:
        self._rounds = rounds
        self.number = 0
        self.echo: tuple[int, float] | None = None
        self.held = 0
        rounds.open += 1

    async def judge(self, samples: bytes, reference: Reference = NO_REFERENCE) -> tuple[float, ...]:
        """See `VoiceStream.judge`. Raises EngineFailed where the answer is late, for all streams that wait."""
        return await self._rounds.judge(self, samples, reference)

    def close(self) -> None:
        """Have the process forget it."""
        self._rounds.open -= 1
        self._rounds.forget(self)


class JudgingRounds(ProcessEngine):
    """The process and its rounds. It is started by the first stream, and ends when it has had nothing to do.

    `told` is called with why it fails, and with "" when it is well again; each once.
    """

    def __init__(self, file: Path, told: TellFailure, *, module: str = CHILD) -> None:
        plan = Plan(module, "voice activity", grace=GRACE, deadline=math.inf, arguments=(str(file),), kept=0, idle=IDLE)
        super().__init__(plan)
        self._told = told
        self._waiting: deque[_Question] = deque()
        self._numbers = 0
        self._known: dict[int, ProcessStream] = {}
        self._ended: set[int] = set()
        self._begun = -math.inf
        self._wanted = trio.Event()
        self._failures = 0
        self.is_well = True
        """Whether it answers; else nothing is to be asked of it."""
        self.open = 0
        """Streams that have not been closed."""
        self.lag = 0.0
        """Seconds that the oldest samples of the last round waited for their answer."""
        self.done = 0
        """Rounds that were answered."""
        self.held = 0
        """Streams that the process knew at the end of the last round."""

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the process and do the rounds until cancelled; `started` at once, without a process.

        Cancelling ends the process; what waits then waits for ever, and has to be cancelled too.
        """
        async with trio.open_nursery() as nursery:
            await nursery.start(super().run)
            task_status.started()
            while True:
                await self._wanted.wait()
                await (self._do_round() if self.is_well else self._try_again())

    def prepare(self) -> None:
        """Start the process where there is none, by an empty round."""
        if not self.pids:
            self._wanted.set()

    def stream(self) -> ProcessStream:
        """A new stream; the process knows it from its first samples on."""
        return ProcessStream(self)

    def forget(self, stream: ProcessStream) -> None:
        """Have the process forget the stream in the next round."""
        if self._known.pop(stream.number, None) is not None:
            self._ended.add(stream.number)
        stream.number = 0

    async def judge(self, stream: ProcessStream, samples: bytes, reference: Reference) -> tuple[float, ...]:
        """See `VoiceStream.judge`. Cancelling drops the probabilities, and the samples where they still wait."""
        question = _Question(stream, samples, count_frames(samples), reference)
        self._waiting.append(question)
        self._wanted.set()
        try:
            await question.over.wait()
        except trio.Cancelled:
            if question in self._waiting:
                self._waiting.remove(question)
            raise
        if question.why:
            raise EngineFailed(question.why)
        return question.found

    # ---- a round

    async def _do_round(self) -> None:
        if self._begun + GATHER > trio.current_time():
            await trio.sleep_until(self._begun + GATHER)
        now = trio.current_time()
        is_new = not self.pids and (not self._known or now - self._begun > IDLE)
        self._begun = now
        questions = self._take()
        deadline = now + STARTING if is_new or not questions else questions[0].begun + LATE
        why = await self._ask(questions, deadline)
        if why:
            self._fail(why, questions)
        elif not self._waiting:
            self._wanted = trio.Event()

    def _take(self) -> list[_Question]:
        """The questions that have waited longest, MOST frames of them."""
        taken: list[_Question] = []
        frames = 0
        while self._waiting and (not taken or frames + self._waiting[0].frames <= MOST):
            taken.append(self._waiting.popleft())
            frames += taken[-1].frames
        return taken

    async def _ask(self, questions: list[_Question], deadline: float) -> str:
        """Have the frames judged, and answer the questions; why it did not work, "" where it did."""
        streams = tuple(self._number(question.stream) for question in questions)
        frames = tuple(question.frames for question in questions)
        samples = b"".join([question.samples for question in questions])
        references = tuple(question.reference.envelope for question in questions)
        frozen = tuple(question.stream.number for question in questions if question.reference.is_frozen)
        request = JudgeFrame(streams, frames, samples, references, frozen, tuple(self._ended))
        try:
            with trio.CancelScope(deadline=deadline):
                judged = await self.ask(request, JudgedFrame, lives=1)
                self._answer(questions, judged)
                self._ended.difference_update(request.ended)
                return ""
        except EngineFailed as failed:
            return str(failed)
        return f"it is more than {LATE * 1_000:g} ms behind"

    def _number(self, stream: ProcessStream) -> int:
        if not stream.number:
            self._numbers += 1
            stream.number = self._numbers
            self._known[stream.number] = stream
        return stream.number

    def _answer(self, questions: list[_Question], judged: JudgedFrame) -> None:
        """Raises EngineFailed where there are not as many probabilities as it says, or as frames."""
        values = array("f", judged.probabilities)
        settled = judged.settled or tuple(question.frames for question in questions)
        held = judged.held or (0,) * len(questions)
        if len(values) != sum(settled) or len(settled) != len(questions):
            raise EngineFailed(f"{self.title} answered {len(values)} frames")
        at = 0
        for question, count, more in zip(questions, settled, held, strict=True):
            question.found = tuple(values[at : at + count])
            question.stream.held = more
            at += count
            question.stream.echo = judged.paths.get(question.stream.number)
            question.over.set()
        self.done += 1
        self.held = judged.streams
        if questions:
            self.lag = trio.current_time() - questions[0].begun

    # ---- when it fails

    def _fail(self, why: str, questions: list[_Question]) -> None:
        """Have all that waits ask elsewhere; streams begin anew when the process is well again."""
        self.is_well = False
        self._failures = 0
        for question in (*questions, *self._waiting):
            question.why = why
            question.over.set()
        self._waiting.clear()
        for stream in list(self._known.values()):
            self.forget(stream)
        self._told(why)

    async def _try_again(self) -> None:
        """Wait, and see whether it is on time with an empty round."""
        await trio.sleep(PAUSES[min(self._failures, len(PAUSES) - 1)])
        self._failures += 1
        if self.open and await self._ask([], trio.current_time() + (LATE if self.pids else STARTING)):
            return
        self.is_well = True
        self._wanted = trio.Event()
        if self.open:  # else the next stream finds out
            self._told("")
