"""What can go wrong on the wire: whose fault it was, why a connection closed, and the ids that clients are told."""

from enum import IntEnum, StrEnum


class ErrorId(IntEnum):
    """The `errorId` of `custom.error`, as docs/protocol.md lists them."""

    UNREADABLE = 1000
    UNKNOWN_EVENT = 1001
    WRONG_STATE = 1002
    WRONG_ROLE = 1003
    TOO_LONG = 1004
    NOTHING_SAID = 1005
    RATE_LIMIT = 1006
    UNDECODABLE_AUDIO = 1007
    BAD_CONFIGURATION = 2000
    UNKNOWN_PROVIDER = 2001
    RECOGNITION_FAILED = 3000
    MODEL_FAILED = 3001
    SYNTHESIS_FAILED = 3002
    DEADLINE = 3003
    BUSY = 3004
    SERVER_FAULT = 5000


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
