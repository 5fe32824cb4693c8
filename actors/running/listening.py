"""Recognition while the person speaks: an utterance is given to a recogniser with its first chunks.

Its result only saves time; without it the answer is the same. If it fails before the commit, the whole utterance is
recognised after the commit. The session is told nothing of an utterance that is not complete, except the words so
far, and that it is too long.
"""

from functools import partial

from actors.deciding.account import Charge
from actors.deciding.effects import Transcribe
from actors.deciding.events import Failed, Recognised, StageEvent, Words
from actors.ports.audio import Growing
from actors.ports.engines import Engines
from actors.running.calls import Waits
from actors.running.jobs import Jobs
from actors.running.seats import Seats
from protocol.errors import ErrorId


class LiveUtterance:
    """An utterance that is recognised while it is spoken; `whole` is the job once it is complete.

    `reads_files`: the recogniser gets the file as it is, and of several hears the first one alone. The session's task
    writes `audio` and `whole`, the pool's worker `is_over` and `has_counted`.
    """

    def __init__(self, *, reads_files: bool) -> None:
        self.audio = Growing()
        self.whole: Transcribe | None = None
        self.is_over = False
        self.has_counted = False
        self.reads_files = reads_files

    def counts(self, event: StageEvent) -> bool:
        """Whether this is a result of the whole utterance: nothing is before its end, nor a transcript without it."""
        return self.whole is not None and (self.audio.is_read_out or not isinstance(event, Recognised))


class LiveRecognition:
    """The utterances of one session that are recognised while they are spoken, by the numbers of their turns."""

    def __init__(self, engines: Engines, jobs: Jobs, seats: Seats) -> None:
        self._engines = engines
        self._jobs = jobs
        self._seats = seats
        self._live: dict[int, LiveUtterance] = {}

    @property
    def turns(self) -> tuple[int, ...]:
        """The turns whose utterances are being listened to."""
        return tuple(self._live)

    def begin(self, job: Transcribe, charge: Charge) -> None:
        """Listen, where the engine can and the pool has workers to spare; where not, nothing happens."""
        recogniser = self._engines.recogniser(job.stt.provider.name)
        if not recogniser.live or not self._seats.take_to_listen(job.turn):
            return
        live = self._live[job.turn] = LiveUtterance(reads_files=job.clip.format.name in recogniser.accepts)
        live.audio.extend(job.clip.data)
        listen = partial(self._recognise, job, live, charge)
        live.is_over = not self._jobs.submit(job, listen, partial(self._crash, job, live))

    def feed(self, turn: int, chunk: bytes) -> None:
        """The next chunk of the turn's utterance, where it is listened to."""
        if (live := self._live.get(turn)) is not None:
            live.audio.extend(chunk)

    def finish(self, job: Transcribe) -> bool:
        """The utterance is complete: whether the recogniser that listens goes on to the result, and `job` is done."""
        live = self._live.pop(job.turn, None)
        if live is None:
            return False
        self._complete(live)
        if job.is_joined and live.reads_files:
            self._jobs.cancel(job.turn)
            return False
        live.whole = job
        return not live.is_over

    def stop(self, turn: int) -> None:
        """Nothing more comes of the turn's utterance."""
        live = self._live.pop(turn, None)
        if live is not None:
            self._complete(live)

    def _complete(self, live: LiveUtterance) -> None:
        self._seats.note_spoken()
        live.audio.complete()

    async def _recognise(self, job: Transcribe, live: LiveUtterance, charge: Charge) -> None:
        async def report(event: StageEvent, waits: Waits) -> None:
            if not isinstance(event, Words):
                live.has_counted = live.counts(event)
            if isinstance(event, Words) or live.has_counted or _is_too_long(event):
                await self._jobs.report(event, waits)

        try:
            await self._jobs.perform(job, charge, live.audio, report)
        finally:
            live.is_over = True
        if live.whole is not None and not live.has_counted:  # it came to an end just as the person did
            await self._jobs.perform(live.whole, charge)

    async def _crash(self, job: Transcribe, live: LiveUtterance) -> None:
        if live.whole is not None:
            await self._jobs.crash(job)


def _is_too_long(event: StageEvent) -> bool:
    """Whether more was spoken than an utterance may have: its speaker is told at once, and not at the commit."""
    return isinstance(event, Failed) and event.error_id is ErrorId.TOO_LONG
