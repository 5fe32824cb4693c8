"""A session: `step(event, now)` changes its state by the table and returns what is to be done; no I/O, no clock.

The session owns the conversation: who is in it, its configuration, the utterance that is being received, the turn that
is in the air, and what earlier turns said. `table.py` owns which event leads where; the functions that a row names are
in `hearing.py` and `answering.py`. actors/running/session.py performs the effects.
"""

import math
from collections.abc import Callable
from typing import Final, NamedTuple

from actors.deciding import answering, hearing, naming, table
from actors.deciding.account import Account
from actors.deciding.effects import Acknowledge, Effect, End, Release, Send
from actors.deciding.events import (
    Drain,
    Event,
    Joined,
    Left,
    MemberId,
    Resolved,
    Said,
    Tick,
)
from actors.deciding.limits import Limits
from actors.deciding.turn import Turn, Utterance
from actors.ports.answering import Exchange
from actors.ports.engines import Analyst
from protocol.configuration import Configuration, Named
from protocol.connecting import Role
from protocol.errors import ErrorId
from protocol.handshake import Encoding
from protocol.messages import CustomError, ResponseCancel, ServerMessage, SessionJoined, SessionState
from protocol.states import State

Resolve = Callable[[Configuration, Named], Resolved]

_NOTHING: Final = Tick()
WRONG_ROLE = "only the Sender may send this; connect with role sender or both"


class Member(NamedTuple):
    """A socket of the session."""

    id: MemberId
    role: Role
    encoding: Encoding


class Transition(NamedTuple):
    """One line of the trace: the state left, the event, the state entered, when, and the deadline by then."""

    source: State
    event: str
    dest: State
    at: float
    deadline: float


class Session:
    """The state of one conversation; see the module's text. Times are in seconds of one monotonic clock."""

    def __init__(
        self,
        session_id: str,
        limits: Limits,
        resolve: Resolve,
        analyst: Analyst,
        now: float,
        account: Account | None = None,
    ) -> None:
        self.id = session_id
        self.account = account or Account()
        self.state: State = State.IDLE
        self.limits = limits
        self.members: dict[MemberId, Member] = {}
        self.history: list[Exchange] = []
        self.trace: list[Transition] = []
        self.configuration = Configuration()
        self.deadline = now + limits.grace
        self.ended = False
        self.resolve = resolve
        self.analyst = analyst
        self.asked = Configuration()
        self.named: Named = frozenset()
        self.turn = Turn(0, self.configuration)
        self.last_turn = self.turn
        self.cut_after = ""
        self.stood_in = False
        self.utterance = Utterance()
        self.stream_header = b""
        self.begun = now
        self.entered = now
        self.touched = now
        self.ends_at = now + limits.grace
        self.complained = -math.inf
        self.now = now
        self.event: Event = _NOTHING
        self.said: Said | None = None
        self.refusal: CustomError | None = None
        self.resolved = Resolved(self.configuration)
        self.effects: list[Effect] = []

    def __repr__(self) -> str:
        who = f"{len(self.senders)} sender(s) and {len(self.receivers)} receiver(s)"
        return f"<Session {self.id} {self.state} in turn {self.turn.number} with {who}>"

    # ---- who is there

    @property
    def senders(self) -> tuple[MemberId, ...]:
        """The Sender, where there is one."""
        return tuple(member.id for member in self.members.values() if member.role != "receiver")

    @property
    def receivers(self) -> tuple[MemberId, ...]:
        """The Receivers."""
        return tuple(member.id for member in self.members.values() if member.role != "sender")

    # ---- the one entrance

    def step(self, event: Event, now: float) -> list[Effect]:
        """Take in one event at time `now`; the effects are to be performed in order. Never raises for what peers do."""
        effects: list[Effect] = []
        self.effects = effects
        self.event, self.now = event, now
        match event:
            case Said():
                self._hear(event)
            case Joined():
                self._join(event)
            case Left():
                self._leave(event)
            case Tick():
                self._tick()
            case Drain():
                self._drain()
            case _:
                if event.turn == self.turn.number:
                    self.run(naming.name_result(self, event))
                    if self.state in table.ANSWER and self.turn.parts.has_due:
                        self.run("sound")
        self.deadline = self._find_deadline()
        self._forget_event()
        return effects

    def _forget_event(self) -> None:
        """Until the next event nothing of this one is kept: it may hold a chunk, or the sound of a part."""
        self.event, self.said, self.effects = _NOTHING, None, []

    def run(self, event: str) -> None:
        """Find the row for `event` in this state, act on it, and move."""
        rule = table.LOOKUP[self.state, event]
        source = self.state
        for action in rule.ends:
            ACTIONS[action](self)
        if rule.dest is not None:
            self._move(event)
        for action in rule.begins:
            ACTIONS[action](self)
        if rule.dest is not None:
            self.trace.append(Transition(source, event, self.state, self.now, self._find_deadline()))
            del self.trace[: -self.limits.trace]

    def _move(self, event: str) -> None:
        source = self.state
        table.MACHINE.events[event].trigger(self)
        self.entered = self.touched = self.now
        if self.state is not source:
            self.send(tuple(self.members), SessionState(self.state.value))

    # ---- what a client says

    def _hear(self, said: Said) -> None:
        self.said, self.refusal = said, None
        member = self.members.get(said.member)
        if member is None:
            return
        if member.role == "receiver" and not isinstance(said.message, ResponseCancel):
            self.refuse(ErrorId.WRONG_ROLE, WRONG_ROLE)
        else:
            name = naming.name_message(self, said)
            if name:
                self.run(name)
        if said.ack is not None:
            self.effects.append(Acknowledge(said.member, said.ack, self.refusal))

    # ---- sockets and time

    def _join(self, joined: Joined) -> None:
        self.members[joined.member] = Member(joined.member, joined.role, joined.encoding)
        self.ends_at = math.inf
        self._suspend_or_resume(joined.role)
        self.send((joined.member,), SessionJoined(self.id, joined.role, self.state.value, joined.max_payload))

    def _leave(self, left: Left) -> None:
        member = self.members.pop(left.member, None)
        if member is None:
            return
        self._suspend_or_resume(member.role)
        if self.members:
            return
        # Not ended here, though an idle session's time is over: a socket whose arrival is in the mailbox would be lost.
        self.ends_at = self.now + (0.0 if self.state is State.IDLE else self.limits.grace)
        self.run("abandon")

    def _suspend_or_resume(self, role: Role) -> None:
        """An utterance waits for its Sender to come back; its deadline counts from when the Sender left or came."""
        if self.state is State.RECEIVING and role != "receiver":
            self.touched = self.now

    def _tick(self) -> None:
        if self.ended or self.now < self.deadline:
            return
        if self.now >= self.ends_at:
            self._end()
        elif self._is_played():
            self.run("played")
        else:
            self.run("deadline")

    def _drain(self) -> None:
        if self.state in table.TURN:
            answering.cancel(self)
        self._end()

    def _end(self) -> None:
        self.ended = True
        self.let_go()
        self.effects += [Release(self.turn.number), End()]

    def let_go(self) -> None:
        """Hold nothing any more: the session is over, or has broken."""
        self.utterance = Utterance()
        self.turn.charge.close()

    def _is_played(self) -> bool:
        turn = self.turn
        return self.state is State.SPEAKING and turn.is_over and self.now >= turn.timeline.plays_until

    def _find_deadline(self) -> float:
        """When the session must be told of the time: the end of its state, of the sound, or of its own grace."""
        match self.state:
            case State.RECEIVING:
                wait = self.limits.receiving if self.senders else self.limits.grace
                return min(self.ends_at, self.touched + wait)
            case State.TRANSCRIBING:
                return min(self.ends_at, self.entered + self.limits.transcribing)
            case State.RESPONDING:
                return min(self.ends_at, self.entered + self.limits.responding)
            case State.SPEAKING:
                played = self.turn.timeline.plays_until
                return played if self.turn.is_over else max(self.touched, played) + self.limits.speaking
            case _:
                return self.ends_at

    # ---- for the actions

    def begin_turn(self) -> None:
        """A new turn, with the configuration in force now."""
        self.last_turn = self.turn
        self.turn = Turn(self.turn.number + 1, self.configuration, self.limits.parts_ahead, self.account.open())

    def send(self, to: tuple[MemberId, ...], message: ServerMessage, turn: int | None = None) -> None:
        """Have `message` sent, where anybody is there to get it; `turn`: to be dropped when that turn is cut."""
        if to:
            self.effects.append(Send(to, message, turn))

    def refuse(self, error_id: ErrorId, message: str) -> None:
        """What the client said cannot be done: it is told, and its ack says so."""
        assert self.said is not None
        self.refusal = CustomError(message, error_id)
        self.send((self.said.member,), self.refusal)


