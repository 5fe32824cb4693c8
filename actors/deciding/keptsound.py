"""Sound that is kept until it has played, of parts whose words have no times: if one is cut, its words are looked for.

Terms: docs/glossary.md.
"""

from actors.deciding.account import Charge
from actors.ports.sound import Clip

MOST_KEPT = 2_000_000
"""Bytes that a turn keeps: 40 s at 24 kHz."""


class KeptSounds:
    """The samples of parts that may still play, bounded and paid by the turn's charge. A part is kept whole, or not."""

    def __init__(self, charge: Charge) -> None:
        self._charge = charge
        self._size = 0
        self._clips: dict[int, list[Clip]] = {}
        self._lost: set[int] = set()

    def add(self, part: int, clip: Clip) -> None:
        """The next of a part's sound: raw samples."""
        size = len(clip.data)
        if part in self._lost:
            return
        if self._size + size > MOST_KEPT or not self._charge.take(size):
            self._lost.add(part)
            self._drop(part)
            return
        self._size += size
        self._clips.setdefault(part, []).append(clip)

    def drop_before(self, part: int) -> None:
        """Parts before this one have played."""
        for number in [number for number in self._clips if number < part]:
            self._drop(number)

    def _drop(self, part: int) -> None:
        size = sum(len(clip.data) for clip in self._clips.pop(part, ()))
        self._size -= size
        self._charge.give_back(size)

    def of(self, part: int) -> Clip | None:
        """The sound of a part; None where it was not kept."""
        clips = self._clips.get(part)
        return Clip(b"".join(clip.data for clip in clips), clips[0].format) if clips else None
