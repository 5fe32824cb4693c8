"""Passing on: a provider's own mp3 or Ogg Opus goes to Receivers untouched, with the playing time of each piece."""

import re
from typing import Protocol

import msgspec

from actors.ports.sound import Sound, Target
from adapters.codec.pieces import Writer, split
from protocol.audioformat import sniff
from protocol.frames import MPEG_KBITS, MPEG_RATES

_LAYER_3 = 1
_DECODER_DELAY = 529
"""Samples by which every mp3 decoder is late; what LAME notes as an encoder's delay comes on top."""
_ENCODER_DELAY = 576
"""Samples by which LAME, and what is like it, are late."""
_OPUS_RATE = 48_000
_SYNC = re.compile(
    b"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][%s]"
    % b"".join(b"\\x%02x" % byte for byte in range(256) if byte >> 4 not in (0, 15) and byte >> 2 & 3 != 3)
)
"""The first three bytes of every frame that `mp3_frame` takes: so what is none is left out in few steps."""
_PAGE = re.compile(b"OggS")
_PAGE_FIXED = 27


class Mp3Frame(msgspec.Struct, frozen=True):
    """The header of an MPEG audio frame of layer III. Source: ISO/IEC 11172-3 and 13818-3, section 2.4.2.3."""

    size: int
    samples: int
    rate: int
    side: int
    """Bytes between the header and where a Xing or Info tag would be."""


