"""Every event of docs/protocol.md as a frozen struct, and the one table that gives each its name on the wire."""

from typing import Final, Literal, get_args

import msgspec

from protocol.configuration import SessionUpdate

Role = Literal["sender", "receiver", "both"]
Pieces = Literal["joined", "whole"]
MAX_PAYLOAD: Final = 1_000_000
"""Bytes that a message may have where the operator says nothing else."""
Reason = Literal["interrupted", "cancelled", "failed"]


# ---- client to server


class BufferAppend(msgspec.Struct, frozen=True, gc=False):
    """A chunk of the Sender's audio, in the utterance's `mediaFormat`."""

    audio: bytes


class CaptureError(msgspec.Struct, frozen=True):
    """Why the Sender's own capture failed, as it said it with the commit."""

    message: str
    code: int = 0


class BufferCommit(msgspec.Struct, frozen=True):
    """The utterance is complete; with `error` it is thrown away instead."""

    error: CaptureError | None = None


class BufferClear(msgspec.Struct, frozen=True):
    """Throw away the utterance so far."""


class InputText(msgspec.Struct, frozen=True):
    """A typed turn."""

    text: str


class ResponseCancel(msgspec.Struct, frozen=True):
    """Stop the response that is being made or spoken."""


ClientMessage = SessionUpdate | BufferAppend | BufferCommit | BufferClear | InputText | ResponseCancel


# ---- server to client


class SessionJoined(msgspec.Struct, frozen=True, rename="camel"):
    """The first message on each socket: which session it is in, in what state that is, and how large a message may be.

    `max_payload` in bytes, as in Engine.IO's handshake, which most clients do not show to who uses them.
    """

    session_id: str
    role: Role
    state: str
    max_payload: int = MAX_PAYLOAD


class SessionUpdated(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The answer to `session.update`; `success` false: nothing was changed."""

    session_id: str
    success: bool
    warnings: tuple[str, ...] = ()


class BufferInitialized(msgspec.Struct, frozen=True, rename="camel"):
    """The first chunk of an utterance has come."""

    session_id: str


class TranscribeDelta(msgspec.Struct, frozen=True):
    """The words recognised so far, all of them."""

    text: str


class TranscribeDone(msgspec.Struct, frozen=True):
    """What the Sender said; `sentiment` positive, neutral, negative or ""; `language` BCP 47 or ""."""

    text: str
    sentiment: str
    language: str


class ResponseStarted(msgspec.Struct, frozen=True):
    """A response begins: part ids begin again at 0."""

    turn: int


class TextDelta(msgspec.Struct, frozen=True):
    """The newly written piece of the answer's text."""

    text: str


class TextDone(msgspec.Struct, frozen=True):
    """The whole text of the answer."""

    text: str


class AudioDelta(msgspec.Struct, frozen=True, rename="camel"):
    """A piece of the sound of part `id`; docs/protocol.md says what holds among the fields of several."""

    id: int
    text: str
    audio: str | bytes
    is_base64: bool = msgspec.field(name="isBase64")
    done: bool
    stream_part_done: bool
    total_number: int


class Metrics(msgspec.Struct, frozen=True, rename="camel"):
    """When each stage of a turn gave its first result: ms since the commit or `input.text`, -1 where it did not."""

    turn: int
    transcript: int = -1
    first_token: int = -1
    first_part: int = -1
    first_audio: int = -1
    last_audio: int = -1


class ResponseCancelled(msgspec.Struct, frozen=True):
    """Stop the sound: no piece of this response follows."""

    reason: Reason


class SessionState(msgspec.Struct, frozen=True):
    """The session has just moved to `state`."""

    state: str


class CustomError(msgspec.Struct, frozen=True, rename="camel"):
    """What was wrong and what would be right, in one sentence."""

    message: str
    error_id: int


ServerMessage = (
    SessionJoined
    | SessionUpdated
    | BufferInitialized
    | TranscribeDelta
    | TranscribeDone
    | ResponseStarted
    | TextDelta
    | TextDone
    | AudioDelta
    | Metrics
    | ResponseCancelled
    | SessionState
    | CustomError
)

EVENTS: dict[str, type[ClientMessage] | type[ServerMessage]] = {
    "session.update": SessionUpdate,
    "input.buffer.append": BufferAppend,
    "input.buffer.commit": BufferCommit,
    "input.buffer.clear": BufferClear,
    "input.text": InputText,
    "response.cancel": ResponseCancel,
    "session.joined": SessionJoined,
    "session.updated": SessionUpdated,
    "input.buffer.initialized": BufferInitialized,
    "request.transcribe.delta": TranscribeDelta,
    "request.transcribe.done": TranscribeDone,
    "response.started": ResponseStarted,
    "response.text.delta": TextDelta,
    "response.text.done": TextDone,
    "response.audio.delta": AudioDelta,
    "response.metrics": Metrics,
    "response.cancelled": ResponseCancelled,
    "session.state": SessionState,
    "custom.error": CustomError,
}
HANDSHAKE_KEYS = ("role", "sessionId", "token", "audioFormat", "isBase64", "pieces", "client")
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
