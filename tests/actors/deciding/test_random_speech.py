"""No order of speech, words, results and time leaves an open microphone without a way on, or says a thing twice.

The second test: a draft that is kept tells the very messages that are told where nothing was tried.
"""

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from actors.deciding import naming
from actors.deciding.conversation import Conversation
from actors.deciding.effects import (
    Acknowledge,
    Answer,
    AskTurnEnd,
    Effect,
    Job,
    Listen,
    Release,
    Send,
    Speak,
    Start,
    Transcribe,
)
from actors.deciding.events import (
    Admitted,
    Answered,
    Believed,
    EchoFound,
    Event,
    Failed,
    FrameJudged,
    Joined,
    Left,
    MemberId,
    PoolsBusy,
    Recognised,
    Retracted,
    Said,
    Spoken,
    Tick,
    Unheard,
    Words,
    Written,
)
from actors.deciding.limits import Limits
from actors.deciding.machine import step
from actors.ports.sound import Sound
from actors.running.stages import ERRORS, kind_of
from protocol.configuration import read_update
from protocol.connecting import Role
from protocol.errors import ErrorId
from protocol.handsfree import (
    PlaybackPosition,
    ResponseCreate,
    ResponseHeld,
    ResponseResumed,
    SpeechStarted,
    SpeechStopped,
)
from protocol.handshake import Encoding
from protocol.messages import (
    AudioDelta,
    BufferClear,
    BufferCommit,
    InputText,
    Metrics,
    ResponseCancel,
    ResponseCancelled,
    ResponseStarted,
    SessionState,
    TextDone,
    TranscribeDone,
)
from protocol.states import State
from tests.actors.deciding.test_naming import snapshot
from tests.playbook import accept
from tests.scripted import ScriptedAnalyst
from tests.speech import FRAME, SILENCE, SPEECH

LIMITS = Limits(
    receiving=3, transcribing=5, responding=7, speaking=9, grace=20, text_chars=60, answer_chars=200, history_turns=3,
    history_chars=60, parts_ahead=2, trace=8, utterance_seconds=8.0,
)  # fmt: skip
QUIET = (State.IDLE, State.HANDSHAKEN)
WORDS = ("", "Mhm.", "Stop that.", "How are you?")
DETECTIONS: tuple[dict[str, Any] | None, ...] = (
    {"type": "server_vad"}, {"type": "server_vad", "speculate": False}, {"type": "semantic_vad", "eagerness": "high"},
    {"type": "server_vad", "silenceDurationMs": 960}, {"type": "server_vad", "createResponse": False},
    {"type": "server_vad", "interruptResponse": False}, {"type": "server_vad", "backchannels": "interrupt"},
    {"type": "server_vad", "echo": "mute", "idleTimeoutMs": 5000}, {"type": "none"}, None,
)  # fmt: skip
WAYS: tuple[dict[str, Any], ...] = (
    {}, {"LLM": {"stream": True}, "TTS": {"responseType": "multiple", "stream": True}},
    {"LLM": {"stream": True}, "TTS": {"responseType": "multiple", "isOrdered": True}},
)  # fmt: skip


