"""What the judge of echo remembers: the last seconds of the microphone and of what played, and the run of sound.

Pure: arrays of dB, a row for each 10 ms. `echo.py` decides what they mean.
"""

import numpy as np

from actors.ports.sound import BANDS
from adapters.listening.echopath import KEPT, SEARCHED, Levels
from adapters.listening.envelopes import SILENCE

STEP = 10
"""Frames between two searches."""
RARELY = 5 * STEP
"""Frames between two searches of a path that is certain, and two measurements of the noise."""
_SPARE = 60
_STORED = KEPT + SEARCHED + _SPARE
"""Frames that are kept."""
_SLACK = _STORED // 2
"""Frames by which the arrays are longer, so that what is kept is seldom moved."""
_LOUD = 10.0
"""dB above that make a sound, where three bands have them; noise alone has 8 in one frame of a hundred."""
_JUMP = 6.0
"""dB by which a sound is another than those before it."""
_PAUSE = 30
"""Frames of quiet that end a run of sound."""


class EchoHistory:
    """The last frames of both, and which of them may be learned from."""

    def __init__(self) -> None:
        self._microphone = np.full((_STORED + _SLACK, BANDS), SILENCE, np.float32)
        self._reference = np.full((_STORED + _SLACK, BANDS), SILENCE, np.float32)
        self._usable = np.zeros(_STORED + _SLACK, np.bool_)
        self._end = 0
        self._move_to(_STORED)
        self.floor = np.full(BANDS, SILENCE, np.float32)
        """dB of the quietest tenth of the microphone, in each band."""
        self.count = 0
        self._before = 0
        """Frames of all, and before the last piece."""
        self.since_played = _STORED
        self.since_began = _STORED
        """Frames since something played, and since it began to after a pause."""

    @property
    def plays(self) -> bool:
        """Whether an echo may be heard now: something plays, or did within the longest delay."""
        return self.since_played <= SEARCHED + _PAUSE

    @property
    def would_be_heard(self) -> bool:
        """Whether something played so long ago that it is heard by now."""
        return bool((self.reference[-SEARCHED - STEP : -SEARCHED] > SILENCE).any())

    def add(self, heard: Levels, played: Levels) -> None:
        """Take in frames of both."""
        frames = len(heard)
        self._before, self.count = self.count, self.count + frames
        if self._end + frames > len(self._usable):
            for kept in (self._microphone, self._reference, self._usable):
                kept[: _STORED - frames] = kept[self._end + frames - _STORED : self._end]
            self._end = _STORED - frames
        begin = self._end
        self._move_to(begin + frames)
        self._microphone[begin : self._end] = heard
        self._reference[begin : self._end] = played
        self._usable[begin : self._end] = False
        sounding = np.flatnonzero((played > SILENCE).any(axis=1))
        if len(sounding):
            if self.since_played + int(sounding[0]) > _PAUSE:
                self.since_began = -int(sounding[0])
            self.since_played = -int(sounding[-1]) - 1
        self.since_played = min(self.since_played + frames, _STORED)
        self.since_began = min(self.since_began + frames, _STORED)
        if self.plays and (self.has_passed(RARELY) or self.since_began <= STEP):
            known = self.microphone[-min(self.count, KEPT) :]
            self.floor = np.partition(known, len(known) // 10, axis=0)[len(known) // 10]

    def _move_to(self, end: int) -> None:
        """The last frames are those before `end` of the arrays."""
        self._end = end
        kept = slice(end - _STORED, end)
        self.microphone, self.reference, self.usable = self._microphone[kept], self._reference[kept], self._usable[kept]

    def has_passed(self, step: int) -> bool:
        """Whether the last piece has reached or passed a multiple of `step` frames."""
        return self._before // step != self.count // step

    def share_played(self, width: int, lag: int) -> float:
        """In how many of the last `width` frames, as a share, something that played sounds after `lag`."""
        sounding = self.reference[-width - lag : len(self.reference) - lag] > SILENCE
        return float(sounding.any(axis=1).mean())


class SoundRun:
    """A run of sound in the microphone; `is_foreign`: it was found not to be echo.

    It begins anew with a sound that is louder by far than all that was found: there is an echo now over other voices.
    """

    def __init__(self) -> None:
        self.frames = 0
        self.is_foreign = False
        self._quiet = 0
        self._loudest = 0.0

    def add(self, history: EchoHistory, frames: int) -> None:
        """The history has so many frames more."""
        over = np.partition(history.microphone[-frames:] - history.floor, -3, axis=1)[:, -3]
        level = float(over.mean())
        if self.is_foreign and level > self._loudest + _JUMP:
            self.frames, self.is_foreign = 0, False
        self._loudest = max(self._loudest, level)
        for is_loud in (over > _LOUD).tolist():
            self._quiet = 0 if is_loud else self._quiet + 1
            if is_loud or self.frames:
                self.frames += 1
            if self._quiet >= _PAUSE:
                self.frames, self.is_foreign, self._loudest = 0, False, 0.0
