"""Joined files: several files one behind the other, as a recorder makes them that restarts for each chunk."""

import re

import msgspec


class _Beginning(msgspec.Struct, frozen=True):
    """The signs of a file's beginning: `first`, and `sign` matches `offset` bytes behind it; `longest` bytes in all."""

    sign: re.Pattern[bytes]
    first: bytes
    longest: int
    offset: int = 0

    def places(self, data: bytes) -> list[int]:
        """The places where a file begins in `data`."""
        found = [match.start() - self.offset for match in self.sign.finditer(data)]
        return [at for at in found if at >= 0 and data.startswith(self.first, at)]


_BEGINNINGS = {
    "wav": _Beginning(re.compile(rb"RIFF.{4}WAVE", re.DOTALL), b"RIFF", 12),
    "webm": _Beginning(
        re.compile(rb"\x1a\x45\xdf\xa3.{1,80}?\x42\x82.(?:webm|matroska)", re.DOTALL), b"\x1a\x45\xdf\xa3", 96
    ),
    "m4a": _Beginning(re.compile(rb"ftyp[\x20-\x7e]{4}"), b"\0\0", 12, 4),
    "flac": _Beginning(re.compile(rb"fLaC[\0\x80]\0\0\x22"), b"fLaC", 8),
    "ogg": _Beginning(
        re.compile(rb"OggS\0[\2\6]\0{8}.{14}(?:OpusHead|\x01vorbis|\x7fFLAC|Speex )", re.DOTALL), b"OggS", 36
    ),
}
"""By container; what no sound shows by accident. In mp3 and AAC a decoder goes on by itself.

Sources: RIFF, as `heads`; RFC 8794, section 11.2; ISO/IEC 14496-12, section 4.3; RFC 9639, section 8; RFC 3533,
section 6, for the first page of a stream.
"""
JOINED = frozenset({*_BEGINNINGS, "opus"})
"""The formats of which several files in one body are taken apart here: other decoders hear the first one alone."""


class Files:
    """Takes apart a body that comes in any pieces, whose first file is a `container`."""

    def __init__(self, container: str) -> None:
        self._beginning = _BEGINNINGS.get("ogg" if container == "opus" else container)
        self._held = b""
        self._is_first = True

    def take(self, data: bytes, *, last: bool = False) -> list[bytes]:
        """The next bytes of the current file, and then the bytes of each file that begins.

        A few bytes are held back where they may be the beginning of another file.
        """
        if self._beginning is None:
            return [data]
        data = self._held + data
        places = [at for at in self._beginning.places(data) if at or not self._is_first]
        end = len(data) if last else self._end(data, self._beginning)
        self._held = data[end:]
        self._is_first = self._is_first and not end
        return [data[begin:stop] for begin, stop in zip([0, *places], [*places, end], strict=True)]

    def _end(self, data: bytes, beginning: _Beginning) -> int:
        """The place of the last bytes that may turn out to be the beginning of a file."""
        at = data.find(beginning.first[:1], max(0, len(data) - beginning.longest + 1))
        while at >= 0:
            tail = data[at:]
            if beginning.first.startswith(tail[: len(beginning.first)]) and beginning.places(tail)[:1] != [0]:
                return at
            at = data.find(beginning.first[:1], at + 1)
        return len(data)


def files_of(data: bytes, container: str) -> list[bytes]:
    """The files that `data`, which begins with one, consists of."""
    return Files(container).take(data, last=True)
