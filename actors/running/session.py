"""The Trio task of a session: takes events out of its mailbox, has the session step, and performs the effects.

Nothing that it performs waits: messages go to outboxes, work to pools, both of which answer at once when they are
full. So a session is never stuck behind a slow client or a slow engine, and its mailbox always empties.
"""

import logging
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, assert_never

import trio

from actors.deciding.account import Charge
from actors.deciding.conversation import Session, Transition
from actors.deciding.effects import (
    Acknowledge,
    DropQueued,
    Effect,
    End,
    Feed,
    Job,
    Listen,
    Release,
    Send,
    Start,
    Transcribe,
)
from actors.deciding.events import Event, Failed, Joined, Left, MemberId, Recognised, StageEvent, Tick, Words
from actors.ports.audio import Growing
from actors.ports.calls import Kind
from actors.ports.engines import Engines
from actors.running import stages
from actors.running.pool import Pool, Work
from protocol.engineio import Frame
from protocol.errors import ErrorId
from protocol.messages import CustomError, Names, ServerMessage
from protocol.outgoing import encode_message

log = logging.getLogger(__name__)
WAY: dict[Kind, tuple[Kind, ...]] = {"STT": ("STT", "LLM", "TTS"), "LLM": ("LLM", "TTS"), "TTS": ("TTS",)}
"""The pools on the way of a turn whose first job is of this kind."""
BUSY = "all workers are busy; try again in a moment"


class Outlet(Protocol):
    """A socket as its session sees it: none of these waits."""

    def deliver(self, frames: tuple[Frame, ...], turn: int | None) -> None:
        """Queue a message; `turn` says whose it is."""

    def drop(self, turn: int) -> int:
        """Take this turn's messages out of the queue again; returns how many there were."""

    def acknowledge(self, ack: int, error: CustomError | None) -> None:
        """Answer an event that asked for it."""

    def disconnect(self) -> None:
        """Take the socket out of the session for good."""

    async def is_alive(self, seconds: float) -> bool:
        """Whether the client at the other end answers a ping in time."""


class Arrival:
    """A socket comes, with the way to it."""

    def __init__(self, joined: Joined, outlet: Outlet) -> None:
        self.joined = joined
        self.outlet = outlet


Mail = Event | Arrival


Doing = Callable[[], Awaitable[None]]


