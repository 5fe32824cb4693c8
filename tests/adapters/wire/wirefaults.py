"""What a client can do wrong on a WebSocket, as bytes, each with the code of RFC 6455 by which the server closes."""

import struct

MOST = 5_000
"""The bound of the servers that are tried with these."""
MASK = b"\x11\x22\x33\x44"
FIN = 0x80
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def masked(payload: bytes, mask: bytes = MASK) -> bytes:
    """`payload` under the mask."""
    size = len(payload)
    repeated = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(repeated)).to_bytes(size)


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0) -> bytes:
    """A frame as a client sends it; the length in as few bytes as it needs."""
    first = (FIN if fin else 0) | reserved | opcode
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    return head + MASK + masked(payload)


def announced(opcode: int, size: int) -> bytes:
    """The head of a frame of `size` bytes, none of which comes."""
    return struct.pack("!BBQ", FIN | opcode, 0x80 | 127, size) + MASK


def closing(code: int, reason: bytes = b"") -> bytes:
    """A close frame."""
    return frame(CLOSE, struct.pack("!H", code) + reason)


FAULTS: dict[str, tuple[bytes, int]] = {
    # reserved bits and opcodes
    **{f"reserved bit {bit:#x}": (frame(TEXT, b"4", reserved=bit), 1002) for bit in (0x40, 0x20, 0x10)},
    "reserved bits of a ping": (frame(PING, reserved=0x70), 1002),
    **{f"opcode {opcode:#x}": (frame(opcode, b"4"), 1002) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    # masks
    "unmasked text": (b"\x81\x014", 1002),
    "unmasked ping": (b"\x89\x00", 1002),
    "unmasked close": (b"\x88\x02\x03\xe8", 1002),
    "unmasked, with a long length": (b"\x82\x7e\x01\x00" + bytes(256), 1002),
    # control frames
    "a ping in fragments": (frame(PING, b"a", fin=False), 1002),
    "a pong in fragments": (frame(PONG, b"a", fin=False), 1002),
    "a close in fragments": (frame(CLOSE, b"\x03\xe8", fin=False), 1002),
    "a ping of 126 bytes": (frame(PING, bytes(126)), 1002),
    "a close of 126 bytes": (frame(CLOSE, b"\x03\xe8" + b"a" * 124), 1002),
    # fragments
    "a continuation of nothing": (frame(CONT, b"a"), 1002),
    "a continuation after the end": (frame(TEXT, b"3") + frame(CONT, b"a"), 1002),
    "text within a message": (frame(TEXT, b"4", fin=False) + frame(TEXT, b"2"), 1002),
    "bytes within a message": (frame(TEXT, b"4", fin=False) + frame(BINARY, b"2"), 1002),
    # lengths
    "a length with its top bit set": (announced(BINARY, 1 << 63), 1002),
    "a length of all bits": (announced(TEXT, (1 << 64) - 1), 1002),
    "a length of 63 bits": (announced(BINARY, (1 << 63) - 1), 1009),
    "a length one above the bound": (frame(BINARY, bytes(MOST + 1)), 1009),
    "announced above the bound": (announced(TEXT, 70_000), 1009),
    "fragments above the bound": (frame(TEXT, b"4" * 4_000, fin=False) + frame(CONT, b"4" * 1_001), 1009),
    "letters of four bytes above the bound": (frame(TEXT, "🎤".encode() * 1_251), 1009),
    "a length in more bytes than it needs": (b"\x82\xfe\x00\x05" + MASK + masked(b"hello"), 1002),
    # text
    "a byte that is no UTF-8": (frame(TEXT, b"4\xff"), 1007),
    "a surrogate as UTF-8": (frame(TEXT, b'42["input.text","\xed\xa0\xbd"]'), 1007),
    "an overlong form": (frame(TEXT, b"4\xc0\xaf"), 1007),
    "beyond the last code point": (frame(TEXT, b"4\xf4\x90\x80\x80"), 1007),
    "a letter that is cut": (frame(TEXT, b"4\xe2\x82"), 1007),
    "a bad letter across fragments": (frame(TEXT, b"4\xe2", fin=False) + frame(CONT, b"\x28\xa1"), 1007),
    "a letter that is cut by the last fragment": (frame(TEXT, b"4", fin=False) + frame(CONT, b"\xe2\x82"), 1007),
    "a bad byte before the message is whole": (frame(TEXT, b"4\xff", fin=False), 1007),
    "a bad byte before the frame is whole": (frame(TEXT, b"4\xff" + bytes(100))[:8], 1007),
    # the payload of a close
    "a close of one byte": (frame(CLOSE, b"\x03"), 1002),
    "a close with a reason that is no UTF-8": (closing(1000, b"\xff"), 1007),
    **{
        f"a close with {code}": (closing(code), 1002)
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2999, 5000, 65_535)
    },
}
"""Every one of these comes after the handshake and a message that is good."""
