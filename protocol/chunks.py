"""Recognises the frames of a chunk of sound, without reading them as JSON: the short way of what comes most often.

A chunk is the event `input.buffer.append` with its sound alone, as base64 in the text or as the one attachment behind
it. Clients write it in the same letters each time, and only those are recognised. Whatever is written in another way
(spaces, escapes, a data URL, another alphabet, a namespace, more arguments) is read as every other message is.
tests/protocol/test_chunks.py holds both ways to the same result.
"""

import re
from typing import Final, NamedTuple

import msgspec

from protocol import base64text
from protocol.engineio import MESSAGE
from protocol.messages import Names
from protocol.socketio import BINARY_EVENT, EVENT, Header, Packet

APPEND: Final = "input.buffer.append"
_QUOTE: Final = '"'
_END: Final = '"]'


class SoundChunk(NamedTuple):
    """The sound of a chunk, and the id under which it wants an answer, None where it wants none."""

    audio: bytes
    ack: int | None


class ChunkReader:
    """Recognises the frames of chunks by the name that their event has in `names`. It holds nothing of what it reads.

    `plain`: the frame before the sound of a chunk that wants no ack, as almost all are; `plain_header`: its header.
    """

    def __init__(self, names: Names) -> None:
        [name] = [name for name, documented in names.documented.items() if documented == APPEND]
        self._data = [name, {"_placeholder": True, "num": 0}]
        quoted, data = (msgspec.json.encode(value).decode() for value in (name, self._data))
        self.plain = f"{MESSAGE}{BINARY_EVENT}1-{data}"
        self.plain_header = Header(Packet(BINARY_EVENT, data=self._data), 1)
        self._header = re.compile(f"{MESSAGE}{BINARY_EVENT}1-([0-9]{{1,15}})?{re.escape(data)}")
        self._plain_text = f"{MESSAGE}{EVENT}[{quoted},{_QUOTE}"
        self._text = re.compile(f"{MESSAGE}{EVENT}([0-9]{{1,15}})?{re.escape(f'[{quoted},{_QUOTE}')}")

    def read_header(self, frame: str) -> Header | None:
        """The header of a chunk whose sound comes as an attachment; None for all else."""
        if frame == self.plain:  # to compare is cheaper than to match
            return self.plain_header
        match = self._header.fullmatch(frame)
        if match is None:
            return None
        return Header(Packet(BINARY_EVENT, ack=int(match[1]) if match[1] else None, data=self._data), 1)

    def read_text(self, frame: str) -> SoundChunk | None:
        """The chunk whose sound is in the text as base64; None for all else."""
        ack = None
        if frame.startswith(self._plain_text):
            begin = len(self._plain_text)
        elif match := self._text.match(frame):
            begin, ack = match.end(), int(match[1]) if match[1] else None
        else:
            return None
        if not frame.endswith(_END, begin):
            return None
        audio = base64text.decode_plain(frame[begin : -len(_END)])
        return None if audio is None else SoundChunk(audio, ack)
