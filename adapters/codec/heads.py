"""What the first bytes of a sound tell, read without decoding: the header of a WAV, and the samples behind it."""

import struct

import msgspec

_PCM, _EXTENSIBLE = 1, 0xFFFE
LEAST_RATE, MOST_RATE = 4_000, 768_000
"""Hz; a header that claims another is false. A low one would make much sound of few bytes."""
UNKNOWN = 0xFFFF_FFFF
"""What a WAV's header says where its sizes are not known yet."""


class Shape(msgspec.Struct, frozen=True):
    """What a WAV holds, as its `fmt ` chunk says: `tag` is 1 for whole numbers; `rate` in Hz."""

    tag: int
    channels: int
    rate: int
    bits: int

    @property
    def is_plain(self) -> bool:
        """Whether its samples are mono s16le."""
        return (self.tag, self.channels, self.bits) == (_PCM, 1, 16)


class WavReader:
    """Takes the samples out of a WAV as it comes; `shape` and `has_samples` tell what was found by now.

    A size of 0 or of all ones is that of a stream, which lasts as long as there are bytes; other chunks are left out.
    Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM, Microsoft, 1991), "WAVE".
    """

    def __init__(self) -> None:
        self.shape: Shape | None = None
        self.format = b""
        """The chunk that tells the shape, 40 bytes at most."""
        self.has_samples = False
        self._in_samples = False
        self._buffer = b""
        self._skip = 0
        self._left = 0
        self._begun = False

    def take(self, data: bytes) -> bytes:
        """The bytes of samples in what came. Reads on to the next chunk header that is not whole yet."""
        self._buffer += data
        taken: list[bytes] = []
        while self._step(taken):
            pass
        return b"".join(taken)

    def _step(self, taken: list[bytes]) -> bool:
        """Go one chunk further; whether there may be more to do."""
        if self._skip:
            gone = min(self._skip, len(self._buffer))
            self._skip -= gone
            self._buffer = self._buffer[gone:]
            return not self._skip
        if self._in_samples:
            return self._samples(taken)
        if not self._begun:
            self._skip, self._begun = 12, True  # RIFF, its size, WAVE: seen by whoever chose this reader
            return True
        return self._chunk()

    def _samples(self, taken: list[bytes]) -> bool:
        part = self._buffer if self._left < 0 else self._buffer[: self._left]
        taken.append(part)
        self._buffer = self._buffer[len(part) :]
        if self._left > 0:
            self._left -= len(part)
        self._in_samples = self._left != 0
        return not self._in_samples

    def _chunk(self) -> bool:
        if len(self._buffer) < 8:
            return False
        name, size = self._buffer[:4], int.from_bytes(self._buffer[4:8], "little")
        if name == b"fmt " and self.shape is None:
            need = 8 + min(size, 40)
            if len(self._buffer) < need:
                return False
            self.format = self._buffer[8:need]
            self.shape = _shape(self.format)
        if name == b"data":
            self.has_samples = self._in_samples = True
            self._left, self._skip = -1 if size in (0, UNKNOWN) else size, 8
        else:
            self._skip = 8 + size + size % 2
        return True


class WavCleaner:
    """Makes of a WAV that comes one that holds nothing but sound: FFmpeg believes the sizes of other chunks."""

    def __init__(self) -> None:
        self._reader = WavReader()
        self._began = False

    def take(self, data: bytes) -> bytes:
        """The next bytes of the clean file; none where the rate is false."""
        samples = self._reader.take(data)
        if self._reader.shape and not LEAST_RATE <= self._reader.shape.rate <= MOST_RATE:
            return b""
        if self._began or not samples:
            return samples
        self._began = True
        chunk = self._reader.format
        head = struct.pack("<4sI4s4sI", b"RIFF", UNKNOWN, b"WAVE", b"fmt ", len(chunk)) + chunk
        return head + struct.pack("<4sI", b"data", UNKNOWN) + samples


def _shape(chunk: bytes) -> Shape:
    def number(start: int, size: int) -> int:
        return int.from_bytes(chunk[start : start + size], "little")

    tag = number(24, 2) if number(0, 2) == _EXTENSIBLE else number(0, 2)
    return Shape(tag, number(2, 2), number(4, 4), number(14, 2))
