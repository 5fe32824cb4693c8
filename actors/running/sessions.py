"""The session registry: every session by its id, with its Sender, its Receivers and its runner."""

import contextlib
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

import trio

from actors.deciding.account import Account
from actors.deciding.admission import check_owner, check_role, choose_session
from actors.deciding.allowances import RETRY_SESSION, Allowance, SubjectRegistry, SubjectUsage
from actors.deciding.conversation import Conversation, Resolve
from actors.deciding.events import Drain, Event, Joined, Left, MemberId, ShutDown
from actors.deciding.limits import Limits, changes_of
from actors.ports.access import AccessRefused, Doorkeeper, Grant
from actors.ports.calls import Kind
from actors.ports.directory import LONE, SessionDirectory
from actors.ports.engines import Engines
from actors.ports.taping import Recorder, Tape
from actors.ports.watching import ErrorTold, Watcher, unwatched
from actors.running.outlet import NewMember, Outlet
from actors.running.pool import Pool
from actors.running.session import Runner
from actors.running.sessiontrace import TracingPlan
from actors.running.singleuse import Holder, SingleUses
from protocol.chunks import ChunkReader
from protocol.errors import ErrorId, RefusalStatus
from protocol.handshake import Handshake
from protocol.messages import MAX_PAYLOAD, CustomError, Names

log = logging.getLogger(__name__)
FAULT = CustomError("a fault of this server ended the session; connect again", ErrorId.SERVER_FAULT)


class Membership(NamedTuple):
    """A socket's place in a session."""

    session_id: str
    member: MemberId
    runner: Runner
    arrival: NewMember
    grant: Grant


class SessionRecord:
    """The registry's entry of one session; `subject` began it, and `usage` is what that has used."""

    def __init__(self, runner: Runner, subject: str, usage: SubjectUsage) -> None:
        self.runner = runner
        self.subject = subject
        self.usage = usage
        self.sender: tuple[MemberId, Outlet] | None = None
        self.receivers: tuple[MemberId, ...] = ()
        self.is_over = False
        self.bound_until = 0.0  # seconds since 1970: then the last token for a single use that came here expires

    @property
    def members(self) -> tuple[MemberId, ...]:
        """Its sockets; one that is Sender and Receiver is twice among them."""
        return (*(() if self.sender is None else self.sender[:1]), *self.receivers)


class SharedResources(NamedTuple):
    """The resources that all sessions of a server share."""

    engines: Engines
    pools: dict[Kind, Pool]
    names: Names
    limits: Limits
    resolve: Resolve
    doorkeeper: Doorkeeper
    account: Account
    max_payload: int = MAX_PAYLOAD
    watch: Watcher = unwatched
    tracing: TracingPlan = TracingPlan()
    recorder: Recorder | None = None
    directory: SessionDirectory = LONE

    def __repr__(self) -> str:
        return "<SharedResources>"


