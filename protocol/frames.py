"""Sound without a head, known by its frames: several headers in a row, each of which says where the next one is.

One header of MPEG audio is eleven fixed bits and a few forbidden values, which raw samples show by accident; that the
next two stand where the ones before them say, and tell of the same kind of sound, they do not.

Sources: ISO/IEC 11172-3 and 13818-3, section 2.4.2.3; ISO/IEC 13818-7, section 6.2 (ADTS); ETSI TS 102 366, sections
4.4 and E.1.2 (AC-3, E-AC-3); ISO/IEC 13818-1, section 2.4.3.2 (transport stream).
"""

from typing import NamedTuple

ROW = 3
"""Frames that make a stream; two, where the file ends with the second."""
_HEADER = 7
MPEG_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Rates in Hz by the version as the header writes it: 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5."""
MPEG_KBITS = {
    (True, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Rates in kbit/s from the header's number 1 on, by whether it is MPEG-1, and its layer: 3 is layer I, 1 layer III."""
_PACKET = 188
_TABLES = (b"G@\0", b"G@\x11")
"""How the first packet of a transport stream begins: it tells its programs, or its name."""
_AC3_KBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)


class Frame(NamedTuple):
    """A frame: its `format`, its `size` in bytes with the header, and of the header what all of a stream share."""

    format: str
    size: int
    kind: bytes


class Framing(NamedTuple):
    """The format of a sound by its frames: `format`, "" for unknown; `need`: bytes that are needed to tell, beyond
    those that came."""

    format: str = ""
    need: int = 0


def framing(data: bytes, *, is_whole: bool) -> Framing:
    """The format of `data`, the beginning of a sound, by its frames: "mp3", "aac" or "other".

    `is_whole`: no more comes.

    It takes few steps, and `need` is never more than 25 kB.
    """
    at, first = 0, None if data.startswith(b"G") and not data.startswith(_TABLES) else _frame(data)
    for number in range(ROW):
        if len(data) < at + _HEADER:
            ends = is_whole and number > 1 and at == len(data)
            return Framing(first.format if first and ends else "", 0 if is_whole else at + _HEADER)
        frame = _frame(data[at : at + _HEADER])
        if first is None or frame is None or (frame.format, frame.kind) != (first.format, first.kind):
            return Framing()
        if data.find(data[at : at + 4], at + 1, at + frame.size) > 0:
            return Framing()  # samples that repeat themselves
        at += frame.size
    return Framing(first.format if first else "")


def _frame(head: bytes) -> Frame | None:
    """The frame that begins with `head`, 7 bytes or more; None where it is none."""
    if len(head) < _HEADER:
        return None
    if head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return _adts(head)
    if head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return _mpeg(head)
    if head[:2] == b"\x0b\x77":
        return _ac3(head)
    return Frame("other", _PACKET, head[:1]) if head[0] == 0x47 and head[1] & 0x80 == 0 else None


def _adts(head: bytes) -> Frame | None:
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    if head[2] >> 2 & 15 > 12 or size < _HEADER:
        return None
    return Frame("aac", size, bytes((head[1], head[2] & 0xFD, head[3] & 0xC0)))


def _mpeg(head: bytes) -> Frame | None:
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version not in MPEG_RATES or layer == 0 or bits in (0, 15) or rate == 3:
        return None
    bit_rate = MPEG_KBITS[version == 3, layer][bits - 1] * 1_000
    hertz = MPEG_RATES[version][rate]
    if layer == 3:
        size = (12 * bit_rate // hertz + padding) * 4
    else:
        size = (72 if layer == 1 and version != 3 else 144) * bit_rate // hertz + padding
    return Frame("mp3", size, bytes((head[1], rate)))


def _ac3(head: bytes) -> Frame | None:
    rate, code, version = head[4] >> 6, head[4] & 63, head[5] >> 3
    if 10 < version <= 16:
        return Frame("other", 2 * (((head[2] & 7) << 8 | head[3]) + 1), bytes((version, rate)))
    if version > 10 or rate == 3 or code >= 2 * len(_AC3_KBITS):
        return None
    kbits = _AC3_KBITS[code // 2]
    size = (4 * kbits, 2 * (kbits * 96_000 // 44_100 + (code & 1)), 6 * kbits)[rate]
    return Frame("other", size, bytes((version, rate)))