def mp3_frame(head: bytes) -> Mp3Frame | None:
    """The frame whose first four bytes are `head`; None where they are no such header."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate, padding, mono = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1, head[3] >> 6 == 3
    if version not in MPEG_RATES or layer != _LAYER_3 or bits in (0, 15) or rate == 3:
        return None
    is_1 = version == 3
    hertz = MPEG_RATES[version][rate]
    kbits = MPEG_KBITS[is_1, layer][bits - 1]
    side = (17 if mono else 32) if is_1 else (9 if mono else 17)
    return Mp3Frame((144 if is_1 else 72) * kbits * 1000 // hertz + padding, 1152 if is_1 else 576, hertz, side)


def id3_size(head: bytes) -> int:
    """Bytes of the ID3v2 tag that begins with these ten, 0 where there is none. Source: ID3v2.4, section 3.1."""
    if not head.startswith(b"ID3") or len(head) < 10:
        return 0
    return 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))


class Walker(Protocol):
    """Knows the units of a format: the frames of mp3, the pages of Ogg."""

    def size(self, head: bytes) -> int:
        """Bytes of the unit that begins with `head`, its first _HEAD bytes or what there is; 0 where more must come."""

    def seconds(self, unit: bytes) -> float:
        """The playing time of the next unit."""


_HEAD = 1024


class Mp3Walker:
    """Frames, and what stands between them: tags, and bytes of no known kind."""

    def __init__(self) -> None:
        self._tag = 0
        self._delay = 0
        self._is_first = True

    def size(self, head: bytes) -> int:
        """See `Walker.size`. A tag comes in parts, because it may be long."""
        if len(head) < 10:
            return 0
        if not self._tag and self._is_first:
            self._tag = id3_size(head)
        if self._tag:
            return min(self._tag, len(head))
        if frame := mp3_frame(head[:4]):
            return frame.size
        return _before(head, _SYNC, 3)

    def seconds(self, unit: bytes) -> float:
        """See `Walker.seconds`.

        A frame that only describes the file plays for 0 seconds; samples to leave out do not count.
        """
        if self._tag:
            self._tag -= len(unit)
            return 0.0
        frame = mp3_frame(unit[:4])
        if frame is None:
            return 0.0
        if self._is_first:
            self._is_first = False
            if info := mp3_info(unit, frame):
                self._delay = info.start
                return 0.0
        left_out = min(self._delay, frame.samples)
        self._delay -= left_out
        return (frame.samples - left_out) / frame.rate


class XingTag(msgspec.Struct, frozen=True):
    """The contents of a Xing or Info tag: samples to leave out at both ends, and the frames after it, 0 for unknown."""

    frames: int = 0
    start: int = 0
    end: int = 0


def mp3_info(unit: bytes, frame: Mp3Frame) -> XingTag | None:
    """The tag in a frame that holds one instead of sound. Source: Mp3 Info Tag rev. 1 (LAME)."""
    start = 4 + frame.side
    if unit[start : start + 4] not in (b"Xing", b"Info"):
        return XingTag() if unit[36:40] == b"VBRI" else None
    flags = int.from_bytes(unit[start + 4 : start + 8], "big")
    frames = int.from_bytes(unit[start + 8 : start + 12], "big") if flags & 1 else 0
    lame = start + 8 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1)
    if unit[lame : lame + 4] not in (b"LAME", b"Lavf", b"Lavc"):
        return XingTag(frames)
    delays = int.from_bytes(unit[lame + 21 : lame + 24], "big")
    return XingTag(frames, (delays >> 12) + _DECODER_DELAY, max(0, (delays & 0xFFF) - _DECODER_DELAY))


def mp3_delay(head: bytes) -> float:
    """The ms by which an mp3's sound is late when it is played; `head`: its first bytes, its first frame at least.

    A tag that tells the delay has decoders leave it out; then it is 0, as for what is no mp3. A stream has no tag.
    """
    head = head[id3_size(head) :]
    frame = mp3_frame(head[:4])
    if frame is None:
        return 0.0
    info = mp3_info(head[: frame.size], frame)
    return 0.0 if info is not None and info.start else 1e3 * (_ENCODER_DELAY + _DECODER_DELAY) / frame.rate


class OggWalker:
    """The pages of Ogg Opus, by their positions. Sources: RFC 3533, section 6; RFC 7845, section 4."""

    def __init__(self) -> None:
        self._pre_skip = 0
        self._end = 0

    def size(self, head: bytes) -> int:
        """See `Walker.size`."""
        if not head.startswith(b"OggS"):
            return _before(head, _PAGE, 4) if len(head) >= 4 else 0
        if len(head) < _PAGE_FIXED or len(head) < _PAGE_FIXED + head[26]:
            return 0
        return _PAGE_FIXED + head[26] + sum(head[_PAGE_FIXED : _PAGE_FIXED + head[26]])

    def seconds(self, unit: bytes) -> float:
        """See `Walker.seconds`."""
        if not unit.startswith(b"OggS"):
            return 0.0
        if unit[28:36] == b"OpusHead":
            self._pre_skip, self._end = int.from_bytes(unit[38:40], "little"), 0
        position = int.from_bytes(unit[6:14], "little", signed=True) - self._pre_skip
        played, self._end = max(0, position - self._end), max(position, self._end)
        return played / _OPUS_RATE


def _before(head: bytes, sign: re.Pattern[bytes], size: int) -> int:
    """Bytes up to the next place where a unit may begin, by its `sign`; half a one may stand at the end."""
    found = sign.search(head, 1)
    return found.start() if found else max(1, len(head) - size + 1)


class PassingWriter:
    """Hands on the bytes as they came, cut between units."""

    def __init__(self, walker: Walker, most: int) -> None:
        self._walker = walker
        self._most = most
        self._buffer = b""

    def push(self, data: bytes) -> tuple[Sound, ...]:
        """The units that are whole by now."""
        return self.cut(*self.walk(data))

    def walk(self, data: bytes) -> tuple[bytes, float]:
        """The same as one, with the seconds that it plays."""
        self._buffer += data
        at, seconds = 0, 0.0
        while size := self._walker.size(self._buffer[at : at + _HEAD]):
            if at + size > len(self._buffer):
                break
            seconds += self._walker.seconds(self._buffer[at : at + size])
            at += size
        done, self._buffer = self._buffer[:at], self._buffer[at:]
        return done, seconds

    def cut(self, units: bytes, seconds: float) -> tuple[Sound, ...]:
        """Units as pieces."""
        return split(units, seconds, self._most)

    def finish(self) -> tuple[Sound, ...]:
        """The rest of a unit that never came whole."""
        rest, self._buffer = self._buffer, b""
        return split(rest, 0.0, self._most)


def passing(target: Target, head: bytes) -> Writer | None:
    """The writer that hands a file on to `target` untouched; None unless `head`, 40 bytes, begins such a file."""
    if target.pieces == "whole":
        return None
    match target.format.name:
        case "mp3" if id3_size(head) or (sniff(head) is None and mp3_frame(head[:4])):
            return PassingWriter(Mp3Walker(), target.most)
        case "opus" if sniff(head) == "ogg" and head[28:36] == b"OpusHead":
            return PassingWriter(OggWalker(), target.most)
        case _:
            return None
