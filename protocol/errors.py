"""Errors on the wire: whose fault each was, why a connection closed, and the ids that clients get."""

from enum import IntEnum, StrEnum
from typing import Self


class ErrorId(IntEnum):
    """The `errorId` of `custom.error`: `meaning` is what is wrong, `remedy` what the client can do about it."""

    meaning: str
    remedy: str

    def __new__(cls, number: int, meaning: str, remedy: str) -> Self:
        error = int.__new__(cls, number)
        error._value_ = number
        error.meaning, error.remedy = meaning, remedy
        return error

    UNREADABLE = 1000, "a payload that cannot be read", "Send what the event's payload table says."
    UNKNOWN_EVENT = 1001, "an unknown event", "Look at the spelling: the message names the nearest event."
    WRONG_STATE = 1002, "not possible in this state", "Send `session.update` first, and the commit last."
    WRONG_ROLE = 1003, "not for this role", "Connect as `sender` or `both`; a Receiver may only cancel."
    TOO_LONG = 1004, "utterance or text too long", "Commit earlier, or send less."
    NOTHING_SAID = 1005, "nothing to transcribe or to answer", "Send chunks before the commit, or words."
    RATE_LIMIT = 1006, "over a limit of the subject", "Wait for `retryAfter` seconds, then send it again."
    UNDECODABLE_AUDIO = 1007, "audio that cannot be decoded", "Set `STT.mediaFormat` to what the chunks are."
    BAD_CONFIGURATION = 2000, "a bad configuration", "The message names the field, and what it may be."
    UNKNOWN_PROVIDER = 2001, "an unknown provider", "The message names those that there are."
    RECOGNITION_FAILED = 3000, "speech recognition failed", "Try again; the server's log has the cause."
    MODEL_FAILED = 3001, "the language model failed", "Try again; the server's log has the cause."
    SYNTHESIS_FAILED = 3002, "speech synthesis failed", "Try again; the server's log has the cause."
    DEADLINE = 3003, "a deadline passed (its name is in the message)", "Try again; its setting is in `[limits]`."
    BUSY = 3004, "all workers are busy, or the memory for what is in flight is full", "Try again in a moment."
    SERVER_FAULT = 5000, "a fault of the server", "Connect again; the server's log has the cause."


class RefusalStatus(IntEnum):
    """The `statusCode` of a CONNECT_ERROR, in the manner of HTTP.

    `meaning` is why the connection is refused; a refusal `can_pass` where the same CONNECT may be taken later.
    """

    meaning: str
    can_pass: bool

    def __new__(cls, number: int, meaning: str, can_pass: bool) -> Self:
        status = int.__new__(cls, number)
        status._value_ = number
        status.meaning, status.can_pass = meaning, can_pass
        return status

    BAD_HANDSHAKE = 400, "a bad handshake", False
    BAD_TOKEN = 401, "no or a bad token", False
    NOT_YOURS = 403, "a session of somebody else, or a role or a session that the token is not for", False
    HAS_SENDER = 409, "a session that has a Sender", False
    OVER_LIMIT = 429, "a client over a limit", True
    UNAVAILABLE = 503, "a server that is going down or full", True


class CloseReason(StrEnum):
    """Why a connection ended; the value is the name it has in logs and counters."""

    CLIENT_CLOSED = "client closed"
    SERVER_CLOSED = "server closed"
    TRANSPORT_LOST = "transport lost"
    PING_TIMEOUT = "ping timeout"
    PROTOCOL_ERROR = "protocol error"
    BAD_TEXT = "text that is not UTF-8"
    TOO_LARGE = "message too large"
    SECOND_POLL = "second poll at the same time"
    SLOW_READER = "client does not read"
    NEVER_CONNECTED = "no Socket.IO CONNECT in time"
    EVICTED = "too many connections without a Socket.IO CONNECT"


class LocalProtocolError(Exception):
    """We used the protocol layer wrongly: a fault of this server, never of the peer."""


class RemoteProtocolError(Exception):
    """The peer broke the protocol; its connection is to be closed for `reason`."""

    def __init__(self, message: str, reason: CloseReason = CloseReason.PROTOCOL_ERROR) -> None:
        super().__init__(message)
        self.reason = reason


class BadMessage(Exception):
    """A well-framed event whose name or payload cannot be used: answered by `custom.error`, the connection goes on."""

    def __init__(self, error_id: ErrorId, message: str) -> None:
        super().__init__(message)
        self.error_id = error_id
        self.message = message
