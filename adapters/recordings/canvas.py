"""`sound.wav` while it is made: a stereo file that grows, into which each channel is painted where it sounds.

Where nothing sounds nothing is written: file systems keep such a stretch without space on the disk.
"""

import struct
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

import numpy as np

from adapters.recordings.format import FILE_MODE
from protocol.wav import HEADER_SIZE

RATE: Final = 16_000
"""Hz of both channels."""
_FRAME: Final = 4
"""Bytes of a sample of both channels."""
MOST_SAMPLES: Final = (2**32 - 1 - HEADER_SIZE) // _FRAME
"""What a WAV can hold: some 18 hours. What comes later is left out."""
_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
Channel = Literal[0, 1]
LEFT: Final[Channel] = 0
RIGHT: Final[Channel] = 1


class WavCanvas:
    """The file at `path`, which must not be there yet; `end`: samples by now. Everything raises OSError."""

    def __init__(self, path: Path) -> None:
        self.end = 0
        path.touch(FILE_MODE, exist_ok=False)
        path.chmod(FILE_MODE)  # whatever the umask
        self._path = path
        self._file = path.open("r+b")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def extend(self, end: int) -> None:
        """Make it at least `end` samples long, of silence."""
        self.end = max(self.end, min(end, MOST_SAMPLES))
        self._file.truncate(HEADER_SIZE + self.end * _FRAME)

    def paint(self, channel: Channel, begin: int, samples: bytes) -> None:
        """Put samples, mono s16le at RATE, into a channel from sample `begin` on, in the place of what is there."""
        sound = np.frombuffer(samples, np.dtype("<i2"))[: max(0, MOST_SAMPLES - begin)]
        if not len(sound):
            return
        if begin + len(sound) > self.end:
            self.extend(begin + len(sound))
        self._file.seek(HEADER_SIZE + begin * _FRAME)
        both = np.frombuffer(self._file.read(len(sound) * _FRAME), np.dtype("<i2")).reshape(-1, 2).copy()
        both[:, channel] = sound
        self._file.seek(HEADER_SIZE + begin * _FRAME)
        self._file.write(both.tobytes())

    def finish(self) -> None:
        """Write the header: it is a whole file now."""
        size = self.end * _FRAME
        fields = (b"RIFF", size + HEADER_SIZE - 8, b"WAVE", b"fmt ", 16, 1, 2, RATE, RATE * _FRAME, _FRAME, 16)
        self._file.seek(0)
        self._file.write(_HEADER.pack(*fields, b"data", size))
        self._file.flush()
