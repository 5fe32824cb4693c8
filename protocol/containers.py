"""The head of a live WebM or Ogg stream: found in its first utterance, and put before a later one that lacks it.

A recorder that is left running over several utterances (MediaRecorder) writes its head only once; what it writes later
cannot be decoded without it. Sources: the Matroska element ids of RFC 9559, the page layout of RFC 3533.
"""

from protocol.audioformat import sniff

MAX_HEADER = 65_536
_CLUSTER = b"\x1f\x43\xb6\x75"
_OPEN_CLUSTER = _CLUSTER + b"\x01\xff\xff\xff\xff\xff\xff\xff\xe7\x81\x00"
"""A cluster of unknown size that begins at time 0, for blocks whose own cluster began in an earlier utterance."""
_PAGE = b"OggS"
_PAGE_FIXED = 27


def stream_header(data: bytes) -> bytes:
    """The head before the sound in `data`, the beginning of a WebM or Ogg file; b"" where there is none."""
    match sniff(data):
        case "webm":
            end = data.find(_CLUSTER, 0, MAX_HEADER)
            return data[:end] if end > 0 else b""
        case "ogg":
            return data[: _end_of_ogg_header(data)]
        case _:
            return b""


def _end_of_ogg_header(data: bytes) -> int:
    """The end of the pages at position 0: those hold the codec's heads, and the sound begins behind them."""
    end = 0
    while data.startswith(_PAGE, end) and len(data) >= end + _PAGE_FIXED and end < MAX_HEADER:
        position = int.from_bytes(data[end + 6 : end + 14], "little")
        segments = data[end + _PAGE_FIXED : end + _PAGE_FIXED + data[end + 26]]
        if position != 0:
            break
        end += _PAGE_FIXED + len(segments) + sum(segments)
    return min(end, len(data))


def with_header(header: bytes, data: bytes) -> bytes:
    """`data`, which continues the stream that `header` began, as a file of its own."""
    if header.startswith(_PAGE) or data.startswith(_CLUSTER):
        return header + data
    return header + _OPEN_CLUSTER + data
