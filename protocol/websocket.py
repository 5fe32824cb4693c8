"""WebSocket frames of RFC 6455, the server's side, without I/O: bytes to messages, and messages to bytes.

The server offers no extension, so every reserved bit is an error. A fault of the client is a RemoteProtocolError whose
reason leads to the code of the close frame: PROTOCOL_ERROR to 1002, BAD_TEXT to 1007, TOO_LARGE to 1009.

The reader has two paths. A message in one frame of less than 64 KiB that lies whole in a read takes the short one,
`FrameReader._take`: every chunk of sound and every event is such. All else goes through `_next` and `_go_on`, which
judge rule by rule: control frames, fragments, frames that come in several reads, faults. The short path accepts nothing
that the other refuses; tests/protocol/test_websocket_peers.py plays both against wsproto.
docs/decisions/0008-own-frame-reader.md says why the reader is our own.
"""

import codecs
from typing import Final, NamedTuple

from protocol.engineio import Frame
from protocol.errors import CloseReason, LocalProtocolError, RemoteProtocolError

try:
    from websockets.speedups import apply_mask
except ImportError:  # there is no wheel for the platform
    from websockets.utils import apply_mask

FRAMES_AT_A_TIME: Final = 128
"""Frames that one call reads by default: a read of 64 kB can hold ten thousand."""
NO_CODE: Final = 1005
"""The code of a close frame that gives none (7.1.5)."""

_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_OPCODES = {_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG}
_FIN, _RESERVED, _OPCODE = 0x80, 0x70, 0x0F
_WHOLE_TEXT, _WHOLE_BINARY = _FIN | _TEXT, _FIN | _BINARY
_MASKED, _SIZE = 0x80, 0x7F
_MOST_OF_CONTROL = 125
_MEDIUM, _LONG = 126, 127
"""What stands in the place of a size that follows in two bytes, or in eight."""
_LEAST_MEDIUM, _LEAST_LONG = 126, 0x10000
_KEY = 4
"""Bytes of the key that masks a payload."""


class PingFrame(NamedTuple):
    """A ping. A pong with the payload of the newest one answers all that wait for an answer (5.5.3)."""

    payload: bytes


class PongFrame(NamedTuple):
    """A pong, asked for or not; it wants no answer."""

    payload: bytes


class CloseFrame(NamedTuple):
    """The close frame, after which the reader returns nothing. `code` is NO_CODE where the frame gave none."""

    code: int
    reason: str = ""


Received = Frame | PingFrame | PongFrame | CloseFrame
"""What a client sent: a message as `str` or `bytes`, or a control frame."""


