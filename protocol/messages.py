"""Every message of the wire protocol as a frozen struct, and the one table that gives each event its name.

What a message means is the docstring of its struct, and what a field means stands at the field (`msgspec.Meta`); who
sends it, its examples and its errors are a row of `registry.py`. The AsyncAPI document, the page /docs and the tables
of docs/ are made of these. `extra_json_schema` says what a field holds without having a reader refuse anything else.
The messages of a hands-free conversation are in `handsfree.py`, those of the mouth in `mouth.py`.
"""

from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType

from protocol.configuration import SessionUpdate
from protocol.connecting import HANDSHAKE_KEYS, Role
from protocol.errors import ErrorId
from protocol.handsfree import (
    InputIdle,
    PlaybackPosition,
    ResponseCreate,
    ResponseHeld,
    ResponseResumed,
    SessionEcho,
    SpeechStarted,
    SpeechStopped,
)
from protocol.mouth import ResponseCue, ResponseMouth, ResponseWords
from protocol.resuming import ResumePoint
from protocol.states import State

MAX_PAYLOAD: Final = 1_000_000
"""Bytes that a message may have where the operator says nothing else."""
Reason = Literal["interrupted", "cancelled", "failed", "reopened"]

_UUID = {"format": "uuid"}
_COUNT = {"minimum": 0}
_STATE = {"enum": [state.value for state in State]}
_SENTIMENT = {"enum": ["positive", "neutral", "negative", ""]}


# ---- client to server


class BufferAppend(msgspec.Struct, frozen=True, gc=False):
    """The payload is the audio itself: a binary attachment, a base64 string (standard or URL-safe, padded or not,
    wrapped or not, or a `data:` URL), or a Buffer as Node's JSON writes it. Chunks joined are one file in
    `mediaFormat`; one is smaller than `maxPayload` of `session.joined`, and 64 kB is a good size. A chunk that comes
    while the avatar thinks or speaks interrupts it. An empty chunk does nothing.
    """

    audio: bytes


class CaptureError(msgspec.Struct, frozen=True):
    """Why the Sender's own capture failed, as it said it with the commit."""

    message: str
    code: int = 0


class BufferCommit(msgspec.Struct, frozen=True):
    """Without a payload (null, `""` and `{}` count as none): the utterance is complete, transcribe and answer it. With
    an error: the Sender's capture failed, and the utterance is thrown away. Send it after the last chunk.
    """

    error: CaptureError | None = None


class BufferClear(msgspec.Struct, frozen=True):
    """The chunks so far are forgotten. Outside an utterance it does nothing."""


class InputText(msgspec.Struct, frozen=True):
    """A turn that is typed instead of spoken. From the transcript on it is treated like speech, and it interrupts like
    speech. The payload may be the string alone.
    """

    text: Annotated[str, Meta(description="What the user says.")]


class ResponseCancel(msgspec.Struct, frozen=True):
    """The response that is being made or spoken ends at once. Without one it does nothing."""


ClientMessage = (
    SessionUpdate
    | BufferAppend
    | BufferCommit
    | BufferClear
    | InputText
    | ResponseCreate
    | ResponseCancel
    | PlaybackPosition
)


# ---- server to client


class SessionJoined(msgspec.Struct, frozen=True, rename="camel"):
    """The first message on every connection. In state `idle` send `session.update`; in any other the session knows its
    configuration.
    """

    session_id: Annotated[
        str,
        Meta(description="Which session this is; pass it when connecting to come back to it.", extra_json_schema=_UUID),
    ]
    role: Annotated[Role, Meta(description="As what the socket has joined.")]
    state: Annotated[str, Meta(description="The session's state.", extra_json_schema=_STATE)]
    max_payload: Annotated[
        int, Meta(description="How many bytes a message may have; send sound in chunks that are smaller.")
    ] = MAX_PAYLOAD
    recorded: Annotated[
        bool | UnsetType,
        Meta(description="true where the server records the session; left out where it does not. Tell the user."),
    ] = UNSET
    resumed: Annotated[
        ResumePoint | bool | UnsetType,
        Meta(
            description="Where `resume` was sent: the same, and what was sent behind that piece follows; or false, and "
            "nothing of it does."
        ),
    ] = UNSET


class SessionDraining(msgspec.Struct, frozen=True):
    """The server goes down: the turn that runs is finished, a new one gets 1002. Connect again then."""

    seconds: Annotated[int, Meta(description="The seconds in which the server goes down at the latest.", ge=0)]


