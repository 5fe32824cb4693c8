"""The sockets of a session's members: who is sent what, and what is kept for the Receivers that lose their connection.

Every message of a session goes through here, encoded once, and is taken down on its tape. A Receiver's backlog keeps a
reference to the frames, so a message costs it a tuple and a list's entry. Of Receivers that are there all is forgotten
after a while: a connection that is lost is noticed before that, by its heartbeat. Of one that is absent all is kept
until it comes back, until its time is over, until the bounds of the backlog, or until others need the memory
(`account.SpareCharge`).

Only steps of the session write here, and, between two steps, the registry when a connection is lost or comes back.
"""

import math
from collections.abc import Callable, Iterator
from typing import Final

import trio

from actors.deciding.account import Account, SpareCharge
from actors.deciding.effects import Acknowledge, DropQueued, LeftSound, Resend, Send
from actors.deciding.events import Joined, MemberId
from actors.ports.taping import Tape
from actors.running.outlet import AbsentOutlet, NewMember, Outlet
from actors.running.sentsound import SentSound
from protocol.backlog import NO_BACKLOG, Backlog, BacklogBounds, ResumeMark
from protocol.engineio import Frame
from protocol.messages import AudioDelta, CustomError, Names, ResponseStarted, ServerMessage, SessionJoined
from protocol.outgoing import encode_message
from protocol.resuming import ResumePoint

_EVERY: Final = 15.0
"""Seconds between two looks at what can be forgotten."""


class _MemberOutlet:
    """A member's outlet, and its backlog where it has one; `until`: when the place of an absent member is given up."""

    def __init__(self, outlet: Outlet, backlog: Backlog | None) -> None:
        self.outlet = outlet
        self.backlog = backlog
        self.until = math.inf
        self.is_returning = False
        self.sent = SentSound()


