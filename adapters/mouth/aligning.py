"""The process that aligns texts to their sounds, and the tracks that draw what it finds.

A track asks, waits PATIENCE at most, and draws what is known by then; what is found later goes with what follows. A
part has one question under way, and what comes meanwhile is asked together. A part goes on by its sound alone where an
answer takes longer than LATEST, or the mouth of what has left is not found in CATCH_UP. The first question starts the
process, which takes a second, and a minute without one ends it. So `prepare` asks about nothing when an utterance
begins and when an answer is asked for.

If the process fails, dies or does not know a sound any more, the parts that are under way go on by their sound; for
AGAIN after a failure all that begin do. The log says so once.
"""

import itertools
import logging
import math
from collections.abc import Sequence

import trio
from msgspec.structs import replace

from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark, MouthMade, MouthTrack
from adapters.mouth.drawing import MouthDrawing
from adapters.mouth.loudness import LoudnessReader
from adapters.mouth.mouths import AlignedPart
from adapters.processes.engine import ProcessEngine
from adapters.processes.mouthframes import AlignedFrame, AlignFrame, Alignment, PhonesFrame, PhonesToldFrame
from adapters.processes.process import Plan

CHILD = "adapters.mouth.alignment_child"
PATIENCE = 0.07
"""Seconds that the mouth of a piece of sound waits for an answer."""
CATCH_UP = 0.03
"""Seconds that the mouth of sound that has left waits for it still, before the sound alone decides."""
DEADLINE = 15.0
"""Seconds for a call, the start of the process included; one that hangs is found sooner (`liveness.py`)."""
AGAIN = 10.0
"""Seconds after a failure in which nothing is asked."""
SLICE = 16_000 * 2 * 4
"""Bytes of sound that are asked about at once: 4 s, which take the process 20 ms, so that others get their turn."""
MOST_WAITING = 16_000 * 2 * 60
"""Bytes of a part's sound that wait for the process; with more of it the part goes on by its sound alone."""
MOST_QUESTIONS = 512
"""Questions that wait for the process."""
AT_ONCE = 300.0
"""ms of a part's beginning that are told at once, as it seems by then."""
BEHIND = 120.0
"""ms of the sound by which the mouth may follow it, so that what comes next decides."""
END_PATIENCE = 0.5
"""Seconds that the end of a sound waits; of a part that is sent whole, all is asked then."""
LATEST = 0.11
"""Seconds after which a question that is not answered is given up: its sound has left, and the mouth would be late."""
MS = 32
"""Bytes of a ms of sound."""

_log = logging.getLogger(__name__)


class _AlignmentQuestion:
    """A question about a part, and what came of it; `over` is set when it is answered or will not be."""

    def __init__(self, frame: AlignFrame) -> None:
        self.frame = frame
        self.over = trio.Event()
        self.asked = trio.current_time()
        self.found: AlignedFrame | None = None


