"""A notation for tests of a session without I/O: `pb >> event << effect << effect`, on a clock that is a number.

    pb >> append(b"mp3") << state("receiving") << BufferInitialized
    pb >> later(30.0) << ErrorId.DEADLINE << state("handshaken")

What follows `<<` is the next thing the session asks for: a message or its type, whoever it is for; `to(2, message)` for
exactly these members; an ErrorId for a `custom.error` of that id; an effect or its type; the type of a job for its
Start; a tuple for one after the other. Whatever is not named before the next `>>`, or by the end of the test, fails.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

from msgspec.structs import replace

from actors.deciding.conversation import Conversation
from actors.deciding.effects import Acknowledge, DropQueued, Effect, Feed, Job, Listen, Note, Release, Send, Start
from actors.deciding.events import (
    Admitted,
    Answered,
    Delivered,
    Event,
    Failed,
    Joined,
    Left,
    MemberId,
    PoolsBusy,
    Recognised,
    Resolved,
    Retracted,
    Said,
    Spoken,
    Tick,
    Words,
    Written,
)
from actors.deciding.limits import Limits
from actors.deciding.machine import step
from actors.ports.answering import Delivery
from actors.ports.calls import Kind
from actors.ports.mouth import Mark, MouthMade
from actors.ports.sound import Clip, Sound, Target
from actors.ports.watching import Observation
from actors.running.stages import kind_of
from protocol.audioformat import AudioFormat
from protocol.configuration import Configuration, Named, read_update
from protocol.connecting import Role
from protocol.errors import ErrorId
from protocol.handshake import Encoding
from protocol.messages import (
    BufferAppend,
    BufferClear,
    BufferCommit,
    CaptureError,
    ClientMessage,
    InputText,
    Metrics,
    Reason,
    ResponseCancel,
    ResponseCancelled,
    ServerMessage,
    SessionState,
)
from protocol.states import State
from tests.scripted import ScriptedAnalyst

ME: MemberId = 1
"""The socket that is there from the start, Sender and Receiver in one."""
MP3 = AudioFormat("mp3")
WAV = AudioFormat("wav")
NOBODY = "nobody"
"""A provider that the catalogue of a Playbook does not know."""
_MOST_TICKS = 50
_MESSAGES: tuple[type, ...] = get_args(ServerMessage)
_JOBS: tuple[type, ...] = get_args(Job)


class Later(NamedTuple):
    """Time passes; the session is told of each deadline that comes."""

    seconds: float


class To(NamedTuple):
    """A message for exactly these members."""

    members: tuple[MemberId, ...]
    message: Any


Cue = Callable[["Playbook"], Event]
"""An event that depends on how far the conversation is: the result of a stage carries the number of the turn."""


class Unexpected(AssertionError):
    """The session did something else than the test says."""


def accept(asked: Configuration, _named: Named = frozenset()) -> Resolved:
    """A catalogue that has every provider but NOBODY, and changes nothing."""
    if asked.llm.provider.name == NOBODY:
        return Resolved(asked, error_id=ErrorId.UNKNOWN_PROVIDER, message="LLM.provider: nobody is unknown")
    return Resolved(asked)


class Playbook:
    """A session, the time, and what it has asked for that no `<<` has named yet; see the module's text."""

    def __init__(self, limits: Limits | None = None, role: Role = "both", encoding: Encoding | None = None) -> None:
        self.now = 1000.0
        self.conversation = Conversation("s", limits or Limits(), accept, ScriptedAnalyst(), self.now)
        self.pools_are_full = False
        self.jobs: list[Job] = []
        self.listening: list[Listen | Feed] = []
        """What a recogniser that listens while it is spoken was offered; not among what `<<` names."""
        self.observations: list[Observation] = []
        """What who watches was told; not among what `<<` names."""
        self._due: list[Effect] = []
        self._script: list[str] = []
        self._play(Joined(ME, role, encoding or Encoding()))
        self._due.clear()

    # ---- the notation

    def __rshift__(self, event: Event | Cue | Later) -> "Playbook":
        """Something happens."""
        self.finish()
        self._script.append(f">> {event if not callable(event) else event.__qualname__.split('.')[0]}")
        if isinstance(event, Later):
            self._pass(event.seconds)
        else:
            self._play(event(self) if callable(event) else event)
        return self

    def __lshift__(self, expected: Any) -> "Playbook":
        """The session asks for this next."""
        for one in expected if type(expected) is tuple else (expected,):
            if not self._due or not _fits(self._due[0], one):
                self._fail(f"expected: {one}")
            self._script.append(f"<< {self._due.pop(0)}")
        return self

    def finish(self) -> None:
        """Nothing is left that was not expected."""
        if self._due:
            self._fail("expected: nothing more")

    def _fail(self, expected: str) -> None:
        due, self._due = self._due, []
        came = "\n          ".join(map(str, due)) or "nothing"
        trace = "\n    ".join(map(str, self.conversation.trace))
        script = "\n    ".join(self._script)
        raise Unexpected(
            f"{expected}\n    came: {came}\n    {script}\n{self.conversation!r} at {self.now:g}\n    {trace}"
        )

    # ---- the conversation

    def at(self, state: State) -> "Playbook":
        """Go the plain way to `state`, from the start, and expect nothing of it."""
        way: dict[State, tuple[Said | Cue, ...]] = {
            State.IDLE: (),
            State.HANDSHAKEN: (update(),),
            State.RECEIVING: (append(),),
            State.TRANSCRIBING: (commit(),),
            State.RESPONDING: (recognised("How are you?"),),
            State.SPEAKING: (written("Fine and well, thanks."), answered(), spoken(3.0)),
        }
        for where, events in way.items():
            for event in events:
                self._play(event(self) if callable(event) else event)
            if where is state:
                break
        assert self.conversation.state is state
        return self.skip()

    def skip(self) -> "Playbook":
        """What is due is not of interest here."""
        self._due.clear()
        return self

    def skip_all(self) -> tuple[Effect, ...]:
        """What is due, which the test looks at by itself."""
        due = self.due
        self._due.clear()
        return due

    @property
    def due(self) -> tuple[Effect, ...]:
        """What was asked for and not named yet."""
        return tuple(self._due)

    def refusals(self) -> list[int]:
        """The acks that are due, of which those that say that something was wrong are given by their ids."""
        acks = [effect for effect in self._due if isinstance(effect, Acknowledge)]
        self._due = [effect for effect in self._due if effect not in acks]
        return [ack.ack for ack in acks if ack.error is not None]

    @property
    def turn(self) -> int:
        """The number of the turn in the air."""
        return self.conversation.turn.number

    def _play(self, event: Event) -> None:
        effects = step(self.conversation, event, self.now)
        starts = [effect for effect in effects if isinstance(effect, Start)]
        self.jobs += [start.job for start in starts]
        self.listening += [effect for effect in effects if isinstance(effect, Listen | Feed)]
        self.observations += [effect.observation for effect in effects if isinstance(effect, Note)]
        self._due += [effect for effect in effects if not isinstance(effect, Listen | Feed | Note)]
        for start in starts:
            if start.admit:  # what the session's task tells at once
                turn = start.job.turn
                self._play(PoolsBusy(turn, kind_of(start.job)) if self.pools_are_full else Admitted(turn))

    def _pass(self, seconds: float) -> None:
        until = self.now + seconds
        for _ in range(_MOST_TICKS):
            if self.conversation.ended or self.conversation.clock.deadline > until:
                break
            self.now = max(self.now, self.conversation.clock.deadline)
            self._play(Tick())
        else:
            self._fail(f"expected: an end of the deadlines within {seconds:g} s")
        self.now = until


