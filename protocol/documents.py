"""Documents that come as sound, known by their first bytes: pictures, archives, programs, and text."""

import re

_BEGINNINGS = re.compile(
    rb"\x89PNG\r\n|\xff\xd8\xff[\xc0-\xc4\xdb-\xfe]|GIF8[79]a|RIFF.{4}[A-Z]{3}[A-Z ]|II\*\x00.{3}\x00|MM\x00\*\x00|"
    rb"%PDF-|8BPS\x00|PK\x03\x04|PK\x05\x06\x00|\x1f\x8b\x08[\x00-\x1f]|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\xfd7zXZ\x00|"
    rb"\x28\xb5\x2f\xfd|BZh[1-9]1AY|\x7fELF[\x01\x02]|\x00asm\x01|\xd0\xcf\x11\xe0|SQLite format|MThd\x00\x00\x00\x06",
    re.DOTALL,
)
"""PNG, JPEG, GIF, WebP, TIFF, PDF, Photoshop, ZIP, gzip, 7z, RAR, xz, Zstandard, bzip2, ELF, WebAssembly, OLE,
SQLite, MIDI. What is shorter than four bytes raw samples show by accident."""
TEXT = 512
"""Bytes of text that no samples look like: low frequencies stay within the range of letters for some time."""
_LEAST_TEXT = 64
_LEAST_LETTERS = 7
"""Different bytes in a text; samples that stay the same, or alternate, may be two or four letters."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def is_document(data: bytes) -> bool:
    """Whether `data`, the beginning of a supposed sound, is the beginning of a document."""
    return _BEGINNINGS.match(data) is not None or (len(data) >= _LEAST_TEXT and is_text(data) and _has_letters(data))


def _has_letters(data: bytes) -> bool:
    return len(set(data[:TEXT])) >= _LEAST_LETTERS


def is_text(data: bytes) -> bool:
    """Whether the first bytes are text in UTF-8, as far as they go."""
    head = data[:TEXT]
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return False
        text = head[: error.start].decode()
    return bool(text) and not _CONTROL.search(text)
