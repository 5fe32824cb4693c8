"""What the API's documentation says of every event, field and error: its words and its examples, and nothing else."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from protocol.configuration import Configuration
from protocol.errors import ErrorId
from protocol.handshake import Preset
from protocol.messages import (
    AudioDelta,
    BufferInitialized,
    CustomError,
    Metrics,
    Pieces,
    ResponseCancelled,
    ResponseStarted,
    Role,
    ServerMessage,
    SessionJoined,
    SessionState,
    SessionUpdated,
    TextDelta,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)

Origin = Literal["reference", "addition"]
SESSION = "32a5e96a-c35d-4e97-8ee0-a2166057feac"
"""The session of all examples."""


class Example(msgspec.Struct, frozen=True):
    """One payload to copy: a message of the server, or JSON text; "" is an event without a payload."""

    title: str
    message: ServerMessage | str


class Entry(msgspec.Struct, frozen=True):
    """What is said of one event.

    `who` sends it, or for an event of the server is told it; `answers` are the events that it leads to.
    """

    title: str
    who: str
    text: str
    origin: Origin
    examples: tuple[Example, ...]
    errors: tuple[ErrorId, ...] = ()
    answers: tuple[str, ...] = ()


# ---- payloads as they are on the wire, where the structs of messages.py hold what was read from them


class AudioChunk(msgspec.Struct, frozen=True):
    """A chunk as Node's JSON writes a Buffer."""

    type: Literal["Buffer"]
    data: tuple[Annotated[int, msgspec.Meta(ge=0, le=255)], ...]


class CaptureFailed(msgspec.Struct, frozen=True, rename="camel"):
    """The Sender's capture failed: the utterance is thrown away."""

    message: str
    error_id: int


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """What was wrong, and its status in the manner of HTTP."""

    message: str
    status_code: int


class Refusal(msgspec.Struct, frozen=True):
    """An error as Socket.IO's `connect_error` carries it."""

    name: str
    message: str
    data: Status


class TypedTurn(msgspec.Struct, frozen=True):
    """A typed turn."""

    text: str


class Handshake(msgspec.Struct, frozen=True, rename="camel"):
    """Who connects, to which session, and which sound it wants. Every key may be left out."""

    role: Role | UnsetType = UNSET
    session_id: str | UnsetType = UNSET
    token: str | UnsetType = UNSET
    audio_format: str | UnsetType = UNSET
    is_base64: bool | UnsetType = msgspec.field(name="isBase64", default=UNSET)
    pieces: Pieces | UnsetType = UNSET
    client: Preset | UnsetType = UNSET


