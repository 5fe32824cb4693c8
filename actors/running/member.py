"""A member: one socket of a session, between its Socket.IO events and the session's mailbox."""

import logging
import math
import secrets
from collections.abc import Sequence
from typing import assert_never, cast

import trio
from msgspec import UNSET
from msgspec.structs import astuple

from actors.deciding.events import Said
from actors.deciding.membership import WRONG_ROLE
from actors.deciding.windows import whole_seconds
from actors.ports.access import AccessRefused
from actors.ports.directory import OwnedElsewhere
from actors.ports.watching import ErrorTold
from actors.running.membertape import MemberTape
from actors.running.relaying import (
    NO_RELAYS,
    Arrivals,
    MemberConnection,
    NearConnection,
    RelayedSocket,
    RelayRequest,
    Relays,
)
from actors.running.session import Mail
from actors.running.sessions import Membership, SessionRegistry
from protocol import engineio
from protocol.connecting import Acknowledgement, ErrorData, ErrorObject
from protocol.engineio import Frame
from protocol.errors import BadMessage, CloseReason, ErrorId, RefusalStatus, RemoteProtocolError
from protocol.handshake import BadHandshake, Handshake, read_auth, read_handshake
from protocol.incoming import read_event
from protocol.messages import ClientMessage, CustomError, ServerMessage, SessionUpdated
from protocol.multiplex import AckCame, Came, ConnectAsked, EventCame, EventLost, Multiplex, NamespaceLeft
from protocol.outgoing import encode_message
from protocol.socketio import ACK, CONNECT, Packet, encode
from protocol.timing import Waits
from protocol.tolerant import show
from protocol.tracecontext import read_traceparent
from protocol.websocket import Received

log = logging.getLogger(__name__)
NAMESPACE = "/"
MESSAGE = str(engineio.MESSAGE)


