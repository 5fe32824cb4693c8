"""What a client sends on a WebSocket, and what a server makes of it, in the order of the Autobahn suite's sections.

Each case is judged by RFC 6455 and is our own; the numbers say where the suite has its like. A suite's client waits for
echoes and close frames; here a case is bytes, the messages and control frames in them, and the code of their fault.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from protocol.errors import CloseReason, RemoteProtocolError
from protocol.websocket import NO_CODE, CloseFrame, FrameReader, PingFrame, PongFrame, Received
from tests.adapters.wire.wirefaults import BINARY, CLOSE, CONT, FIN, PING, PONG, TEXT, announced, closing, frame

BOUND = 300_000
"""The bound on a message in every case."""
_CODES = {CloseReason.PROTOCOL_ERROR: 1002, CloseReason.BAD_TEXT: 1007, CloseReason.TOO_LARGE: 1009}
_PING, _PINGED = frame(PING, b"still there?"), PingFrame(b"still there?")
_GREEK = "Hello-µ@ßöäüàá-UTF-8!!"
_KOSME = "κ\u1f79σμε"
"""Letters of two bytes, the second of three."""


class WireCase(NamedTuple):
    """What is sent, what is received of it, and the code of the fault by which it ends; None where it is right."""

    sent: bytes
    received: tuple[Received, ...]
    code: int | None = None


def played(reads: Iterable[bytes], most: int = BOUND, limit: int = 128) -> tuple[list[Received], int | None]:
    """What a reader returns for the reads, and the code of the fault that it raises."""
    reader, received = FrameReader(most), list[Received]()
    try:
        for data in reads:
            received += reader.receive(data, limit)
            while reader.has_more:
                received += reader.receive(limit=limit)
    except RemoteProtocolError as fault:
        return received, _CODES[fault.reason]
    return received, None


def fragments(opcode: int, *pieces: bytes, between: bytes = b"") -> bytes:
    """A message in so many fragments; `between` are frames after each of them but the last."""
    last = len(pieces) - 1
    return b"".join(
        frame(opcode if number == 0 else CONT, piece, fin=number == last) + (b"" if number == last else between)
        for number, piece in enumerate(pieces)
    )


def cut(payload: bytes, size: int) -> tuple[bytes, ...]:
    """The payload in pieces of `size` bytes."""
    return tuple(payload[at : at + size] for at in range(0, len(payload), size))


def _framing() -> Iterator[tuple[str, WireCase]]:
    for number, size in enumerate((0, 1, 125, 126, 127, 128, 65_535, 65_536, 200_000), 1):
        yield f"1.1.{number} text of {size} bytes", WireCase(frame(TEXT, b"*" * size), ("*" * size,))
        yield f"1.2.{number} binary of {size} bytes", WireCase(frame(BINARY, b"\xfe" * size), (b"\xfe" * size,))
    mixed = frame(TEXT, b"a") + frame(BINARY) + frame(TEXT) + frame(BINARY, b"b" * 126)
    yield "1.3.1 texts and binaries in turn", WireCase(mixed, ("a", b"", "", b"b" * 126))
    for name, head in (("two", b"\x82\xfe\x00\x7d"), ("eight", b"\x82\xff" + (65_535).to_bytes(8))):
        yield f"1.4 a length in {name} bytes more than it needs", WireCase(head + bytes(129), (), 1002)
    yield "1.4 a length with its highest bit set", WireCase(announced(BINARY, 1 << 63), (), 1002)
    for opcode, name in ((TEXT, "text"), (BINARY, "binary"), (PING, "ping"), (CLOSE, "close")):
        yield f"1.5 a {name} without a mask", WireCase(bytes((FIN | opcode, 2)) + b"\x03\xe8", (), 1002)
    yield "1.5 no mask after a message", WireCase(frame(TEXT, b"a") + b"\x82\x7e\x01\x00" + bytes(256), ("a",), 1002)


def _pings() -> Iterator[tuple[str, WireCase]]:
    for number, payload in enumerate((b"", b"Hello", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"\xfe" * 125), 1):
        yield f"2.{number} a ping of {len(payload)} bytes", WireCase(frame(PING, payload), (PingFrame(payload),))
    yield "2.5 a ping of 126 bytes", WireCase(frame(PING, b"\xfe" * 126) + _PING, (), 1002)
    yield "2.5 a pong of 65,536 bytes", WireCase(frame(PONG, bytes(65_536)), (), 1002)
    yield "2.7 a pong that was not asked for", WireCase(frame(PONG), (PongFrame(b""),))
    yield "2.8 a pong with a payload", WireCase(frame(PONG, b"unasked"), (PongFrame(b"unasked"),))
    yield "2.9 a pong and a ping", WireCase(frame(PONG, b"unasked") + _PING, (PongFrame(b"unasked"), _PINGED))
    ten = [b"payload-%d" % number for number in range(10)]
    pings = b"".join(frame(PING, payload) for payload in ten)
    yield "2.10 ten pings", WireCase(pings, tuple(map(PingFrame, ten)))


def _reserved_bits() -> Iterator[tuple[str, WireCase]]:
    for bits in range(1, 8):
        for opcode, name in ((TEXT, "a text"), (BINARY, "a binary"), (PING, "a ping"), (CLOSE, "a close")):
            bad = frame(opcode, b"\x03\xe8", reserved=bits << 4)
            yield f"3.{bits} {name} with the bits {bits:03b}", WireCase(bad + _PING, (), 1002)
    after = frame(TEXT, b"*") + frame(TEXT, b"*", reserved=0x20) + _PING
    yield "3.8 reserved bits after a message", WireCase(after, ("*",), 1002)
    within = frame(TEXT, b"*", fin=False) + frame(CONT, b"*", reserved=0x40)
    yield "3.9 reserved bits of a continuation", WireCase(within, (), 1002)


def _opcodes() -> Iterator[tuple[str, WireCase]]:
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        section = "4.1" if opcode < CLOSE else "4.2"
        yield f"{section} opcode {opcode} without a payload", WireCase(frame(opcode) + _PING, (), 1002)
        after = frame(TEXT, b"Hello") + frame(opcode, b"reserved") + _PING
        yield f"{section} opcode {opcode} after a message", WireCase(after, ("Hello",), 1002)
    within = frame(TEXT, b"a", fin=False) + frame(3, b"b")
    yield "4.1 opcode 3 within a message", WireCase(within, (), 1002)


def _fragmentation() -> Iterator[tuple[str, WireCase]]:
    for number, opcode, name in ((1, PING, "ping"), (2, PONG, "pong"), (3, CLOSE, "close")):
        yield f"5.{number} a {name} in fragments", WireCase(fragments(opcode, b"\x03\xe8", b"b"), (), 1002)
    two = fragments(TEXT, b"fragment1", b"fragment2")
    yield "5.3 text in two fragments", WireCase(two, ("fragment1fragment2",))
    yield "5.4 binary in two fragments", WireCase(fragments(BINARY, b"\x00\xff", b"\xfe"), (b"\x00\xff\xfe",))
    pinged = fragments(TEXT, b"fragment1", b"fragment2", between=_PING)
    yield "5.6 a ping between two fragments", WireCase(pinged, (_PINGED, "fragment1fragment2"))
    ponged = fragments(BINARY, b"a", b"b", between=frame(PONG, b"?"))
    yield "5.7 a pong between two fragments", WireCase(ponged, (PongFrame(b"?"), b"ab"))
    for number, fin in ((9, True), (12, False)):
        name = "a last" if fin else "a"
        orphan = frame(CONT, b"non-continuation", fin=fin)
        yield f"5.{number} {name} continuation of nothing", WireCase(orphan + frame(TEXT, b"Hello"), (), 1002)
        yield f"5.{number} {name} continuation after a message", WireCase(two + orphan, ("fragment1fragment2",), 1002)
    for number, opcode, name in ((18, TEXT, "text"), (18, BINARY, "binary")):
        for fin in (True, False):
            begun = frame(TEXT, b"fragment1", fin=False) + frame(opcode, b"fragment2", fin=fin)
            yield f"5.{number} a {name} within a text, {'last' if fin else 'not last'}", WireCase(begun, (), 1002)
    five = [b"fragment%d" % number for number in range(1, 6)]
    pinged = fragments(TEXT, *five, between=_PING)
    yield "5.19 text in five fragments with pings", WireCase(pinged, (*[_PINGED] * 4, b"".join(five).decode()))
    once: tuple[Received, ...] = (*[_PINGED] * 4, b"".join(five).decode())
    yield "5.20 the same twice", WireCase(pinged * 2, (*once, *once))
    yield "5.21 nothing but empty fragments", WireCase(fragments(BINARY, *[b""] * 20), (b"",))
    yield "5.21 empty fragments around text", WireCase(fragments(TEXT, b"", b"a", b"", b"b", b""), ("ab",))
    yield "5.22 a fragment that is never followed", WireCase(frame(TEXT, b"a", fin=False) + _PING, (_PINGED,))
    yield "5.23 a message after a fragmented one", WireCase(two + frame(TEXT, b"3"), ("fragment1fragment2", "3"))
    yield "5.24 line ends in fragments", WireCase(fragments(TEXT, b"a\r", b"\nb\r\n"), ("a\r\nb\r\n",))


GOOD_TEXTS: dict[str, str] = {
    "6.5 greek": _KOSME,
    "6.5 several scripts": _GREEK,
    **{f"6.7 first of {size} bytes": letter for size, letter in enumerate(("\0", "\x80", "\u0800", "\U00010000"), 1)},
    **{f"6.9 last of {size} bytes": letter for size, letter in enumerate(("\x7f", "\u07ff", "\uffff"), 1)},
    **{f"6.11 U+{ord(letter):04X}": letter for letter in "\ud7ff\ue000\ufffd\U0010ffff"},
    **{f"6.22 noncharacter U+{code:04X}": chr(code) for code in (0xFDD0, 0xFFFE, 0x1FFFE, 0x8FFFF, 0x10FFFE)},
    "6.23 a mark of byte order": "\ufeff",
}
"""Texts that are UTF-8."""

BAD_TEXTS: dict[str, tuple[bytes, int]] = {
    "6.3 a surrogate in greek": (_KOSME.encode() + b"\xed\xa0\x80edited", 12),
    "6.4 beyond the last code point": (_KOSME.encode() + b"\xf4\x90\x80\x80edited", 12),
    **{f"6.8 first of {size} bytes": (lead + b"\x80" * (size - 1), 0) for size, lead in ((5, b"\xf8"), (6, b"\xfc"))},
    **{
        f"6.10 last of {size} bytes": (lead + b"\xbf" * (size - 1), wrong)
        for size, lead, wrong in ((4, b"\xf7", 0), (5, b"\xfb", 0), (6, b"\xfd", 0))
    },
    "6.11 U+110000": (b"\xf4\x90\x80\x80", 1),
    "6.12 a continuation byte 80": (b"\x80", 0),
    "6.12 a continuation byte bf": (b"\xbf", 0),
    "6.12 all continuation bytes": (bytes(range(0x80, 0xC0)), 0),
    **{f"6.13 a lonely {lead:02x}": (bytes((lead, 0x20)), 1) for lead in (0xC2, 0xDF, 0xE0, 0xEF, 0xF0, 0xF4)},
    **{f"6.13 a lead byte {lead:02x}": (bytes((lead, 0x20)), 0) for lead in (0xF5, 0xF8, 0xFC)},
    **{
        f"6.14 the last byte of {good.hex()} is missing": (good[:-1] + b" ", len(good) - 1)
        for good in (b"\xdf\xbf", b"\xe0\xa0\x80", b"\xef\xbf\xbf", b"\xf0\x90\x80\x80", b"\xf4\x8f\xbf\xbf")
    },
    "6.15 incomplete characters in a row": (b"\xc3\xe0\xa0\xf0\x90\x80", 1),
    **{f"6.16 the byte {bad:02x}": (bytes((bad,)), 0) for bad in (0xFE, 0xFF)},
    "6.17 / in two bytes": (b"\xc0\xaf", 0),
    "6.17 / in three bytes": (b"\xe0\x80\xaf", 1),
    "6.17 / in four bytes": (b"\xf0\x80\x80\xaf", 1),
    "6.18 the longest of two bytes too long": (b"\xc1\xbf", 0),
    "6.18 the longest of three bytes too long": (b"\xe0\x9f\xbf", 1),
    "6.18 the longest of four bytes too long": (b"\xf0\x8f\xbf\xbf", 1),
    "6.19 NUL in two bytes": (b"\xc0\x80", 0),
    "6.19 NUL in three bytes": (b"\xe0\x80\x80", 1),
    **{f"6.20 the surrogate {bad.hex()}": (bad, 1) for bad in (b"\xed\xa0\x80", b"\xed\xaf\xbf", b"\xed\xbf\xbf")},
    "6.21 a pair of surrogates": (b"\xed\xa0\x80\xed\xb0\x80", 1),
}
"""Texts that are not UTF-8, each with the index of the first byte that shows it."""


def _texts() -> Iterator[tuple[str, WireCase]]:
    yield "6.1 empty text", WireCase(frame(TEXT), ("",))
    yield "6.1 three empty fragments", WireCase(fragments(TEXT, b"", b"", b""), ("",))
    yield "6.1 text between empty fragments", WireCase(fragments(TEXT, b"", b"middle", b""), ("middle",))
    encoded = _GREEK.encode()
    for size in (1, 2, 5):
        yield f"6.2 fragments of {size} bytes", WireCase(fragments(TEXT, *cut(encoded, size)), (_GREEK,))
    for name, text in GOOD_TEXTS.items():
        data = text.encode()
        yield name, WireCase(frame(TEXT, data) + fragments(TEXT, *cut(data, 1)), (text, text))
    whole = _KOSME.encode()
    for size in range(1, len(whole)):
        is_whole = size in (2, 5, 7, 9)
        came = (whole[:size].decode(),) if is_whole else ()
        yield f"6.6 the first {size} bytes", WireCase(frame(TEXT, whole[:size]), came, None if is_whole else 1007)
    for name, (bad, _) in BAD_TEXTS.items():
        yield name, WireCase(frame(TEXT, b"a") + frame(TEXT, bad) + _PING, ("a",), 1007)
    for size in (1, 2, 3):
        ends = fragments(TEXT, b"a", "🎤".encode()[:size])
        yield f"6.24 a last fragment with {size} bytes of four", WireCase(ends, (), 1007)
    yield "6.25 a ping within a letter", WireCase(fragments(TEXT, b"\xc3", b"\xa4", between=_PING), (_PINGED, "ä"))
    yield "6.26 binary needs no UTF-8", WireCase(fragments(BINARY, b"\xed\xa0", b"\xff"), (b"\xed\xa0\xff",))


def _closes() -> Iterator[tuple[str, WireCase]]:
    bye, said = closing(1000), CloseFrame(1000)
    yield "7.1.1 a message, then a close", WireCase(frame(TEXT, b"a") + bye, ("a", said))
    yield "7.1.2 two closes", WireCase(bye + closing(1001), (said,))
    yield "7.1.3 a ping after the close", WireCase(bye + _PING, (said,))
    yield "7.1.4 a message after the close", WireCase(bye + frame(TEXT, b"a") + frame(BINARY, b"b" * 200), (said,))
    within = frame(TEXT, b"a", fin=False) + bye + frame(CONT, b"b")
    yield "7.1.5 a close within a message", WireCase(within, (said,))
    long = frame(TEXT, b"*" * 262_144)
    yield "7.1.6 a close after 256 kB", WireCase(long + bye + _PING, ("*" * 262_144, said))
    yield "7.1.7 faults after the close", WireCase(bye + frame(7) + b"\xff" * 20, (said,))
    yield "7.3.1 no payload", WireCase(frame(CLOSE), (CloseFrame(NO_CODE),))
    yield "7.3.2 a payload of one byte", WireCase(frame(CLOSE, b"\x03"), (), 1002)
    yield "7.3.3 a code", WireCase(bye, (said,))
    yield "7.3.4 a code and a reason", WireCase(closing(1000, "köszönöm".encode()), (CloseFrame(1000, "köszönöm"),))
    yield "7.3.5 the longest reason", WireCase(closing(1000, b"*" * 123), (CloseFrame(1000, "*" * 123),))
    yield "7.3.6 a reason that is too long", WireCase(closing(1000, b"*" * 124), (), 1002)
    yield "7.5.1 a reason that is not UTF-8", WireCase(closing(1000, b"\xce\xba\xed\xa0\x80"), (), 1007)
    yield "7.5.2 a reason that ends within a letter", WireCase(closing(1000, b"\xe2\x82"), (), 1007)
    for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999):
        yield f"7.7 the code {code}", WireCase(closing(code), (CloseFrame(code),))
    for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535):
        yield f"7.9 the code {code}", WireCase(closing(code) + _PING, (), 1002)


def _limits() -> Iterator[tuple[str, WireCase]]:
    whole = bytes(range(256)) * (BOUND // 256)
    whole += bytes(BOUND - len(whole))
    yield "9.1 a text as long as may be", WireCase(frame(TEXT, b"*" * BOUND), ("*" * BOUND,))
    yield "9.2 a binary as long as may be", WireCase(frame(BINARY, whole), (whole,))
    for size in (64, 1_000, 100_000):
        text = fragments(TEXT, *cut(b"*" * BOUND, size))
        yield f"9.3 text in fragments of {size}", WireCase(text, ("*" * BOUND,))
        yield f"9.4 binary in fragments of {size}", WireCase(fragments(BINARY, *cut(whole, size)), (whole,))
    yield "9.5 a frame one byte above the bound", WireCase(frame(BINARY, bytes(BOUND + 1)), (), 1009)
    yield "9.5 announced above the bound", WireCase(frame(TEXT, b"a") + announced(TEXT, BOUND + 1), ("a",), 1009)
    yield "9.5 announced with 63 bits", WireCase(announced(BINARY, (1 << 63) - 1), (), 1009)
    above = fragments(BINARY, whole, b"") + fragments(BINARY, whole[1:], b"", b"ab")
    yield "9.6 fragments one byte above the bound", WireCase(above, (whole,), 1009)
    begun = frame(TEXT, b"*" * (BOUND - 1), fin=False)
    yield "9.6 a continuation announced above the bound", WireCase(begun + announced(CONT, 65_536), (), 1009)
    yield "9.6 a ping at the bound", WireCase(begun + _PING + frame(CONT, b"*"), (_PINGED, "*" * BOUND))
    letters = "🎤" * (BOUND // 4)
    yield "9.7 the bound counts bytes and not letters", WireCase(frame(TEXT, letters.encode()), (letters,))
    yield "9.7 letters above the bound", WireCase(frame(TEXT, (letters + "é").encode()), (), 1009)
    many = [b"%d" % number for number in range(1_000)]
    yield (
        "9.8 a thousand messages",
        WireCase(b"".join(frame(TEXT, one) for one in many), tuple(map(bytes.decode, many))),
    )


_SECTIONS = (_framing, _pings, _reserved_bits, _opcodes, _fragmentation, _texts, _closes, _limits)
CASES: dict[str, WireCase] = {name: case for section in _SECTIONS for name, case in section()}
"""All cases by what they are."""