class TextAlignment(ProcessEngine):
    """Keeps the process. Satisfies `PhonemeSource`; `track` is an `Aligning`. Without `run` it finds nothing."""

    def __init__(self, *, module: str = CHILD) -> None:
        super().__init__(Plan(module, "the alignment of the mouth", deadline=DEADLINE, kept=0))
        self._numbers = itertools.count(1)
        self._ask_soon, self._questions = trio.open_memory_channel[_AlignmentQuestion](MOST_QUESTIONS)
        self._preparing: _AlignmentQuestion | None = None
        self._not_before = math.inf
        self._has_failed = False

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the process, which the first question starts, and ask it, until cancelled.

        Cancelling ends the process.
        """
        async with trio.open_nursery() as nursery:
            await nursery.start(super().run)
            self._not_before = -math.inf
            try:
                task_status.started()
                async for question in self._questions:
                    question.found = await self._ask(question.frame)
                    question.over.set()
            finally:
                self._not_before = math.inf

    def prepare(self) -> None:
        """Start the process where there is none, and have it stay a while where there is, by a question of nothing."""
        if self._preparing is None or self._preparing.over.is_set():
            self._preparing = self.submit(AlignFrame(self.number(), b"", 0.0, last=True))

    @property
    def is_askable(self) -> bool:
        """Whether it runs and has not failed lately."""
        return trio.current_time() >= self._not_before

    def track(self, part: AlignedPart, drawing: MouthDrawing) -> MouthTrack:
        """The track of a part."""
        return AlignedTrack(self, part, drawing)

    async def phonemes(self, words: Sequence[str], language: str) -> Sequence[tuple[Mark, ...]]:
        """See `PhonemeSource`. Raises EngineFailed; cancelling drops the question."""
        if not self.is_askable:
            raise EngineFailed(f"{self.title} is not there")
        found = await self.ask(PhonesFrame(tuple(words), language), PhonesToldFrame, lives=1)
        return found.phones

    # ---- for the tracks

    def number(self) -> int:
        """A number for a sound."""
        return next(self._numbers)

    def submit(self, frame: AlignFrame) -> _AlignmentQuestion | None:
        """Have it asked; None where too much waits, or where nothing is asked now."""
        question = _AlignmentQuestion(frame)
        if not self.is_askable:
            return None
        try:
            self._ask_soon.send_nowait(question)
        except trio.WouldBlock:
            return None
        return question

    async def _ask(self, frame: AlignFrame) -> AlignedFrame | None:
        if not self.is_askable:
            return None
        try:
            found = await self.ask(frame, AlignedFrame, lives=1)
        except EngineFailed as failed:
            if not self._has_failed:
                _log.warning("mouths follow the sound alone: %s", failed)
            self._has_failed = True
            self._not_before = trio.current_time() + AGAIN
            return None
        if self._has_failed:
            _log.info("%s works again", self.title)
        self._has_failed = False
        return None if found.is_lost else found


class AlignedTrack:
    """Satisfies `MouthTrack` by alignment, and by the sound alone where that fails."""

    def __init__(self, engine: TextAlignment, part: AlignedPart, drawing: MouthDrawing) -> None:
        self._engine = engine
        self._drawing = drawing
        self._number = engine.number()
        self._opening: Alignment | None = Alignment(part.text, part.language, part.speed)
        self._waiting = bytearray()
        """Sound that the process was not given yet."""
        self._unknown = bytearray()
        """The sound from `_unknown_from` bytes on, of which nothing was told."""
        self._unknown_from = 0
        self._question: _AlignmentQuestion | None = None
        self._patience = PATIENCE
        self._heard = 0
        """Bytes of the sound so far."""
        self._until = self._asked = self._told = 0.0
        """ms of the sound: that has to be known, that was asked for, that is known."""
        self._is_complete = False
        """Whether the process was given the end of the sound."""
        self._reader: LoudnessReader | None = None
        self._reader_from = 0.0

    @property
    def needs_samples(self) -> bool:
        """Always."""
        return True

    async def push(self, samples: bytes, marks: tuple[Mark, ...], until: float) -> MouthMade:
        """See `MouthTrack.push`. Cancelling loses the track."""
        self._heard += len(samples)
        self._until = max(self._until, until)
        self._waiting += samples
        self._unknown += samples
        await self._follow(last=False)
        return self._drawing.draw(min(self._until, self._told))

    async def catch_up(self, until: float) -> MouthMade:
        """See `MouthTrack.catch_up`. Cancelling loses the track."""
        until = min(until, self._until)
        with trio.move_on_after(CATCH_UP):
            while self._reader is None and self._told < until:
                if self._question is None and not self._submit(last=False, now=until):
                    break
                await self._take_answer()
        if self._reader is None and self._told < until:
            self._go_on_by_sound()
        if self._reader is not None:
            self._read(self._reader, hurry=True)
        await trio.lowlevel.checkpoint_if_cancelled()
        return self._drawing.draw(until)

    async def finish(self) -> MouthMade:
        """See `MouthTrack.finish`. Cancelling loses the track."""
        self._patience = END_PATIENCE
        await self._follow(last=True)
        return self._drawing.finish(max(self._until, self._heard / MS))

    async def _follow(self, *, last: bool) -> None:
        """Have the process hear what waits, and take what it finds within the patience that is left."""
        with trio.move_on_after(self._patience) as patience:
            while self._reader is None and (self._question is not None or self._submit(last=last)):
                await self._take_answer()
                self._patience = PATIENCE
        if patience.cancelled_caught:
            self._patience = 0.0  # until it has answered: sound is held up once, not with each piece
            if last or self._is_late() or len(self._waiting) > MOST_WAITING:
                self._go_on_by_sound()
        if self._reader is not None:
            self._read(self._reader, hurry=last)
        await trio.lowlevel.checkpoint_if_cancelled()

    def _submit(self, *, last: bool, now: float = 0.0) -> bool:
        """Ask about what waits, and what is known up to `now` ms; False where there is nothing to ask."""
        left = max(0, len(self._waiting) - SLICE)  # for the next question, and not to be guessed now
        until = min(self._until, (self._heard - left) / MS) if left else self._until
        wanted = until if until <= AT_ONCE else max(AT_ONCE, until - BEHIND, min(now, until))
        if self._is_complete or not (self._waiting or last or wanted > max(self._told, self._asked)):
            return False
        samples = bytes(self._waiting[:SLICE])
        is_end = last and len(samples) == len(self._waiting)
        frame = AlignFrame(self._number, samples, wanted, is_end, self._opening)
        self._question = self._engine.submit(frame)
        if self._question is None:
            self._go_on_by_sound()
            return False
        del self._waiting[: len(samples)]
        self._asked, self._opening, self._is_complete = wanted, None, is_end
        return True

    async def _take_answer(self) -> None:
        question = self._question
        assert question is not None
        if not question.over.is_set():  # else even without patience
            await question.over.wait()
        if question.found is None:
            self._go_on_by_sound()
            return
        self._question = None
        self._drawing.add(question.found.marks)
        self._told = max(self._told, question.found.told)
        known = min(max(0, MS * int(self._told) - self._unknown_from), len(self._unknown))
        del self._unknown[:known]
        self._unknown_from += known

    def _is_late(self) -> bool:
        return self._question is not None and trio.current_time() - self._question.asked > LATEST

    def _go_on_by_sound(self) -> None:
        """From the sound on of which nothing was told."""
        self._question = None
        self._reader = LoudnessReader()
        self._reader_from = self._unknown_from / MS

    def _read(self, reader: LoudnessReader, *, hurry: bool) -> None:
        marks = reader.push(bytes(self._unknown))
        self._waiting.clear()
        self._unknown.clear()
        if hurry:
            marks += reader.hurry()
        self._drawing.add(replace(mark, at=mark.at + self._reader_from) for mark in marks)
        self._told = max(self._told, self._reader_from + reader.known)
