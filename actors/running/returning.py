"""Who comes back: the `pid` by which a client shows that a socket is its own, and the place that it takes again.

A `pid` is Socket.IO's: 128 random bits in the answer to a CONNECT, which its client for JavaScript shows at the next
one. It stands for one member of one session, and a CONNECT with it that is accepted brings another. The old one is good
until something comes from the client, because the answer with the new one may be lost; but it takes the place of no
socket that is alive. A `pid` opens nothing: whoever shows it needs a token for that session all the same, and where it
cannot be used it counts as none, because a stock client cannot help sending it. It is forgotten when its client leaves
by a DISCONNECT, or has been away for the grace period.
"""

import math
import secrets
from typing import Final

import trio

from actors.deciding.events import MemberId
from actors.running.sessionrecord import SessionRecord, Ticket
from protocol.handshake import Handshake

PID_BYTES: Final = 16
MOST_AWAY: Final = 10_000
"""Tickets of clients that are away, of all sessions. At the bound the one that was lost longest ago is forgotten."""


class Tickets:
    """Every ticket by its `pid`."""

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}
        self._pids: dict[MemberId, str] = {}
        self._members: dict[str, tuple[MemberId, ...]] = {}  # that have one, by their session
        self._shown: dict[MemberId, str] = {}  # by which it came back, until it is known to have the next one
        self._away: dict[MemberId, float] = {}  # until when it may come back, in the order of their losses

    def __len__(self) -> int:
        return len(self._tickets)

    def issue(self, ticket: Ticket, shown: str) -> str:
        """A new `pid` for a socket that is let in; `shown`: the one by which it was known, "" for none.

        That one is good until `confirm`: the answer that has the new one may be lost with its connection.
        """
        before = self._tickets.get(shown)
        if before is not None:
            self.drop(before.member)
            self._tickets[shown] = ticket
            self._shown[ticket.member] = shown
        elif ticket.member in self._pids:  # the place of another, which was absent
            self.drop(ticket.member)
        pid = secrets.token_urlsafe(PID_BYTES)
        self._tickets[pid] = ticket
        self._pids[ticket.member] = pid
        self._members[ticket.session_id] = (*self._members.get(ticket.session_id, ()), ticket.member)
        return pid

    def confirm(self, member: MemberId) -> None:
        """The client has the last `pid` of this member: the one before is good no more."""
        shown = self._shown.pop(member, None)
        if shown is not None:
            del self._tickets[shown]

    def is_shown(self, pid: str) -> bool:
        """Whether a client has come back by this `pid` already."""
        ticket = self._tickets.get(pid)
        return ticket is not None and self._shown.get(ticket.member) == pid

    def find(self, pid: str) -> Ticket | None:
        """The ticket of a `pid`, None where there is none, or it is too late."""
        ticket = self._tickets.get(pid)
        if ticket is None or self._away.get(ticket.member, math.inf) <= trio.current_time():
            return None
        return ticket

    def of(self, member: MemberId) -> Ticket | None:
        """The ticket of a member."""
        pid = self._pids.get(member)
        return None if pid is None else self._tickets[pid]

    def keep(self, member: MemberId, until: float) -> None:
        """The connection of a member is lost; its client may come back until then."""
        if member not in self._pids:
            return
        self._away.pop(member, None)
        self._away[member] = until
        now = trio.current_time()
        while self._away:
            first = next(iter(self._away))
            if self._away[first] > now and len(self._away) <= MOST_AWAY:
                return
            self.drop(first)

    def drop(self, member: MemberId) -> None:
        """A member is gone for good, or has another `pid`; nothing where it has none."""
        self._away.pop(member, None)
        self.confirm(member)
        pid = self._pids.pop(member, None)
        if pid is not None:
            session_id = self._tickets.pop(pid).session_id
            others = tuple(one for one in self._members.pop(session_id) if one != member)
            if others:
                self._members[session_id] = others

    def end(self, session_id: str) -> None:
        """The session is over."""
        for member in self._members.get(session_id, ()):
            self.drop(member)


def find_place(record: SessionRecord, handshake: Handshake, shown: Ticket | None) -> MemberId | None:
    """The absent member that resumes by this handshake, which is reserved for it; None where there is none.

    With a ticket it is that one or none. Without, it is the last one with the same handshake that has what is lacking.
    """
    outlets, point = record.runner.outlets, handshake.resume
    if point is None:
        return None
    for ticket in reversed(record.absent.values()):
        is_meant = shown is None or shown.member == ticket.member
        if is_meant and is_alike(ticket, handshake) and outlets.reserve(ticket.member, point):
            return ticket.member
    return None


def find_replaced(record: SessionRecord, ticket: Ticket, shown: Ticket | None, most: int) -> tuple[MemberId, ...]:
    """The absent members whose place is given up for a socket: the one that it was, a Sender where it is one, and what
    would be more than `most` Receivers.
    """
    others = [absent for absent in record.absent.values() if absent.member != ticket.member]
    given_up = [
        absent.member
        for absent in others
        if (shown is not None and absent.member == shown.member) or "receiver" not in (absent.role, ticket.role)
    ]
    kept = [absent.member for absent in others if absent.member not in given_up]
    excess = len(kept) + len(record.receivers) + (ticket.role != "sender") - most
    return (*given_up, *kept[: max(0, excess)])


def can_resume(record: SessionRecord, ticket: Ticket, handshake: Handshake) -> bool:
    """Whether a member, absent or not, could be the one that resumes by this handshake."""
    point = handshake.resume
    return point is not None and is_alike(ticket, handshake) and record.runner.outlets.can_resume(ticket.member, point)


def is_alike(ticket: Ticket, handshake: Handshake) -> bool:
    """Whether a socket with this handshake would be sent the same, byte for byte."""
    return (ticket.role, ticket.encoding) == (handshake.role, handshake.encoding)
