"""Speech detection: from the probability of speech in each frame to how long somebody speaks, and has been silent.

Pure, and without a clock: time is counted in frames of samples, because a client's chunks come in bursts, late, or not
at all for a while. What follows from a length is decided in `speechnaming.py`.

A frame counts as speech above a threshold, and stays it down to a lower one, so that a voice that wavers is not cut up
(Silero's own iterator has the same distance of 0.15). Speech has begun with ONSET frames in a row; a click is shorter.
After a PAUSE it takes as many again to end the silence, so that a click does not make the silence begin anew.

The detector goes on for 20 to 100 ms after a voice has ended. So the silence begins where the sound does
(`speechend.py`): `early_ms` before the frame that the detector takes for the last one of speech.

Terms: docs/glossary.md.
"""

from typing import NamedTuple

from actors.ports.listening import FRAME, RATE

FRAME_MS = 1000 * FRAME // RATE
FRAME_SECONDS = FRAME / RATE
_LEAVES = 0.15
"""How far below the threshold a frame still goes on with speech; and not below _LEAST."""
_LEAST = 0.01


def frames_in(ms: float) -> int:
    """The frames that it takes to cover so many milliseconds."""
    return -int(-ms // FRAME_MS)


ONSET = 3
"""Frames of speech in a row with which it has begun: 96 ms."""
PAUSE_MS = 200
"""Milliseconds of silence after which the answer may be tried."""
NEAREST = FRAME_MS // 2
"""What follows at some length of silence follows with the nearest frame, which may be so many milliseconds before."""


class Detection(NamedTuple):
    """The count after some frame. All fields but `early_ms` are numbers of frames.

    `position`: all that were judged. `run`: of speech in a row, up to now. `voiced`: of speech since its onset, 0 where
    nobody speaks. `silent`: since the last one that was speech. `early_ms`: milliseconds by which the sound of speech
    ended before that one, where it is known.
    """

    position: int = 0
    run: int = 0
    voiced: int = 0
    silent: int = 0
    early_ms: int = 0

    @property
    def quiet_ms(self) -> int:
        """Milliseconds since the end of speech."""
        return self.silent * FRAME_MS + self.early_ms

    def has_been_quiet(self, ms: float) -> bool:
        """Whether the silence has that length with this frame, to the nearest frame."""
        return self.quiet_ms + NEAREST >= ms

    @property
    def is_open(self) -> bool:
        """Whether somebody has begun to speak, and the utterance is not closed."""
        return self.voiced > 0

    @property
    def is_paused(self) -> bool:
        """Whether the speaker has been silent so long that the answer may be tried."""
        return self.has_been_quiet(PAUSE_MS)

    @property
    def has_begun(self) -> bool:
        """Whether speech has begun with this frame."""
        return self.voiced == ONSET and self.run == ONSET

    def after(self, probability: float, threshold: float) -> "Detection":
        """The count after one more frame."""
        limit = min(max(threshold - _LEAVES, _LEAST), threshold) if self.run else threshold
        position = self.position + 1
        if probability < limit:
            return Detection(position, 0, self.voiced, self.silent + 1 if self.voiced else 0, self.early_ms)
        run = self.run + 1
        if not self.voiced:
            return Detection(position, run, ONSET if run >= ONSET else 0, 0)
        if not self.is_paused:
            return Detection(position, run, self.voiced + 1, 0)
        if run < ONSET:  # perhaps a click in a pause
            return Detection(position, run, self.voiced, self.silent + 1, self.early_ms)
        return Detection(position, run, self.voiced + ONSET, 0)

    def closed(self) -> "Detection":
        """The count where the utterance is over: the next one needs an onset of its own."""
        return Detection(self.position)
