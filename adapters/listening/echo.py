"""The judge of echo: by how much a microphone exceeds the avatar's own voice, which comes back into it.

It is given two envelopes (`envelopes.py`): of the microphone, and of what is estimated to play at the same instants,
zeros where nothing plays. It counts frames, and knows no clock.

While something plays, it looks for the delay at which the first follows the second. Three things may be known:

* *nothing yet*: the judgement is None. What a microphone hears now may be echo; 0.4 s of it tell in most cases. A
  caller holds what it would begin with such sound until a later frame is judged. A faint echo in noise takes seconds.
* *no echo*: what played for a second was not heard, or what is heard is something else. Every frame has an infinite
  excess, as when nothing plays: with headphones, and with a client that cancels echo, the judge stands in nobody's way.
* *a path*: frames are judged by the excess over the echo that the path makes of what played.

A chunk is judged with the gains as they were before it, and gains are learned only from frames in which something
played and nobody spoke: a judge that learns from a user who speaks up becomes deaf to them.
"""

import math

import numpy as np
from numpy.typing import NDArray

from actors.ports.sound import BANDS
from adapters.listening.echohistory import RARELY, STEP, EchoHistory, SoundRun
from adapters.listening.echopath import KEPT, SEARCHED, EchoMatch, EchoPath, Levels, find, likeness, spread_out
from adapters.listening.envelopes import SILENCE, STEPS

ONSET = 3.0
"""dB over the echo that speech has to have where it goes up and down otherwise than the echo does."""
_OF_ECHO, _DEMANDED = 0.3, 12.0
"""The correlation with the echo above which it has to have more, and by how many dB more where it is 1: what exceeds an
echo and sounds like it is mostly an echo that was foretold too low."""
_SHORT, _LONG = 15, 40
"""Frames over which that correlation is taken; the mean of both is better than either."""
_TOGETHER = 13
"""Frames that are judged together wherever they begin: what a client sends in 100 ms, 128 at most. More is parted."""
_SMOOTHED = 8
"""Frames whose mean is judged: a syllable goes up and down within that."""
_MEAN = np.full(_SMOOTHED, 1 / _SMOOTHED, np.float32)
_CALIBRATION = 0.6
"""dB between the gains, which are high on purpose, and the level that is expected."""
_SECOND = -2
"""The band, by excess, that is judged: one exceeds the echo by chance."""
_COMPARED, _ALIKE = 25, 0.7
"""Frames of which it is asked whether what exceeds the echo is the echo, and the correlation that says so."""
_OVER_NOISE = 6.0
"""dB above the quietest tenth in which nothing is told from noise."""
_LEAST = 40
"""Frames of sound before which nothing is decided."""
_WIDTHS, _NEEDED = (50, 70, 110, 200), (0.80, 0.74, 0.68, 0.58)
"""The correlation that proves an echo, by the frames compared: no less than the highest of 48 to 96 pairs of voices."""
_UNLIKE = 0.5
"""A correlation that an echo has in any case; below, what is heard is something else."""
_PLAYED, _MOST_PLAYED, _HINT = 100, 300, 0.4
"""Frames that have to be played, and not be heard, before nothing is undecided any more; as many again are waited for
twice where a correlation hints at an echo in noise."""
_YOUNG, _DOUBT = 200, 5.0
"""Frames until a path's gains are certain, and by how many dB more than them an echo may be at first."""
_WEAK, _MISSES = 0.35, 4
"""A correlation that is none, and how many searches in a row end a path that find no more."""
_CERTAIN = 3
"""Searches that have to agree on a delay before it is told."""
_AGAIN = 70
"""Frames in which a path is looked for anew, before anybody is told of it."""
_AGREES = 3
"""Frames by which two delays may differ and be one."""
_FRESH, _WIDER, _ONSET_FRESH = 60, 10, 2.0
"""Frames at the beginning of what plays, in which the delay may be another than before, by how much it may, and how
many dB more speech has to have meanwhile."""
_DECIBELS = (np.arange(256) / STEPS + SILENCE).astype(np.float32)


