"""What plays, as envelopes: of each piece that was sent, when it is estimated to play, for the judge of echo."""

from collections import deque
from typing import NamedTuple

from actors.ports.sound import BANDS, FRAMES_A_SECOND

KEPT = 3.0
"""Seconds of the past that are kept."""
_SILENT = bytes(BANDS)


class _PlayedPiece(NamedTuple):
    begins: float
    ends: float
    envelope: bytes


class PlayedReference:
    """The envelope of what plays, by the session's clock; it goes on from one answer to the next.

    Pieces are added in the order in which they play. Before the first, after the last and between them is silence.
    """

    def __init__(self) -> None:
        self._pieces: deque[_PlayedPiece] = deque()

    def add(self, begins: float, seconds: float, envelope: bytes, now: float) -> None:
        """A piece of sound plays from `begins` on; what was over before the last seconds is forgotten."""
        while self._pieces and self._pieces[0].ends < now - KEPT:
            self._pieces.popleft()
        if envelope and seconds > 0:
            self._pieces.append(_PlayedPiece(begins, begins + seconds, envelope))

    def cut(self, now: float) -> None:
        """Nothing plays from now on: the answer was interrupted, or Receivers pause."""
        while self._pieces and self._pieces[-1].begins >= now:
            self._pieces.pop()
        if self._pieces and self._pieces[-1].ends > now:
            self._pieces[-1] = self._pieces[-1]._replace(ends=now)

    def playing(self, since: float, until: float) -> bytes:
        """The envelope of what plays in that time: a frame for each 10 ms, zeros where nothing does."""
        count = round((until - since) * FRAMES_A_SECOND)
        made = bytearray(count * BANDS)
        for piece in self._pieces:
            if piece.ends <= since or piece.begins >= until:
                continue
            first = max(0, round((piece.begins - since) * FRAMES_A_SECOND))
            last = min(count, round((piece.ends - since) * FRAMES_A_SECOND))
            offset = round((since - piece.begins) * FRAMES_A_SECOND)
            there = len(piece.envelope) // BANDS
            for frame in range(first, last):
                # The envelope may be a frame shorter than the sound; a hole would be heard as a pause.
                at = min(max(frame + offset, 0), there - 1) * BANDS
                made[frame * BANDS : (frame + 1) * BANDS] = piece.envelope[at : at + BANDS]
        return bytes(made)