class SessionRegistry:
    """The sessions of a server by their ids; `spawn` runs a session's task so that its failure reaches no other."""

    def __init__(self, shared: SharedResources, spawn: Callable[[Callable[[], Awaitable[None]]], None]) -> None:
        self.shared = shared
        self.chunks = ChunkReader(shared.names)
        self.draining = False
        self._spawn = spawn
        self.subjects = SubjectRegistry(shared.limits)
        self._records: dict[str, SessionRecord] = {}
        self._uses = SingleUses()
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
        return all(record.sender is not None or record.receivers for record in self._records.values())

    async def join(self, handshake: Handshake, outlet: Outlet, bearer: str = "") -> Membership:
        """Give a socket its place in a session, which begins where there is none by that id.

        The session knows of the socket when it is told of its `arrival`. A second Sender waits here until the
        first has answered a ping, or has been taken out because it did not. Cancelling takes no place.
        Raises AccessRefused, and OwnedElsewhere where the session is another process's.
        """
        self._check_open()
        grant = await self.shared.doorkeeper.admit((handshake.token, bearer))
        check_role(grant, handshake.role)
        session_id = choose_session(grant, handshake.session_id) or str(uuid.uuid4())
        await self.shared.directory.claim(session_id)
        try:
            return await self._join(handshake, outlet, grant, session_id)
        finally:
            self.shared.directory.release(session_id)

    async def _join(self, handshake: Handshake, outlet: Outlet, grant: Grant, session_id: str) -> Membership:
        self._check_owner(grant, session_id)
        await self._make_way_of_guest(session_id, grant)
        if handshake.role != "receiver":
            await self._make_way(session_id)
        self._check_open()
        self._check_owner(grant, session_id)  # again: what has waited may find another session by that id
        self._uses.check(grant)
        allowance = self.subjects.allowance(grant.subject, grant.limits)
        known = self._records.get(session_id)
        receivers, most = 0 if known is None else len(known.receivers), self.shared.limits.receivers
        if handshake.role != "sender" and receivers >= most:
            raise AccessRefused(RefusalStatus.UNAVAILABLE, f"the session has {most} Receivers already")
        record = known or self._begin(session_id, grant.subject, allowance)
        self._next_member += 1
        member = self._next_member
        if handshake.role != "receiver":
            record.sender = (member, outlet)
        if handshake.role != "sender":
            record.receivers = (*record.receivers, member)
        self._uses.take(grant, Holder(member, outlet))
        if grant.single_use and grant.expires_at is not None:
            record.bound_until = max(record.bound_until, grant.expires_at)
        tape = record.runner.tape
        is_recorded = tape is not None and tape.is_recording
        joined = Joined(member, handshake.role, handshake.encoding, self.shared.max_payload, allowance, is_recorded)
        arrival = NewMember(joined, outlet)
        return Membership(session_id, member, record.runner, arrival, grant)

    def _check_open(self) -> None:
        if self.draining:
            raise AccessRefused(RefusalStatus.UNAVAILABLE, "the server is going down; connect again in a moment")

    def _check_owner(self, grant: Grant, session_id: str) -> None:
        record = self._records.get(session_id)
        if record is not None:
            check_owner(grant, record.subject)

    async def _make_way(self, session_id: str) -> None:
        """Take out a Sender that does not answer its ping. Raises AccessRefused where it does answer."""
        first = self._sender_of(session_id)
        if first is None:
            return
        record, member, outlet = first
        alive = await outlet.is_alive(self.shared.limits.sender_ping)
        if not alive and self._sender_of(session_id) == first:
            await self._leave(record, member)
            outlet.disconnect()
        if self._sender_of(session_id) is not None:  # the first, or another that was as quick as this one
            raise AccessRefused(
                RefusalStatus.HAS_SENDER, "the session has a Sender already; join as receiver, or start another session"
            )

    async def _make_way_of_guest(self, session_id: str, grant: Grant) -> None:
        """Take out the socket of a token for a single use if it does not answer its ping. Raises AccessRefused."""
        first = self._uses.holder(grant)
        if first is not None and not await first.outlet.is_alive(self.shared.limits.sender_ping):
            record = self._records.get(session_id)
            if record is not None and self._uses.holder(grant) == first:
                await self._leave(record, first.member)
                first.outlet.disconnect()
        self._uses.check(grant)

    def _sender_of(self, session_id: str) -> tuple[SessionRecord, MemberId, Outlet] | None:
        record = self._records.get(session_id)
        return None if record is None or record.sender is None else (record, *record.sender)

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
            conversation, shared.engines, shared.pools, shared.names, self._spawn, shared.watch, share, tape
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
        """End so many of these that have no member, those whose deadlines are nearest; False where there are fewer.

        Otherwise a client that joins and leaves again and again fills the server with sessions in their grace period.
        More than one has to go where the limit is lower than it was, by another token or by SIGHUP.
        """
        empty = [record for record in records if record.sender is None and not record.receivers]
        if len(empty) < count:
            return False
        empty.sort(key=lambda record: record.runner.conversation.clock.deadline)
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
            record.runner.dismiss(fault)
            for member in record.members:
                self._uses.release(member, self.shared.limits.grace)
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

    async def leave(self, membership: Membership) -> None:
        """Take a socket out of its session, if it is still there. Waits while the mailbox is full.

        Cancelling leaves it in: the caller calls again.
        """
        record = self._records.get(membership.session_id)
        if record is not None and record.runner is membership.runner:
            await self._leave(record, membership.member)

    async def _leave(self, record: SessionRecord, member: MemberId) -> None:
        try:
            await record.runner.mailbox.send(Left(member))
        except trio.BrokenResourceError:
            log.debug("%r was over by then", record.runner.conversation)
        if record.sender is not None and record.sender[0] == member:  # only now: what is cancelled above is done again
            record.sender = None
        record.receivers = tuple(receiver for receiver in record.receivers if receiver != member)
        self._uses.release(member, self.shared.limits.grace)

    async def finish_turns(self, seconds: int) -> None:
        """Join no socket any more and begin no turn; wait for those that run, which is to take no longer than that.

        Cancelling ends the waiting; no turn begins all the same.
        """
        self.draining = True
        await self._tell_all(Drain(seconds))
        for record in list(self._records.values()):
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