class OpenMicrophone:
    """One session with an open microphone, and what performs its effects; it holds what is told to its promises."""

    def __init__(self, detection: dict[str, Any] | None, way: dict[str, Any], *, holds: bool = True) -> None:
        self.now = 100.0
        self.conversation = Conversation("s", LIMITS, accept, ScriptedAnalyst(), self.now)
        self.jobs: list[Job] = []
        self.released: set[int] = set()
        self.questions: list[AskTurnEnd] = []
        self.sent: list[Any] = []
        self.acks: list[int] = []
        self.members = 1
        self.pools_are_full = self.is_strict = False
        self.is_open, self.has_stopped, self.held = False, True, False
        self.responses: list[int] = []
        self.texts, self.pieces, self.is_cancelled = 0, set[int](), False
        self.take(Joined(1, "both", Encoding(holds=holds)))
        self.take(Said(1, read_update({**way, "STT": {"mediaFormat": "pcm16"}, "turnDetection": detection})))

    # ---- events

    def take(self, event: Event) -> None:
        """An event comes, at most one of which the session could be told now."""
        self.check_naming(event)
        events = [event]
        while events:
            one = events.pop(0)
            for effect in step(self.conversation, one, self.now):
                outcome = self.perform(effect)
                if outcome is not None:
                    events.append(outcome)
        self.check()

    def check_naming(self, event: Event) -> None:
        """To name an event changes nothing."""
        if not self.is_strict:  # a snapshot takes long
            return
        before = snapshot(self.conversation)
        first, second = (naming.name(self.conversation, event, self.now) for _ in range(2))
        assert snapshot(self.conversation) == before
        assert (first and first.trigger) is (second and second.trigger)

    def hear(self, speech: float, frames: int) -> None:
        """So many frames with this probability, in real time."""
        for _ in range(frames):
            microphone = self.conversation.microphone
            if microphone is None or self.conversation.ended:
                return
            self.take(FrameJudged(microphone.stream, SPEECH if speech else SILENCE, speech))
            self.wait(FRAME)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        until = self.now + seconds
        for _ in range(40):
            deadline = self.conversation.clock.deadline
            if self.conversation.ended or deadline > until:
                self.now = until
                return
            self.now = max(self.now, deadline)
            self.take(Tick())
        raise AssertionError(f"{self.conversation!r} does not come to rest")

    def finish(self, job: Job, words: str, seconds: float = 1.0) -> None:
        """The job gives its results."""
        if job in self.jobs:
            self.jobs.remove(job)
        match job:
            case Transcribe(turn):
                self.take(Recognised(turn, words, "", "en"))
            case Answer(turn):
                self.take(Written(turn, "Fine and well. "))
                self.take(Written(turn, "And you? "))
                self.take(Answered(turn))
            case Speak(turn, part, targets=targets):
                self.take(Spoken(turn, part, {target: (Sound(b"sound", seconds),) for target in targets}))

    # ---- effects

    def perform(self, effect: Effect) -> Event | None:
        """Do it, as the runner does."""
        match effect:
            case Send(to, message):
                assert to
                assert set(to) <= set(self.conversation.participants)
                self.sent.append(message)
                self.listen(message)
            case Start(job, admit):
                assert job.turn not in self.released, "no work for what is over"
                if admit and self.pools_are_full:
                    return PoolsBusy(job.turn, kind_of(job))
                assert job not in self.jobs
                self.jobs.append(job)
                return Admitted(job.turn) if admit else None
            case Listen(job):
                assert job.turn not in self.released
            case Release(turn):
                self.released.add(turn)
                self.jobs = [job for job in self.jobs if job.turn != turn]
            case AskTurnEnd() if effect.samples:
                self.questions.append(effect)
            case Acknowledge(_, ack):
                self.acks.append(ack)
        return None

    def listen(self, message: Any) -> None:
        """What is promised of the order of messages."""
        match message:
            case SpeechStarted():
                assert self.has_stopped
                self.is_open, self.has_stopped = True, False
            case SpeechStopped():
                assert self.is_open
                self.is_open, self.has_stopped = False, True
            case SessionState(state):
                self.held = self.held and state == "speaking"  # the turn is over
                if self.is_open and state in ("handshaken", "responding"):  # the utterance was thrown away
                    self.is_open, self.has_stopped = False, True
            case TranscribeDone():
                assert not self.is_open or self.conversation.state is not State.TRANSCRIBING
            case ResponseStarted(turn):
                assert turn not in self.responses, "a response begins once"
                self.responses.append(turn)
                self.texts, self.pieces, self.is_cancelled, self.held = 0, set(), False, False
            case TextDone():
                assert not self.texts
                assert not self.is_cancelled
                self.texts += 1
            case AudioDelta(id=part, text=words):
                assert not words or part not in self.pieces, "words are said once"
                self.pieces |= {part} if words else set()
            case ResponseHeld(turn):
                assert turn == self.responses[-1]
                assert not self.is_cancelled
                self.held = True
            case ResponseResumed(turn):
                assert self.held
                assert turn == self.responses[-1]
                self.held = False
            case ResponseCancelled():
                self.is_cancelled, self.held = True, False

    # ---- what always holds

    def check(self) -> None:
        """Between two events."""
        conversation, microphone = self.conversation, self.conversation.microphone
        if conversation.ended:
            assert conversation.account.used == 0
            return
        contest = microphone.contest if microphone is not None else None
        assert conversation.state in QUIET or conversation.clock.deadline < float("inf")
        assert contest is None or conversation.state not in (*QUIET, State.RECEIVING)
        assert not self.held or contest is not None or not conversation.participants
        undecided = microphone.undecided if microphone is not None else None
        of_turn, of_speech = conversation.turn.charge.size, undecided.charge.size if undecided is not None else 0
        assert conversation.account.used == of_turn + of_speech
        assert of_turn >= 0
        assert conversation.state not in QUIET or not of_turn
        assert undecided is contest or conversation.state is not State.RECEIVING
        has_draft = microphone is not None and microphone.draft is not None
        assert has_draft == (conversation.shadow is not None)
        assert not has_draft or conversation.state is State.RECEIVING
        if microphone is not None:
            is_heard = conversation.state is State.RECEIVING or contest is not None
            assert microphone.detection.is_open == is_heard, "nobody is deaf"
        counts = conversation.speculation
        assert counts.begun == counts.kept + counts.dropped + has_draft

    def run_down(self) -> None:
        """Everybody leaves, and time passes."""
        for member in tuple(self.conversation.participants):
            self.take(Left(member))
        self.wait(200.0)
        assert self.conversation.ended
        assert self.conversation.account.used == 0
        assert all(job.turn in self.released for job in self.jobs) or not self.jobs


