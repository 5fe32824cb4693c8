"""The session registry: every session by its id, with its Sender, its Receivers and its runner."""

import contextlib
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

import trio
from msgspec import UNSET
from msgspec.structs import replace

from actors.deciding.account import Account
from actors.deciding.admission import check_owner, check_role, choose_session
from actors.deciding.allowances import RETRY_SESSION, Allowance, SubjectRegistry
from actors.deciding.conversation import Conversation, Resolve
from actors.deciding.events import Drain, Event, Joined, MemberId, ShutDown
from actors.deciding.limits import Limits, changes_of
from actors.ports.access import AccessRefused, Doorkeeper, Grant
from actors.ports.calls import Kind
from actors.ports.directory import LONE, SessionDirectory
from actors.ports.engines import Engines
from actors.ports.taping import Recorder, Tape
from actors.ports.watching import ErrorTold, Watcher, unwatched
from actors.running.attendance import Attendance
from actors.running.outlet import NewMember, Outlet
from actors.running.pool import Pool
from actors.running.returning import find_place, find_replaced
from actors.running.session import Runner
from actors.running.sessionrecord import SessionRecord, Ticket
from actors.running.sessiontrace import TracingPlan
from protocol.backlog import MOST_MESSAGES, BacklogBounds
from protocol.chunks import ChunkReader
from protocol.errors import ErrorId, RefusalStatus
from protocol.handshake import Handshake
from protocol.messages import CustomError, Names
from protocol.timing import Timing

log = logging.getLogger(__name__)
FAULT = CustomError("a fault of this server ended the session; connect again", ErrorId.SERVER_FAULT)


class Membership(NamedTuple):
    """A socket's place in a session; `pid`: by which it is known again."""

    session_id: str
    member: MemberId
    runner: Runner
    arrival: NewMember
    grant: Grant
    pid: str


