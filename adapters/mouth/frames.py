"""Frames of ARKit's 52 shapes: each sound pulls the face to its pose, the nearer in time the more (dominance).

A shape at a moment is the mean of the sounds' poses, weighted by their dominance (Cohen and Massaro, 1993): full while
the sound lasts, falling with the distance outside it, and of a strength of its own for the jaw, the lips and the
tongue. So lips round for the `u` of "stew" while the tongue still says `st`. Beyond ANTICIPATION a sound has no
dominance, so a frame is the same however the sound was cut into pieces.

p, b and m are more than strong: around them the mean gives way to the closed pose, for 40 ms and a frame at least.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from adapters.mouth.keyframes import CLOSED_MS
from adapters.mouth.poses import ARTICULATOR_OF, ARTICULATORS, MOVING, NAMES, POSES, STRENGTH
from adapters.mouth.timeline import SpokenSound
from protocol.mouth import SHAPES, MouthRate

ANTICIPATION = 120.0
"""ms before and after a sound in which it has any dominance."""
DECAY = 35.0
"""ms outside a sound after which its dominance is 1/e."""
OPENING = 45.0
"""ms in which closed lips come from the mean and go back to it."""
REST = 90.0
"""ms in which the face leaves its rest at the begin of a part, and comes back to it at the end."""
FASTEST = 12.0
"""Of a shape's whole way, what it makes in a second at most, but to close: it joins frames made without the future."""
_ROW = len(SHAPES["arkit"])
_NUMBER = {name: number for number, name in enumerate(NAMES)}
_MOVING_POSES = POSES[:, MOVING]
_CLOSED = _MOVING_POSES[_NUMBER["p"]]
_COLUMNS = tuple(np.flatnonzero(ARTICULATOR_OF[MOVING] == group) for group in range(len(ARTICULATORS)))
"""Of each articulator, its shapes among those that move."""


class _Pull(msgspec.Struct, frozen=True, array_like=True):
    """A sound in [`start`, `end`) ms of the mouth's own time, by the number of its pose."""

    start: float
    end: float
    number: int
    strength: tuple[float, float, float]
    is_closure: bool


class FrameWriter:
    """The frames of one part, `fps` a second from 0 on; `lead` ms."""

    def __init__(self, fps: MouthRate, lead: float) -> None:
        self._frame_ms = 1000 / fps
        self._lead = lead
        self._pulls: list[_Pull] = []
        self._made = 0
        self._row: NDArray[np.float32] = np.zeros(len(MOVING), np.float32)
        """The last row that was made."""
        self._step = np.float32(FASTEST / fps)

    @property
    def made(self) -> int:
        """The frames that were given out."""
        return self._made

    def add(self, spoken: SpokenSound) -> None:
        """The next sound."""
        strength = STRENGTH[spoken.sound.manner]
        start, end = spoken.start - self._lead, spoken.end - self._lead
        if is_closure := spoken.sound.manner == "closure":
            missing = max(0.0, CLOSED_MS + self._frame_ms - (end - start)) / 2
            start = start - missing
            end = max(end + missing, CLOSED_MS + self._frame_ms)  # the lead ends at the begin of the part
        self._pulls.append(_Pull(start, end, _NUMBER[spoken.sound.name], strength, is_closure))

    def take(self, until: float) -> tuple[float, ...]:
        """The frames before `until` ms, row after row."""
        count = max(0, int(np.ceil(until / self._frame_ms - 1e-9)) - self._made)
        if not count:
            return ()
        rows = self._rows(count)
        self._made += count
        self._row = rows[-1]
        oldest = (self._made - 1) * self._frame_ms - ANTICIPATION
        self._pulls = [pull for pull in self._pulls if pull.end > oldest]
        return _whole(rows)

    def finish(self, end: float) -> tuple[float, ...]:
        """The last frames, in which the face comes to rest; the last one is the first that is not before `end` ms."""
        last = max(self._made, int(np.ceil(end / self._frame_ms - 1e-9)))
        count = last + 1 - self._made
        rows = self._rows(count)
        rows *= np.minimum(np.arange(count, dtype=np.float32)[::-1] * np.float32(self._frame_ms / REST), 1)[:, None]
        self._made += count
        return _whole(rows)

    def _rows(self, count: int) -> NDArray[np.float32]:
        """The next frames, as they follow the last one."""
        times = (self._made + np.arange(count, dtype=np.float32)) * np.float32(self._frame_ms)
        rows: NDArray[np.float32] = self._blended(times) * np.minimum(times / np.float32(REST), 1)[:, None]
        self._slow(rows)
        return rows

    def _blended(self, times: NDArray[np.float32]) -> NDArray[np.float32]:
        if not self._pulls:
            return np.zeros((len(times), len(MOVING)), np.float32)
        starts = np.array([pull.start for pull in self._pulls], np.float32)
        ends = np.array([pull.end for pull in self._pulls], np.float32)
        away = np.maximum(np.maximum(starts - times[:, None], times[:, None] - ends), 0)
        reach = np.exp(away * np.float32(-1 / DECAY)) * np.maximum(1 - away / np.float32(ANTICIPATION), 0)
        poses = _MOVING_POSES[[pull.number for pull in self._pulls]]
        strengths = np.array([pull.strength for pull in self._pulls], np.float32)
        rows = np.empty((len(times), len(MOVING)), np.float32)
        totals = reach @ strengths + np.float32(1e-6)
        for group, columns in enumerate(_COLUMNS):
            rows[:, columns] = (reach * strengths[:, group]) @ poses[:, columns] / totals[:, group, None]
        closures = [number for number, pull in enumerate(self._pulls) if pull.is_closure]
        if closures:
            gate = np.maximum(1 - away[:, closures].min(axis=1, keepdims=True) / np.float32(OPENING), 0)
            rows += gate * (_CLOSED - rows)
        return rows

    def _slow(self, rows: NDArray[np.float32]) -> None:
        """Limit how far the first rows are from what was given out, where that was made without what came next."""
        before = self._row
        for row in rows:
            step = row - before
            if np.abs(step).max() <= self._step:
                return
            row[:] = before + np.clip(step, -self._step, self._step)
            before = row


def _whole(rows: NDArray[np.float32]) -> tuple[float, ...]:
    """Rows of all 52 shapes, with two decimals."""
    whole = np.zeros((len(rows), _ROW))
    whole[:, MOVING] = rows
    return tuple(np.round(whole, 2).ravel().tolist())