SAID = ("commit", "clear", "cancel", "create", "text", "update", "join", "leave", "full", "room")
FRAMES = st.sampled_from([1, 2, 3, 6, 7, 8, 13, 16, 20, 32, 38, 70])
ACTIONS = st.one_of(
    st.tuples(st.just("speech"), FRAMES),
    st.tuples(st.just("silence"), FRAMES),
    st.tuples(st.sampled_from(["work", "work", "fail", "fetch", "stale", "retract"]), st.integers(0, 5)),
    st.tuples(st.sampled_from(["believe"]), st.sampled_from([0.1, 0.9, None])),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 0.7, 1.6, 4.0, 12.0])),
    st.tuples(st.sampled_from(SAID), st.integers(0, 9)),
    st.tuples(st.just("position"), st.sampled_from([0, 300, 900, 2**31 - 1])),
    st.tuples(st.just("other"), st.integers(0, 3)),
)  # fmt: skip


def act(session: OpenMicrophone, action: str, value: Any) -> None:
    """One thing happens."""
    conversation, microphone = session.conversation, session.conversation.microphone
    match action:
        case "speech" | "silence":
            session.hear(float(action == "speech"), value)
        case "wait":
            session.wait(value)
        case "full":
            session.pools_are_full = value < 3
        case "room":
            conversation.account.most = 20_000 if value < 3 else float("inf")
        case "believe" if session.questions:
            asked = session.questions.pop()
            session.take(Believed(asked.stream, asked.position, value))
        case "other":
            stream = microphone.stream if microphone is not None else 0
            session.take(
                (FrameJudged(stream + 1, SPEECH, 1.0), Believed(stream, -1, 0.9), EchoFound(stream, 180, -9.0),
                 Unheard(stream, ErrorId.UNDECODABLE_AUDIO, "no sound"))[value]
            )  # fmt: skip
        case "work" | "fail" | "retract" | "fetch" | "stale":
            act_of_an_engine(session, action, value)
        case "join" if len(conversation.participants) < 4:
            session.members += 1
            role: Role = "receiver" if conversation.has_sender else "both"
            session.is_open = session.is_open if conversation.has_sender else conversation.state is State.RECEIVING
            session.has_stopped = not session.is_open
            session.take(Joined(session.members, role, Encoding(holds=value % 2 == 0)))
        case _:
            act_of_a_client(session, action, value)


