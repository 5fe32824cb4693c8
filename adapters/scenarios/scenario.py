"""A scenario as its TOML file writes it: who is there, what the caller does, what providers answer, what is expected.

docs/scenarios.md explains it. Keys that go over the wire are spelled as there (`audioFormat`), all others with `_`.
`reading.py` reads and checks a file; here stand the shapes and the words for what is allowed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from actors.deciding.limits import Limits
from adapters.recordings.reading import SessionRecording
from protocol.configuration import Configuration
from protocol.connecting import Auth, Pieces, Preset, Role
from protocol.messages import CLIENT_EVENTS, EVENTS
from protocol.mouth import MouthRate
from protocol.states import State

Ms = Annotated[int, Meta(ge=0, le=3_600_000, description="whole milliseconds from 0 to 3600000")]
Times = Annotated[int, Meta(ge=0, le=1_000, description="a whole number from 0 to 1000")]
Words = Annotated[str, Meta(min_length=1, max_length=20_000, description="words")]
Decibels = Annotated[float, Meta(ge=-90, le=0, description="a number from -90 to 0, in dB below the loudest sound")]
Seconds = Annotated[float, Meta(gt=0, le=86_400, description="a number of seconds above 0")]

SOUND: Final = "sound"
"""What `after` calls the first sound of an answer."""
SENDER: Final = "sender"
"""The name of the client that speaks."""
MOMENTS: Final = (
    *(state.value for state in State),
    SOUND,
    *(event for event in EVENTS if event not in CLIENT_EVENTS),
)
"""What a step may wait for: a state, the first sound of an answer, or an event of the server."""
TOLD: Final = MOMENTS[len(State) + 1 :]
"""The events of the server."""


def member_name(number: int) -> str:
    """How a Receiver of a recording is called."""
    return f"member {number}"


# ---- who is there


class SenderKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """The handshake of the client that speaks; `role` as there, `both` if it is left out."""

    role: Role = "both"
    audio_format: str | UnsetType = UNSET
    is_base64: bool | UnsetType = msgspec.field(name="isBase64", default=UNSET)
    pieces: Pieces | UnsetType = UNSET
    client: Preset | UnsetType = UNSET
    mouth: str | UnsetType = UNSET
    mouth_fps: MouthRate | UnsetType = UNSET
    holds: bool | UnsetType = UNSET

    def auth(self, session: str, token: str) -> Auth:
        """The handshake that joins the session, "" for a new one, with a token, "" for none."""
        return _auth(self, self.role, session, token)


class ReceiverKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """The handshake of another client that only listens; `name` is how steps and expectations call it."""

    name: Words
    audio_format: str | UnsetType = UNSET
    is_base64: bool | UnsetType = msgspec.field(name="isBase64", default=UNSET)
    pieces: Pieces | UnsetType = UNSET
    client: Preset | UnsetType = UNSET
    mouth: str | UnsetType = UNSET
    mouth_fps: MouthRate | UnsetType = UNSET
    holds: bool | UnsetType = UNSET

    def auth(self, session: str, token: str) -> Auth:
        """The handshake that joins the session, "" for a new one, with a token, "" for none."""
        return _auth(self, "receiver", session, token)


ClientKeys = SenderKeys | ReceiverKeys
_WIRE: Final = ("audio_format", "is_base64", "pieces", "client", "mouth", "mouth_fps", "holds")


def _auth(keys: ClientKeys, role: Role, session: str, token: str) -> Auth:
    given = {name: getattr(keys, name) for name in _WIRE}
    return Auth(role=role, session_id=session or UNSET, token=token or UNSET, **given)


# ---- what the caller does


class CallerStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that the caller does; exactly one of ACTIONS says what.

    It begins when the step before it has ended; or `at_ms` after the session was configured; or when `after` was told
    since the step before it began. `wait_ms` is waited before it.
    """

    name: str = ""
    at_ms: Ms | None = None
    after: str | None = None
    wait_ms: Ms = 0

    say: Words | None = None
    play: Words | None = None
    text: str | None = None
    silence_ms: Ms | None = None
    do: Literal["commit", "clear", "cancel", "create"] | None = None
    join: str | None = None
    leave: str | None = None

    heard_as: str | None = None
    noise_db: Decibels | None = None
    language: str = ""
    commit: bool = True

    @property
    def action(self) -> str:
        """Which of ACTIONS it is."""
        return next(action for action in ACTIONS if getattr(self, action) is not None)

    @property
    def is_sound(self) -> bool:
        """Whether the microphone hears it."""
        return self.action in ("say", "play", "silence_ms")

    @property
    def words(self) -> str:
        """What it says, plays or does, for a report."""
        if self.silence_ms is None:
            return str(getattr(self, self.action))
        return f"{self.silence_ms / 1000:g} s of {'silence' if self.noise_db is None else 'noise'}"

    def __str__(self) -> str:
        """The step as a report names it."""
        action = self.action
        if action == "silence_ms":
            return self.words
        return f"{action} “{self.words}”" if action in ("say", "text") else f"{action} {self.words}"


ACTIONS: Final = ("say", "play", "text", "silence_ms", "do", "join", "leave")


# ---- what scripted providers answer


class ScriptedAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The answer of the scripted model to a question with the words `to` in it, "" for any question.

    The words come after `after_ms`, each `pace_ms` after the one before it. Then it ends, or it `fails` with that
    message, or it `hangs`. `times`: how often it is given, 0 for always.
    """

    to: str = ""
    text: str = ""
    after_ms: Ms = 300
    pace_ms: Ms = 20
    fails: str = ""
    hangs: bool = False
    times: Times = 0


class ScriptedEar(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The scripted recogniser: its words come `after_ms`; with `live` it tells them while they are spoken.

    The first `times` calls fail with the message `fails`, or hang with `hangs`; 0: all calls.
    """

    after_ms: Ms = 200
    live: bool = False
    fails: str = ""
    hangs: bool = False
    times: Times = 0


class ScriptedVoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The scripted synthesiser: sound comes `after_ms`, all at once or, with `pace`, so many times as fast as it plays.

    The first `times` calls fail with the message `fails`, or hang with `hangs`; 0: all calls. `marks`: it tells its
    phonemes and words.
    """

    after_ms: Ms = 100
    pace: Annotated[float, Meta(ge=0, le=1_000, description="a number from 0 to 1000")] = 0.0
    fails: str = ""
    hangs: bool = False
    times: Times = 0
    marks: bool = True


# ---- what is expected


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that is expected of a step: of what was told since the step began, by default the last step.

    At most one of KINDS says what; with none of them it is the first sound of the answer. `within_ms` counts from the
    end of the step, or with `since` from its begin. `receiver`: of what that client was told.
    """

    step: int | str | None = None
    receiver: str = ""
    within_ms: Ms | None = None
    since: Literal["begin", "end"] = "end"

    says: Words | None = None
    never_says: Words | None = None
    hears: str | None = None
    history: Words | None = None
    never_history: Words | None = None
    state: State | None = None
    mouth: Literal["whole", "closes", "cut"] | None = None
    cue: Words | None = None
    parts: Annotated[int, Meta(ge=1, le=1_000, description="a whole number from 1 to 1000")] | None = None
    cut: Literal["interrupted", "cancelled", "failed", "reopened"] | None = None
    error: Annotated[int, Meta(ge=1000, le=5999, description="an errorId, from 1000 to 5999")] | None = None
    event: str | None = None
    never: str | None = None
    language: Words | None = None
    tool: Words | None = None

    @property
    def kind(self) -> str:
        """Which of KINDS it is; SOUND for none."""
        return next((kind for kind in KINDS if getattr(self, kind) is not None), SOUND)

    @property
    def is_never(self) -> bool:
        """Whether something must not come."""
        return self.kind in ("never_says", "never_history", "never")


KINDS: Final = (
    "says", "never_says", "hears", "history", "never_history", "state", "mouth", "cue", "parts", "cut", "error",
    "event", "never", "language", "tool",
)  # fmt: skip


# ---- all of it


class ScenarioFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A scenario as its file has it; `session` and `limits` are checked by what reads them elsewhere.

    `model`: who answers, the script or the embedded guide. `stand_in`: who answers where the script fails.
    `recording`: a folder from which the caller, the settings and all that providers answered are taken. `deadline_s`:
    when a scenario that goes on is ended.
    """

    title: Words
    model: Literal["script", "guide"] = "script"
    stand_in: Literal["none", "guide"] = "none"
    recording: Words | None = None
    deadline_s: Seconds = 120.0
    session: dict[str, object] = {}
    limits: dict[str, object] = {}
    sender: SenderKeys = SenderKeys()
    receiver: tuple[ReceiverKeys, ...] = ()
    caller: tuple[CallerStep, ...] = ()
    answer: tuple[ScriptedAnswer, ...] = ()
    recogniser: ScriptedEar = ScriptedEar()
    synthesiser: ScriptedVoice = ScriptedVoice()
    expect: tuple[Expectation, ...] = ()


class Scenario(msgspec.Struct, frozen=True):
    """A scenario that was read and checked. `update` is what `session.update` says, of which `configuration` comes.

    `recording`: the one that it is about, which was read too.
    """

    path: Path
    file: ScenarioFile
    update: Mapping[str, object]
    configuration: Configuration
    limits: Limits
    recording: SessionRecording | None = None

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def is_hands_free(self) -> bool:
        """Whether the microphone stays open, and the server finds where turns end."""
        return self.configuration.turn_detection.on

    @property
    def late(self) -> frozenset[str]:
        """The Receivers that come by a step: the first one that names them is a `join`."""
        first: dict[str, CallerStep] = {}
        for step in self.file.caller:
            if name := step.join or step.leave:
                first.setdefault(name, step)
        return frozenset(name for name, step in first.items() if step.join and name != SENDER)

    @property
    def is_scripted(self) -> bool:
        """Whether what its providers answer, or how they fail, is its own."""
        file = self.file
        engines = (file.recogniser, file.synthesiser)
        return bool(file.answer) or any(engine.fails or engine.hangs for engine in engines)

    def step_of(self, expected: Expectation) -> int:
        """The index of the step that an expectation is about."""
        steps = self.file.caller
        match expected.step:
            case None:
                return 0 if expected.is_never else max(0, len(steps) - 1)
            case int(number):
                return number - 1
            case name:
                return next(index for index, step in enumerate(steps) if step.name == name)

    @property
    def listener(self) -> str:
        """The name of the client whose view of an answer counts: the Sender if it hears, else the first Receiver."""
        if self.file.sender.role == "both" or not self.file.receiver:
            return SENDER
        return self.file.receiver[0].name

    def listener_of(self, expected: Expectation) -> str:
        """The name of the client whose view counts for an expectation."""
        return expected.receiver or self.listener