class Acknowledgement(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to a client's event that asks for a Socket.IO ack."""

    success: bool
    message: str | UnsetType = UNSET
    error_id: int | UnsetType = UNSET


# ---- events

OF_SENDER = (ErrorId.WRONG_ROLE,)
FULL_UPDATE = msgspec.json.encode(Configuration()).decode()

ENTRIES: dict[str, Entry] = {
    "session.update": Entry(
        "Configure the session",
        "Sender",
        "Merged into what is in force: a key that is left out keeps its value, null sets the default. All or nothing: "
        "an update that is refused changes nothing. Keys are read in any case, and a string may stand where an object "
        "with `name` and `title` is due. A turn uses what was in force at its first chunk. "
        "`session.updated` warns of what has no effect.",
        "reference",
        (
            Example("Minimal: the defaults", "{}"),
            Example("Usual", '{"STT":{"mediaFormat":"wav"},"LLM":{"prompt":"You are a museum guide."}}'),
            Example("Full: every field, at its default", FULL_UPDATE),
        ),
        (ErrorId.WRONG_ROLE, ErrorId.BAD_CONFIGURATION, ErrorId.UNKNOWN_PROVIDER),
        ("session.updated",),
    ),
    "input.buffer.append": Entry(
        "Send a chunk of speech",
        "Sender",
        "The payload is the audio itself: a binary attachment, or a base64 string (standard or URL-safe, padded or "
        "not, or a `data:` URL). Chunks joined are one file in `mediaFormat`; one is smaller than `maxPayload` of "
        "`session.joined`, and 64 kB is a good size. A chunk that comes while the avatar thinks or speaks interrupts "
        "it. An empty chunk does nothing.",
        "reference",
        (
            Example("Minimal: base64", '"AAABAAIAAwAEAAUABgAHAA=="'),
            Example("As a Buffer", '{"type":"Buffer","data":[0,0,1,0,2,0,3,0]}'),
        ),
        (ErrorId.UNREADABLE, ErrorId.WRONG_STATE, ErrorId.WRONG_ROLE, ErrorId.TOO_LONG),
        ("input.buffer.initialized",),
    ),
    "input.buffer.commit": Entry(
        "End the utterance",
        "Sender",
        "Without a payload: the utterance is complete, transcribe and answer it. With an error: the Sender's capture "
        "failed, and the utterance is thrown away. Send it after the last chunk.",
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
        (
            ErrorId.UNREADABLE,
            ErrorId.WRONG_STATE,
            ErrorId.WRONG_ROLE,
            ErrorId.NOTHING_SAID,
            ErrorId.UNDECODABLE_AUDIO,
            ErrorId.BUSY,
        ),
        ("request.transcribe.done",),
    ),
    "input.buffer.clear": Entry(
        "Throw away the utterance",
        "Sender",
        "The chunks so far are forgotten. Outside an utterance it does nothing.",
        "addition",
        (Example("No payload", ""),),
        OF_SENDER,
    ),
    "input.text": Entry(
        "Type a turn",
        "Sender",
        "A turn that is typed instead of spoken; from the transcript on it goes like speech, and it interrupts like "
        "speech. A string alone will do as payload.",
        "addition",
        (Example("Minimal", '"Hello"'), Example("Full", '{"text":"How late is it?"}')),
        (
            ErrorId.UNREADABLE,
            ErrorId.WRONG_STATE,
            ErrorId.WRONG_ROLE,
            ErrorId.TOO_LONG,
            ErrorId.NOTHING_SAID,
            ErrorId.BUSY,
        ),
        ("request.transcribe.done",),
    ),
    "response.cancel": Entry(
        "Stop the avatar",
        "Sender or Receiver",
        "The response that is being made or spoken ends at once. Without one it does nothing.",
        "addition",
        (Example("No payload", ""),),
        (),
        ("response.cancelled",),
    ),
    "session.joined": Entry(
        "You are in",
        "the socket that connected",
        "The first message on every connection. In state `idle` send `session.update`; in any other the session knows "
        "its configuration.",
        "addition",
        (Example("Full", SessionJoined(SESSION, "both", "idle")),),
    ),
    "session.updated": Entry(
        "The session is updated",
        "Sender",
        "The answer to every `session.update`. With `success` false nothing was changed, and `custom.error` says why.",
        "reference",
        (
            Example("Minimal", SessionUpdated(SESSION, True)),
            Example(
                "With a warning",
                SessionUpdated(SESSION, True, ("TTS: No available models (used a default model)",)),
            ),
        ),
    ),
    "input.buffer.initialized": Entry(
        "An utterance has begun",
        "Sender",
        "The first chunk of an utterance was received.",
        "reference",
        (Example("Full", BufferInitialized(SESSION)),),
    ),
    "request.transcribe.delta": Entry(
        "The words so far",
        "Sender",
        "Sent while the user speaks, by recognisers that stream. Each one replaces the one before it.",
        "addition",
        (Example("Full", TranscribeDelta("how late")),),
    ),
    "request.transcribe.done": Entry(
        "What was said",
        "Sender",
        "The transcript of the utterance, or the words of `input.text`. Without words the turn is over.",
        "reference",
        (
            Example("Minimal: nothing was said", TranscribeDone("", "", "en-US")),
            Example("Full", TranscribeDone("how late is it", "neutral", "en-US")),
        ),
    ),
    "response.started": Entry(
        "A response begins",
        "Receivers",
        "Part ids begin again at 0. A Receiver forgets what it still had to play of an older response.",
        "addition",
        (Example("Full", ResponseStarted(1)),),
    ),
    "response.text.delta": Entry(
        "A piece of the text",
        "Receivers",
        "With `LLM.stream` true: what was newly written. The pieces joined are the text of `response.text.done`.",
        "addition",
        (Example("Full", TextDelta("It is noon, ")),),
    ),
    "response.text.done": Entry(
        "The whole text",
        "Receivers",
        "The language model's answer. Without `LLM.stream` it comes before the sound, with it sound may come first.",
        "reference",
        (Example("Full", TextDone("It is noon, and the museum is open.")),),
    ),
    "response.audio.delta": Entry(
        "A piece of the sound",
        "Receivers",
        "Pieces of one part come in order; play the parts in the order of `id`. All seven fields are always there, "
        "none is null. `done` is true on the last message of a response and only there; a response that ends early "
        "is closed by one with empty `audio`. An answer without speakable words has no sound.",
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
    "response.metrics": Entry(
        "How long each stage took",
        "Sender",
        "Sent when the last piece of a response has been sent, or the turn ended early.",
        "addition",
        (
            Example("Minimal: nothing came", Metrics(1)),
            Example("Full", Metrics(1, 180, 410, 620, 790, 1_450)),
        ),
    ),
    "response.cancelled": Entry(
        "Stop the sound",
        "Sender and Receivers",
        "No piece of this response follows: stop what plays, and forget what waits to be played.",
        "addition",
        (Example("Full", ResponseCancelled("interrupted")),),
    ),
    "session.state": Entry(
        "The session has moved",
        "every socket of the session",
        "Sent at each change, after the messages that end the old state and before those of the new one.",
        "addition",
        (Example("Full", SessionState("speaking")),),
    ),
    "custom.error": Entry(
        "Something is wrong",
        "the socket whose event it was; the Sender when a turn fails",
        "What was wrong and what would be right, in one sentence. The session goes on, and the next turn works.",
        "reference",
        (
            Example(
                "Full",
                CustomError(
                    "there is no audio to transcribe; send input.buffer.append before the commit", ErrorId.NOTHING_SAID
                ),
            ),
        ),
        tuple(ErrorId),
    ),
}

HANDSHAKE = Entry(
    "Connect",
    "client",
    "The `auth` of Socket.IO's CONNECT. Each key may also come as a query parameter; `auth` wins. None is needed.",
    "addition",
    (
        Example("Minimal: a new session, microphone and avatar in one", "{}"),
        Example("An avatar in Unreal", f'{{"role":"receiver","sessionId":"{SESSION}","client":"unreal"}}'),
        Example(
            "Full",
            f'{{"role":"both","sessionId":"{SESSION}","token":"the credential","audioFormat":"mp3","isBase64":false,'
            '"pieces":"joined","client":"web"}',
        ),
    ),
    (),
    ("session.joined", "connect_error"),
)
CONNECT_ERROR = Entry(
    "The connection is refused",
    "the socket that connected",
    "Socket.IO's CONNECT_ERROR; the message says what would be right. `statusCode` is 400 for a bad handshake, 401 for "
    "no or a bad token, 403 for a session of somebody else, 409 where the session has a Sender, 429 over a limit, 503 "
    "when the server is going down or full.",
    "reference",
    (
        Example(
            "Full",
            '{"name":"Error","message":"the session has a Sender already; join as receiver, or start another session",'
            '"data":{"message":"the session has a Sender already; join as receiver, or start another session",'
            '"statusCode":409}}',
        ),
    ),
)
ACK = Entry(
    "The ack",
    "the socket that asked for it",
    "Any event of a client may ask for a Socket.IO ack. It says whether the event was taken, not what came of it.",
    "addition",
    (
        Example("Taken", '{"success":true}'),
        Example("Not taken", '{"success":false,"message":"there is nothing to answer","errorId":1005}'),
    ),
)
