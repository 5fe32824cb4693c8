"""WAV files: the one place where their headers are read and written, and the samples found behind them.

Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM, Microsoft, 1991), "WAVE".
"""

import struct

import msgspec

_PCM, _EXTENSIBLE = 1, 0xFFFE
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
HEADER_SIZE = _HEADER.size
"""Bytes of the header that is written here."""
LEAST_RATE, MOST_RATE = 4_000, 768_000
"""Hz; a header that claims another rate is false. A low rate would make much sound of few bytes."""
UNKNOWN = 0xFFFF_FFFF
"""What a WAV's header says where its sizes are not known yet."""
MAX_HEADER = 65_536
"""Bytes that are awaited for the header of a WAV."""
MOST_CHUNKS = 1_000
"""Chunks that a WAV may have; files that people make have a dozen at most."""


def wav_header(rate: int, length: int = -1) -> bytes:
    """The header of a mono 16-bit WAV of `length` bytes of samples at `rate` Hz; -1 while it is not known."""
    whole, data = (UNKNOWN, UNKNOWN) if length < 0 else (length + HEADER_SIZE - 8, length)
    return _HEADER.pack(b"RIFF", whole, b"WAVE", b"fmt ", 16, _PCM, 1, rate, 2 * rate, 2, 16, b"data", data)


def wav_file(samples: bytes, rate: int) -> bytes:
    """Mono s16le `samples` at `rate` Hz as a file, whose header tells their true size."""
    return wav_header(rate, len(samples)) + samples


class WavShape(msgspec.Struct, frozen=True):
    """The shape of a WAV by its `fmt ` chunk: `tag` is 1 for whole numbers; `rate` in Hz."""

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
    What comes has to begin with `RIFF`, a size and `WAVE`, which the caller has seen.
    """

    def __init__(self) -> None:
        self.shape: WavShape | None = None
        self.format = b""
        """The chunk that tells the shape, 40 bytes at most."""
        self.has_samples = False
        self.claimed = -1
        """Bytes of samples that the header tells; -1 where it does not."""
        self._in_samples = False
        self._held = b""
        self._skip = 12
        self._left = 0
        self._chunks = 0

    @property
    def is_lost(self) -> bool:
        """Whether so many chunks came that nobody wrote them for sound: the rest is not read."""
        return self._chunks > MOST_CHUNKS

    def take(self, data: bytes) -> bytes:
        """The bytes of samples in what came. Reads on to the next chunk header that is not whole yet."""
        data = self._held + data if self._held else data
        taken: list[bytes] = []
        at = 0
        while at < len(data) and not self.is_lost:
            if self._skip:
                step = min(self._skip, len(data) - at)
                self._skip -= step
            elif self._in_samples:
                step = len(data) - at if self._left < 0 else min(self._left, len(data) - at)
                taken.append(data[at : at + step])
                self._left -= step if self._left > 0 else 0
                self._in_samples = self._left != 0
            elif not (step := self._chunk(data, at)):
                break
            at += step
        self._held = b"" if self.is_lost else data[at:]
        return b"".join(taken)

    def _chunk(self, data: bytes, at: int) -> int:
        """Begin the chunk that begins there; the bytes of its header, 0 where it is not whole yet."""
        if len(data) < at + 8:
            return 0
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"fmt " and self.shape is None:
            need = at + 8 + min(size, 40)
            if len(data) < need:
                return 0
            self.format = data[at + 8 : need]
            self.shape = _shape(self.format)
        self._chunks += 1
        if name == b"data":
            self.has_samples = self._in_samples = True
            self._left = self.claimed = -1 if size in (0, UNKNOWN) else size
        else:
            self._skip = size + size % 2
        return 8


class WavCleaner:
    """Makes of a WAV that comes one that holds nothing but sound: FFmpeg believes the sizes of other chunks."""

    def __init__(self) -> None:
        self._reader = WavReader()
        self._began = False

    @property
    def is_empty(self) -> bool:
        """Whether it is a WAV that has come to an end, or to its samples, without one of them."""
        return self._reader.shape is not None and not self._began

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


def _shape(chunk: bytes) -> WavShape:
    def number(start: int, size: int) -> int:
        return int.from_bytes(chunk[start : start + size], "little")

    tag = number(24, 2) if number(0, 2) == _EXTENSIBLE else number(0, 2)
    return WavShape(tag, number(2, 2), number(4, 4), number(14, 2))
