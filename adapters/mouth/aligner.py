"""The alignment of a text's phonemes to its sound: which phoneme sounds from when to when, while the sound comes.

A semi-Markov Viterbi search. Each phoneme is one state, or two (a diphthong, an affricate); before each word there may
be a pause. `ends[t]` of a state is the best score of all ways in which it ends before frame t:

    enters[t] = max(ends of the state before[t], the same and a pause up to t)
    ends[t]   = heard[t] + max over d of (enters[t - d] - heard[t - d] + length[d])

where `heard` sums how well the frames fit the state's class, and `length` is how likely the state lasts d frames: a
log-normal distribution around its length by espeak-ng times the speaker's rate, which is learned as states are decided.
Every line is a few calls of numpy for a state and a block of frames; a state is begun when the best way can reach it.

What is decided stays: boundaries older than the lag, and what the caller has to know now. A way that would change them
afterwards is bent to what was decided, so the states never overlap and never go back.
"""

import math
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from adapters.mouth.phonemeclasses import CLASSES, PAUSE
from adapters.mouth.soundfeatures import Floats

LAG = 25
"""Frames after which a boundary is decided."""
AHEAD = 48
"""States that are searched at once, at most."""
BEAM = np.float32(60.0)
"""A state that is so much worse than the best one is not begun."""
PAUSE_BEGINS, PAUSE_EXPECTED, PAUSE_GOES_ON = 4.0, 0.5, 0.02
"""The cost of a pause between two words, between two clauses, and of each of its frames."""
WIDTH = 0.42
"""The width of the lengths, as logarithms: natural voices against espeak-ng."""
WEIGHT = 2.0
"""How much a length counts against the frames, which are not independent of each other."""
LONGEST = 90
"""Frames of the longest state."""
KEPT = 500
"""Frames in which a way can still be changed: all before are decided by then."""
RATE_FRAMES = 150.0
"""Frames over which the rate is learned; as many as are believed of the first rate."""
STEPS = 8
"""Steps of an octave in which lengths are distinguished."""
SLOWEST, QUICKEST = 2.2, 0.45
_NEVER = np.float32(-1e9)
_NEVERS = np.full(KEPT + LONGEST, _NEVER, np.float32)
_NOWHERE = np.full(KEPT + LONGEST, -1, np.int32)


class AlignedState(msgspec.Struct, frozen=True):
    """A state to find: its class, the frames it lasts by the prior, and the cost of a pause before it (None: none)."""

    kind: int
    frames: float
    pause: float | None = None


class _Row(msgspec.Struct):
    """What is known of a state from frame `start` on, for each frame.

    `less`: the score of entering it there, without what was heard by then; `ends`: of ending there; `paused`: where the
    pause before it began, -1 for none. `carry`, `carry_at`: the best pause that is open, and where it began.
    `going_on`: of being in the state after the last frame.
    """

    start: int
    less: Floats
    ends: Floats
    paused: "np.ndarray[tuple[int], np.dtype[np.int32]]"
    carry: float = float(_NEVER)
    carry_at: int = 0
    going_on: float = float(_NEVER)


def _lengths(mean: float) -> tuple[Floats, Floats]:
    lasts = np.arange(1, min(LONGEST, max(10, round(4 * mean))) + 1)
    away = np.log(lasts / mean) / np.sqrt(WIDTH**2 + 0.5 / mean**2)
    length: Floats = (-0.5 * WEIGHT * away**2)[::-1].astype(np.float32)
    return length, np.maximum.accumulate(length)


