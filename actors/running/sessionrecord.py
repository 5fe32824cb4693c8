"""The registry's entry of one session: whose it is, and who is in it."""

from collections.abc import Iterator
from typing import NamedTuple

from actors.deciding.allowances import SubjectUsage
from actors.deciding.events import MemberId
from actors.running.outlet import Outlet
from actors.running.session import Runner
from protocol.connecting import Role
from protocol.handshake import Encoding


class Ticket(NamedTuple):
    """The place of one socket: which member of which session it is, and its handshake."""

    session_id: str
    member: MemberId
    role: Role
    encoding: Encoding


class SessionRecord:
    """The registry's entry of one session; `subject` began it, and `usage` is what that has used.

    `sender` and `receivers` are the sockets that are there. `absent`: the members that may come back, by when they were
    lost.
    """

    def __init__(self, runner: Runner, subject: str, usage: SubjectUsage) -> None:
        self.runner = runner
        self.subject = subject
        self.usage = usage
        self.sender: tuple[MemberId, Outlet] | None = None
        self.receivers: dict[MemberId, Outlet] = {}
        self.absent: dict[MemberId, Ticket] = {}
        self.is_over = False
        self.bound_until = 0.0  # seconds since 1970: then the last token for a single use that came here expires

    @property
    def is_empty(self) -> bool:
        """Whether no socket is there."""
        return self.sender is None and not self.receivers

    @property
    def members(self) -> Iterator[MemberId]:
        """All members, absent ones too; one that is Sender and Receiver is twice among them."""
        if self.sender is not None:
            yield self.sender[0]
        yield from self.receivers
        yield from self.absent

    def outlet_of(self, member: MemberId) -> Outlet | None:
        """The socket of a member that is there."""
        if self.sender is not None and self.sender[0] == member:
            return self.sender[1]
        return self.receivers.get(member)

    def add(self, ticket: Ticket, outlet: Outlet) -> None:
        """A member is there."""
        self.absent.pop(ticket.member, None)
        if ticket.role != "receiver":
            self.sender = (ticket.member, outlet)
        if ticket.role != "sender":
            self.receivers[ticket.member] = outlet

    def remove(self, member: MemberId) -> None:
        """A member is not there any more, and nor is it absent."""
        if self.sender is not None and self.sender[0] == member:
            self.sender = None
        self.receivers.pop(member, None)
        self.absent.pop(member, None)