def act_of_an_engine(session: OpenMicrophone, action: str, value: int) -> None:
    """A job goes on, or a result of one that is over comes late."""
    if action == "stale" and session.released:
        turn = sorted(session.released)[value % len(session.released)]
        before = session.conversation.state
        for event in (Words(turn, "x"), Recognised(turn, "x"), Written(turn, "x"), Answered(turn), Spoken(turn, 0, {})):
            session.take(event)
        assert session.conversation.state is before
    if not session.jobs:
        return
    job = session.jobs[value % len(session.jobs)]
    match action:
        case "work":
            session.finish(job, WORDS[value % 4], seconds=float(value))
        case "fetch":  # all that is asked for, one after the other
            for _ in range(8):
                if session.jobs:
                    session.finish(session.jobs[0], WORDS[value % 4], seconds=2.0)
        case "fail":
            session.jobs.remove(job)
            session.take(Failed(job.turn, kind_of(job), ERRORS[kind_of(job)][0], "down"))
        case "retract" if isinstance(job, Answer | Speak):
            session.take(Retracted(job.turn))


def act_of_a_client(session: OpenMicrophone, action: str, value: Any) -> None:
    """A socket says something, or is gone."""
    conversation = session.conversation
    if not conversation.participants:
        return
    members = tuple(conversation.participants)
    member: MemberId = (conversation.senders or members)[0]
    messages: dict[str, Any] = {
        "commit": BufferCommit(), "clear": BufferClear(), "cancel": ResponseCancel(), "create": ResponseCreate(),
        "text": InputText("Hello"),
        "position": PlaybackPosition(conversation.turn.number, 0, value, True),
    }  # fmt: skip
    if action == "leave":
        session.take(Left(members[value % len(members)]))
    elif action == "update":
        session.take(Said(member, read_update({"turnDetection": DETECTIONS[value]})))
    elif action in messages:
        session.acks.clear()
        session.take(Said(member, messages[action], 1))
        assert session.acks.count(1) <= 1, "one ack for each event that asks for one"


@given(st.sampled_from(DETECTIONS), st.sampled_from(WAYS), st.booleans(), st.booleans(), st.lists(ACTIONS, max_size=30))
@settings(
    max_examples=4 * settings().max_examples,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    deadline=None,
)
def test_random_speech_leaves_no_session_stuck_and_says_nothing_twice(
    detection: dict[str, Any] | None, way: dict[str, Any], holds: bool, speaks: bool, actions: list[tuple[str, Any]]
) -> None:
    session = OpenMicrophone(detection, way, holds=holds)
    session.is_strict = len(actions) < 6
    opening = [("speech", 20), ("silence", 20), ("fetch", 3)] if speaks else []
    for action, value in opening + actions:
        if session.conversation.ended:
            return
        act(session, action, value)
    session.run_down()


# ---- a draft that is kept


RESULTS = st.lists(st.sampled_from(["work", "work", "work", "write", "retract"]), max_size=9)


@given(st.sampled_from(WAYS), st.sampled_from(["How are you?", ""]), st.booleans(), RESULTS)
def test_a_draft_that_is_kept_tells_what_would_be_told_without_it(
    way: dict[str, Any], words: str, answers: bool, results: list[str]
) -> None:
    told = []
    for speculate in (True, False):
        detection = {"type": "server_vad", "silenceDurationMs": 960, "speculate": speculate, "createResponse": answers}
        session = OpenMicrophone(detection, way)
        session.hear(1.0, 20)
        session.hear(0.0, 29)
        begun = len(session.sent)
        if speculate:
            play_results(session, results, words)
        assert len(session.sent) == begun
        session.hear(0.0, 1)
        assert session.has_stopped
        if not speculate:
            play_results(session, results, words)
        for _ in range(20):
            if session.jobs:
                session.finish(session.jobs[0], words)
        session.wait(30.0)
        assert session.conversation.state is State.HANDSHAKEN
        told.append([message if not isinstance(message, Metrics) else Metrics for message in session.sent])
        session.run_down()
    assert told[0] == told[1]


def play_results(session: OpenMicrophone, results: list[str], words: str) -> None:
    """Results come; an answer is taken back only as long as nothing of it has sound."""
    has_sound = False
    for result in results:
        job = session.jobs[0] if session.jobs else None
        match result:
            case "work" if job is not None:
                has_sound = has_sound or isinstance(job, Speak)
                session.finish(job, words)
            case "write" if isinstance(job, Answer):
                session.take(Written(job.turn, "Wrong. So wrong. "))
            case "retract" if isinstance(job, Answer) and not has_sound:
                session.take(Retracted(job.turn))