def _fits(effect: Effect, expected: Any) -> bool:
    match effect, expected:
        case Send(members, message), To():
            return members == expected.members and _fits(Send((), message), expected.message)
        case Send(_, message), ErrorId():
            return getattr(message, "error_id", None) is expected
        case Send(_, message), type() if expected in _MESSAGES:
            return isinstance(message, expected)
        case Start(job), type() if expected in _JOBS:
            return isinstance(job, expected)
        case _, type():
            return isinstance(effect, expected)
        case Send(_, message), _ if isinstance(expected, _MESSAGES):
            return bool(message == expected)
        case _:
            return bool(effect == expected)


# ---- what happens


def later(seconds: float) -> Later:
    """Time passes."""
    return Later(seconds)


def joined(member: MemberId, role: Role = "both", encoding: Encoding | None = None) -> Joined:
    """A socket comes."""
    return Joined(member, role, encoding or Encoding())


def left(member: MemberId = ME) -> Left:
    """A socket is gone."""
    return Left(member)


def _said(message: ClientMessage) -> Said:
    return Said(ME, message)


def by(member: MemberId, event: Said) -> Said:
    """The same, from another socket."""
    return replace(event, member=member)


def asking(ack: int, event: Said) -> Said:
    """The same, asking for an ack."""
    return replace(event, ack=ack)


