"""No sequence of events, whatever its order, leaves a session without a way on, or a response that is broken."""

from collections import Counter, defaultdict
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from actors.deciding.conversation import Conversation
from actors.deciding.effects import (
    Acknowledge,
    Answer,
    DropQueued,
    Effect,
    End,
    Job,
    Release,
    Send,
    Speak,
    Start,
    Transcribe,
)
from actors.deciding.events import (
    Admitted,
    Answered,
    Event,
    Failed,
    Joined,
    Left,
    MemberId,
    PoolsBusy,
    Recognised,
    Said,
    ShutDown,
    Spoken,
    StageEvent,
    Tick,
    Words,
    Written,
)
from actors.deciding.limits import Limits
from actors.deciding.machine import step
from actors.ports.calls import Kind
from actors.ports.sound import Sound, Target
from actors.running.sentsound import SentSound
from actors.running.stages import ERRORS, kind_of
from protocol.audioformat import AudioFormat
from protocol.configuration import read_update
from protocol.connecting import Role
from protocol.handshake import Encoding
from protocol.messages import (
    AudioDelta,
    BufferAppend,
    BufferClear,
    BufferCommit,
    BufferInitialized,
    CaptureError,
    InputText,
    Metrics,
    ResponseCancel,
    ResponseCancelled,
    ResponseStarted,
    ServerMessage,
    SessionJoined,
    SessionState,
    SessionUpdated,
    TextDelta,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)
from protocol.states import State
from tests.playbook import NOBODY, accept
from tests.scripted import ScriptedAnalyst

LIMITS = Limits(
    receiving=3, transcribing=5, responding=7, speaking=9, grace=20, utterance_bytes=12, text_chars=9, answer_chars=40,
    history_turns=3, history_chars=60, parts_ahead=2, trace=8,
)  # fmt: skip
QUIET = (State.IDLE, State.HANDSHAKEN)
TURN = (State.TRANSCRIBING, State.RESPONDING, State.SPEAKING)
MOST_MEMBERS = 4
PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
MOST_TICKS = 20
TO_SENDERS = (SessionUpdated, BufferInitialized, TranscribeDelta, TranscribeDone, Metrics)
TO_RECEIVERS = (ResponseStarted, TextDelta, TextDone, AudioDelta)

UPDATES: list[dict[str, Any]] = [
    {}, {"LLM": {"stream": True}}, {"TTS": {"isBase64": False}}, {"TTS": {"audioFormat": "wav"}},
    {"LLM": {"provider": NOBODY}}, {"TTS": {"responseType": "multiple"}}, {"TTS": {"stream": True}},
    {"LLM": {"stream": True}, "TTS": {"responseType": "multiple", "stream": True}},
    {"LLM": {"stream": True}, "TTS": {"responseType": "multiple", "isOrdered": True}},
    {"TTS": {"responseType": "multiple", "stream": True, "isOrdered": True}},
]  # fmt: skip
WAYS = [
    {"LLM": {"stream": writes}, "TTS": {"responseType": response, "stream": streams, "isOrdered": ordered}}
    for response in ("single", "multiple", "multiple")
    for writes, streams, ordered in product((False, True), repeat=3)
]
"""Every way in which an answer can be made."""
ANSWERS = [("Fine and well.",), ("Yes", ". No! What? **O", "h**"), ("Well.\n", "<br>Oh.\n<br>"), ("<br>",)]
CHUNKS = (b"", b"sound", b"too long by far", b"\x1a\x45\xdf\xa3 head")
MESSAGES = st.one_of(
    st.sampled_from(UPDATES).map(read_update),
    st.sampled_from(CHUNKS).map(BufferAppend),
    st.just(BufferCommit()),
    st.just(BufferCommit(CaptureError("gone"))),
    st.just(BufferClear()),
    st.sampled_from(["Hello", " ", "x" * 10]).map(InputText),
    st.just(ResponseCancel()),
)
ENCODINGS = st.builds(Encoding, st.sampled_from([None, AudioFormat("wav")]), st.sampled_from([None, True, False]))
SECONDS = st.sampled_from([0.0, 0.3, 1.0, 4.0, 30.0])