class FrameReader:
    """Reads the messages that a client sends on one WebSocket, read by read, each of at most `max_message` bytes.

    It holds no more than one unfinished message and one read. The number of a message's fragments needs no bound:
    nothing is kept of a fragment but its bytes.
    """

    __slots__ = (
        *("has_more", "_most", "_rest", "_at", "_fault", "_is_closed"),
        *("_message", "_is_text", "_tail", "_left", "_key", "_is_last"),
    )

    def __init__(self, max_message: int) -> None:
        self.has_more = False
        """Whether frames or a fault are waiting: `receive()` comes before the next read."""
        self._most = max_message
        self._rest = b""  # of the last read: from `_at` what the limit left over, or the beginning of a frame's head
        self._at = 0
        self._fault: tuple[str, CloseReason] | None = None  # no exception: its traceback would hold the reader
        self._is_closed = False
        self._message: bytearray | None = None
        self._is_text = False
        self._tail = b""  # the beginning of a character
        self._left = 0  # bytes of the payload that are still to come
        self._key = b""
        self._is_last = False

    def receive(self, data: bytes = b"", limit: int = FRAMES_AT_A_TIME) -> list[Received]:
        """Read at most `limit` frames, and return the messages and control frames that are complete, in their order.

        What came before a fault is returned, and then `has_more` is True and the next call raises. After a close frame
        all that comes is ignored. Raises RemoteProtocolError, from then on at each call; LocalProtocolError for data
        that is given while `has_more`.
        """
        received: list[Received] = []
        at = 0
        if self._is_closed:
            return received
        if self._rest or self._fault:
            data, at = self._resume(data)
        try:
            if self._left:
                at = self._go_on(data, at, received)
            self._take(data, at, limit, received)
        except RemoteProtocolError as fault:
            self._fault, self._message, self.has_more = (str(fault), fault.reason), None, bool(received)
            if not received:
                raise
        return received

    def _resume(self, data: bytes) -> tuple[bytes, int]:
        """The data to read, and where it begins. Raises an error that came after all that was returned."""
        if self._fault:
            self.has_more = False
            raise RemoteProtocolError(*self._fault)
        if self.has_more and data:
            raise LocalProtocolError("frames of the last read are waiting")
        rest, at = self._rest, self._at
        self._rest, self._at, self.has_more = b"", 0, False
        return (rest + data, 0) if data else (rest, at)

    def _take(self, data: bytes, at: int, limit: int, received: list[Received]) -> None:
        """Read the frames that begin from `at` on.

        The short path is written out, because a call or a tuple costs as much as the unmasking of 3,200 bytes. Slices
        are copies; a memoryview costs as much as copying 3 kB (docs/decisions/0008-own-frame-reader.md).
        """
        end, most = len(data), self._most
        while at < end and limit > 0:
            limit -= 1
            start = at + 8
            if start <= end and self._message is None:
                first, second = data[at], data[at + 1]
                size = second - _MASKED
                if size == _MEDIUM:
                    size = data[at + 2] << 8 | data[at + 3]
                    is_short = size >= _LEAST_MEDIUM
                else:
                    start = at + 6
                    is_short = 0 <= size < _LEAST_MEDIUM
                stop = start + size
                if is_short and stop <= end and size <= most:
                    if first == _WHOLE_BINARY:
                        received.append(apply_mask(data[start:stop], data[start - 4 : start]))
                        at = stop
                        continue
                    if first == _WHOLE_TEXT:
                        received.append(_text(apply_mask(data[start:stop], data[start - 4 : start])))
                        at = stop
                        continue
            at = self._next(data, at, received)
        if at < end:
            self._rest, self._at, self.has_more = data, at, True

    # ---- a frame of any kind

    def _next(self, data: bytes, at: int, received: list[Received]) -> int:
        """Read the frame that begins at `at`, or what is there of it; return where the next one begins."""
        opcode, start, size = self._head(data, at)
        stop = start + size
        if not start or (opcode >= _CLOSE and stop > len(data)):
            self._rest = data[at:]  # of a head, or of a short frame: it is read again from its beginning
            return len(data)
        key = data[start - _KEY : start]
        if opcode >= _CLOSE:
            received.append(self._control(opcode, apply_mask(data[start:stop], key)))
            return len(data) if self._is_closed else stop
        if opcode != _CONTINUATION:
            self._message, self._is_text = bytearray(), opcode == _TEXT
        self._left, self._key, self._is_last = size, key, bool(data[at] & _FIN)
        return self._go_on(data, start, received)

    def _head(self, data: bytes, at: int) -> tuple[int, int, int]:
        """The opcode, where the payload begins, 0 where the head has not all come, and the payload's size in bytes."""
        if len(data) - at < 2:
            return 0, 0, 0
        opcode, size = data[at] & _OPCODE, data[at + 1] & _SIZE
        self._judge(data[at], data[at + 1])
        start = at + 2
        if size >= _MEDIUM:
            start += 2 if size == _MEDIUM else 8
            if len(data) < start:
                return 0, 0, 0
            size = _long_size(data[at + 2 : start])
        held = len(self._message or b"")
        if opcode < _CLOSE and size > self._most - held:
            words = f"a message has at most {self._most} bytes (maxPayload); send sound in chunks"
            raise RemoteProtocolError(words, CloseReason.TOO_LARGE)
        start += _KEY
        return (opcode, start, size) if len(data) >= start else (0, 0, 0)

    def _judge(self, first: int, second: int) -> None:
        """Raise RemoteProtocolError for what is wrong in the first two bytes of a frame."""
        opcode = first & _OPCODE
        if first & _RESERVED:
            raise _broken("a reserved bit is set, and no extension was agreed on")
        if opcode not in _OPCODES:
            raise _broken(f"the opcode {opcode:#x} is reserved")
        if not second & _MASKED:
            raise _broken("a frame of a client is not masked")
        if opcode >= _CLOSE:
            if not first & _FIN:
                raise _broken("a control frame is in fragments")
            if second & _SIZE > _MOST_OF_CONTROL:
                raise _broken(f"a control frame has more than {_MOST_OF_CONTROL} bytes")
        elif opcode == _CONTINUATION and self._message is None:
            raise _broken("a continuation of no message")
        elif opcode != _CONTINUATION and self._message is not None:
            raise _broken("a message begins within another one")

    def _control(self, opcode: int, payload: bytes) -> Received:
        if opcode == _PING:
            return PingFrame(payload)
        if opcode == _PONG:
            return PongFrame(payload)
        frame = _closing(payload)
        self._is_closed = True
        return frame

    # ---- a message in pieces

    def _go_on(self, data: bytes, at: int, received: list[Received]) -> int:
        """Read what is there of a payload; return where the next frame begins."""
        assert self._message is not None
        stop = min(at + self._left, len(data))
        if stop > at:
            piece = apply_mask(memoryview(data)[at:stop], self._key)
            turn = len(piece) % _KEY
            self._left, self._key = self._left - len(piece), self._key[turn:] + self._key[:turn]
            self._message += piece
            if self._is_text:
                self._check(piece)
        if self._is_last and not self._left:
            received.append(self._whole(self._message))
            self._message = None
        return stop

    def _check(self, piece: bytes) -> None:
        """Raise RemoteProtocolError with the first byte that cannot be UTF-8, even where the message goes on."""
        pending = self._tail + piece
        try:
            _, size = codecs.utf_8_decode(pending, "strict", False)
        except UnicodeDecodeError:
            raise _no_utf8() from None
        self._tail = pending[size:]
        # Python waits for the third byte of a surrogate, which is known to be none of UTF-8 by its second.
        if self._tail[:1] == b"\xed" and self._tail[1:2] >= b"\xa0":
            raise _no_utf8()

    def _whole(self, message: bytearray) -> Frame:
        if not self._is_text:
            return bytes(message)
        if self._tail:
            raise _no_utf8()
        return message.decode()