class SharedResources(NamedTuple):
    """The resources that all sessions of a server share."""

    engines: Engines
    pools: dict[Kind, Pool]
    names: Names
    limits: Limits
    resolve: Resolve
    doorkeeper: Doorkeeper
    account: Account
    timing: Timing = Timing()
    watch: Watcher = unwatched
    tracing: TracingPlan = TracingPlan()
    recorder: Recorder | None = None
    directory: SessionDirectory = LONE

    def __repr__(self) -> str:
        return "<SharedResources>"

    @property
    def backlog(self) -> BacklogBounds:
        """What is kept for a Receiver: what fits into an outbox, for as long as a lost connection may not be noticed.

        That is its heartbeat, and the time in which it may take nothing at all.
        """
        timing, most = self.timing, self.limits.resume_bytes if self.limits.grace else 0
        messages = min(MOST_MESSAGES, timing.outbox_messages // 2)
        seconds = timing.ping_interval + 2 * timing.ping_timeout
        return BacklogBounds(min(most, timing.outbox_bytes // 2), messages, seconds)


class SessionRegistry:
    """The sessions of a server by their ids; `spawn` runs a session's task so that its failure reaches no other."""

    def __init__(self, shared: SharedResources, spawn: Callable[[Callable[[], Awaitable[None]]], None]) -> None:
        self.shared = shared
        self.chunks = ChunkReader(shared.names)
        self.draining = False
        self._spawn = spawn
        self.subjects = SubjectRegistry(shared.limits)
        self._records: dict[str, SessionRecord] = {}
        self._attendance = Attendance(self._records)
        self._next_member = 0
        self._session_over = trio.Event()

    def __len__(self) -> int:
        return len(self._records)

    @property
    def sessions(self) -> tuple[Conversation, ...]:
        """The sessions there are."""
        return tuple(record.runner.conversation for record in self._records.values())

    @property
    def is_full(self) -> bool:
        """Whether no session can begin: there are as many as there may be, and none of them is without sockets."""
        if len(self._records) < self.shared.limits.sessions:
            return False
        return not any(record.is_empty for record in self._records.values())

    async def join(self, handshake: Handshake, outlet: Outlet, bearer: str = "") -> Membership:
        """Give a socket its place in a session, which begins where there is none by that id.

        The session knows of the socket when it is told of its `arrival`. A second Sender waits here until the
        first has answered a ping, or has been taken out because it did not. Cancelling takes no place.
        Raises AccessRefused, and OwnedElsewhere where the session is another process's.
        """
        self._check_open()
        grant = await self.shared.doorkeeper.admit((handshake.token, bearer))
        await self._attendance.knows(handshake.pid, self.shared.limits.sender_ping)
        shown = self._known(handshake, grant)
        if shown is not None and handshake.inherits:
            handshake = replace(handshake, role=shown.role, encoding=shown.encoding)
        check_role(grant, handshake.role)
        named = handshake.session_id or ("" if shown is None else shown.session_id)
        session_id = choose_session(grant, named) or str(uuid.uuid4())
        await self.shared.directory.claim(session_id)
        try:
            return await self._join(handshake, outlet, grant, session_id, shown)
        finally:
            self.shared.directory.release(session_id)

    async def _join(
        self, handshake: Handshake, outlet: Outlet, grant: Grant, session_id: str, shown: Ticket | None
    ) -> Membership:
        self._check_owner(grant, session_id)
        await self._attendance.make_way(session_id, grant, handshake, shown, self.shared.limits.sender_ping)
        self._check_open()
        self._check_owner(grant, session_id)  # again: what has waited may find another session by that id
        self._attendance.uses.check(grant)
        return self._let_in(session_id, grant, handshake, outlet, self._known(handshake, grant))

    def _let_in(
        self, session_id: str, grant: Grant, handshake: Handshake, outlet: Outlet, shown: Ticket | None
    ) -> Membership:
        allowance = self.subjects.allowance(grant.subject, grant.limits)
        known = self._records.get(session_id)
        receivers, most = 0 if known is None else len(known.receivers), self.shared.limits.receivers
        if handshake.role != "sender" and receivers >= most:
            raise AccessRefused(RefusalStatus.UNAVAILABLE, f"the session has {most} Receivers already")
        record = known or self._begin(session_id, grant.subject, allowance)
        place = find_place(record, handshake, shown)
        self._next_member += place is None
        ticket = Ticket(session_id, place or self._next_member, handshake.role, handshake.encoding)
        replaces = find_replaced(record, ticket, shown, most)
        pid = self._attendance.enter(record, ticket, outlet, grant, replaces, handshake.pid if shown else "")
        if grant.single_use and grant.expires_at is not None:
            record.bound_until = max(record.bound_until, grant.expires_at)
        tape = record.runner.tape
        resumed = UNSET if handshake.resume is None else handshake.resume if place else False
        joined = Joined(
            ticket.member,
            ticket.role,
            ticket.encoding,
            self.shared.timing.max_payload,
            allowance,
            tape is not None and tape.is_recording,
            resumed,
            replaces,
        )
        return Membership(session_id, ticket.member, record.runner, NewMember(joined, outlet), grant, pid)

    def _known(self, handshake: Handshake, grant: Grant) -> Ticket | None:
        """The place of the socket that the client had before, where its `pid` is good for that now; else as if it had
        shown none: a client of Socket.IO shows the last one that it got, whoever its user is by now.
        """
        ticket = self._attendance.tickets.find(handshake.pid)
        record = None if ticket is None else self._records.get(ticket.session_id)
        if ticket is None or record is None or handshake.session_id not in ("", ticket.session_id):
            return None
        try:
            choose_session(grant, ticket.session_id)
            check_owner(grant, record.subject)
        except AccessRefused:
            return None
        return ticket

    def _check_open(self) -> None:
        if self.draining:
            raise AccessRefused(RefusalStatus.UNAVAILABLE, "the server is going down; connect again in a moment")

    def _check_owner(self, grant: Grant, session_id: str) -> None:
        record = self._records.get(session_id)
        if record is not None:
            check_owner(grant, record.subject)

    def _begin(self, session_id: str, subject: str, allowance: Allowance) -> SessionRecord:
        self._make_room(subject, allowance)
        shared = self.shared
        now = trio.current_time()
        conversation = Conversation(
            session_id, shared.limits, shared.resolve, shared.engines.analyst, now, shared.account
        )
        conversation.tells_words = shared.tracing.words
        share, tape = shared.tracing.share, self._tape(session_id, subject)
        runner = Runner(
            conversation,
            shared.engines,
            shared.pools,
            shared.names,
            self._spawn,
            shared.watch,
            share,
            tape,
            shared.backlog,
        )
        record = SessionRecord(runner, subject, allowance.usage)
        self._records[session_id] = record
        shared.directory.hold(session_id)
        record.usage.sessions += 1
        self._spawn(lambda: self._run(session_id, record))
        return record

    def _tape(self, session_id: str, subject: str) -> Tape | None:
        """The tape of a session that begins; None where nothing is recorded."""
        recorder, limits = self.shared.recorder, self.shared.limits
        return None if recorder is None else recorder.open(session_id, subject, changes_of(limits))

    def _make_room(self, subject: str, allowance: Allowance) -> None:
        """Raises AccessRefused where the subject, or the server, has all its sessions and none can be ended."""
        most, records = allowance.limits.sessions, self._records.values()
        if most is not None and allowance.usage.sessions >= most:
            own = [record for record in records if record.subject == subject]
            if not (most and self._evict(own, len(own) + 1 - most)):
                message = f"you have {most} sessions already; end one of them, and try again"
                raise AccessRefused(RefusalStatus.OVER_LIMIT, message, RETRY_SESSION)
        most = self.shared.limits.sessions
        if len(records) >= most and not self._evict(records, len(records) + 1 - most):
            raise AccessRefused(RefusalStatus.UNAVAILABLE, f"there are {most} sessions already; try again later")

    def _evict(self, records: Iterable[SessionRecord], count: int) -> bool:
        """End so many of these that have no socket, those whose grace ends first; False where there are fewer.

        Otherwise a client that joins and leaves again and again fills the server with sessions in their grace period.
        More than one has to go where the limit is lower than it was, by another token or by SIGHUP.
        """
        empty = [record for record in records if record.is_empty]
        if len(empty) < count:
            return False
        empty.sort(key=lambda record: record.runner.conversation.clock.ends_at)
        for record in empty[:count]:
            try:
                record.runner.mailbox.send_nowait(ShutDown())
            except trio.WouldBlock:
                return False
            self._forget(record)
        return True

    def _forget(self, record: SessionRecord) -> None:
        """The session is known no more, and its subject may have another; what was forgotten before is not again."""
        session_id = record.runner.conversation.id
        if self._records.get(session_id) is record:
            del self._records[session_id]
            record.usage.sessions -= 1
            bound = max(record.bound_until - time.time(), 0.0) + self.shared.limits.grace if record.bound_until else 0.0
            self.shared.directory.release(session_id, bound)

    async def _run(self, session_id: str, record: SessionRecord) -> None:
        """The task of one session: an exception in it ends this session alone."""
        fault, why = None, "the server was ended"
        try:
            await record.runner.run()
            why = self._why_over(session_id, record)
        except Exception:
            fault, why = FAULT, "a fault of this server"
            record.runner.log.note_fault()
            self.shared.watch(ErrorTold(FAULT.error_id))
        finally:
            self._forget(record)
            record.runner.outlets.dismiss(fault)
            self._attendance.end(record)
            record.runner.log.note_end(why, trio.current_time())
            if record.runner.tape is not None:
                record.runner.tape.close(why)
            record.is_over = True
            self._session_over.set()
            self._session_over = trio.Event()

    def _why_over(self, session_id: str, record: SessionRecord) -> str:
        if self.draining:
            return "the server went down"
        is_known = self._records.get(session_id) is record
        return "nobody was in it for its grace" if is_known else "it made room for another session"

    async def leave(self, membership: Membership, *, may_return: bool = False) -> None:
        """Take a socket out of its session, if it is still there; `may_return`: its connection was lost.

        Waits while the mailbox is full. Cancelling leaves it in: the caller calls again.
        """
        record = self._records.get(membership.session_id)
        if record is not None and record.runner is membership.runner:
            for gone in membership.arrival.joined.replaces if not record.runner.outlets.has(membership.member) else ():
                await self._attendance.leave(record, gone)  # the session never heard that they are replaced
            await (self._attendance.lose if may_return else self._attendance.leave)(record, membership.member)

    async def finish_turns(self, seconds: int) -> None:
        """Join no socket any more and begin no turn; wait for those that run, which is to take no longer than that.

        Cancelling ends the waiting; no turn begins all the same.
        """
        self.draining = True
        await self._tell_all(Drain(seconds))
        for record in list(self._records.values()):
            if not record.is_empty:  # nobody joins any more, so nobody comes back for the rest of an answer
                await record.runner.finish_turn()

    async def drain(self) -> None:
        """Join no socket any more, end every session, disconnect its sockets, and wait until all have ended.

        Cancelling ends the waiting; sessions whose mailbox was full go on.
        """
        self.draining = True
        for record in await self._tell_all(ShutDown()):
            while not record.is_over:
                await self._session_over.wait()

    async def _tell_all(self, event: Event) -> list[SessionRecord]:
        records = list(self._records.values())
        for record in records:
            with contextlib.suppress(trio.BrokenResourceError):  # it was over by then
                await record.runner.mailbox.send(event)
        return records