class StrictClient:
    """A client that holds the server to what docs/protocol.md says of a response."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.state = ""
        self.whole = False
        self.start()

    def start(self) -> None:
        """A response begins."""
        self.cancelled = False
        self.words: dict[int, str] = {}
        self.closed: set[int] = set()
        self.last: AudioDelta | None = None
        self.text: str | None = None

    def hear(self, message: ServerMessage) -> None:
        """Take in one message."""
        assert not (self.role == "receiver" and isinstance(message, TO_SENDERS)), message
        assert not (self.role == "sender" and isinstance(message, TO_RECEIVERS)), message
        match message:
            case SessionJoined(state=state):
                self.state = state
            case SessionState(state):
                assert state != self.state, "told at each change, and only then"
                self.state = state
            case ResponseStarted():
                self.check_closed()
                self.start()
                self.whole = True
            case ResponseCancelled():
                self.cancelled = True
                self.check_closed()
            case TextDone(text):
                assert not self.cancelled
                assert self.text is None
                self.text = text
            case AudioDelta():
                self.hear_sound(message)

    def hear_sound(self, piece: AudioDelta) -> None:
        """A piece comes in a response that is open, of a part that is open, with the words on its first piece."""
        assert not self.cancelled, "no piece of a response follows its response.cancelled"
        assert self.last is None or not self.last.done, "done is the last message of a response"
        assert isinstance(piece.audio, str if piece.is_base64 else bytes)
        if piece.id in self.closed:
            assert piece.done, "what follows the last piece of a part can only close the response"
            assert not piece.audio
        if piece.id in self.words:
            assert not piece.text
        self.words.setdefault(piece.id, piece.text)
        if piece.stream_part_done:
            self.closed.add(piece.id)
        self.last = piece

    def check_closed(self) -> None:
        """Whoever was sent a piece was sent a `done`; who was there from the start was sent all the words."""
        if self.last is None:
            return
        assert self.last.done
        assert self.last.total_number >= len(self.words) or not self.whole
        if self.whole and not self.cancelled:
            assert self.closed == set(range(self.last.total_number))
            assert "".join(words for _, words in sorted(self.words.items())) == self.text


class AnyConversation(RuleBasedStateMachine):
    """Random clients, engines and clocks around one session; the outboxes are those of actors/running/session.py."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.members = 0
        self.start_over()

    @precondition(lambda self: self.conversation.ended)
    @rule()
    def start_over(self) -> None:
        """The session has ended; whoever comes finds a new one."""
        self.conversation = Conversation("s", LIMITS, accept, ScriptedAnalyst(), self.now)
        self.clients: dict[MemberId, StrictClient] = {}
        self.outboxes: dict[MemberId, list[tuple[ServerMessage, int | None]]] = {}
        self.sent: dict[MemberId, SentSound] = defaultdict(SentSound)
        self.jobs: list[Job] = []
        self.admitted: set[int] = set()
        self.released: set[int] = set()
        self.asked: Counter[int] = Counter()
        self.response = 0
        self.full = False

    # ---- performing, as the runner does

    def step(self, event: Event) -> None:
        """Have the session step, and perform what it asks for."""
        events = [event]
        while events:
            for effect in step(self.conversation, events.pop(0), self.now):
                outcome = self.perform(effect)
                if outcome is not None:
                    events.append(outcome)

    def perform(self, effect: Effect) -> Event | None:
        """One effect."""
        match effect:
            case Send(to, message, turn):
                assert to
                for member in to:
                    self.outboxes[member].append((message, turn))
                    self.sent[member].note(turn, message)
                if isinstance(message, ResponseStarted):
                    self.response = message.turn
                if isinstance(message, ResponseCancelled):
                    waiting = {tag for outbox in self.outboxes.values() for _, tag in outbox}
                    assert self.response not in waiting, "nothing of it leaves any more"
            case DropQueued():
                self.drop(effect)
            case Start(job, admit):
                return self.start(job, admit)
            case Release(turn):
                self.released.add(turn)
                self.jobs = [job for job in self.jobs if job.turn != turn]
            case Acknowledge(_, ack):
                self.asked[ack] -= 1
            case End():
                assert self.conversation.ended
        return None

    def drop(self, effect: DropQueued) -> None:
        """What waits of the turn does not leave any more."""
        taken = {}
        for member, outbox in self.outboxes.items():
            kept = [entry for entry in outbox if entry[1] != effect.turn]
            if count := len(outbox) - len(kept):
                taken[member] = self.sent[member].without(effect.turn, count)
            outbox[:] = kept
        for closing in effect.closing_sends(taken):
            for member in closing.to:
                self.outboxes[member].append((closing.message, None))

    def start(self, job: Job, admit: tuple[Kind, ...]) -> Event | None:
        """A job begins, of a turn that has its seats, or is told that it gets none."""
        assert job.turn not in self.released, "no work for a turn that is over"
        assert job.turn == self.conversation.turn.number
        assert bool(admit) == (job.turn not in self.admitted)
        if admit and self.full:
            return PoolsBusy(job.turn, kind_of(job))
        self.admitted.add(job.turn)
        self.jobs.append(job)
        return Admitted(job.turn) if admit else None

    # ---- the plain way, so that what is not plain happens everywhere on it

    @initialize(
        role=st.sampled_from(["sender", "both", "both"]), encoding=ENCODINGS, update=st.sampled_from([None, *WAYS])
    )
    def begin(self, role: Role, encoding: Encoding, update: dict[str, Any] | None) -> None:
        self.join(role, encoding)
        if update is not None:
            self.step(Said(1, read_update(update)))

    @rule(steps=st.integers(1, 6), typed=st.booleans(), answer=st.sampled_from(ANSWERS), seconds=SECONDS)
    def go_on(self, steps: int, typed: bool, answer: tuple[str, ...], seconds: float) -> None:
        """What a patient person and sound engines do next."""
        for _ in range(steps):
            self.take_a_step(typed, answer, seconds)

    def take_a_step(self, typed: bool, answer: tuple[str, ...], seconds: float) -> None:
        """One event on the plain way."""
        for sender in self.conversation.senders:
            match self.conversation.state:
                case State.IDLE:
                    self.step(Said(sender, read_update({})))
                case State.HANDSHAKEN:
                    self.step(Said(sender, InputText("Hello") if typed else BufferAppend(b"sound")))
                case State.RECEIVING:
                    self.step(Said(sender, BufferCommit()))
        for job in self.jobs[-1:] if typed else self.jobs[:1]:
            self.jobs.remove(job)
            match job:
                case Transcribe():
                    self.step(Recognised(job.turn, "Hello"))
                case Answer():
                    for piece in answer:
                        self.step(Written(job.turn, piece))
                    self.step(Answered(job.turn))
                case Speak(targets=targets, part=part):
                    self.step(Spoken(job.turn, part, {target: (Sound(b"sound", seconds),) for target in targets}))

    # ---- sockets

    @precondition(lambda self: len(self.clients) < MOST_MEMBERS and not self.conversation.ended)
    @rule(role=st.sampled_from(["sender", "receiver", "both"]), encoding=ENCODINGS)
    def join(self, role: Role, encoding: Encoding) -> None:
        if role != "receiver" and self.conversation.senders:
            role = "receiver"
        self.members += 1
        self.clients[self.members] = StrictClient(role)
        self.outboxes[self.members] = []
        self.step(Joined(self.members, role, encoding))

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        member = data.draw(st.sampled_from(sorted(self.clients)))
        self.step(Left(member))
        del self.clients[member], self.outboxes[member]

    @precondition(lambda self: self.clients)
    @rule(message=MESSAGES, ack=st.booleans(), data=st.data())
    def say(self, message: Any, ack: bool, data: st.DataObject) -> None:
        who = self.conversation.senders or tuple(self.clients)
        member = data.draw(st.sampled_from((*who, *who, *sorted(self.clients))))
        self.asked[1] += ack
        self.step(Said(member, message, 1 if ack else None))
        assert not self.asked[1], "one ack for each event that asks for one"

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        member = data.draw(st.sampled_from(sorted(self.clients)))
        for message, _ in self.outboxes[member]:
            self.clients[member].hear(message)
        self.outboxes[member].clear()

    # ---- engines

    @precondition(lambda self: self.jobs)
    @rule(goes_on=st.booleans(), seconds=SECONDS, fails=st.sampled_from([False] * 5 + [True]), data=st.data())
    def work(self, goes_on: bool, seconds: float, fails: bool, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.jobs))
        if not goes_on or fails or (isinstance(job, Speak) and not job.stream):
            self.jobs.remove(job)
        self.step(self.failure(job) if fails else self.result(job, goes_on, seconds, data))

    @staticmethod
    def failure(job: Job) -> StageEvent:
        return Failed(job.turn, kind_of(job), ERRORS[kind_of(job)][0], "down")

    @staticmethod
    def result(job: Job, goes_on: bool, seconds: float, data: st.DataObject) -> StageEvent:
        words = data.draw(st.sampled_from(["", "Fine and well.", "... ", "Yes. No! ", " What? **Oh**", "Well.\n<br>"]))
        match job:
            case Transcribe(turn):
                return Words(turn, words) if goes_on else Recognised(turn, words)
            case Answer(turn):
                return Written(turn, words or "Well. ") if goes_on else Answered(turn)
            case Speak(turn, part, targets=targets):
                failing = data.draw(st.sampled_from([frozenset(), frozenset(sorted(targets, key=str)[1:])]))
                count = data.draw(st.integers(0, 2)) if job.stream else 1
                sounds = {target: (Sound(b"sound", seconds),) * count for target in targets - failing}
                return Spoken(turn, part, sounds, dict.fromkeys(failing, "no encoder"), not (goes_on and job.stream))

    @precondition(lambda self: self.released and not self.conversation.ended)
    @rule(data=st.data())
    def hear_of_a_turn_that_is_over(self, data: st.DataObject) -> None:
        turn = data.draw(st.sampled_from(sorted(self.released)))
        before = self.conversation.state
        for event in (Words(turn, "x"), Recognised(turn, "x"), Written(turn, "x"), Answered(turn), Spoken(turn, 0, {})):
            assert step(self.conversation, event, self.now) == []
        assert self.conversation.state is before

    @rule()
    def fill_or_empty_the_pools(self) -> None:
        self.full = not self.full

    # ---- time

    @rule(seconds=SECONDS)
    def wait(self, seconds: float) -> None:
        """Time passes, and nobody tells the session, because other mail comes first."""
        self.now += seconds

    @precondition(lambda self: not self.conversation.ended)
    @rule()
    def tick(self) -> None:
        """The session is told of the time; it may be early, and nothing happens, or late."""
        early = self.now < self.conversation.clock.deadline
        before = self.conversation.state
        self.step(Tick())
        assert not early or self.conversation.state is before

    @precondition(lambda self: not self.conversation.ended and self.conversation.clock.deadline < float("inf"))
    @rule()
    def wait_until_the_deadline(self) -> None:
        self.now = max(self.now, self.conversation.clock.deadline)
        self.step(Tick())

    # ---- what always holds

    @invariant()
    def there_is_a_way_on(self) -> None:
        assert (
            self.conversation.ended
            or self.conversation.state in QUIET
            or self.conversation.clock.deadline < float("inf")
        )
        assert self.conversation.ended or self.clients or self.conversation.clock.deadline < float("inf")

    @invariant()
    def a_turn_that_is_not_in_the_air_has_no_work_and_no_seat(self) -> None:
        if self.conversation.state not in TURN or self.conversation.ended:
            assert not self.jobs
            assert self.admitted <= self.released

    @invariant()
    def a_turn_that_is_in_the_air_waits_for_work_or_for_the_end_of_the_sound(self) -> None:
        if self.conversation.state in TURN and not self.conversation.ended:
            speaks = self.conversation.state is State.SPEAKING and self.conversation.turn.is_over
            assert self.jobs or speaks, "nobody works for it, and it is not over"

    @invariant()
    def everything_is_bounded(self) -> None:
        conversation = self.conversation
        assert len(conversation.memory.history) <= LIMITS.history_turns
        assert len(conversation.trace) <= LIMITS.trace
        assert len(conversation.utterance.audio) <= LIMITS.utterance_bytes
        assert conversation.turn.answer_chars <= LIMITS.answer_chars
        assert conversation.account.used == conversation.turn.charge.size
        assert not conversation.account.used or conversation.state not in QUIET

    def teardown(self) -> None:
        """Left to itself the session comes to rest; left by all it ends."""
        self.run_down()
        assert self.conversation.ended or self.conversation.state in QUIET
        for member in list(self.clients):
            for message, _ in self.outboxes[member]:
                self.clients[member].hear(message)
            self.clients[member].check_closed()
            assert self.conversation.ended or self.clients[member].state in ("", self.conversation.state.value)
            self.step(Left(member))
        self.run_down()
        assert self.conversation.ended
        assert self.conversation.account.used == 0
        assert self.admitted <= self.released

    def run_down(self) -> None:
        """Tell the session of each deadline, until there is none."""
        for _ in range(MOST_TICKS):
            if self.conversation.ended or self.conversation.clock.deadline == float("inf"):
                return
            self.now = max(self.now, self.conversation.clock.deadline)
            self.step(Tick())
        raise AssertionError(f"{self.conversation!r} does not come to rest")


