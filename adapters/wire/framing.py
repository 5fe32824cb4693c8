"""WebSocket frames to messages and back, without I/O: wsproto takes frames apart, what they mean is judged here.

Source: RFC 6455. The server offers no extension, so every reserved bit is an error. What a client does wrong is a
RemoteProtocolError whose reason leads to the code of the close frame: 1002, 1007 (text that is not UTF-8) or 1009.
"""

import struct
from typing import NamedTuple

from wsproto.extensions import Extension
from wsproto.frame_protocol import CloseReason as Code
from wsproto.frame_protocol import Frame as RawFrame
from wsproto.frame_protocol import FrameDecoder, FrameProtocol, MessageDecoder, Opcode, ParseFailed, RsvBits

from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError

NO_CODE = 1005
_MOST_OF_CONTROL = 125
_FIN = 0x80
_REASONS = {Code.INVALID_FRAME_PAYLOAD_DATA: CloseReason.BAD_TEXT, Code.MESSAGE_TOO_BIG: CloseReason.TOO_LARGE}


class Ping(NamedTuple):
    """A ping, to be answered by a pong with the same payload."""

    payload: bytes


class ClosingFrame(NamedTuple):
    """The close frame: nothing comes after it. `code` is NO_CODE where it gave none."""

    code: int


class PartialFrame(NamedTuple):
    """A frame, or a piece of one, that is no message yet and asks for nothing."""


Came = Frame | Ping | ClosingFrame | PartialFrame
PARTIAL = PartialFrame()


class _Bound(Extension):
    """Refuses a frame whose head announces too much, before any of it has come.

    wsproto asks again for a head that came without its mask, so nothing is counted here.
    """

    name = "bound"

    def __init__(self, most: int) -> None:
        self._most = most

    def offer(self) -> bool:
        """Never: it is not negotiated, and nothing of it shows on the wire."""
        return False

    def frame_inbound_header(
        self, proto: FrameDecoder | FrameProtocol, opcode: Opcode, rsv: RsvBits, payload_length: int
    ) -> Code | RsvBits:
        """Whether the frame may come."""
        return Code.MESSAGE_TOO_BIG if payload_length > self._most else RsvBits(False, False, False)


class MessageReader:
    """What a client sends on one WebSocket, byte by byte, as messages of at most `most` bytes.

    It holds no more than one message and what was fed and not taken, however the message is cut into frames.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._frames = FrameDecoder(client=False, extensions=[_Bound(most)])
        self._messages = MessageDecoder()
        self._size = 0
        # No list of parts, as a StringIO is: a message in a million parts is to cost what it does in one.
        self._kept: bytearray | None = None

    def feed(self, data: bytes) -> None:
        """Take in what the network brought."""
        self._frames.receive_bytes(data)

    @property
    def is_empty(self) -> bool:
        """Whether everything that was fed has been taken."""
        return not len(self._frames.buffer)

    def take(self) -> Came | None:
        """The next of what was fed, None where more has to be fed. Raises RemoteProtocolError: then nothing follows."""
        try:
            frame = self._frames.process_buffer()
            if frame is None:
                return None
            return self._control(frame) if frame.opcode.iscontrol() else self._data(frame)
        except ParseFailed as failed:
            if failed.code == Code.MESSAGE_TOO_BIG:
                raise self._too_large() from None
            raise RemoteProtocolError(
                f"WebSocket: {failed}", _REASONS.get(failed.code, CloseReason.PROTOCOL_ERROR)
            ) from None

    def _too_large(self) -> RemoteProtocolError:
        return RemoteProtocolError(
            f"a message has at most {self._most} bytes (maxPayload); send sound in chunks", CloseReason.TOO_LARGE
        )

    def _control(self, frame: RawFrame) -> Came:
        payload = frame.payload
        assert isinstance(payload, bytes)
        match frame.opcode:
            case Opcode.CLOSE:
                return ClosingFrame(_close_code(payload))
            case Opcode.PING:
                return Ping(payload)
            case _:
                return PARTIAL

    def _data(self, raw: RawFrame) -> Came:
        self._size += len(raw.payload)
        if self._size > self._most:
            raise self._too_large()
        frame = self._messages.process_frame(raw)
        assert isinstance(frame.payload, str | bytes)
        if not frame.message_finished:
            self._refuse_half_a_surrogate()
            self._keep(frame.payload)
            return PARTIAL
        self._size = 0
        return self._whole(frame.payload)

    def _refuse_half_a_surrogate(self) -> None:
        """Python waits for the third byte of a surrogate, which is known to be none of UTF-8 by its second."""
        pending = self._messages.decoder.getstate()[0] if self._messages.decoder else b""
        if pending[:1] == b"\xed" and pending[1:2] >= b"\xa0":
            raise ParseFailed("a surrogate is no UTF-8", Code.INVALID_FRAME_PAYLOAD_DATA)

    def _keep(self, piece: Frame) -> None:
        self._kept = self._kept or bytearray()
        self._kept += piece.encode() if isinstance(piece, str) else piece

    def _whole(self, last: Frame) -> Frame:
        if self._kept is None:
            return last
        kept, self._kept = self._kept, None
        return kept.decode() + last if isinstance(last, str) else bytes(kept + last)


def _close_code(payload: bytes) -> int:
    """The code of a close frame, RFC 6455 7.4 and the registry of its codes (1012 to 1014 came later)."""
    if not payload:
        return NO_CODE
    if len(payload) == 1:
        raise ParseFailed("a close frame of one byte")
    code = int.from_bytes(payload[:2])
    if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise ParseFailed(f"a close frame with the code {code}")
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise ParseFailed("the reason of a close frame is not UTF-8", Code.INVALID_FRAME_PAYLOAD_DATA) from None
    return code


# ---- what goes out


def message(frame: Frame) -> bytes:
    """The bytes of a message, in one frame."""
    return _frame(Opcode.TEXT, frame.encode()) if isinstance(frame, str) else _frame(Opcode.BINARY, frame)


def pong(ping: Ping) -> bytes:
    """The bytes of the answer to a ping."""
    return _frame(Opcode.PONG, ping.payload)


def close(code: int, words: str = "") -> bytes:
    """The bytes of a close frame; of `words` as much as fits. NO_CODE: a frame without either."""
    if code == NO_CODE:
        return _frame(Opcode.CLOSE, b"")
    reason = words.encode()[: _MOST_OF_CONTROL - 2].decode(errors="ignore")
    return _frame(Opcode.CLOSE, struct.pack("!H", code) + reason.encode())


def _frame(opcode: Opcode, payload: bytes) -> bytes:
    size = len(payload)
    if size <= _MOST_OF_CONTROL:
        return bytes((_FIN | opcode, size)) + payload
    if size < 0x10000:
        return struct.pack("!BBH", _FIN | opcode, 126, size) + payload
    return struct.pack("!BBQ", _FIN | opcode, 127, size) + payload