ACTIONS: dict[table.Action, Callable[[Session], None]] = {
    "configure": hearing.configure,
    "refuse_update": hearing.refuse_update,
    "refuse_unconfigured": hearing.refuse_unconfigured,
    "begin_utterance": hearing.begin_utterance,
    "extend_utterance": hearing.extend_utterance,
    "overflow_utterance": hearing.overflow_utterance,
    "crowd_out_utterance": hearing.crowd_out_utterance,
    "refuse_straggler": hearing.refuse_straggler,
    "refuse_empty_commit": hearing.refuse_empty_commit,
    "refuse_crowded_commit": hearing.refuse_crowded_commit,
    "transcribe": hearing.transcribe,
    "drop_utterance": hearing.drop_utterance,
    "expire_utterance": hearing.expire_utterance,
    "tell_words": hearing.tell_words,
    "tell_transcript": hearing.tell_transcript,
    "take_text": hearing.take_text,
    "refuse_while_receiving": hearing.refuse_while_receiving,
    "refuse_blank_text": hearing.refuse_blank_text,
    "refuse_long_text": hearing.refuse_long_text,
    "refuse_crowded_text": hearing.refuse_crowded_text,
    "respond": answering.respond,
    "note_delivery": answering.note_delivery,
    "retract": answering.retract,
    "write": answering.write,
    "finish_text": answering.finish_text,
    "finish_unspoken": answering.finish_unspoken,
    "keep_sound": answering.keep_sound,
    "send_sound": answering.send_sound,
    "finish_turn": answering.finish_turn,
    "interrupt": answering.interrupt,
    "cancel": answering.cancel,
    "abandon": answering.abandon,
    "fail": answering.fail,
    "expire": answering.expire,
}
"""What the names in the table's rows stand for."""
