"""The port by which a server is watched: what happened in its turns and calls, as frozen values for metrics and traces.

A session makes its values in `actors/deciding` and hands them on by the effect `Note`; engines' calls hand on theirs
where they are made (`adapters/choosing`). A watcher takes each at once, waits for nothing and raises nothing. Nothing
is noted for each chunk or piece of sound.

All times are seconds of the server's one monotonic clock (`trio.current_time()`). No value holds words that people
spoke or that were answered.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from actors.ports.calls import Kind
from protocol.errors import ErrorId
from protocol.mouth import MouthSource

Stage = Literal["endpoint", "stt_final", "llm_first", "tts_first", "first_sound", "total"]
"""What a user waits for in a turn:

    endpoint      from the end of speech to the commit, of an open microphone
    stt_final     from the commit to the transcript, of a spoken turn
    llm_first     from the transcript to the first piece of the answer
    tts_first     from the beginning of the first part to its first sound
    first_sound   from the end of speech (or the commit, or the typed text) to the first sound
    total         from there to the end of the turn
"""
Outcome = Literal["completed", "interrupted", "failed", "empty", "cancelled", "reopened"]
"""How a turn ended; `empty`: nothing was said. `reopened`: it was begun too early, the utterance goes on."""
TurnSource = Literal["speech", "utterance", "text"]
"""What began a turn: speech that an open microphone heard, an utterance that a client committed, a typed text."""
Detection = Literal["none", "server_vad", "semantic_vad"]
MomentKind = Literal["onset", "held", "resumed", "cut"]
Judgement = Literal["true", "false", "backchannel", "echo"]
"""What speech during a turn was: an interruption, none, a backchannel, or the avatar's own voice."""
CallOutcome = Literal["done", "failed", "cancelled"]


class StageReached(msgspec.Struct, frozen=True, gc=False):
    """A stage of a turn was reached, after so many seconds."""

    stage: Stage
    seconds: float


class Chosen(msgspec.Struct, frozen=True, gc=False):
    """The provider and the model of a stage, as the configuration has them; another may have stood in."""

    provider: str
    model: str


class PartRecord(msgspec.Struct, frozen=True, gc=False):
    """A part of an answer: when its making began, its first sound was made, all was made, the first and last was sent.

    `characters`: of what is spoken of it. None: that did not happen.
    """

    id: int
    characters: int
    begun: float
    first_sound: float | None = None
    made: float | None = None
    first_sent: float | None = None
    sent: float | None = None


class Moment(msgspec.Struct, frozen=True, gc=False):
    """Speech during a turn began, the answer was held or went on, or the turn was cut."""

    kind: MomentKind
    at: float


class TurnRecord(msgspec.Struct, frozen=True):
    """A turn that is over. A time is None where its stage was not reached.

    `begun`: the first chunk, the onset, or the text. `speech_ended`: `committed`, but for an open microphone.
    `first_audio`, `last_audio`: sent. `over`: played to its end, or cut. `interrupts`: the number of the turn that this
    one cut, 0 for none. `said`, `answered`: characters. `parts`, `moments`: the first MOST of each.
    """

    session: str
    turn: int
    outcome: Outcome
    source: TurnSource
    detection: Detection
    begun: float
    speech_ended: float
    committed: float
    over: float
    transcript: float | None = None
    first_token: float | None = None
    text_done: float | None = None
    first_part: float | None = None
    first_audio: float | None = None
    last_audio: float | None = None
    stt: Chosen | None = None
    llm: Chosen | None = None
    tts: Chosen | None = None
    interrupts: int = 0
    said: int = 0
    answered: int = 0
    parts: tuple[PartRecord, ...] = ()
    moments: tuple[Moment, ...] = ()
    error_id: ErrorId | None = None


class TurnWords(msgspec.Struct, frozen=True):
    """What was said in a turn and answered, where that is asked for; it comes just before the turn's record."""

    turn: int
    said: str
    answered: str


class SpeechJudged(msgspec.Struct, frozen=True, gc=False):
    """Speech during a turn was judged, so many seconds after its onset; None for one without an onset."""

    judgement: Judgement
    seconds: float | None = None


class FalseStart(msgspec.Struct, frozen=True, gc=False):
    """An answer was begun before the speaker had finished, and something of it was heard."""

    heard_seconds: float


class DeadlinePassed(msgspec.Struct, frozen=True, gc=False):
    """A deadline passed: the field of `[limits]` that it has its length from."""

    name: str


class ErrorTold(msgspec.Struct, frozen=True, gc=False):
    """Clients were sent a `custom.error`."""

    error_id: int


class MouthClosed(msgspec.Struct, frozen=True, gc=False):
    """A part's mouth has come to its end, and came from this source."""

    source: MouthSource


class Usage(msgspec.Struct, frozen=True, gc=False):
    """What a call used, as its provider counts it, or as it was given and made; 0 for what is not known or not paid."""

    tokens_in: int = 0
    tokens_out: int = 0
    characters: int = 0
    audio_seconds: float = 0.0


def added(one: Usage, other: Usage) -> Usage:
    """Both together."""
    return Usage(*(getattr(one, unit) + getattr(other, unit) for unit in Usage.__struct_fields__))


def higher(one: Usage, other: Usage) -> Usage:
    """The higher of both for each unit: the later of two counts of the same."""
    return Usage(*(max(getattr(one, unit), getattr(other, unit)) for unit in Usage.__struct_fields__))


class CallRecord(msgspec.Struct, frozen=True):
    """One provider's work for one call of a stage. `first`: its first result. `why`: the verdict where it failed."""

    kind: Kind
    provider: str
    model: str
    begun: float
    ended: float
    outcome: CallOutcome
    first: float | None = None
    why: str = ""
    usage: Usage = Usage()


class FailedOver(msgspec.Struct, frozen=True, gc=False):
    """A call was done by another provider than the one that was asked first."""

    kind: Kind
    provider: str


Observation = (
    StageReached | TurnRecord | SpeechJudged | FalseStart | DeadlinePassed | ErrorTold | MouthClosed | CallRecord
    | FailedOver | TurnWords
)  # fmt: skip
Watcher = Callable[[Observation], None]
"""Takes in what happened. It is called in the session's step: it returns at once, and raises nothing."""
MOST: int = 64
"""The parts and moments of a turn that its record has."""


def unwatched(observation: Observation) -> None:
    """The watcher of a server that nobody watches."""


def both(first: Watcher, second: Watcher) -> Watcher:
    """A watcher that tells two."""

    def watch(observation: Observation) -> None:
        first(observation)
        second(observation)

    return watch
