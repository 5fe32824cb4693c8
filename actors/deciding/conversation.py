"""The data of a session, plain and grouped: members, configuration, utterance, turn and memory.

Nothing here decides. `machine.py` is the only writer of `state`; the actions that a row of `table.py` names write the
rest, with a Step in hand.

Terms: docs/glossary.md.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from actors.deciding.account import Account
from actors.deciding.allowances import Allowance
from actors.deciding.events import MemberId, Resolved
from actors.deciding.limits import Limits
from actors.deciding.microphone import ListeningState, Speculation
from actors.deciding.summary import SessionSummary
from actors.deciding.timeline import Timeline
from actors.deciding.turn import Turn, UtteranceBuffer
from actors.ports.answering import Exchange
from actors.ports.callcontext import shorten
from actors.ports.engines import Analyst
from actors.ports.listening import NO_REFERENCE, Reference
from protocol.configuration import Configuration, Named
from protocol.connecting import Role
from protocol.handshake import Encoding
from protocol.states import State

Resolve = Callable[[Configuration, Named], Resolved]
"""What the catalogue makes of what is asked and named; it changes nothing and never raises."""


class Participant(NamedTuple):
    """A member. `holds`: it can duck and pause its sound. `knows_names`: it was told `arkit`'s names.

    `is_absent`: its connection was lost. It is sent everything all the same, which is kept for it.
    """

    id: MemberId
    role: Role
    encoding: Encoding
    holds: bool = False
    knows_names: bool = False
    is_absent: bool = False


class Transition(NamedTuple):
    """One line of the trace: the state left, the event, the state entered, when, and the deadline by then."""

    source: State
    event: str
    dest: State
    at: float
    deadline: float


class SessionConfiguration:
    """The configuration: what is `asked` in all, which fields the client has `named`, and what is `in_force`."""

    def __init__(self) -> None:
        self.asked = Configuration()
        self.named: Named = frozenset()
        self.in_force = Configuration()


class RecalledAnswer(NamedTuple):
    """An answer that was cut at `at`, of which `exchange` and `cut_after` were remembered; its words may be found."""

    turn: Turn
    at: float
    exchange: Exchange
    cut_after: str


class SessionMemory:
    """The memory of turns that are over.

    `history`: what was said and answered, oldest first. `first_audio_ms`: how long after its commit the last turn was
    first heard, -1 where it was not. `cut_after`: the words after which the last answer was cut, "" where it was not.
    `stood_in`: whether another model stood in for the one that was asked. `note`: what a model wants to be told again.
    `stream_header`: the head of the recorder's stream, for the utterances that go on without one. `unanswered`:
    transcripts that wait for `response.create`. `echo_told`: whether the Sender was told that its microphone hears the
    avatar. `recalled`: the last answer that was cut, while its words are looked for.
    """

    def __init__(self) -> None:
        self.history: list[Exchange] = []
        self.recalled: RecalledAnswer | None = None
        self.first_audio_ms = -1
        self.cut_after = ""
        self.stood_in = False
        self.note = ""
        self.stream_header = b""
        self.unanswered: list[str] = []
        self.echo_told = False


class Clock:
    """Times in seconds of one monotonic clock.

    `begun`: when the session began. `entered`: when its state did. `touched`: when the state was last given a reason to
    go on, as each chunk gives one. `ends_at`: when the session ends for want of sockets. `deadline`: when it must next
    be told of the time. `complained`: when a chunk was last refused because nothing is configured. `quiet_at`: when the
    sound of the last turn had been played, or was cut.
    """

    def __init__(self, now: float, ends_at: float) -> None:
        self.begun = now
        self.entered = now
        self.touched = now
        self.ends_at = ends_at
        self.deadline = ends_at
        self.complained = -math.inf
        self.quiet_at = -math.inf


class Conversation:
    """One session's data; see the module's text. `account`: the server's memory, of which each turn takes its own.
    `allowance`: what the Sender that came last may use.

    `microphone`: what an open microphone hears; None without turn detection. `shadow`: the conversation as it would be
    if the speaker had finished, in which a draft is tried. `played`: the sound of the last turn that had any.
    `summary`: the turns that are over. `tells_words`: whether who watches is told words.
    `is_draining`: the server goes down, and no turn may begin.
    """

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
        self.limits = limits
        self.resolve = resolve
        self.analyst = analyst
        self.account = account or Account()
        self.allowance = Allowance()
        self.state: State = State.IDLE
        self.ended = False
        self.is_draining = False
        self.participants: dict[MemberId, Participant] = {}
        self.configuration = SessionConfiguration()
        self.utterance = UtteranceBuffer()
        self.turn = Turn(0, self.configuration.in_force)
        self.memory = SessionMemory()
        self.clock = Clock(now, now + limits.grace)
        self.trace: list[Transition] = []
        self.microphone: ListeningState | None = None
        self.shadow: Conversation | None = None
        self.played: Timeline | None = None
        self.speculation = Speculation()
        self.summary = SessionSummary()
        self.tells_words = False
        self._works = 0
        self._streams = 0

    def __repr__(self) -> str:
        who = f"{len(self.senders)} sender(s) and {len(self.receivers)} receiver(s)"
        return f"<Session {shorten(self.id)} {self.state} in turn {self.turn.number} with {who}>"

    @property
    def senders(self) -> tuple[MemberId, ...]:
        """The Sender, where there is one, absent or not."""
        return tuple(one.id for one in self.participants.values() if one.role != "receiver")

    @property
    def has_sender(self) -> bool:
        """Whether a Sender is there. A plain loop, because each chunk of an utterance asks."""
        for one in self.participants.values():  # noqa: SIM110
            if one.role != "receiver" and not one.is_absent:
                return True
        return False

    @property
    def is_deserted(self) -> bool:
        """Whether every member is absent."""
        return all(one.is_absent for one in self.participants.values())

    @property
    def receivers(self) -> tuple[MemberId, ...]:
        """The Receivers, absent ones too."""
        return tuple(one.id for one in self.participants.values() if one.role != "sender")

    @property
    def holders(self) -> tuple[MemberId, ...]:
        """The Receivers that can duck and pause their sound."""
        return tuple(one.id for one in self.participants.values() if one.holds and one.role != "sender")

    @property
    def last_over(self) -> int:
        """The number of the last turn that is over."""
        is_between = self.state in (State.IDLE, State.HANDSHAKEN)
        return self.turn.number if is_between else self.turn.number - 1

    def refer(self, since: float, until: float) -> Reference:
        """What was estimated to play in that time, in seconds of the session's clock; nothing where echo is not asked
        for. It changes nothing, so the microphone's task may ask between two steps.
        """
        microphone = self.microphone
        timeline = self.turn.timeline if len(self.turn.timeline) else self.played
        if microphone is None or microphone.settings.echo != "auto" or timeline is None:
            return NO_REFERENCE
        return Reference(timeline.playing(since, until), microphone.contest is not None)

    def next_work(self) -> int:
        """A number for jobs that had none before; without drafts it is the turn's."""
        self._works += 1
        return self._works

    def next_stream(self) -> int:
        """A number for a stream of samples."""
        self._streams += 1
        return self._streams

    def let_go(self) -> None:
        """Release all that is held: the session is over, or has broken."""
        self.utterance = UtteranceBuffer()
        self.turn.charge.close()
        if self.microphone is not None and self.microphone.undecided is not None:
            self.microphone.undecided.charge.close()
        self.microphone = self.shadow = self.played = self.memory.recalled = None
