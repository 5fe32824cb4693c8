"""A session on Trio: takes events out of its mailbox, has the session step, and performs the effects.
It decides nothing: what is to be done is in the effects, and what becomes of an effect goes back as an event. Nothing
that it performs waits: full outboxes and pools answer at once, so its mailbox always empties.

Who steps. The session's own task does, for all that comes by the mailbox. Where that task waits and no mail is on its
way, the task that brings mail has the session step at once: a socket's (`tell`, `extend`) or a job's (`report`). That
saves two changes of tasks, which cost several times what a step does. A step never waits, so two cannot overlap; a task
that cannot step uses the mailbox, behind the mail that is there. Deadline, end and faults are the session's own task's.

Only a step writes the conversation, `Jobs`, `Seats`, `LiveRecognition`. Others put mail into the mailbox, or read.
"""

from collections import deque
from contextlib import suppress
from functools import partial
from typing import assert_never

import trio

from actors.deciding.conversation import Conversation
from actors.deciding.effects import (
    Acknowledge,
    AskTurnEnd,
    Deafen,
    DropQueued,
    Effect,
    End,
    Feed,
    FindWords,
    Hear,
    Listen,
    Note,
    PrepareMouth,
    Release,
    Resend,
    Send,
    Start,
    Transcribe,
)
from actors.deciding.events import (
    Admitted,
    Event,
    FrameJudged,
    Left,
    MemberId,
    MicrophoneEvent,
    PoolsBusy,
    Said,
    Tick,
    WordsFound,
)
from actors.deciding.machine import extend, hear, pass_frame, step
from actors.deciding.states import TURN
from actors.ports.calls import Kind
from actors.ports.engines import Engines
from actors.ports.taping import Tape
from actors.ports.watching import ErrorTold, Watcher, unwatched
from actors.running.calls import Waits, no_matter
from actors.running.jobs import Jobs
from actors.running.listening import LiveRecognition
from actors.running.mailbox import Mailbox
from actors.running.microphone import Microphone, Spawn
from actors.running.microphonereports import MicrophoneReports
from actors.running.outlet import NewMember
from actors.running.outlets import Outlets
from actors.running.pool import Pool
from actors.running.recalling import attend_mouth
from actors.running.seats import Seats
from actors.running.sessionlog import SessionLog
from actors.running.sessiontrace import SessionTrace
from actors.running.stages import kind_of
from protocol.backlog import NO_BACKLOG, BacklogBounds
from protocol.messages import CustomError, Names

Mail = Event | NewMember