class PhonemeAligner:
    """Finds the states of one sound in order. States may be added while there is sound to come."""

    def __init__(self, rate: float = 1.0) -> None:
        self._states: list[AlignedState] = []
        self._rows: list[_Row | None] = []
        self._heard = np.zeros((1, len(CLASSES)), np.float32)
        """Sums of the frames' fits, from frame `_origin` on."""
        self._origin = self._frames = 0
        self._decided: list[tuple[int, int]] = []
        self._at = 0
        """The frame at which the last decided state ends."""
        self._rate = rate
        self._spoken = self._expected = RATE_FRAMES
        self._lengths: dict[int, tuple[Floats, Floats]] = {}
        self._rate_steps = STEPS * math.log2(rate)

    @property
    def frames(self) -> int:
        """Frames that were heard."""
        return self._frames

    @property
    def decided(self) -> list[tuple[int, int]]:
        """The first and the last frame (exclusive) of the states that are decided, in order."""
        return self._decided

    @property
    def states(self) -> Sequence[AlignedState]:
        """All states that were added."""
        return self._states

    @property
    def rate(self) -> float:
        """The length of the states by now, against the prior's."""
        return min(SLOWEST, max(QUICKEST, self._rate * self._spoken / self._expected))

    @property
    def wants_states(self) -> bool:
        """Whether so few are left that the search may come to their end."""
        return len(self._states) - len(self._decided) < AHEAD

    def add(self, states: Sequence[AlignedState]) -> None:
        """The next states."""
        self._states += states
        self._rows += [None] * len(states)

    def push(self, fits: Floats) -> None:
        """The next frames: how well each fits each class, as log likelihoods (n, classes)."""
        if not len(fits):
            return
        self._rate_steps = STEPS * math.log2(self.rate)
        sums = np.cumsum(np.concatenate([self._heard[-1:], fits]), axis=0, dtype=np.float32)
        self._heard = np.concatenate([self._heard[:-1], sums])
        start, self._frames = self._frames, self._frames + len(fits)
        self._search(start + 1, self._frames + 1)
        if self._frames - self._at > KEPT // 2:
            self.decide(self._frames - KEPT // 2)

    def _search(self, start: int, end: int) -> None:
        """Extend the states by the ends in the frames [`start`, `end`)."""
        first = len(self._decided)
        before = _NEVERS[: end - start]
        best = _NEVER
        for number in range(first, min(first + AHEAD, len(self._states))):
            row = self._rows[number]
            if row is None:
                if number > first and before.max() < best - BEAM:
                    break
                row = self._rows[number] = self._begin(number, first, start)
            before = self._extend(row, self._states[number], before, start, end)
            best = max(best, before[-1])

    def _begin(self, number: int, first: int, start: int) -> _Row:
        """A row for the frames before `start`: the state that is next to be decided is entered where the last ended."""
        never, nowhere = _NEVERS[:1], _NOWHERE[:1]
        if number > first:
            return _Row(start - 1, never, never, nowhere)
        state, at = self._states[number], max(self._at, self._origin)
        row = _Row(at, -self._sum(state.kind, at, at + 1), never, nowhere)
        if state.pause is not None:
            row.carry, row.carry_at = float(at * PAUSE_GOES_ON - self._sum(PAUSE, at, at + 1)[0]), at
        if at + 1 < start:
            self._extend(row, state, _NEVERS[: start - at - 1], at + 1, start)
        return row

    def _sum(self, kind: int, start: int, end: int) -> Floats:
        return self._heard[start - self._origin : end - self._origin, kind]

    def _extend(self, row: _Row, state: AlignedState, before: Floats, start: int, end: int) -> Floats:
        """The ends of `state` in the frames; `before` are those of the state before it."""
        enters, paused = before, _NOWHERE[: end - start]
        if state.pause is not None:
            enters, paused = self._pause(row, state.pause, before, start, end)
        heard = self._sum(state.kind, start, end)
        length, going_on = self._length(state)
        size, count = len(length), end - start
        past = row.less[-size:]
        less = np.concatenate([_NEVERS[: size - len(past)], past, enters - heard])
        windows: Floats = np.ndarray((count, size), np.float32, less, strides=(4, 4))
        # ends[t] comes from enters[t - d] for d from `size` down to 1: the window that begins at t - size
        ends: Floats = np.maximum.reduce(windows + length, axis=1) + heard
        row.going_on = float(np.maximum.reduce(less[count:] + going_on)) + float(heard[-1])
        row.less = np.concatenate([row.less, less[size:]])
        row.ends = np.concatenate([row.ends, ends])
        row.paused = np.concatenate([row.paused, paused])
        return ends

    def _pause(
        self, row: _Row, cost: float, before: Floats, start: int, end: int
    ) -> tuple[Floats, "np.ndarray[tuple[int], np.dtype[np.int32]]"]:
        """When the state is entered, with a pause before it where that is better; and where the pause began, or -1."""
        steps = np.arange(start, end, dtype=np.float32) * np.float32(PAUSE_GOES_ON)
        silent = self._sum(PAUSE, start, end) - steps
        begins = before - silent
        together = np.concatenate([np.full(1, row.carry, np.float32), begins])
        reached = np.maximum.accumulate(together)
        is_new = np.zeros(end - start + 1, np.int32)
        is_new[0] = row.carry_at
        np.copyto(is_new[1:], np.arange(start, end), where=begins >= reached[:-1])
        origins = np.maximum.accumulate(is_new)
        row.carry, row.carry_at = float(reached[-1]), int(origins[-1])
        after = reached[:-1] + silent - np.float32(cost)
        better = after > before
        return np.where(better, after, before), np.where(better, origins[:-1], -1).astype(np.int32)

    def _length(self, state: AlignedState) -> tuple[Floats, Floats]:
        """The log likelihoods of the state's lengths, and of lasting as long at least; the longest first."""
        key = max(0, round(STEPS * math.log2(state.frames) + self._rate_steps))
        if (known := self._lengths.get(key)) is None:
            known = self._lengths[key] = _lengths(2 ** (key / STEPS))
        return known

    # ---- deciding

    def decide(self, until: int, *, is_last: bool = False) -> list[tuple[int, int]]:
        """Decide the states that end at frame `until` or before; with `is_last` all, whatever is left of the sound.

        Returns the first frame and the end of those that have begun and are not decided, by the best way now. The last
        of these goes on, and its end is where it would end by its length.
        """
        first = len(self._decided)
        ways = self._way(is_last=is_last) if first < len(self._states) else []
        count = 0
        for start, end in ways:
            if end > until and not is_last:
                break
            self._note(first + count, max(start, self._at), max(end, self._at))
            count += 1
        for number in range(len(self._decided), len(self._states) if is_last else 0):
            self._note(number, self._frames, self._frames)
        self._forget()
        return [(max(start, self._at), max(end, self._at)) for start, end in ways[count:]]

    def _note(self, number: int, start: int, end: int) -> None:
        self._decided.append((start, end))
        self._rows[number] = None
        self._at = end
        keep = max(0.5, 1 - (end - start) / RATE_FRAMES)
        self._spoken = self._spoken * keep + max(1, end - start)
        self._expected = self._expected * keep + self._states[number].frames * self._rate

    def _forget(self) -> None:
        """Drop what lies before all that can still be asked for."""
        first = len(self._decided)
        oldest = min(self._at, self._frames)
        for row in self._rows[first : first + AHEAD]:
            if row is None:
                break
            if (over := self._frames - KEPT - row.start) > 0:
                row.start += over
                row.less, row.ends, row.paused = row.less[over:], row.ends[over:], row.paused[over:]
            oldest = min(oldest, row.start)
        oldest = max(oldest, self._frames - KEPT)
        self._heard = self._heard[oldest - self._origin :]
        self._origin = oldest

    def _way(self, *, is_last: bool) -> list[tuple[int, int]]:
        """The begins and ends of the states from the first that is not decided on, by the best way so far."""
        number, start, end = self._best_now(is_last=is_last)
        ways: list[tuple[int, int]] = []
        if number < len(self._decided):
            return ways
        while True:
            ways.append((start, end))
            row = self._rows[number]
            assert row is not None
            at = start - row.start
            paused = int(row.paused[at]) if 0 <= at < len(row.paused) else -1
            end = paused if paused >= 0 else start
            number -= 1
            if number < len(self._decided):
                return ways[::-1]
            start = self._start_of(number, end)

    def _best_now(self, *, is_last: bool) -> tuple[int, int, int]:
        """The state in which the best way is now, its begin and its end; -1 for none."""
        now, best = self._frames, (-1, 0, 0)
        most = float(_NEVER / 2)
        active = list(self._active())
        if is_last and active and active[-1][0] == len(self._states) - 1:
            number, row = active[-1]
            after = row.ends + self._silence_from(row.start, len(row.ends))
            end = row.start + int(after.argmax())
            if after.max() > most:
                return number, self._start_of(number, end), end
        for number, row in active:
            if row.going_on > most:
                most, best = row.going_on, (number, -1, now)
            pause = self._states[number].pause
            if pause is not None and not is_last:
                waits = row.carry + float(self._heard[-1, PAUSE]) - now * PAUSE_GOES_ON - pause
                if waits > most:
                    most, best = waits, (number - 1, -1, row.carry_at)
        number, _, end = best
        if number < len(self._decided):
            return -1, 0, 0
        if end < now:
            return number, self._start_of(number, end), end
        return self._open(number, is_last=is_last)

    def _open(self, number: int, *, is_last: bool) -> tuple[int, int, int]:
        """The state that goes on now, its begin, and where it will end by its length."""
        row, state, now = self._rows[number], self._states[number], self._frames
        assert row is not None
        _, going_on = self._length(state)
        past = row.less[-len(going_on) :]
        start = now + 1 - len(past) + int((past + going_on[-len(past) :]).argmax())
        return number, start, now if is_last else max(now + 1, start + round(state.frames * self.rate))

    def _active(self) -> Iterator[tuple[int, _Row]]:
        first = len(self._decided)
        for number in range(first, min(first + AHEAD, len(self._states))):
            row = self._rows[number]
            if row is None:
                return
            yield number, row

    def _silence_from(self, start: int, count: int) -> Floats:
        """How well silence fits from each of the frames to the end."""
        sums = self._sum(PAUSE, max(start, self._origin), self._frames + 1)
        found: Floats = sums[-1] - sums
        missing = count - len(found)
        return found[-count:] if missing <= 0 else np.concatenate([np.full(missing, _NEVER, np.float32), found])

    def _start_of(self, number: int, end: int) -> int:
        """The begin of a state that ends at frame `end`, by the best way."""
        row = self._rows[number]
        if row is None or end <= row.start:
            return max(self._at, end - 1)
        length, _ = self._length(self._states[number])
        past = row.less[max(0, end - row.start - len(length)) : end - row.start]
        if not len(past):
            return max(self._at, end - 1)
        return end - len(past) + int((past + length[-len(past) :]).argmax())