class Member:
    """The application of a connection (see `connection.py`) and the outlet of its session (see `session.py`)."""

    def __init__(
        self,
        connection: MemberConnection,
        arrivals: Arrivals,
        session_registry: SessionRegistry,
        waits: Waits,
        relays: Relays = NO_RELAYS,
    ) -> None:
        self._connection = connection
        self._arrivals = arrivals
        self._session_registry = session_registry
        self._waits = waits
        self._relays = relays
        self._multiplex = Multiplex(waits, trio.current_time())
        self._membership: Membership | None = None
        self._relayed: RelayedSocket | None = None  # while another process has its session
        self._tape: MemberTape | None = None

    # ---- the application of a connection

    @property
    def deadline(self) -> float:
        """The time at which `tick` has to be called."""
        return self._multiplex.deadline if self._relayed is None else math.inf

    @property
    def is_joined(self) -> bool:
        """Whether it is in a session."""
        return self._membership is not None

    async def receive(self, message: Frame) -> None:
        """Take in a Socket.IO packet, or a part of one. Waits while the session's mailbox is full.

        Raises RemoteProtocolError. Cancelling may lose the event; the connection is over then.
        """
        if self._tape is not None:
            self._tape.size += len(message)
        if self._relayed is not None and await self._relayed.receive(message):
            return
        for came in self._multiplex.receive(message, trio.current_time()):
            await self._take(came)

    def take(self, frames: Sequence[Received]) -> int:
        """Take in the chunks of sound with which `frames` begins, where they change nothing but the utterance.

        Returns how many frames were taken; nothing is done about the others, which are for `receive`. Never waits.
        """
        if self._membership is None:
            return 0
        chunks = self._session_registry.chunks
        return self._multiplex.take_chunks(frames, trio.current_time(), chunks, self._extend)

    def _extend(self, audio: bytes, ack: int | None, now: float) -> bool:
        membership = self._membership
        if membership is None or self._connection.is_closed:
            return False
        return membership.runner.extend(membership.member, audio, ack, now)

    async def tick(self) -> None:
        """End what is overdue: a CONNECT, or an event's attachment. Cancelling may lose the event, as in `receive`."""
        for came in self._multiplex.tick(trio.current_time()):
            await self._take(came)

    async def closed(self) -> None:
        """The session has lost this member: the connection is gone. Cancelling may leave the session unaware of it."""
        if self._relayed is not None:
            self._relayed.leave()
        await self._leave(may_return=True)

    async def _take(self, came: Came) -> None:
        match came:
            case EventCame():
                await self._take_event(came)
            case ConnectAsked():
                await self._connect(came)
            case NamespaceLeft():
                self._arrivals.note_left(self._connection)
                await self._leave()
            case EventLost():
                self._complain(BadMessage(ErrorId.UNREADABLE, f"{show(came.name)} is lost: {came.why}"), came.ack)
            case AckCame():
                log.debug("%s: an ack that nobody waits for", self._connection.address)
            case _:
                assert_never(came)

    async def _connect(self, asked: ConnectAsked) -> None:
        if asked.namespace != NAMESPACE:
            self._connection.send(self._multiplex.refuse(asked.namespace, {"message": "Invalid namespace"}))
            return
        opening = self._connection.opening
        try:
            handshake = read_handshake(asked.auth, opening.query, self._session_registry.shared.names)
            self._check_rate()
            membership = await self._join(handshake, asked)
        except BadHandshake as bad:
            self._refuse(RefusalStatus.BAD_HANDSHAKE, str(bad))
        except AccessRefused as refusal:
            self._refuse(refusal.status, str(refusal), refusal.retry_after)
        else:
            if membership is not None:
                self._follow(membership, handshake.traceparent or opening.traceparent)
                await self._enter(membership, asked)

    async def _join(self, handshake: Handshake, asked: ConnectAsked) -> Membership | None:
        """Its place in a session, None where another process has that, which answers then. Raises AccessRefused."""
        try:
            return await self._session_registry.join(handshake, self, self._connection.opening.bearer)
        except OwnedElsewhere as elsewhere:
            owner = elsewhere.owner
        [connect] = encode(Packet(CONNECT, asked.namespace, data=asked.auth))
        assert isinstance(connect, str)
        near = cast(NearConnection, self._connection)  # who has relays stands on a connection that is here
        request = RelayRequest(near, self._arrivals, connect.removeprefix(MESSAGE), self._end_relay)
        self._relayed = await self._relays.open(owner, request)
        if self._connection.is_closed:
            self._relayed.leave()
        return None

    def _end_relay(self) -> None:
        """The process that had its session has refused it or let it go; what comes now is as after an opening."""
        self._relayed = None
        self._multiplex = Multiplex(self._waits, trio.current_time())
        self._connection.note_change()

    def _follow(self, membership: Membership, traceparent: str) -> None:
        """Have the session's turns be traced below the place that the client told; the Sender's counts."""
        trace = membership.runner.trace
        if traceparent and (trace.caller is None or membership.arrival.joined.role != "receiver"):
            try:
                trace.caller = read_traceparent(traceparent)
            except ValueError as error:
                log.info("%s: its traceparent is ignored: %s", self._connection.address, error)

    def _tape_for(self, membership: Membership, asked: ConnectAsked) -> MemberTape | None:
        """Where this member is taken down from now on; None where the session is not recorded."""
        tape = membership.runner.tape
        if tape is None:
            return None
        own = MemberTape(tape, membership.member)
        names = self._session_registry.shared.names
        own.joined(membership.grant.subject, read_auth(asked.auth, self._connection.opening.query, names))
        return own

    async def _enter(self, membership: Membership, asked: ConnectAsked) -> None:
        """Answer the CONNECT, and only then tell the session, which greets each new member."""
        self._membership = membership
        if self._connection.is_closed:  # it went away while it waited to be let in
            return await self._leave(may_return=True)
        self._arrivals.note_joined(self._connection)
        self._connection.send(self._multiplex.accept(NAMESPACE, secrets.token_urlsafe(15), membership.pid))
        self._tape = self._tape_for(membership, asked)
        return await self._tell(membership.arrival)

    def _check_rate(self) -> None:
        waits = self._arrivals.ask_to_join(self._connection)
        if waits:
            raise AccessRefused(RefusalStatus.OVER_LIMIT, "too many CONNECTs came from your address; wait", waits)

    def _refuse(self, status: RefusalStatus, message: str, waits: float | None = None) -> None:
        retry_after = UNSET if waits is None else whole_seconds(waits)
        refused = ErrorObject("Error", message, ErrorData(message, status, retry_after))
        self._connection.send(self._multiplex.refuse(NAMESPACE, refused))
        log.warning("%s: refused: %d %s", self._connection.address, status, message)

    async def _take_event(self, came: EventCame) -> None:
        membership = self._membership
        if membership is None:
            return
        try:
            message = read_event(came.name, came.arguments, self._session_registry.shared.names)
        except BadMessage as bad:
            self._note(came, None, membership)
            if membership.arrival.joined.role == "receiver" and bad.error_id is not ErrorId.UNKNOWN_EVENT:
                bad = BadMessage(ErrorId.WRONG_ROLE, WRONG_ROLE)
            self._complain(bad, came.ack)
            if bad.error_id is ErrorId.BAD_CONFIGURATION:
                self._send(SessionUpdated(membership.session_id, False))
        else:
            self._note(came, message, membership)
            await self._tell(Said(membership.member, message, came.ack))

    def _note(self, came: EventCame, message: ClientMessage | None, membership: Membership) -> None:
        if self._tape is not None:
            self._tape.came(came, message, membership.runner.conversation.configuration.in_force.stt.media_format)

    async def _tell(self, mail: Mail) -> None:
        """Have the session take the mail; one that does not empty its mailbox in time has lost this socket."""
        assert self._membership is not None
        try:
            self._membership.runner.tell(mail)
        except trio.WouldBlock:
            await self._tell_patiently(self._membership, mail)
        except trio.BrokenResourceError:
            self._find_session_over()

    async def _tell_patiently(self, membership: Membership, mail: Mail) -> None:
        with trio.move_on_after(self._session_registry.shared.limits.mailbox_wait) as scope:
            try:
                await membership.runner.mailbox.send(mail)
            except trio.BrokenResourceError:
                self._find_session_over()
        if scope.cancelled_caught:
            raise RemoteProtocolError("the session does not keep up", CloseReason.SERVER_CLOSED)

    def _find_session_over(self) -> None:
        log.debug("%s: the session is over", self._connection.address)
        self.disconnect()

    async def _leave(self, *, may_return: bool = False) -> None:
        """Leave the session. Where this is cancelled, as by the end of the connection, `closed` does it again."""
        if self._membership is not None:
            await self._session_registry.leave(self._membership, may_return=may_return)
            self._membership = None

    def _send(self, message: ServerMessage) -> None:
        if self._tape is not None:
            self._tape.sent(message)
        frames = encode_message(message, self._session_registry.shared.names)
        if self._membership is not None:
            self._membership.runner.outlets.keep(self._membership.member, frames)
        self._connection.send(frames)

    def _complain(self, bad: BadMessage, ack: int | None) -> None:
        """An event that never reached the session: `custom.error` to this socket, a line in the log, and its ack."""
        error = CustomError(bad.message, bad.error_id)
        self._send(error)
        self._session_registry.shared.watch(ErrorTold(bad.error_id))
        log.warning("%s: %d %s", self._connection.address, error.error_id, error.message)
        if ack is not None:
            self.acknowledge(ack, error)

    # ---- the outlet of a session

    def deliver(self, frames: tuple[Frame, ...], turn: int | None) -> None:
        """Queue a message; `turn` says whose it is."""
        if self._membership is not None:
            self._connection.send(frames, turn)

    def drop(self, turn: int) -> int:
        """Take this turn's messages out of the queue again; returns how many there were."""
        dropped = self._connection.drop(turn)
        if self._tape is not None:
            self._tape.dropped(turn, dropped)
        return dropped

    def acknowledge(self, ack: int, error: CustomError | None) -> None:
        """Answer an event that asked for it."""
        answer = Acknowledgement(True) if error is None else Acknowledgement(False, *astuple(error))
        if self._tape is not None:
            self._tape.acknowledged(ack, answer)
        self._connection.send(encode(Packet(ACK, ack=ack, data=[answer])))

    def disconnect(self) -> None:
        """Take the socket out of the session for good."""
        if self._membership is not None:
            self._membership = None
            self._connection.send(self._multiplex.disconnect(NAMESPACE, trio.current_time()))
        self._connection.close(CloseReason.SERVER_CLOSED)

    async def is_alive(self, seconds: float) -> bool:
        """Whether the client answers a ping within `seconds`. Cancelling leaves the ping to the heartbeat."""
        return await self._connection.is_alive(seconds)