class Outlets:
    """The outlets of a session by its members; see the module's text. `deadline`: when `tidy` has something to do.

    `tape`: None in a session that is not recorded.
    """

    def __init__(
        self,
        names: Names,
        tape: Tape | None,
        account: Account,
        bounds: BacklogBounds,
        note_error: Callable[[CustomError], None],
    ) -> None:
        self.deadline = math.inf
        self._names = names
        self._tape = tape
        self._bounds = bounds
        self._note_error = note_error
        self._places: dict[MemberId, _MemberOutlet] = {}
        self._charge = SpareCharge(account, self._give_up)

    # ---- for the session's steps

    def enter(self, arrival: NewMember, before: int) -> None:
        """A member is there, or is back; `before`: the last turn whose response was over when it came."""
        joined = arrival.joined
        self.deadline = min(self.deadline, *(place.until for place in self._places.values()), math.inf)
        known = self._places.get(joined.member)
        if known is not None:
            known.outlet, known.until, known.is_returning = arrival.outlet, math.inf, False
        else:
            self._places[joined.member] = _MemberOutlet(arrival.outlet, self._new_backlog(joined, before))

    def _new_backlog(self, joined: Joined, before: int) -> Backlog | None:
        if joined.role == "sender" or not self._bounds.bytes:
            return None
        return Backlog(self._bounds, before)

    def remove(self, member: MemberId) -> None:
        """The member is not in the session any more."""
        place = self._places.pop(member, None)
        if place is not None and place.until == math.inf and self._tape is not None:
            self._tape.left(member)
        if place is not None and place.backlog is not None:
            self._charge.hold(self._charge.size - place.backlog.size)

    def perform(self, effect: Send | Resend | Acknowledge | DropQueued) -> None:
        """Do what a step asks for."""
        match effect:
            case Send():
                self._send(effect)
            case Resend(member):
                self._resend(member)
            case Acknowledge(member, ack, error):
                self.acknowledge(member, ack, error)
            case DropQueued(turn):
                for closing in effect.closing_sends(self._drop(turn)):
                    self._send(closing)

    def _send(self, send: Send) -> None:
        message, turn = send.message, send.turn
        frames = encode_message(message, self._names)
        if self._tape is not None:
            self._tape.sent(send.to, message, turn, send.seconds)
        mark = _mark_of(message)
        for member in send.to:
            place = self._places[member]
            if place.backlog is not None and not isinstance(message, SessionJoined):
                self._keep(place.backlog, frames, turn, mark)
            place.sent.note(turn, message)
            place.outlet.deliver(frames, turn)
        if isinstance(message, CustomError):
            self._note_error(message)

    def keep(self, member: MemberId, frames: tuple[Frame, ...]) -> None:
        """A member is sent a message that is about its connection alone; it is kept like all others."""
        place = self._places.get(member)
        if place is not None and place.backlog is not None:
            self._keep(place.backlog, frames, None, None)

    def _keep(self, backlog: Backlog, frames: tuple[Frame, ...], turn: int | None, mark: ResumeMark | None) -> None:
        before, now = backlog.size, trio.current_time()
        backlog.keep(frames, turn, mark, now)
        self._charge.hold(self._charge.size + backlog.size - before)
        if mark is not None:
            self.deadline = min(self.deadline, now + self._bounds.seconds)

    def _resend(self, member: MemberId) -> None:
        place = self._places[member]
        assert place.backlog is not None
        for entry in place.backlog.resume(trio.current_time()):
            place.outlet.deliver(entry.frames, entry.turn)
        self.deadline = min(self.deadline, trio.current_time() + _EVERY)

    def acknowledge(self, member: MemberId, ack: int, error: CustomError | None) -> None:
        """Answer an event that asked for it."""
        self._places[member].outlet.acknowledge(ack, error)

    def _drop(self, turn: int) -> dict[MemberId, LeftSound]:
        """Take this turn's messages out of the outboxes; what has left for those out of whose outbox any were taken."""
        taken = {}
        for member, place in self._places.items():
            if count := place.outlet.drop(turn):
                taken[member] = place.sent.without(turn, count)
                if place.backlog is not None and not isinstance(place.outlet, AbsentOutlet):
                    place.backlog.drop_last(turn, count)
        self._count()
        return taken

    def dismiss(self, fault: CustomError | None) -> None:
        """The session is over: let go of the sockets that are left, telling them of the fault that ended it."""
        members = tuple(member for member, place in self._places.items() if place.until == math.inf)
        if fault is not None:
            self._send(Send(members, fault))
        if self._tape is not None:
            self._tape.dismissed(members)
        for place in self._places.values():
            place.outlet.disconnect()

    def close(self) -> None:
        """Keep nothing any more: the session is over."""
        self._note_error = _no_matter
        self._charge.close()
        self._bounds = NO_BACKLOG
        for place in self._places.values():
            place.backlog = None

    # ---- for who comes and goes

    def lose(self, member: MemberId, until: float) -> bool:
        """The connection of a member is lost, and its place is kept until then; False where there is none to keep."""
        place = self._places.get(member)
        if place is None or place.backlog is None:
            return False
        if place.until == math.inf and self._tape is not None:
            self._tape.left(member, is_lost=True)
        place.backlog.leave()
        place.outlet, place.until, place.is_returning = AbsentOutlet(place.backlog), until, False
        self.deadline = min(self.deadline, until)
        return True

    def can_resume(self, member: MemberId, point: ResumePoint) -> bool:
        """Whether the member could be sent all that is behind `point`."""
        place = self._places.get(member)
        return place is not None and place.backlog is not None and place.backlog.has(point)

    def reserve(self, member: MemberId, point: ResumePoint) -> bool:
        """Whether an absent member can be sent all that is behind `point`; it is kept until it enters, or is lost."""
        place = self._places.get(member)
        if place is None or place.backlog is None or place.is_returning:
            return False
        if not trio.current_time() < place.until < math.inf:
            return False
        place.is_returning = place.backlog.reserve(point)
        return place.is_returning

    def has(self, member: MemberId) -> bool:
        """Whether the member has entered."""
        return member in self._places

    # ---- time and memory

    def tidy(self, now: float) -> list[MemberId]:
        """Forget what nobody lacks by now; returns the absent members whose time is over while others are there."""
        if now < self.deadline:
            return []
        kept = [place for place in self._places.values() if place.backlog is not None]
        is_deserted = all(place.until < math.inf for place in self._places.values())
        over = [] if is_deserted else list(self._over(now))
        for place in kept:
            assert place.backlog is not None
            if place.until == math.inf:
                place.backlog.forget_before(now - self._bounds.seconds)
        self._count()
        has_marks = any(place.backlog is not None and place.backlog.marks for place in kept if place.until == math.inf)
        dues = [place.until for place in self._places.values() if now < place.until < math.inf]
        self.deadline = min([now + _EVERY] * has_marks + dues, default=math.inf)
        return over

    def _over(self, now: float) -> Iterator[MemberId]:
        for member, place in self._places.items():
            if place.until <= now and not place.is_returning:
                yield member

    def _count(self) -> None:
        self._charge.hold(sum(place.backlog.size for place in self._places.values() if place.backlog is not None))

    def _give_up(self) -> None:
        """Others need the memory."""
        for place in self._places.values():
            if place.backlog is not None:
                place.backlog.forget_all()
        self._count()


def _no_matter(error: CustomError) -> None:
    """Nobody is there who would note it."""


def _mark_of(message: ServerMessage) -> ResumeMark | None:
    if isinstance(message, AudioDelta):
        return ResumeMark(part=message.id, ends=message.stream_part_done)
    return ResumeMark(message.turn) if isinstance(message, ResponseStarted) else None