class Ear:
    """An utterance that is recognised while it is spoken; `whole` is the job once it is complete.

    `reads_files`: the recogniser gets the file as it is, and of several hears the first one alone.
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


class Runner:
    """Runs one session; see the module's text."""

    def __init__(self, session: Session, engines: Engines, pools: dict[Kind, Pool], names: Names) -> None:
        self.session = session
        self.mailbox, self._mail = trio.open_memory_channel[Mail](session.limits.mailbox)
        self._engines = engines
        self._pools = pools
        self._names = names
        self._outlets: dict[MemberId, Outlet] = {}
        self._work: dict[int, set[Work]] = {}
        self._seats: dict[int, tuple[Kind, ...]] = {}
        self._ears: dict[int, Ear] = {}
        self._logged: Transition | None = None

    async def run(self) -> None:
        """Until the session ends. Cancelling, like any end, stops its work and closes the mailbox."""
        try:
            while not self.session.ended:
                await self._take_in_time()
        finally:
            for turn in {*self._work, *self._seats, *self._ears}:
                self._release(turn)
            self.session.let_go()
            self._take_in_the_late()
            self._mail.close()

    def dismiss(self, fault: CustomError | None) -> None:
        """The session is over: let go of the sockets that are left, telling them of the fault that ended it."""
        for outlet in self._outlets.values():
            if fault is not None:
                outlet.deliver(encode_message(fault, self._names), None)
            outlet.disconnect()

    async def _take_in_time(self) -> None:
        """Take mail until the session's deadline passes, or one comes that is earlier.

        A deadline that moves back, as each chunk moves it, is only looked at again when the old one has passed: to arm
        it anew for every chunk would cost more than the chunk. What came before a deadline is taken before it.
        """
        session = self.session
        armed = session.deadline
        with trio.move_on_at(armed):
            while not session.ended and session.deadline >= armed:
                self._take(await self._mail.receive())
            return
        while not session.ended and (mail := self._waiting()) is not None:
            self._take(mail)
        if not session.ended:
            self._take(Tick())

    def _waiting(self) -> Mail | None:
        try:
            return self._mail.receive_nowait()
        except trio.WouldBlock:
            return None

    def _take_in_the_late(self) -> None:
        """Whoever arrives while the session breaks is dismissed with the others, rather than left without a word."""
        while (mail := self._waiting()) is not None:
            if isinstance(mail, Arrival):
                self._outlets[mail.joined.member] = mail.outlet

    def _take(self, mail: Mail) -> None:
        """Have the session step, and perform what it asks for; what that leads to at once is stepped too."""
        if isinstance(mail, Arrival):
            self._outlets[mail.joined.member] = mail.outlet
            mail = mail.joined
        events: deque[Event] = deque([mail])
        while events:
            refused: CustomError | None = None
            for effect in self.session.step(events.popleft(), trio.current_time()):
                if isinstance(effect, Acknowledge) and refused is not None:
                    effect = Acknowledge(effect.member, effect.ack, refused)  # the event led to a turn without a seat
                failed = self._perform(effect)
                if failed is not None:
                    refused = CustomError(failed.message, failed.error_id)
                    events.append(failed)
            self._log_move()
        if isinstance(mail, Left):
            self._outlets.pop(mail.member, None)

    def _log_move(self) -> None:
        """A line at DEBUG for a transition that has not been logged yet."""
        last = self.session.trace[-1] if self.session.trace else None
        if last is not None and last is not self._logged:
            self._logged = last
            log.debug("session %s: %s --%s--> %s", self.session.id, last.source, last.event, last.dest)

    def _perform(self, effect: Effect) -> Failed | None:
        match effect:
            case Send(to, message, turn):
                self._send(to, message, turn)
            case Acknowledge(member, ack, error):
                self._outlets[member].acknowledge(ack, error)
            case DropQueued():
                self._drop_queued(effect)
            case Start(job, admit):
                return self._start(job, admit)
            case Listen(job):
                self._listen(job)
            case Feed(turn, chunk):
                if (ear := self._ears.get(turn)) is not None:
                    ear.audio.extend(chunk)
            case Release(turn):
                self._release(turn)
            case End():
                log.debug("%r ends", self.session)
            case _:
                assert_never(effect)
        return None

    # ---- messages

    def _send(self, to: tuple[MemberId, ...], message: ServerMessage, turn: int | None) -> None:
        frames = encode_message(message, self._names)
        for member in to:
            self._outlets[member].deliver(frames, turn)
        if isinstance(message, CustomError):
            log.warning("session %s: %d %s", self.session.id, message.error_id, message.message)

    def _drop_queued(self, effect: DropQueued) -> None:
        dropped = {member for member, outlet in self._outlets.items() if outlet.drop(effect.turn)}
        for closing in effect.closings:
            to = tuple(member for member in closing.to if member in dropped or not closing.only_if_dropped)
            if to:
                self._send(to, closing.message, None)

    # ---- work

    def _start(self, job: Job, admit: bool) -> Failed | None:
        kind = stages.kind_of(job)
        if admit and not self._admit(job.turn, WAY[kind]):
            return Failed(job.turn, kind, ErrorId.BUSY, BUSY)
        ear = self._ears.pop(job.turn, None)
        if ear is not None and isinstance(job, Transcribe):
            self._finish_listening(ear)
            if job.is_joined and ear.reads_files:
                self._cancel_work(job.turn)
            else:
                ear.whole = job
                if not ear.is_over:
                    return None
        run = partial(self._perform_job, job, self.session.turn.charge)
        return self._submit(job, run, partial(self._crash, job))

    async def _perform_job(self, job: Job, charge: Charge) -> None:
        await stages.perform(job, self._engines, self.session.limits, self._report, charge=charge)

    def _submit(self, job: Job, run: Doing, crashed: Doing) -> Failed | None:
        kind = stages.kind_of(job)
        works = self._work.setdefault(job.turn, set())
        work = Work(self.session.id, run, crashed, works.discard)
        if not self._pools[kind].submit(work):
            return Failed(job.turn, kind, ErrorId.BUSY, BUSY)
        works.add(work)
        return None

    def _admit(self, turn: int, way: tuple[Kind, ...]) -> bool:
        """A seat in every pool that the turn will need, or in no more than it has."""
        has = self._seats.get(turn, ())
        taken: list[Kind] = []
        for kind in (kind for kind in way if kind not in has):
            if not self._pools[kind].reserve():
                for earlier in taken:
                    self._pools[earlier].give_back()
                return False
            taken.append(kind)
        self._seats[turn] = (*has, *taken)
        return True

    def _listen(self, job: Transcribe) -> None:
        """Recognise an utterance while it is spoken, where the engine can and the pool has workers to spare.

        Where not, or where it goes wrong, nothing is lost: the whole utterance is recognised at the commit.
        """
        pool = self._pools["STT"]
        recogniser = self._engines.recogniser(job.stt.provider.name)
        if not recogniser.live or not pool.reserve_to_listen():
            return
        self._seats[job.turn] = ("STT",)
        ear = self._ears[job.turn] = Ear(reads_files=job.clip.format.name in recogniser.accepts)
        ear.audio.extend(job.clip.data)
        crashed = partial(self._crash_live, job, ear)
        listen = partial(self._recognise_live, job, ear, self.session.turn.charge)
        ear.is_over = self._submit(job, listen, crashed) is not None

    async def _recognise_live(self, job: Transcribe, ear: Ear, charge: Charge) -> None:
        async def report(event: StageEvent) -> None:
            if not isinstance(event, Words):
                ear.has_counted = ear.counts(event)
            if isinstance(event, Words) or ear.has_counted:
                await self._report(event)

        try:
            await stages.perform(job, self._engines, self.session.limits, report, ear.audio, charge)
        finally:
            ear.is_over = True
        if ear.whole is not None and not ear.has_counted:  # it came to an end just as the person did
            await self._perform_job(ear.whole, charge)

    async def _crash_live(self, job: Transcribe, ear: Ear) -> None:
        if ear.whole is not None:
            await self._crash(job)

    def _finish_listening(self, ear: Ear) -> None:
        """No more comes of the utterance."""
        self._pools["STT"].note_spoken()
        ear.audio.complete()

    def _release(self, turn: int) -> None:
        ear = self._ears.pop(turn, None)
        if ear is not None:
            self._finish_listening(ear)
        self._cancel_work(turn)
        for kind in self._seats.pop(turn, ()):
            self._pools[kind].give_back()

    def _cancel_work(self, turn: int) -> None:
        works = self._work.pop(turn, set())
        while works:  # emptied, because each work knows the set that it is in
            works.pop().cancel()

    async def _report(self, event: StageEvent) -> None:
        """What a job tells the session: waits while the mailbox is full; nobody is told when the session is over."""
        try:
            await self.mailbox.send(event)
        except trio.BrokenResourceError:
            log.debug("a result came for a session that is over")

    async def _crash(self, job: Job) -> None:
        await self._report(stages.crash(job))