class Runner:
    """Runs one session; see the module's text. `conversation`: its data, which only its steps write.

    `tape`: where all that happens is taken down, None in a session that is not recorded.
    """

    def __init__(
        self,
        conversation: Conversation,
        engines: Engines,
        pools: dict[Kind, Pool],
        names: Names,
        spawn: Spawn,
        watch: Watcher = unwatched,
        traced_share: float = 0.0,
        tape: Tape | None = None,
        backlog: BacklogBounds = NO_BACKLOG,
    ) -> None:
        self.conversation = conversation
        self.tape = tape
        self.mailbox = Mailbox[Mail](conversation.limits.mailbox)
        self._attend_mouth = partial(attend_mouth, spawn, engines)
        self.outlets = Outlets(names, tape, conversation.account, backlog, self._note_error)
        self._seats = Seats(pools)
        self.trace = SessionTrace(conversation, watch, traced_share, tape)
        self._jobs = Jobs(conversation.id, engines, pools, conversation.limits, self.report, self.trace.of_job)
        self._live = LiveRecognition(engines, self._jobs, self._seats)
        tells = MicrophoneReports(self._hear, self._pass, conversation.refer, self.trace.of_microphone())
        self._microphone = Microphone(engines, conversation.limits, conversation.account, tells, spawn, self._break)
        self.log = SessionLog(conversation)
        self._rested: trio.Event | None = None  # while somebody waits for the end of the turn
        self._alarm = trio.CancelScope()
        self._is_stepping = False
        self._fault: Exception | None = None

    async def run(self) -> None:
        """Until the session ends. Cancelling, like any end, stops its work and closes the mailbox."""
        try:
            while not self._is_over:
                await self._take_in_time()
            self._raise_fault()
        finally:
            for turn in {*self._jobs.turns, *self._seats.turns, *self._live.turns}:
                self._release(turn)
            self._microphone.close()
            self.conversation.let_go()
            self._take_in_the_late()
            self.mailbox.close()
            self._jobs.close()
            self.outlets.close()
            self._note_rest()

    @property
    def _is_over(self) -> bool:
        return self.conversation.ended or self._fault is not None

    def _raise_fault(self) -> None:
        """Raise what broke in a step that another task made, and keep no reference to it."""
        fault, self._fault = self._fault, None
        if fault is not None:
            try:
                raise fault
            finally:
                del fault

    # ---- for the tasks of sockets and jobs

    def tell(self, mail: Mail) -> None:
        """Have the session step at once where it is at rest; else put the mail into the mailbox. Never waits.

        Raises trio.WouldBlock where the mailbox is full, trio.BrokenResourceError where the session is over. What
        breaks in the step ends the session, and is not raised here.
        """
        if not self._is_at_rest:
            self.mailbox.send_nowait(mail)
            return
        self._is_stepping = True
        try:
            self._take(mail)
        except Exception as fault:
            self._fault = fault
        finally:
            self._is_stepping = False
        self._set_alarm()

    async def finish_turn(self) -> None:
        """Wait until no turn runs, or the session is over. Cancelling ends the waiting alone."""
        if self.conversation.state in TURN and not self._is_over:
            self._rested = self._rested or trio.Event()
            await self._rested.wait()

    def _note_rest(self) -> None:
        if self._rested is not None and (self.conversation.state not in TURN or self._is_over):
            self._rested.set()
            self._rested = None

    async def report(self, event: Event, waits: Waits) -> None:
        """Like `tell`, for one that may wait while the mailbox is full (a job): `waits` is called before that.

        Raises trio.BrokenResourceError where the session is over. Cancelling tells nothing.
        """
        if self._is_at_rest:
            self.tell(event)
        else:
            waits()
            await self.mailbox.send(event)

    def extend(self, member: MemberId, audio: bytes, ack: int | None, now: float) -> bool:
        """Take in a chunk that changes nothing but the utterance, or nothing at all where the microphone is open.

        False, and nothing done, for all else, and where the session is not at rest. Never waits, and raises nothing.
        """
        if not self._is_at_rest:
            return False
        try:
            if not self._take_in(member, audio, now):
                return False
            if self.tape is not None:
                self.tape.heard(member, audio, self.conversation.configuration.in_force.stt.media_format, ack)
            if ack is not None:
                self.outlets.acknowledge(member, ack, None)
        except Exception as fault:
            self._fault = fault
            self._set_alarm()
        return True  # the deadline has moved back alone, so the alarm is not too late

    def _take_in(self, member: MemberId, audio: bytes, now: float) -> bool:
        """Do at once what a step would do about a chunk; False where a step might do more."""
        if self.conversation.microphone is not None:
            heard = hear(self.conversation, member, audio)
            if heard is not None:
                self._microphone.hear(heard)
            return heard is not None
        feed = extend(self.conversation, member, audio, now)
        if feed is not None:
            self._live.feed(feed.turn, feed.chunk)
        return feed is not None

    async def _hear(self, heard: MicrophoneEvent | Said | WordsFound) -> None:
        with suppress(trio.BrokenResourceError):
            await self.report(heard, no_matter)

    def _pass(self, heard: FrameJudged) -> bool:
        """The short way of a frame; False where the session is not at rest, too."""
        return self._is_at_rest and pass_frame(self.conversation, heard)

    def _break(self, fault: Exception) -> None:
        """A fault in the microphone's task is the session's."""
        self._fault = fault
        self._set_alarm()

    @property
    def _is_at_rest(self) -> bool:
        """Whether the next step can be made here: no mail is before it, no step goes on, and the session goes on."""
        mailbox = self.mailbox  # written out, because each chunk of an utterance asks
        is_at_rest = mailbox.is_awaited and not mailbox.under_way
        return is_at_rest and not (self._is_stepping or self.conversation.ended or self._fault is not None)

    def _set_alarm(self) -> None:
        """Have the session's task see what is its part: an end, or a deadline that is earlier than the one it has."""
        if self._is_over:
            self._alarm.cancel()
        elif self._due < self._alarm.deadline:
            self._alarm.deadline = self._due

    # ---- the session's task

    @property
    def _due(self) -> float:
        """When the session's task has something to do: the session's deadline, or that of what is kept."""
        return min(self.conversation.clock.deadline, self.outlets.deadline)

    async def _take_in_time(self) -> None:
        """Take mail until the session's deadline passes, or one comes that is earlier.

        A deadline that moves back, as each chunk moves it, is only looked at again when the old one has passed: to arm
        it anew for every chunk would cost more than the chunk. What came before a deadline is taken before it.
        """
        with trio.move_on_at(self._due) as self._alarm:
            while not self._is_over and self._due >= self._alarm.deadline:
                self._take(await self.mailbox.receive())
            return
        while not self._is_over and (mail := self._waiting()) is not None:
            self._take(mail)
        due: list[Event] = [Left(member) for member in self.outlets.tidy(trio.current_time())]
        for event in (*due, Tick()):
            if not self._is_over:
                self._take(event)

    def _waiting(self) -> Mail | None:
        try:
            return self.mailbox.receive_nowait()
        except trio.WouldBlock:
            return None

    def _take_in_the_late(self) -> None:
        """Note sockets whose arrival is still in the mailbox, so that they are closed like the others."""
        while (mail := self._waiting()) is not None:
            if isinstance(mail, NewMember):
                self.outlets.enter(mail, 0)

    def _take(self, mail: Mail) -> None:
        """Have the session step, and perform what it asks for; what that leads to at once is stepped too."""
        if isinstance(mail, NewMember):
            self._let_in(mail)
            return
        if isinstance(mail, Said) and self._microphone.defers(mail):
            return
        events: deque[Event] = deque([mail])
        while events:
            for effect in step(self.conversation, events.popleft(), trio.current_time()):
                outcome = self._perform(effect)
                if outcome is not None:
                    events.append(outcome)
            self.log.note_move()
        self._note_rest()
        if isinstance(mail, Left):
            self.outlets.remove(mail.member)

    def _let_in(self, arrival: NewMember) -> None:
        self.outlets.enter(arrival, self.conversation.last_over)
        self._take(arrival.joined)
        for member in arrival.joined.replaces:
            self.outlets.remove(member)

    def _perform(self, effect: Effect) -> Event | None:
        """Do what the session asks for; returns what it must be told of it."""
        match effect:
            case Send() | Resend() | Acknowledge() | DropQueued():
                self.outlets.perform(effect)
            case Start():
                return self._start(effect)
            case Listen(job):
                self._live.begin(job, self.conversation.turn.charge)
            case Feed(turn, chunk):
                self._live.feed(turn, chunk)
            case Hear() | AskTurnEnd() | Deafen():
                self._microphone.perform(effect)
            case Release(turn):
                self._release(turn)
            case PrepareMouth() | FindWords() | Note():
                self._perform_beside(effect)
            case End():
                pass
            case _:
                assert_never(effect)
        return None

    def _perform_beside(self, effect: PrepareMouth | FindWords | Note) -> None:
        """Do what no client and no turn waits for."""
        if isinstance(effect, Note):
            self.trace.note(effect.observation)
        else:
            self._attend_mouth(self._hear, effect)

    def _note_error(self, error: CustomError) -> None:
        self.log.note_error(error)
        self.trace.note(ErrorTold(error.error_id))

    def _start(self, start: Start) -> Admitted | PoolsBusy | None:
        job, turn = start.job, start.job.turn
        if start.admit and not self._seats.take(turn, start.admit):
            return PoolsBusy(turn, kind_of(job))
        goes_on = isinstance(job, Transcribe) and self._live.finish(job)
        if not goes_on and not self._jobs.start(job, self.conversation.turn.charge):
            return PoolsBusy(turn, kind_of(job))
        return Admitted(turn) if start.admit else None

    def _release(self, turn: int) -> None:
        self._live.stop(turn)
        self._jobs.cancel(turn)
        self._seats.give_back(turn)
