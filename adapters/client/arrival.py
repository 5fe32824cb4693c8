"""The parts of an answer as they arrive: put together, held against docs/protocol.md, and decoded."""

import msgspec

from adapters.client.recording import BadRecording, playing_seconds
from adapters.client.voiceclient import AudioPiece

_MAX_HELD = 64 * 1024 * 1024


class BadAnswer(Exception):
    """The answer is not as it is documented to be, or not sound; the message says what is wrong."""


class AnswerPart(msgspec.Struct, frozen=True):
    """A part that has come: its words, its sound as one file, in how many pieces that came, how long it plays."""

    id: int
    text: str
    data: bytes
    pieces: int
    seconds: float


class _Coming(msgspec.Struct):
    text: str
    data: bytearray
    pieces: int = 0


class Arrival:
    """The parts of one answer; pieces of different parts may come in turn. `audio_format` as in the handshake."""

    def __init__(self, audio_format: str) -> None:
        self._format = audio_format
        self._coming: dict[int, _Coming] = {}
        self._finished: set[int] = set()
        self._held = 0
        self._total = 0
        self.is_done = False

    def take(self, piece: AudioPiece) -> AnswerPart | None:
        """The part, where this is its last piece. Raises BadAnswer."""
        if piece.done:
            self.is_done, self._total = True, piece.total_number
        if piece.id in self._finished:
            if piece.audio or piece.text or not piece.done:  # one that says only `done` closes an answer that was cut
                raise BadAnswer(f"part {piece.id}: a piece came after its last one")
            return None
        part = self._coming.setdefault(piece.id, _Coming(piece.text, bytearray()))
        if part.pieces and piece.text:
            raise BadAnswer(f"part {piece.id}: its words came twice")
        part.data += piece.audio
        part.pieces += 1
        self._held += len(piece.audio)
        if self._held > _MAX_HELD:
            raise BadAnswer(f"part {piece.id}: it is not complete, and {_MAX_HELD:,} bytes have come")
        return self._finish(piece.id, part) if piece.stream_part_done else None

    def check(self) -> None:
        """The answer is over: raise BadAnswer where something of it never came."""
        if self._coming:
            raise BadAnswer(f"part {min(self._coming)}: its last piece never came")
        if self._finished and not self.is_done:
            raise BadAnswer("the last message of the answer, the one with `done`, never came")
        if len(self._finished) != self._total:
            raise BadAnswer(f"the answer was closed with {self._total} parts, but {len(self._finished)} came")

    def _finish(self, number: int, part: _Coming) -> AnswerPart:
        del self._coming[number]
        self._finished.add(number)
        self._held -= len(part.data)
        try:
            seconds = playing_seconds(bytes(part.data), self._format) if part.data else 0.0
        except BadRecording as error:
            raise BadAnswer(f"part {number}, {len(part.data):,} bytes: {error}") from None
        return AnswerPart(number, part.text, bytes(part.data), part.pieces, seconds)
