"""Who is in the sessions: sockets that come in, leave, are lost, and take the place of others.

A place is taken from a socket that is not there any more, although the server has not noticed: the network of a client
that has been lost for a minute may have told nobody. Who shows the `pid` of a socket is the client that it belonged to,
and gets its place at once. All others wait until it has answered a ping, or has not.
"""

import logging

import trio

from actors.deciding.events import Left, Lost, MemberId
from actors.ports.access import AccessRefused, Grant
from actors.running.outlet import Outlet
from actors.running.returning import Tickets, can_resume
from actors.running.sessionrecord import SessionRecord, Ticket
from actors.running.singleuse import Holder, SingleUses
from protocol.errors import RefusalStatus
from protocol.handshake import Handshake
from protocol.states import State

log = logging.getLogger(__name__)
_HAS_SENDER = "the session has a Sender already; join as receiver, or start another session"


class Attendance:
    """The members of all sessions; `records`: the sessions by their ids. `uses`: of tokens for a single use."""

    def __init__(self, records: dict[str, SessionRecord]) -> None:
        self.uses = SingleUses()
        self.tickets = Tickets()
        self._records = records

    # ---- who comes

    def enter(
        self,
        record: SessionRecord,
        ticket: Ticket,
        outlet: Outlet,
        grant: Grant,
        replaces: tuple[MemberId, ...],
        shown: str,
    ) -> str:
        """A socket has its place, and those that it replaces have lost theirs; returns the `pid` for its client.

        `shown`: the `pid` by which it is known, "" for none.
        """
        record.add(ticket, outlet)
        self.uses.take(grant, Holder(ticket.member, outlet))
        pid = self.tickets.issue(ticket, shown)
        for gone in replaces:
            record.remove(gone)
            self.tickets.drop(gone)
        return pid

    async def knows(self, pid: str, seconds: float) -> None:
        """Find out whether a `pid` that was shown before is good still: its socket must not answer within `seconds`.

        Cancelling finds out nothing.
        """
        ticket = self.tickets.find(pid) if self.tickets.is_shown(pid) else None
        record = None if ticket is None else self._records.get(ticket.session_id)
        outlet = None if ticket is None or record is None else record.outlet_of(ticket.member)
        if ticket is not None and outlet is not None and await outlet.is_alive(seconds):
            self.tickets.confirm(ticket.member)

    async def make_way(
        self, session_id: str, grant: Grant, handshake: Handshake, shown: Ticket | None, seconds: float
    ) -> None:
        """Take out the sockets in whose place this one comes: at once the one whose `pid` it has `shown`, and those
        that do not answer a ping within `seconds`. Raises AccessRefused where one does answer. Cancelling ends that.
        """
        record = self._records.get(session_id)
        if shown is not None and record is not None:
            await self._displace(record, shown.member)
        await self._make_way_of_guest(session_id, grant, seconds)
        if handshake.role != "receiver":
            await self._make_way_of_sender(session_id, seconds)
        elif handshake.resume is not None and shown is None and record is not None:
            await self._make_way_of_receivers(record, handshake, seconds)

    async def _make_way_of_sender(self, session_id: str, seconds: float) -> None:
        first = self._sender_of(session_id)
        if first is None:
            return
        record, member, outlet = first
        alive = await outlet.is_alive(seconds)
        if not alive and self._sender_of(session_id) == first:
            await self._displace(record, member)
        if self._sender_of(session_id) is not None:  # the first, or another that was as quick as this one
            raise AccessRefused(RefusalStatus.HAS_SENDER, _HAS_SENDER)

    async def _make_way_of_guest(self, session_id: str, grant: Grant, seconds: float) -> None:
        """Take out the socket of a token for a single use if it does not answer its ping. Raises AccessRefused."""
        first = self.uses.holder(grant)
        if first is not None and not await first.outlet.is_alive(seconds):
            record = self._records.get(session_id)
            if record is not None and self.uses.holder(grant) == first:
                await self._displace(record, first.member)
        self.uses.check(grant)

    async def _make_way_of_receivers(self, record: SessionRecord, handshake: Handshake, seconds: float) -> None:
        """Take out those that do not answer of the Receivers that this one may be, unless it may be an absent one."""
        if any(can_resume(record, ticket, handshake) for ticket in record.absent.values()):
            return
        async with trio.open_nursery() as nursery:
            for member in record.receivers:
                ticket = self.tickets.of(member)
                if ticket is not None and can_resume(record, ticket, handshake):
                    nursery.start_soon(self._displace_dead, record, member, seconds)

    async def _displace_dead(self, record: SessionRecord, member: MemberId, seconds: float) -> None:
        outlet = record.outlet_of(member)
        if outlet is not None and not await outlet.is_alive(seconds) and record.outlet_of(member) is outlet:
            await self._displace(record, member)

    async def _displace(self, record: SessionRecord, member: MemberId) -> None:
        """Take out a socket in whose place another one comes. Nothing where it is not there."""
        outlet = record.outlet_of(member)
        if outlet is not None:
            await self.lose(record, member)
            outlet.disconnect()

    def _sender_of(self, session_id: str) -> tuple[SessionRecord, MemberId, Outlet] | None:
        record = self._records.get(session_id)
        return None if record is None or record.sender is None else (record, *record.sender)

    # ---- who goes

    async def lose(self, record: SessionRecord, member: MemberId) -> None:
        """The connection of a member is lost: a Receiver is absent from now on, and any client may come back.

        Waits while the mailbox is full. Cancelling leaves it in: the caller calls again.
        """
        conversation, ticket = record.runner.conversation, self.tickets.of(member)
        until = trio.current_time() + conversation.limits.grace
        self.tickets.keep(member, until)
        can_return = conversation.state is not State.IDLE and not conversation.is_draining
        if ticket is None or not can_return or not record.runner.outlets.lose(member, until):
            await self._take_out(record, Left(member))
            return
        await self._take_out(record, Lost(member))
        record.absent[member] = ticket

    async def leave(self, record: SessionRecord, member: MemberId) -> None:
        """A member has left for good. Waits while the mailbox is full.

        Cancelling leaves it in: the caller calls again.
        """
        self.tickets.drop(member)
        await self._take_out(record, Left(member))

    async def _take_out(self, record: SessionRecord, event: Left | Lost) -> None:
        try:
            await record.runner.mailbox.send(event)
        except trio.BrokenResourceError:
            log.debug("%r was over by then", record.runner.conversation)
        record.remove(event.member)  # only now: what is cancelled above is done again
        self.uses.release(event.member, record.runner.conversation.limits.grace)

    def end(self, record: SessionRecord) -> None:
        """The session is over."""
        for member in record.members:
            self.uses.release(member, record.runner.conversation.limits.grace)
            self.tickets.drop(member)
        session_id = record.runner.conversation.id
        if self._records.get(session_id) in (None, record):  # and not another one that has begun by its id
            self.tickets.end(session_id)
