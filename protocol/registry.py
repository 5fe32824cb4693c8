"""The registry of events: for each its sender, its payloads, examples to copy, its errors, and the answers to it.

What an event means is the docstring of its struct, what a field means stands at the field, and its name is a row of
`messages.EVENTS`. Everything that people read of the protocol is made of these three places.
"""

from typing import Any, Final, Literal, get_args

import msgspec

from protocol.configuration import Configuration, SessionUpdate
from protocol.connecting import Acknowledgement, Auth, ErrorObject
from protocol.errors import ErrorId, RefusalStatus
from protocol.messages import (
    EVENTS,
    AudioDelta,
    BufferAppend,
    BufferClear,
    BufferCommit,
    BufferInitialized,
    ClientMessage,
    CustomError,
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
from protocol.payloads import Base64, Binary, CaptureFailed, NodeBuffer, String

Origin = Literal["reference", "addition"]
SESSION: Final = "32a5e96a-c35d-4e97-8ee0-a2166057feac"
"""The session of all examples."""
CONNECTING: Final[dict[str, type[msgspec.Struct]]] = {
    "connect": Auth,
    "connect_error": ErrorObject,
    "ack": Acknowledgement,
}
"""What is no event of Socket.IO and is documented like one: its packets CONNECT, CONNECT_ERROR and ACK."""


class Example(msgspec.Struct, frozen=True):
    """One payload to copy: a message of the server, or JSON text; "" is an event without a payload."""

    title: str
    message: ServerMessage | str


class EventRow(msgspec.Struct, frozen=True):
    """The facts about one event that its struct does not hold.

    `who` sends it, or for an event of the server is told it. `payloads` are the types that it may have on the wire,
    where that is not the struct itself; None is an event without a payload. `answers` are the messages that it leads
    to. `text` is what it means where the docstring of the struct does not say it.
    """

    message: type[msgspec.Struct]
    title: str
    who: str
    origin: Origin
    examples: tuple[Example, ...]
    payloads: tuple[Any, ...] = ()
    errors: tuple[ErrorId, ...] = ()
    answers: tuple[type[msgspec.Struct], ...] = ()
    text: str = ""

    @property
    def name(self) -> str:
        """Its documented name."""
        return NAMES[self.message]

    @property
    def is_from_client(self) -> bool:
        """Whether a client sends it."""
        return self.message is Auth or self.message in get_args(ClientMessage)

    @property
    def meaning(self) -> str:
        """What it means, on one line."""
        return " ".join((self.text or self.message.__doc__ or "").split())

    @property
    def answer_names(self) -> tuple[str, ...]:
        """The documented names of the messages that it leads to."""
        return tuple(NAMES[answer] for answer in self.answers)

    @property
    def forms(self) -> tuple[Any, ...]:
        """The types that its payload may have on the wire; None: it may have none."""
        return self.payloads or (self.message,)


NAMES: Final[dict[type, str]] = {kind: name for name, kind in (*CONNECTING.items(), *EVENTS.items())}

ROWS: Final = (
    # ---- connecting
    EventRow(
        Auth,
        "Connect",
        "client",
        "addition",
        (
            Example("Minimal: a new session, microphone and avatar in one", "{}"),
            Example("An avatar in Unreal", f'{{"role":"receiver","sessionId":"{SESSION}","client":"unreal"}}'),
            Example(
                "Full",
                f'{{"role":"both","sessionId":"{SESSION}","token":"the credential","audioFormat":"mp3",'
                '"isBase64":false,"pieces":"joined","client":"web"}',
            ),
        ),
        answers=(SessionJoined, ErrorObject),
    ),
    EventRow(
        ErrorObject,
        "The connection is refused",
        "the socket that connected",
        "reference",
        (
            Example(
                "Full",
                '{"name":"Error","message":"the session has a Sender already; join as receiver, or start another '
                'session","data":{"message":"the session has a Sender already; join as receiver, or start another '
                'session","statusCode":409}}',
            ),
        ),
        text="Socket.IO's CONNECT_ERROR; the message says what would be right. `statusCode` is "
        + ", ".join(f"{status:d} for {status.meaning}" for status in RefusalStatus)
        + ".",
    ),
    EventRow(
        Acknowledgement,
        "The ack",
        "the socket that asked for it",
        "addition",
        (
            Example("Taken", '{"success":true}'),
            Example("Not taken", '{"success":false,"message":"there is nothing to answer","errorId":1005}'),
        ),
    ),
    # ---- client to server
    EventRow(
        SessionUpdate,
        "Configure the session",
        "Sender",
        "reference",
        (
            Example("Minimal: the defaults", "{}"),
            Example("Usual", '{"STT":{"mediaFormat":"wav"},"LLM":{"prompt":"You are a museum guide."}}'),
            Example("Full: every field, at its default", msgspec.json.encode(Configuration()).decode()),
        ),
        payloads=(Configuration,),
        errors=(ErrorId.WRONG_ROLE, ErrorId.BAD_CONFIGURATION, ErrorId.UNKNOWN_PROVIDER),
        answers=(SessionUpdated,),
    ),
    EventRow(
        BufferAppend,
        "Send a chunk of speech",
        "Sender",
        "reference",
        (
            Example("Minimal: base64", '"AAABAAIAAwAEAAUABgAHAA=="'),
            Example("As a Buffer", '{"type":"Buffer","data":[0,0,1,0,2,0,3,0]}'),
        ),
        payloads=(Base64, Binary, NodeBuffer),
        errors=(ErrorId.UNREADABLE, ErrorId.WRONG_STATE, ErrorId.WRONG_ROLE, ErrorId.TOO_LONG),
        answers=(BufferInitialized,),
    ),
    EventRow(
        BufferCommit,
        "End the utterance",
        "Sender",
        "reference",
        (
            Example("Minimal: no payload", ""),
            Example("Capture failed", '{"message":"the microphone was unplugged","errorId":7}'),
            Example(
                "Capture failed, as an error object",
                '{"name":"Error","message":"no microphone",'
                '"data":{"message":"the microphone was unplugged","statusCode":500}}',
            ),
        ),
        payloads=(None, CaptureFailed, ErrorObject),
        errors=(
            ErrorId.UNREADABLE,
            ErrorId.WRONG_STATE,
            ErrorId.WRONG_ROLE,
            ErrorId.NOTHING_SAID,
            ErrorId.UNDECODABLE_AUDIO,
            ErrorId.BUSY,
        ),
        answers=(TranscribeDone,),
    ),
    EventRow(
        BufferClear,
        "Throw away the utterance",
        "Sender",
        "addition",
        (Example("No payload", ""),),
        payloads=(None,),
        errors=(ErrorId.WRONG_ROLE,),
    ),
    EventRow(
        InputText,
        "Type a turn",
        "Sender",
        "addition",
        (Example("Minimal", '"Hello"'), Example("Full", '{"text":"How late is it?"}')),
        payloads=(InputText, String),
        errors=(
            ErrorId.UNREADABLE,
            ErrorId.WRONG_STATE,
            ErrorId.WRONG_ROLE,
            ErrorId.TOO_LONG,
            ErrorId.NOTHING_SAID,
            ErrorId.BUSY,
        ),
        answers=(TranscribeDone,),
    ),
    EventRow(
        ResponseCancel,
        "Stop the avatar",
        "Sender or Receiver",
        "addition",
        (Example("No payload", ""),),
        payloads=(None,),
        answers=(ResponseCancelled,),
    ),
    # ---- server to client
    EventRow(
        SessionJoined,
        "You are in",
        "the socket that connected",
        "addition",
        (Example("Full", SessionJoined(SESSION, "both", "idle")),),
    ),
    EventRow(
        SessionUpdated,
        "The session is updated",
        "Sender",
        "reference",
        (
            Example("Minimal", SessionUpdated(SESSION, True)),
            Example(
                "With a warning",
                SessionUpdated(SESSION, True, ("TTS: No available models (used a default model)",)),
            ),
        ),
    ),
    EventRow(
        BufferInitialized,
        "An utterance has begun",
        "Sender",
        "reference",
        (Example("Full", BufferInitialized(SESSION)),),
    ),
    EventRow(
        TranscribeDelta, "The words so far", "Sender", "addition", (Example("Full", TranscribeDelta("how late")),)
    ),
    EventRow(
        TranscribeDone,
        "What was said",
        "Sender",
        "reference",
        (
            Example("Minimal: nothing was said", TranscribeDone("", "", "en-US")),
            Example("Full", TranscribeDone("how late is it", "neutral", "en-US")),
        ),
    ),
    EventRow(ResponseStarted, "A response begins", "Receivers", "addition", (Example("Full", ResponseStarted(1)),)),
    EventRow(TextDelta, "A piece of the text", "Receivers", "addition", (Example("Full", TextDelta("It is noon, ")),)),
    EventRow(
        TextDone,
        "The whole text",
        "Receivers",
        "reference",
        (Example("Full", TextDone("It is noon, and the museum is open.")),),
    ),
    EventRow(
        AudioDelta,
        "A piece of the sound",
        "Receivers",
        "reference",
        (
            Example(
                "A response of one part",
                AudioDelta(
                    id=0,
                    text="It is noon, and the museum is open.",
                    audio="SUQzBAAAAAAAI1RTU0UAAAAP",
                    is_base64=True,
                    done=True,
                    stream_part_done=True,
                    total_number=1,
                ),
            ),
            Example(
                "A response that ended early",
                AudioDelta(id=0, text="", audio="", is_base64=True, done=True, stream_part_done=True, total_number=1),
            ),
        ),
    ),
    EventRow(
        Metrics,
        "How long each stage took",
        "Sender",
        "addition",
        (Example("Minimal: nothing came", Metrics(1)), Example("Full", Metrics(1, 180, 410, 620, 790, 1_450))),
    ),
    EventRow(
        ResponseCancelled,
        "Stop the sound",
        "Sender and Receivers",
        "addition",
        (Example("Full", ResponseCancelled("interrupted")),),
    ),
    EventRow(
        SessionState,
        "The session has moved",
        "every socket of the session",
        "addition",
        (Example("Full", SessionState("speaking")),),
    ),
    EventRow(
        CustomError,
        "Something is wrong",
        "the socket whose event it was; the Sender when a turn fails",
        "reference",
        (
            Example(
                "Full",
                CustomError(
                    "there is no audio to transcribe; send input.buffer.append before the commit", ErrorId.NOTHING_SAID
                ),
            ),
        ),
        errors=tuple(ErrorId),
    ),
)
REGISTRY: Final[dict[str, EventRow]] = {row.name: row for row in ROWS}
"""By the documented name, in the order of a conversation."""