class SessionUpdated(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The answer to every `session.update`. With `success` false nothing was changed, and `custom.error` says why."""

    session_id: Annotated[str, Meta(description="Which session it is.", extra_json_schema=_UUID)]
    success: Annotated[bool, Meta(description="Whether the update is in force.")]
    warnings: Annotated[
        tuple[str, ...],
        Meta(description="What was odd about it, one sentence each; left out where nothing was."),
    ] = ()


class BufferInitialized(msgspec.Struct, frozen=True, rename="camel"):
    """The first chunk of an utterance was received."""

    session_id: Annotated[str, Meta(description="Which session it is.", extra_json_schema=_UUID)]


class TranscribeDelta(msgspec.Struct, frozen=True):
    """Sent by recognisers that stream; before the commit too, by those that listen while the user speaks. Each one
    replaces the one before it.
    """

    text: Annotated[str, Meta(description="All words recognised so far.")]


class TranscribeDone(msgspec.Struct, frozen=True):
    """The transcript of the utterance, or the words of `input.text`. Without words the turn is over."""

    text: Annotated[str, Meta(description="The words; empty where there were none.")]
    sentiment: Annotated[
        str,
        Meta(
            description="How it was said; empty unless `STT.sentimentAnalysis` asks for it.",
            extra_json_schema=_SENTIMENT,
        ),
    ]
    language: Annotated[str, Meta(description="The language, in BCP 47; may be empty.")]


class ResponseStarted(msgspec.Struct, frozen=True):
    """Part ids begin again at 0. A Receiver forgets what it still had to play of an older response."""

    turn: Annotated[int, Meta(description="The turn's number in the session.")]


class TextDelta(msgspec.Struct, frozen=True):
    """With `LLM.stream` true: the newly written text. The pieces joined are the text of `response.text.done`."""

    text: Annotated[str, Meta(description="The new piece.")]


class TextDone(msgspec.Struct, frozen=True):
    """The language model's answer. Without `LLM.stream` it comes before the sound, with it sound may come first."""

    text: Annotated[str, Meta(description="The whole answer.")]


class AudioDelta(msgspec.Struct, frozen=True, rename="camel"):
    """Pieces of one part come in order; play the parts in the order of `id`. All seven fields are always there, none is
    null. `done` is true on the last message of a response and only there; a response that ends
    early is closed by one with empty `audio`. An answer without speakable words has no sound.
    """

    id: Annotated[int, Meta(description="The part's number, from 0.", extra_json_schema=_COUNT)]
    text: Annotated[str, Meta(description="The words of the part as written, on its first piece; empty on later ones.")]
    audio: Annotated[
        str | bytes,
        Meta(description="The piece: a base64 string, or where `isBase64` is false a binary attachment. May be empty."),
    ]
    is_base64: Annotated[bool, Meta(description="How `audio` came.")] = msgspec.field(name="isBase64")
    done: Annotated[bool, Meta(description="true on the last message of the whole response.")]
    stream_part_done: Annotated[bool, Meta(description="true on the last piece of this part.")]
    total_number: Annotated[
        int,
        Meta(
            description="The response's parts; 0 while not known, right where `done` is true.", extra_json_schema=_COUNT
        ),
    ]


class Metrics(msgspec.Struct, frozen=True, rename="camel"):
    """The times of each stage's first result in a turn, in ms since the commit or `input.text`; -1 for a result that
    did not come. Sent when the last piece of a response has been sent, or the turn ended early.
    """

    turn: Annotated[int, Meta(description="The turn's number in the session.")]
    transcript: Annotated[int, Meta(description="ms from the commit to the transcript; -1: it did not come.")] = -1
    first_token: Annotated[int, Meta(description="ms to the first piece of text; -1 likewise.")] = -1
    first_part: Annotated[int, Meta(description="ms until the first part could be spoken; -1 likewise.")] = -1
    first_audio: Annotated[int, Meta(description="ms to the first piece of sound; -1 likewise.")] = -1
    last_audio: Annotated[int, Meta(description="ms to the last piece of sound; -1 likewise.")] = -1


class ResponseCancelled(msgspec.Struct, frozen=True):
    """No piece of this response follows: stop the sound, and drop the pieces that have not been played."""

    reason: Annotated[
        Reason,
        Meta(
            description="`interrupted` by the user, `cancelled` by a client, `failed`, or `reopened`: the answer was "
            "begun too early, the other half of the utterance is coming, and one answer to both follows."
        ),
    ]


class SessionState(msgspec.Struct, frozen=True):
    """Sent at each change, after the messages that end the old state and before those of the new one."""

    state: Annotated[str, Meta(description="The state that it is in now.", extra_json_schema=_STATE)]


class CustomError(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What was wrong and what would be right, in one sentence. The session goes on, and the next turn works."""

    message: Annotated[str, Meta(description="What was wrong and what would be right, in one sentence.")]
    error_id: Annotated[
        int,
        Meta(
            description="Its number, of the table of errors.",
            extra_json_schema={"enum": [int(error) for error in ErrorId]},
        ),
    ]
    retry_after: Annotated[
        int | UnsetType, Meta(description="With 1006: after how many seconds it may be tried again.")
    ] = UNSET


ServerMessage = (
    SessionJoined
    | SessionUpdated
    | SessionDraining
    | BufferInitialized
    | SpeechStarted
    | SpeechStopped
    | InputIdle
    | TranscribeDelta
    | TranscribeDone
    | ResponseStarted
    | TextDelta
    | TextDone
    | ResponseMouth
    | ResponseWords
    | ResponseCue
    | AudioDelta
    | Metrics
    | ResponseHeld
    | ResponseResumed
    | ResponseCancelled
    | SessionEcho
    | SessionState
    | CustomError
)

EVENTS: dict[str, type[ClientMessage] | type[ServerMessage]] = {
    "session.update": SessionUpdate,
    "input.buffer.append": BufferAppend,
    "input.buffer.commit": BufferCommit,
    "input.buffer.clear": BufferClear,
    "input.text": InputText,
    "response.create": ResponseCreate,
    "response.cancel": ResponseCancel,
    "playback.position": PlaybackPosition,
    "session.joined": SessionJoined,
    "session.updated": SessionUpdated,
    "input.buffer.initialized": BufferInitialized,
    "input.speech.started": SpeechStarted,
    "input.speech.stopped": SpeechStopped,
    "input.idle": InputIdle,
    "request.transcribe.delta": TranscribeDelta,
    "request.transcribe.done": TranscribeDone,
    "response.started": ResponseStarted,
    "response.text.delta": TextDelta,
    "response.text.done": TextDone,
    "response.mouth": ResponseMouth,
    "response.words": ResponseWords,
    "response.cue": ResponseCue,
    "response.audio.delta": AudioDelta,
    "response.metrics": Metrics,
    "response.held": ResponseHeld,
    "response.resumed": ResponseResumed,
    "response.cancelled": ResponseCancelled,
    "session.echo": SessionEcho,
    "session.state": SessionState,
    "session.draining": SessionDraining,
    "custom.error": CustomError,
}
CLIENT_EVENTS: tuple[str, ...] = tuple(name for name, kind in EVENTS.items() if kind in get_args(ClientMessage))
RESERVED = frozenset({"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})


class Names:
    """The names in force: those of EVENTS and HANDSHAKE_KEYS, with the renamings of `[protocol.names]`."""

    def __init__(self, renamed: dict[str, str] | None = None) -> None:
        """`renamed`: documented name to the name wanted.

        Raises ValueError for an unknown, clashing or reserved name.
        """
        renamed = renamed or {}
        known = (*EVENTS, *HANDSHAKE_KEYS)
        for old, new in renamed.items():
            if old not in known:
                raise ValueError(f"{old!r} is no event or handshake key; known: {', '.join(known)}")
            if not new or new in RESERVED:
                raise ValueError(f"{old!r} cannot be renamed to {new!r}: empty, or reserved by Socket.IO")
        events = [renamed.get(name, name) for name in EVENTS]
        self._refuse_clash(events)
        self.wire: dict[type, str] = dict(zip(EVENTS.values(), events, strict=True))
        self.documented: dict[str, str] = {renamed.get(name, name): name for name in CLIENT_EVENTS}
        self.keys: dict[str, str] = {renamed.get(key, key): key for key in HANDSHAKE_KEYS}
        self._refuse_clash([renamed.get(key, key).lower() for key in HANDSHAKE_KEYS])  # which are read in any case

    @staticmethod
    def _refuse_clash(names: list[str]) -> None:
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two names would be {name!r} on the wire")
