"""Connecting on the wire: the keys of the handshake, the refusal, and the ack.

The words of docs/messages.md, of the AsyncAPI document and of the table in docs/protocol.md stand here at the fields;
`handshake.py` reads what a client sends.
"""

import uuid
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from protocol.audioformat import OUTPUT_FORMATS, OUTPUT_RATE, parse_output, schema_of
from protocol.mouth import SHAPES, MouthRate, parse_mouth
from protocol.resuming import ResumePoint
from protocol.tolerant import Checked

Role = Literal["sender", "receiver", "both"]
Pieces = Literal["joined", "whole"]
Preset = Literal["unreal", "unity", "web", "metahuman", "three-vrm", "talkinghead"]
UNREAL_PIECE_BYTES: Final = 96_000
"""The largest piece that a game engine's WAV reader takes at once."""
UNCHECKED: Final = "unchecked"
"""Marks a key, with Annotated, of which any value is taken, because one that cannot be used keeps nobody out."""
_KHZ: Final = OUTPUT_RATE // 1000


def parse_session(text: str) -> uuid.UUID:
    """A session's id; raises ValueError with what is allowed."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise ValueError("a UUID") from None


class Auth(msgspec.Struct, frozen=True, rename="camel"):
    """The `auth` of Socket.IO's CONNECT: who connects, to which session, and which sound it wants.

    Each key may also come as a query parameter; `auth` wins. Every key may be left out.
    """

    role: Annotated[
        Role | UnsetType,
        Meta(description="`sender` is a microphone, `receiver` an avatar, `both` is both. Left out: `both`."),
    ] = UNSET
    session_id: Annotated[
        str | UnsetType,
        Checked(parse_session),
        Meta(description="A UUID: join that session, or begin it under that id. Left out: a new session."),
    ] = UNSET
    token: Annotated[
        str | UnsetType,
        Meta(
            description="The credential, where the server asks for one. It may also come as `Authorization: Bearer` "
            "with the request that opens the connection."
        ),
    ] = UNSET
    audio_format: Annotated[
        str | UnsetType,
        Checked(parse_output),
        Meta(
            description=f"This Receiver's sound: {', '.join(OUTPUT_FORMATS)}; `wav` is {_KHZ} kHz mono 16 bit, `opus` "
            f"is in Ogg, `pcm16` is raw at {_KHZ} kHz, mono, signed, little-endian, `pcm16/48000` at another rate. "
            "Left out: as `TTS.audioFormat` says, else mp3.",
            extra_json_schema=schema_of(OUTPUT_FORMATS, ""),
        ),
    ] = UNSET
    is_base64: Annotated[
        bool | UnsetType,
        Meta(
            description="true: sound as a base64 string. false: as a binary attachment. Left out: as `TTS.isBase64` "
            "says."
        ),
    ] = msgspec.field(name="isBase64", default=UNSET)
    pieces: Annotated[
        Pieces | UnsetType,
        Meta(
            description="`joined`: the pieces of a part, joined, are one valid file. `whole`: each piece is a file of "
            "its own. Left out: `joined`."
        ),
    ] = UNSET
    client: Annotated[
        Preset | UnsetType,
        Meta(
            description="A preset of the three above. `unreal` and `unity`: wav, base64, whole, pieces under "
            f"{UNREAL_PIECE_BYTES // 1000} kB with true header sizes. `web`: mp3, binary, joined. Also with a `mouth`: "
            "`metahuman` as `unreal`, `arkit,words`; `three-vrm` as `web`, `vrm,words`; `talkinghead`: pcm16, binary, "
            "joined, `ovr,words`."
        ),
    ] = UNSET
    mouth: Annotated[
        str | UnsetType,
        Checked(parse_mouth),
        Meta(
            description=f"What this Receiver is told of the mouth: a list with commas of one of {', '.join(SHAPES)}, "
            "for `response.mouth`, and `words`, for `response.words`; either brings `response.cue`. `none`: nothing. "
            "Left out: as `client` says, else `none`."
        ),
    ] = UNSET
    mouth_fps: Annotated[
        MouthRate | UnsetType,
        Meta(description="Frames a second of `arkit`. Left out: 30."),
    ] = UNSET
    holds: Annotated[
        bool | UnsetType,
        Meta(
            description="true: this Receiver does what `response.held` says, it can duck and pause. Left out: `false`, "
            "until it sends `playback.position`."
        ),
    ] = UNSET
    resume: Annotated[
        ResumePoint | UnsetType,
        Meta(
            description="A Receiver whose connection was lost says what it has, and is sent the rest; as a query "
            "parameter `turn.id.pieces`. `session.joined` says whether it is."
        ),
    ] = UNSET
    pid: Annotated[
        str | UnsetType,
        UNCHECKED,
        Meta(
            description="The `pid` of the answer to the CONNECT before: the same client is back. Socket.IO's client "
            "for JavaScript sends it by itself. One that is not good any more is ignored."
        ),
    ] = UNSET
    traceparent: Annotated[
        str | UnsetType,
        UNCHECKED,
        Meta(
            description="The place in a trace to which this session's turns belong, as W3C's Trace Context writes it; "
            "providers are told it, and the Sender's counts. It may also come as the header of the request that opens "
            "the connection. What cannot be read is ignored."
        ),
    ] = UNSET

    def __repr__(self) -> str:
        """Without token and `pid`, which are shown nowhere."""
        return f"Auth(role={self.role!r}, session_id={self.session_id!r})"


class ErrorData(msgspec.Struct, frozen=True, rename="camel"):
    """The reason of the refusal, and its status, one of HTTP's."""

    message: Annotated[str, Meta(description="What was wrong.")]
    status_code: Annotated[int, Meta(description="Its number, in the manner of HTTP.")]
    retry_after: Annotated[
        int | UnsetType,
        Meta(description="With 429: after how many seconds the same CONNECT may be taken."),
    ] = UNSET


class ErrorObject(msgspec.Struct, frozen=True):
    """An error as Socket.IO's `connect_error` carries it."""

    name: Annotated[str, Meta(description="The kind of the error: `Error`.")]
    message: Annotated[str, Meta(description="What was wrong and what would be right.")]
    data: Annotated[ErrorData, Meta(description="The same, with a number.")]


class Acknowledgement(msgspec.Struct, frozen=True, rename="camel"):
    """Any event of a client may ask for a Socket.IO ack. It says whether the event was taken, not what came of it."""

    success: Annotated[bool, Meta(description="Whether the event was taken.")]
    message: Annotated[str | UnsetType, Meta(description="Where it was not: why.")] = UNSET
    error_id: Annotated[int | UnsetType, Meta(description="Where it was not: the number of the error.")] = UNSET
    retry_after: Annotated[
        int | UnsetType, Meta(description="With 1006: after how many seconds it may be tried again.")
    ] = UNSET


HANDSHAKE_KEYS: tuple[str, ...] = tuple(field.encode_name for field in msgspec.structs.fields(Auth))
"""The keys of `auth`, by their documented names."""
