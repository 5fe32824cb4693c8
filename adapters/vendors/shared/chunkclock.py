"""The clock of a sound whose times come in chunks: counted from its beginning, or in each chunk from the chunk's.

Which of the two is told by the times themselves: a chunk that begins before half of what was told begins anew. Then its
beginning is the end of the times before it, and not the sound before it: a chunk's times may be of more or of less than
its sound, and only their sum fits (github.com/elevenlabs/elevenlabs-python #689).
"""

import math

DRIFT = 2_000.0
"""Ms by which the sum of the times may be off the sound; beyond that the sound counts."""


class ChunkClock:
    """All times are ms."""

    def __init__(self) -> None:
        self._base = 0.0
        self._end = 0.0
        self._begins_anew = False

    def shift(self, first: float, last: float, sound: float) -> float:
        """What to add to the times of the next chunk, of which these are the first and the last one.

        `sound`: how long the sound before this chunk lasts, inf where that is not known.
        """
        if self._end > 0 and (self._begins_anew or first < self._end / 2):
            self._begins_anew = True
            end = self._base + self._end
            is_off = math.isfinite(sound) and abs(end - sound) > DRIFT
            self._base, self._end = sound if is_off else end, max(last, 0.0)
        else:
            self._end = max(self._end, last)
        return self._base