AnyConversation.TestCase.settings = settings(
    max_examples=3 * settings().max_examples,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
    phases=PHASES,
)
TestAnyConversation = AnyConversation.TestCase


@pytest.mark.parametrize("state", State)
def test_a_session_that_is_told_to_end_ends_in_every_state(state: State) -> None:
    machine = AnyConversation()
    machine.join("both", Encoding())
    for event in _way_to(state):
        machine.step(event)
    assert machine.conversation.state is state
    machine.step(ShutDown())
    assert machine.conversation.ended
    assert machine.admitted <= machine.released


def _way_to(state: State) -> list[Event]:
    spoken = Spoken(1, 0, {Target(AudioFormat("mp3")): (Sound(b"sound", 3.0),)})
    way: list[tuple[State, list[Event]]] = [
        (State.IDLE, []),
        (State.HANDSHAKEN, [Said(1, read_update({}))]),
        (State.RECEIVING, [Said(1, BufferAppend(b"sound"))]),
        (State.TRANSCRIBING, [Said(1, BufferCommit())]),
        (State.RESPONDING, [Recognised(1, "Hello")]),
        (State.SPEAKING, [Written(1, "Well."), Answered(1), spoken]),
    ]
    upto = [step for step, _ in way].index(state)
    return [event for _, events in way[: upto + 1] for event in events]
