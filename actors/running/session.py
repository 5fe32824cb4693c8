"""The Trio task of a session: takes events out of its mailbox, has the session step, and performs the effects.

It decides nothing: what is sent to whom, which seats a turn needs, and what follows from a refusal is in the effects,
and what becomes of an effect goes back as an event (`Admitted`, `PoolsBusy`). Nothing that it performs waits: messages
go to outboxes, work to pools, both of which answer at once when they are full. So a session is never stuck behind a
slow client or a slow engine, and its mailbox always empties.

Only this task writes the conversation, `Jobs`, `Seats` and `LiveRecognition`. Others put mail into the mailbox; the
session registry reads `clock.deadline`, the inspection page the conversation, both between two steps: no step waits.
"""

import logging
from collections import deque
from typing import Protocol, assert_never

import trio

from actors.deciding.conversation import Conversation, Transition
from actors.deciding.effects import (
    Acknowledge,
    DropQueued,
    Effect,
    End,
    Feed,
    Listen,
    Release,
    Send,
    Start,
    Transcribe,
)
from actors.deciding.events import Admitted, Event, Joined, Left, MemberId, PoolsBusy, Tick
from actors.deciding.machine import step
from actors.ports.calls import Kind
from actors.ports.engines import Engines
from actors.running.jobs import Jobs
from actors.running.listening import LiveRecognition
from actors.running.pool import Pool
from actors.running.seats import Seats
from actors.running.stages import kind_of
from protocol.engineio import Frame
from protocol.messages import CustomError, Names, ServerMessage
from protocol.outgoing import encode_message

log = logging.getLogger(__name__)


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
        """Whether the client at the other end answers a ping within `seconds`.

        Cancelling leaves the ping to the heartbeat.
        """


class NewMember:
    """A socket that joins: its Joined event and its outlet."""

    def __init__(self, joined: Joined, outlet: Outlet) -> None:
        self.joined = joined
        self.outlet = outlet


Mail = Event | NewMember


class Runner:
    """Runs one session; see the module's text. `conversation`: its data, which only this task writes."""

    def __init__(self, conversation: Conversation, engines: Engines, pools: dict[Kind, Pool], names: Names) -> None:
        self.conversation = conversation
        self.mailbox, self._mail = trio.open_memory_channel[Mail](conversation.limits.mailbox)
        self._names = names
        self._outlets: dict[MemberId, Outlet] = {}
        self._seats = Seats(pools)
        self._jobs = Jobs(conversation.id, engines, pools, conversation.limits, self.mailbox)
        self._live = LiveRecognition(engines, self._jobs, self._seats)
        self._logged: Transition | None = None

    async def run(self) -> None:
        """Until the session ends. Cancelling, like any end, stops its work and closes the mailbox."""
        try:
            while not self.conversation.ended:
                await self._take_in_time()
        finally:
            for turn in {*self._jobs.turns, *self._seats.turns, *self._live.turns}:
                self._release(turn)
            self.conversation.let_go()
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
        conversation = self.conversation
        armed = conversation.clock.deadline
        with trio.move_on_at(armed):
            while not conversation.ended and conversation.clock.deadline >= armed:
                self._take(await self._mail.receive())
            return
        while not conversation.ended and (mail := self._waiting()) is not None:
            self._take(mail)
        if not conversation.ended:
            self._take(Tick())

    def _waiting(self) -> Mail | None:
        try:
            return self._mail.receive_nowait()
        except trio.WouldBlock:
            return None

    def _take_in_the_late(self) -> None:
        """Note sockets whose arrival is still in the mailbox, so that `dismiss` closes them like the others."""
        while (mail := self._waiting()) is not None:
            if isinstance(mail, NewMember):
                self._outlets[mail.joined.member] = mail.outlet

    def _take(self, mail: Mail) -> None:
        """Have the session step, and perform what it asks for; what that leads to at once is stepped too."""
        if isinstance(mail, NewMember):
            self._outlets[mail.joined.member] = mail.outlet
            mail = mail.joined
        events: deque[Event] = deque([mail])
        while events:
            for effect in step(self.conversation, events.popleft(), trio.current_time()):
                outcome = self._perform(effect)
                if outcome is not None:
                    events.append(outcome)
            self._log_move()
        if isinstance(mail, Left):
            self._outlets.pop(mail.member, None)

    def _log_move(self) -> None:
        """A line at DEBUG for a transition that has not been logged yet."""
        last = self.conversation.trace[-1] if self.conversation.trace else None
        if last is not None and last is not self._logged:
            self._logged = last
            log.debug("session %s: %s --%s--> %s", self.conversation.id, last.source, last.event, last.dest)

    def _perform(self, effect: Effect) -> Event | None:
        """Do what the session asks for; returns what it must be told of it."""
        match effect:
            case Send(to, message, turn):
                self._send(to, message, turn)
            case Acknowledge(member, ack, error):
                self._outlets[member].acknowledge(ack, error)
            case DropQueued(turn):
                dropped = {member for member, outlet in self._outlets.items() if outlet.drop(turn)}
                for closing in effect.closing_sends(dropped):
                    self._send(closing.to, closing.message, closing.turn)
            case Start():
                return self._start(effect)
            case Listen(job):
                self._live.begin(job, self.conversation.turn.charge)
            case Feed(turn, chunk):
                self._live.feed(turn, chunk)
            case Release(turn):
                self._release(turn)
            case End():
                log.debug("%r ends", self.conversation)
            case _:
                assert_never(effect)
        return None

    def _send(self, to: tuple[MemberId, ...], message: ServerMessage, turn: int | None) -> None:
        frames = encode_message(message, self._names)
        for member in to:
            self._outlets[member].deliver(frames, turn)
        if isinstance(message, CustomError):
            log.warning("session %s: %d %s", self.conversation.id, message.error_id, message.message)

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