def _broken(words: str) -> RemoteProtocolError:
    return RemoteProtocolError(f"WebSocket: {words}")


def _no_utf8() -> RemoteProtocolError:
    return RemoteProtocolError("WebSocket: a text is not UTF-8", CloseReason.BAD_TEXT)


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise _no_utf8() from None


def _long_size(written: bytes) -> int:
    """The size of a payload that is written in two or eight bytes; it has to need them (5.2)."""
    size = int.from_bytes(written)
    if size < (_LEAST_MEDIUM if len(written) == 2 else _LEAST_LONG):
        raise _broken("a length is written in more bytes than it needs")
    if size >> 63:
        raise _broken("a length has its highest bit set")
    return size


def _closing(payload: bytes) -> CloseFrame:
    """The code and the reason of a close frame."""
    if not payload:
        return CloseFrame(NO_CODE)
    if len(payload) == 1:
        raise _broken("a close frame of one byte")
    code = int.from_bytes(payload[:2])
    if not _is_sendable(code):
        raise _broken(f"a close frame with the code {code}")
    return CloseFrame(code, _text(payload[2:]))


def _is_sendable(code: int) -> bool:
    """Whether a close frame may have the code: RFC 6455 7.4, and 1012 to 1014 of the registry, which came later."""
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999


# ---- what goes out


def encode_message(frame: Frame) -> bytes:
    """A message in one frame: text for `str`, binary for `bytes`."""
    return _encode(_TEXT, frame.encode()) if isinstance(frame, str) else _encode(_BINARY, frame)


def encode_ping(payload: bytes = b"") -> bytes:
    """A ping with at most 125 bytes. Raises LocalProtocolError for more."""
    return _encode_control(_PING, payload)


def encode_pong(payload: bytes) -> bytes:
    """The answer to a ping with this payload, at most 125 bytes. Raises LocalProtocolError for more."""
    return _encode_control(_PONG, payload)


def encode_close(code: int, reason: str = "") -> bytes:
    """A close frame, with as many letters of `reason` as fit; NO_CODE makes it empty.

    Raises LocalProtocolError for a code that never stands in a frame (7.4.1).
    """
    if code == NO_CODE:
        return _encode(_CLOSE, b"")
    if not _is_sendable(code):
        raise LocalProtocolError(f"no close frame has the code {code}")
    letters = reason.encode()[: _MOST_OF_CONTROL - 2].decode(errors="ignore")
    return _encode(_CLOSE, code.to_bytes(2) + letters.encode())


def _encode_control(opcode: int, payload: bytes) -> bytes:
    if len(payload) > _MOST_OF_CONTROL:
        raise LocalProtocolError(f"a control frame has at most {_MOST_OF_CONTROL} bytes")
    return _encode(opcode, payload)


def _encode(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < _LEAST_MEDIUM:
        return bytes((_FIN | opcode, size)) + payload
    if size < _LEAST_LONG:
        return bytes((_FIN | opcode, _MEDIUM)) + size.to_bytes(2) + payload
    return bytes((_FIN | opcode, _LONG)) + size.to_bytes(8) + payload