class EchoJudge:
    """Judges one microphone. `freeze`: whether an interruption is being judged now, in which nothing is learned."""

    def __init__(self) -> None:
        self._history = EchoHistory()
        self._run = SoundRun()
        self._found: EchoPath | None = None
        self._agreed = self._missed = 0
        self._moved: int | None = None
        """A delay that another search found; a second one moves the path."""
        self._found_at, self._is_proven = 0, False
        self._unheard = self._exceeding = 0
        self._is_absent = self._is_frozen = False

    @property
    def path(self) -> tuple[int, float] | None:
        """The delay of a path that is certain, in ms, and its level, in dB against what was played; else None."""
        if self._found is None or self._agreed < _CERTAIN:
            return None
        return self._found.lag * 10, self._found.level

    @property
    def proven(self) -> tuple[int, float] | None:
        """The path, where it was found in two stretches of sound that share nothing; so a user may be told of it."""
        return self.path if self._is_proven else None

    def freeze(self, is_frozen: bool) -> None:
        """From now on learn nothing (an interruption is being judged), or learn again."""
        self._is_frozen = is_frozen

    def push(self, microphone: bytes, reference: bytes) -> list[float | None]:
        """The excess of each frame over the echo, in dB: infinite where there is no echo, None while that is unknown.

        `reference` is made as long as `microphone`, by zeros at its end. Pieces of 100 ms cost least.
        """
        heard, played = _levels(microphone), _levels(reference[: len(microphone)].ljust(len(microphone), b"\0"))
        judged: list[float | None] = []
        start = 0
        while start < len(heard):
            end = len(heard) if len(heard) <= _TOGETHER else start + STEP - self._history.count % STEP
            end = min(len(heard), end)
            self._history.add(heard[start:end], played[start:end])
            judged += self._judge(end - start)
            start = end
        return judged

    def judge_again(self, frames: int) -> list[float | None]:
        """The excess of the last `frames`, three seconds at most, by what is known now and was not when they came."""
        if self._found is None:
            return [math.inf if not self._history.plays or self._knows_none else None] * frames
        return [*self._excess(self._found, frames).tolist()]

    @property
    def _knows_none(self) -> bool:
        """Whether it is known that there is no echo, or that what is heard is none."""
        return self._run.is_foreign or self._is_absent

    def _judge(self, frames: int) -> list[float | None]:
        history = self._history
        if not history.plays:
            self._run = SoundRun()
            return [math.inf] * frames
        self._run.add(history, frames)
        is_due = history.has_passed(STEP)
        if is_due and self._found is None:
            self._search()
        if self._found is None:
            return [math.inf if self._knows_none else None] * frames
        excess = self._excess(self._found, frames)
        for one in excess.tolist():
            self._exceeding = self._exceeding + 1 if one >= ONSET else 0
        if is_due and self._exceeding >= _COMPARED and self._is_louder(self._found):
            excess = self._excess(self._found, frames)
        history.usable[-frames:] = (excess < ONSET) & (not self._is_frozen)
        if is_due and not self._is_frozen:
            self._follow(self._found)
        return [*excess.tolist()]

    def _excess(self, path: EchoPath, frames: int) -> NDArray[np.float32]:
        history = self._history
        count = frames + _SMOOTHED
        wider = _WIDER if history.since_began < path.lag + _FRESH else 0
        echo = path.expected(spread_out(history.reference, count, path.lag, wider))
        heard = history.microphone[-count:]
        noise = history.floor + _OVER_NOISE
        over = heard - np.maximum(echo, noise)
        second = np.sort(over, axis=1)[:, _SECOND]
        smooth = np.convolve(second, _MEAN)[: len(second)]
        doubt = _DOUBT * max(0.0, 1 - path.frames / _YOUNG) + (_ONSET_FRESH if wider else 0.0)
        excess = np.asarray(smooth[-frames:] + (_CALIBRATION - doubt), np.float32)
        if excess.max() >= ONSET:
            excess -= np.float32(_DEMANDED * max(0.0, self._likeness(path, frames) - _OF_ECHO))
        return excess

    def _likeness(self, path: EchoPath, frames: int) -> float:
        """The correlation of what was heard at last, in `frames` at least, with the echo."""
        history = self._history
        found = 0.0
        for width in (max(frames, _SHORT), max(frames, _LONG)):
            found += likeness(spread_out(history.reference, width, path.lag), history.microphone[-width:])
        return found / 2

    def _is_louder(self, path: EchoPath) -> bool:
        """Whether what exceeds the echo is the echo, since the loudspeaker was turned up; then it is learned at once.

        It goes up and down as the echo does, which a person does not; so this is done in an interruption too.
        """
        history = self._history
        echo = spread_out(history.reference, _COMPARED, path.lag)
        heard = history.microphone[-_COMPARED:]
        if likeness(echo, heard) < _ALIKE:
            return False
        path.learn(heard, echo, history.floor, np.ones(_COMPARED, np.bool_))
        history.usable[:] = False
        history.usable[-_COMPARED:] = True
        return True

    def _search(self) -> None:
        """Look for a path in the run of sound."""
        history, run = self._history, self._run
        if history.would_be_heard and not 0 < run.frames < _LEAST:
            self._unheard += STEP
        should_be_heard = self._unheard > 0 and self._unheard % _PLAYED == 0
        if run.frames < _LEAST and not should_be_heard:
            return
        width = KEPT if should_be_heard else max(run.frames + STEP, _WIDTHS[0])
        width = min(width, KEPT, history.count)
        match = self._matched(width)
        if match.correlation >= _needed(width) and not self._was_absent(match.lag, width):
            self._found = EchoPath(match.lag)
            self._agreed, self._missed, self._moved, self._found_at, self._is_proven = 0, 0, None, history.count, False
            history.usable[:] = False
            history.usable[-width:] = True
            self._learn(self._found)
            return
        if should_be_heard:
            self._is_absent |= match.correlation < _HINT or self._unheard >= _MOST_PLAYED
        if run.frames >= _LEAST and match.correlation < _UNLIKE:
            run.is_foreign = True

    def _was_absent(self, lag: int, width: int) -> bool:
        """Whether the sound before the last `width` frames was loud and followed nothing: then these do by chance."""
        whole = min(self._history.since_began - lag, _WIDTHS[-1])
        return whole >= 2 * width and self._matched(whole).correlation < _WEAK

    def _prove(self, path: EchoPath) -> None:
        """See whether the path was found again in sound that came after that in which it was found."""
        width = min(self._history.count - self._found_at, _WIDTHS[-1])
        if width >= _AGAIN and self._history.share_played(width, path.lag) > 0.5:
            match = self._matched(width)
            self._is_proven = match.correlation >= _needed(width) and abs(match.lag - path.lag) <= _AGREES

    def _matched(self, width: int) -> EchoMatch:
        history = self._history
        heard = np.maximum(history.microphone[-width:], history.floor + _OVER_NOISE)
        return find(heard, history.reference[-width - SEARCHED :])

    def _follow(self, path: EchoPath) -> None:
        """See whether the path is still there, and what it does."""
        history = self._history
        since = history.since_began - path.lag
        is_fresh = since < 2 * _FRESH
        if not is_fresh and self._agreed >= _CERTAIN and not history.has_passed(RARELY):
            return
        width = min(max(since + STEP, _WIDTHS[0]), 2 * KEPT // 3) if is_fresh else 2 * KEPT // 3
        if since < _LEAST or history.share_played(width, path.lag) < 0.3:
            return
        match = self._matched(width)
        if abs(match.lag - path.lag) <= _AGREES and match.correlation >= _WEAK:
            self._agreed, self._missed, self._moved = self._agreed + 1, 0, None
            path.lag = match.lag
            if not self._is_proven:
                self._prove(path)
        elif match.correlation >= _needed(width):
            if self._moved is not None and abs(self._moved - match.lag) <= _AGREES:
                path.lag, self._moved = match.lag, None
            else:
                self._moved = match.lag
        elif match.correlation < _WEAK:
            self._missed += 1
            if self._missed >= _MISSES:
                self._found, self._is_absent = None, True
                return
        self._learn(path)

    def _learn(self, path: EchoPath) -> None:
        history = self._history
        echo = spread_out(history.reference, KEPT, path.lag)
        path.learn(history.microphone[-KEPT:], echo, history.floor, history.usable[-KEPT:])


def _needed(width: int) -> float:
    return float(np.interp(width, _WIDTHS, _NEEDED))


def _levels(envelope: bytes) -> Levels:
    return _DECIBELS[np.frombuffer(envelope, np.uint8)].reshape(-1, BANDS)
