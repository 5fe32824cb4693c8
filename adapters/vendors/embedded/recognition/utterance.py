"""A spoken utterance as it grows: which piece of it is recognised next, and what it may cost."""

from collections.abc import Sequence

import numpy as np

from adapters.vendors.embedded.recognition.pauses import RATE, quietest
from adapters.vendors.embedded.recognition.reading import readable

SECOND = RATE * 2
"""Bytes of a second."""
LONGEST, SEARCHED = 16, 5
"""Seconds of a piece at most, and of its end in which the quietest place is looked for, to cut there. What hama does
for a second of sound grows with the piece, and what is cut is not heard again: in 16 s it is hardly less accurate."""
WINDOW = 8 * SECOND
"""Bytes at most that are heard before the utterance's end only to tell its words so far."""
FRESH = SECOND
"""Bytes that are new in such a hearing, at least."""
SHARE = 1.2
"""Bytes that may be heard so, for each byte that was spoken. The hearings are shorter than the whole and so cheaper a
second: with 1.2 they cost in all no more than the last one of all (`python -m bench recognition`)."""


class SpokenUtterance:
    """An utterance that is still being spoken: the sound that is not recognised yet, and the words of the rest.

    The words before `settled` are certain. From there on they were heard for now alone (`rest`); what is before the
    last pause is not heard for now again (`_told`, and the sound from `_since` on).
    """

    def __init__(self) -> None:
        self._sound = bytearray()
        self._since = 0
        self._heard = 0
        self._spent = 0
        self._spoken = 0
        self.words: list[str] = []
        self._told: list[str] = []
        self._rest: tuple[str, ...] = ()
        self.names: tuple[str, ...] = ()

    def extend(self, data: bytes) -> None:
        """More sound."""
        self._sound += data
        self._spoken += len(data)

    # ---- for good

    @property
    def is_long(self) -> bool:
        """Whether a piece can be recognised for good."""
        return len(self._sound) >= LONGEST * SECOND

    def cut(self) -> bytes:
        """The next piece to be recognised for good, which is taken out."""
        size = len(self._sound)
        if self.is_long:
            sound = np.frombuffer(bytes(self._sound[: LONGEST * SECOND]), np.dtype("<i2"))
            size = 2 * quietest(sound, (LONGEST - SEARCHED) * RATE, LONGEST * RATE)
        piece = bytes(self._sound[:size])
        del self._sound[:size]
        self._since = self._heard = 0
        self._told.clear()
        self._rest = ()
        return piece

    def add(self, words: Sequence[str], names: tuple[str, ...]) -> None:
        """The words of the piece that was cut."""
        self.words += words
        self.names = names

    # ---- for now

    @property
    def is_due(self) -> bool:
        """Whether enough is new for another hearing, and little enough was heard so far."""
        size = min(len(self._sound) - self._since, WINDOW)
        return len(self._sound) - self._heard >= FRESH and self._spent + size <= SHARE * self._spoken

    def window(self) -> bytes:
        """The sound since the last pause."""
        self._since = max(self._since, (len(self._sound) - WINDOW) // 2 * 2)
        self._heard = len(self._sound)
        self._spent += self._heard - self._since
        return bytes(self._sound[self._since :])

    @property
    def before(self) -> tuple[str, ...]:
        """The words before the window."""
        return (*self.words, *self._told)[-2:]

    def note(self, settled: Sequence[str], rest: tuple[str, ...], size: int, names: tuple[str, ...]) -> None:
        """The words of the window: those before its last pause, of its first `size` bytes, and the others."""
        self._since += size
        self._told += settled
        self._rest = rest
        self.names = names

    @property
    def text(self) -> str:
        """All the words so far, to be read."""
        return readable((*self.words, *self._told, *self._rest), self.names, is_whole=False)

    @property
    def whole(self) -> str:
        """The words, to be read; all of it was recognised."""
        return readable(self.words, self.names)