def update(**sections: Mapping[str, object]) -> Said:
    """`session.update`: update(LLM={"stream": True})."""
    return _said(read_update(sections))


def append(audio: bytes = b"sound") -> Said:
    """A chunk of audio."""
    return _said(BufferAppend(audio))


def commit() -> Said:
    """The utterance is complete."""
    return _said(BufferCommit())


def error_commit() -> Said:
    """The Sender's capture failed."""
    return _said(BufferCommit(CaptureError("the microphone is gone")))


def clear() -> Said:
    """The utterance is thrown away."""
    return _said(BufferClear())


def text(words: str) -> Said:
    """A typed turn."""
    return _said(InputText(words))


def cancel() -> Said:
    """The response is to stop."""
    return _said(ResponseCancel())


def words(said: str, turn: int | None = None) -> Cue:
    """The words so far; of the turn in the air, as all that follow, where `turn` names no other."""
    return lambda pb: Words(turn or pb.turn, said)


def recognised(said: str, language: str = "", turn: int | None = None) -> Cue:
    """The transcript."""
    return lambda pb: Recognised(turn or pb.turn, said, "", language)


def written(piece: str, turn: int | None = None) -> Cue:
    """A piece of the answer."""
    return lambda pb: Written(turn or pb.turn, piece)


def delivered(delivery: Delivery, turn: int | None = None) -> Cue:
    """How the answer wants to be spoken."""
    return lambda pb: Delivered(turn or pb.turn, delivery)


def retracted(turn: int | None = None) -> Cue:
    """The answer so far is taken back."""
    return lambda pb: Retracted(turn or pb.turn)


def answered(turn: int | None = None) -> Cue:
    """The answer is complete."""
    return lambda pb: Answered(turn or pb.turn)


def spoken(
    seconds: float,
    *targets: AudioFormat | Target,
    part: int = 0,
    last: bool = True,
    without: Mapping[AudioFormat, str] | None = None,
    turn: int | None = None,
    mouth: MouthMade | None = None,
    words: tuple[Mark, ...] = (),
    kept: Clip | None = None,
) -> Cue:
    """A part's sound is there, `last`: all of it: for these formats, or mp3, but for those that failed."""
    wanted = [target if isinstance(target, Target) else Target(target) for target in targets or (MP3,)]
    sounds = {target: (Sound(b"<%s>" % str(target.format).encode(), seconds),) for target in wanted}
    failures = {Target(format_): why for format_, why in (without or {}).items()}
    return lambda pb: Spoken(turn or pb.turn, part, sounds, failures, last, mouth=mouth, words=words, kept=kept)


def silent(part: int = 0, *, last: bool = True, turn: int | None = None, mouth: MouthMade | None = None) -> Cue:
    """The synthesiser goes on with a part, or with `last` ends it, and no more sound of it is there."""
    return lambda pb: Spoken(turn or pb.turn, part, {}, {}, last, mouth=mouth)


def failed(stage: Kind = "LLM", error_id: ErrorId = ErrorId.MODEL_FAILED, turn: int | None = None) -> Cue:
    """A stage could not do its work."""
    return lambda pb: Failed(turn or pb.turn, stage, error_id, "the provider is down; try again")


# ---- what the session asks for


def to(members: MemberId | tuple[MemberId, ...], message: Any) -> To:
    """A message for exactly these members."""
    return To(members if isinstance(members, tuple) else (members,), message)


def state(name: str) -> SessionState:
    """`session.state`."""
    return SessionState(name)


def acknowledged(ack: int, member: MemberId = ME) -> Acknowledge:
    """The ack of an event that was taken."""
    return Acknowledge(member, ack)


def cut(reason: Reason) -> tuple[object, ...]:
    """How a response ends early of which no part is left to close, and whose Metrics have not been sent."""
    return (DropQueued, ResponseCancelled(reason), Metrics, Release)
