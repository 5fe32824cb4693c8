"""A stream on which a WebSocket server's frames come a few at a time, for a client that reads them by trio-websocket.

trio-websocket deals with all frames of one read in one go, and keeps a list of a message's fragments without a bound.
So what is handed to it ends after FRAMES frames, and a message in more than FRAGMENTS of them breaks the connection.
Only the heads of frames are looked at here (RFC 6455, 5.2); what is wrong about them is the reader's to find.
"""

import trio

FRAMES = 256
FRAGMENTS = 10_000
_END_OF_HEAD = b"\r\n\r\n"
_CONTROL = 0x08
_WIDTHS = {126: 2, 127: 8}


class FrameLimitedStream(trio.abc.Stream):
    """The client's end of a stream, from the HTTP answer on. Cancelling does what it does on the stream below."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._data = b""
        self._at = 0
        self._answer = b""
        self._is_open = False
        self._head = bytearray()
        self._left = 0
        self._fragments = 0

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """The next bytes, of at most FRAMES frames. Raises BrokenResourceError where a message has too many."""
        if self._at < len(self._data):
            await trio.lowlevel.checkpoint()
        else:
            self._data, self._at = bytes(await self._stream.receive_some(max_bytes)), 0
        begun = self._at
        self._at = self._frames(self._after_answer(begun))
        return self._data[begun : self._at]

    def _after_answer(self, at: int) -> int:
        """The place where frames begin; the end of the data while the HTTP answer is not over."""
        if self._is_open:
            return at
        known = len(self._answer)
        joined = self._answer + self._data
        end = joined.find(_END_OF_HEAD)
        self._is_open = end >= 0
        self._answer = b"" if self._is_open else joined[-3:]
        return end + len(_END_OF_HEAD) - known if self._is_open else len(self._data)

    def _frames(self, at: int) -> int:
        """The place where FRAMES frames end, including a frame that has begun."""
        data, frames = self._data, 0
        while at < len(data) and frames < FRAMES:
            taken = min(self._left, len(data) - at)
            self._left -= taken
            at += taken
            if at < len(data):
                self._head.append(data[at])
                at += 1
                frames += self._has_begun()
        return at

    def _has_begun(self) -> bool:
        """Whether the head of a frame is whole."""
        head = self._head
        if len(head) < 2:
            return False
        size = head[1] & 0x7F
        width = _WIDTHS.get(size, 0)
        if len(head) < 2 + width + (4 if head[1] & 0x80 else 0):
            return False
        self._left = int.from_bytes(head[2 : 2 + width]) if width else size
        if not head[0] & _CONTROL:
            self._fragments = 0 if head[0] & 0x80 else self._fragments + 1
            if self._fragments > FRAGMENTS:
                raise trio.BrokenResourceError(f"a message came in more than {FRAGMENTS} fragments")
        head.clear()
        return True

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send on the stream below, with its errors."""
        await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        """Wait for the stream below, with its errors."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """Close the stream below."""
        await self._stream.aclose()
