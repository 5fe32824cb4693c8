"""What a recording has of engines: a struct for each event of a call, which is the payload of its row."""

from typing import Final

import msgspec

from actors.ports.mouth import Mark


class RecognitionBegun(msgspec.Struct, frozen=True, rename="camel"):
    """A recogniser was asked; `live`: while the person spoke. `accepts`, `wants`: formats, as the recogniser says."""

    call: int
    turn: int
    work: int
    provider: str
    model: str
    language: str
    prompt: str
    sentiment: bool
    format: str
    live: bool
    accepts: tuple[str, ...]
    wants: str


class WordsKnown(msgspec.Struct, frozen=True):
    """All the words so far."""

    call: int
    text: str


class TranscriptGiven(msgspec.Struct, frozen=True):
    """The transcript; with it the call is over."""

    call: int
    text: str
    language: str = ""
    sentiment: str = ""


class AnswerBegun(msgspec.Struct, frozen=True, rename="camel"):
    """A language model was asked; `text`: the last that the person said, `exchanges`: how many turns it was told."""

    call: int
    turn: int
    work: int
    provider: str
    model: str
    text: str
    stream: bool
    exchanges: int
    stands_in: bool = False


class PieceWritten(msgspec.Struct, frozen=True):
    """A piece of an answer; "" says that the model is at work."""

    call: int
    text: str


class DeliveryGiven(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """How the answer wants to be spoken; with a `format` its sound is in the row."""

    call: int
    voice: str = ""
    speed: float = 0.0
    language: str = ""
    stands_in: bool = False
    note: str = ""
    format: str = ""
    marks: tuple[Mark, ...] | None = None


class SynthesisBegun(msgspec.Struct, frozen=True, rename="camel"):
    """A synthesiser was asked to say `text`, which is a part of an answer; `format` "": any."""

    call: int
    turn: int
    work: int
    part: int
    provider: str
    model: str
    voice: str
    language: str
    gender: str
    speed: float
    format: str
    stream: bool
    marks: bool
    text: str


class ClipMade(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of sound, which is in the row; `marks`: what is said in it, None where the synthesiser does not tell."""

    call: int
    format: str
    marks: tuple[Mark, ...] | None = None


class TakenBack(msgspec.Struct, frozen=True):
    """The results of the call so far are taken back."""

    call: int


class CallEnded(msgspec.Struct, frozen=True):
    """The call has given all its results."""

    call: int


class CallFailed(msgspec.Struct, frozen=True):
    """The call failed: the class of the error, and its message."""

    call: int
    error: str
    message: str


class CallCancelled(msgspec.Struct, frozen=True):
    """The session did not want its results any more."""

    call: int


class VoiceBegun(msgspec.Struct, frozen=True):
    """A microphone is listened to."""

    call: int


class FramesJudged(msgspec.Struct, frozen=True, omit_defaults=True):
    """The microphone's next frames were judged: how many came, and the probabilities of those that are settled.

    `echo`: the path by which it hears the avatar, ms and dB, once it is known.
    """

    call: int
    frames: int
    speech: tuple[float, ...]
    echo: tuple[int, float] | None = None


class TurnEndJudged(msgspec.Struct, frozen=True):
    """Whether the speaker has finished: `asked` at this time of the session, with so many `seconds` of sound."""

    call: int
    asked: float
    seconds: float
    finished: float | None


EnginePayload = (
    RecognitionBegun
    | WordsKnown
    | TranscriptGiven
    | AnswerBegun
    | PieceWritten
    | DeliveryGiven
    | SynthesisBegun
    | ClipMade
    | TakenBack
    | CallEnded
    | CallFailed
    | CallCancelled
    | VoiceBegun
    | FramesJudged
    | TurnEndJudged
)
ENGINE_EVENTS: Final[dict[str, type[EnginePayload]]] = {
    "stt.begin": RecognitionBegun,
    "stt.words": WordsKnown,
    "stt.end": TranscriptGiven,
    "stt.failed": CallFailed,
    "stt.cancelled": CallCancelled,
    "llm.begin": AnswerBegun,
    "llm.piece": PieceWritten,
    "llm.delivery": DeliveryGiven,
    "llm.retraction": TakenBack,
    "llm.end": CallEnded,
    "llm.failed": CallFailed,
    "llm.cancelled": CallCancelled,
    "tts.begin": SynthesisBegun,
    "tts.clip": ClipMade,
    "tts.retraction": TakenBack,
    "tts.end": CallEnded,
    "tts.failed": CallFailed,
    "tts.cancelled": CallCancelled,
    "vad.begin": VoiceBegun,
    "vad": FramesJudged,
    "vad.failed": CallFailed,
    "vad.end": CallEnded,
    "turn.end": TurnEndJudged,
}
"""The payload of each event."""
