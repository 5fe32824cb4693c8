"""The scores of all ways in which a text's states can lie in a sound, frame by frame, for all states at once.

    ends[t]   = heard[t] + max over d of (enters[t - d] - heard[t - d] + length[d])
    enters[t] = max(ends of the state before[t], the same and a pause up to t)

`heard` sums how well the frames fit the state's class; `length` is how likely the state lasts d frames: a log-normal
distribution around its length by espeak-ng times the speaker's rate. It takes seven calls of numpy for two frames
at once, on a column for each state that the best ways can be in. Rows are kept as far back as a way can be changed.
"""

import math

import msgspec
import numpy as np

from adapters.mouth.phonemeclasses import CLASSES, PAUSE
from adapters.mouth.soundfeatures import Floats

AHEAD = 40
"""States that are searched at once, at most."""
PAUSE_BEGINS, PAUSE_EXPECTED, PAUSE_GOES_ON = 4.0, 0.5, np.float32(0.02)
"""The cost of a pause between two words, between two clauses, and of each of its frames."""
WIDTH = 0.42
"""The width of the lengths, as logarithms: natural voices against espeak-ng."""
WEIGHT = 2.0
"""How much a length counts against the frames, which are not independent of each other."""
LEAST, LONGEST = 3, 90
"""Frames of the shortest and of the longest state. The shortest is what can be scored at once."""
KEPT = 400
"""Frames in which a way can still be changed, and those that a state may have lasted by then."""
STEPS, KEYS = 8, 60
"""Steps of an octave in which lengths are distinguished, and of all."""
BLOCK = 32
"""Frames that are scored at once, at most, before the band is found again."""
SPREAD = 8
"""States that a way may pass through in that time."""
BEAM = 30.0
"""A way that is so much worse than the best is not followed."""
NEVER = np.float32(-1e9)
_ROWS, _COLUMNS = KEPT + 3 * BLOCK, AHEAD + 16


class AlignedState(msgspec.Struct, frozen=True):
    """A state to find: its class, the frames it lasts by the prior, and the cost of a pause before it (None: none)."""

    kind: int
    frames: float
    pause: float | None = None


def _length_table() -> tuple[Floats, Floats]:
    """For each step of length, the log likelihoods of all lengths, and of lasting as long at least; longest first."""
    means = 2 ** (np.arange(KEYS) / STEPS)[:, None]
    lasts = np.arange(LONGEST, 0, -1)
    away = np.log(lasts / means) / np.sqrt(WIDTH**2 + 0.5 / means**2)
    length = np.where(lasts > np.maximum(10, np.round(3 * means)), NEVER, -0.5 * WEIGHT * away**2).astype(np.float32)
    length[:, 1 - LEAST :] = NEVER
    return length, np.maximum.accumulate(length, axis=1)


_LASTS, _STAYS = _length_table()
_LONGEST_OF = (_LASTS > NEVER).argmax(axis=1)
"""For each step of length, how many of LONGEST frames are too many."""


class StateSearch:
    """Scores the states from `first` on. Times are in frames: t is the moment before the frame with that number."""

    def __init__(self) -> None:
        self.states: list[AlignedState] = []
        self.first = self.begun = 0
        """The first state that is not decided, and the one after the last that has a column."""
        self.at = 0
        """The time at which the state before `first` ends."""
        self.frames = 0
        """Frames that were heard."""
        self._row = -LONGEST
        """The time of the first row: before the sound there are as many as the longest state has."""
        self._column = 0
        """The state of the first column."""
        self._band = (0, 0)
        """The states that the best ways can be in now, the last exclusive."""
        self._heard = np.zeros((_ROWS + LEAST, len(CLASSES)), np.float32)
        self._less = np.full((_ROWS + LEAST, _COLUMNS), NEVER)
        """The score of entering, less what was heard by then."""
        self._ends = np.full((_ROWS + LEAST, _COLUMNS), NEVER)
        self._carry = np.full(_COLUMNS, NEVER)
        """The best pause before each state that is open now."""
        self._kinds = np.zeros(_COLUMNS, np.intp)
        self._costs = np.zeros(_COLUMNS, np.float32)
        self._keys = np.zeros(_COLUMNS, np.intp)
        """The steps of the lengths by the prior; `_rate` has those of the speaker's rate."""
        self._rate: int | None = None
        self._lasts = np.full((LONGEST, _COLUMNS), NEVER)
        self._stays = np.full((LONGEST, _COLUMNS), NEVER)
        self._too_long = np.zeros(_COLUMNS, np.intp)
        self._back: tuple[int, Floats, tuple[int, int]] | None = None
        """The time, the pauses and the band after the last frame that is sure."""
        self._now = (0, self._carry[:0], self._carry[:0])
        """The first of some states, and the scores of being in each of them now, and in the pause before it."""

    # ---- forward

    def push(self, fits: Floats, sure: int, rate: float) -> None:
        """The next frames: how well each fits each class (n, classes). Those after the first `sure` are forgotten
        with the next call."""
        if self._back is not None:
            self.frames, self._carry, self._band = self._back
            self._back = None
        sure += self.frames
        for start in range(0, len(fits), BLOCK):
            before = self._hear(fits[start : start + BLOCK])
            self._score(min(before, self._activate(rate)), sure)

    def _hear(self, fits: Floats) -> int:
        """Add the frames; the time before them."""
        before, count = self.frames, len(fits)
        if before + count - self._row > _ROWS:
            over = before - KEPT - self._row
            for rows in (self._heard, self._less, self._ends):
                rows[: KEPT + 1] = rows[over : over + KEPT + 1]
            self._row += over
        at = before - self._row
        np.add.accumulate(fits, 0, None, self._heard[at + 1 : at + 1 + count])
        self._heard[at + 1 : at + 1 + count] += self._heard[at]
        self.frames += count
        return before

    def _activate(self, rate: float) -> int:
        """Give the states in the window their columns; the time from which on all has to be scored."""
        until = min(self.first + AHEAD, len(self.states))
        is_entered = self.begun <= self.first < until
        step = round(STEPS * math.log2(rate))
        if until > self.begun or step != self._rate:
            self._make_room(until)
            for number in range(max(self.begun, self.first), until):
                column, state = number - self._column, self.states[number]
                self._less[:, column] = self._ends[:, column] = self._carry[column] = NEVER
                self._kinds[column], self._keys[column] = state.kind, round(STEPS * math.log2(state.frames))
                self._costs[column] = -NEVER if state.pause is None else state.pause
            first = self.first if step != self._rate else max(self.begun, self.first)
            self.begun, self._rate = max(self.begun, until), step
            columns = slice(first - self._column, self.begun - self._column)
            keys = np.minimum(np.maximum(self._keys[columns] + step, 0), KEYS - 1)
            self._lasts[:, columns], self._stays[:, columns] = _LASTS[keys].T, _STAYS[keys].T
            self._too_long[columns] = _LONGEST_OF[keys]
        return self._enter() if is_entered else self.frames

    def _make_room(self, until: int) -> None:
        if until - self._column <= _COLUMNS:
            return
        over = self.first - self._column
        for columns in (self._less, self._ends, self._lasts, self._stays, self._carry, self._kinds, self._costs,
                        self._keys, self._too_long):  # fmt: skip
            columns[..., : _COLUMNS - over] = columns[..., over:]
        self._column = self.first

    def _enter(self) -> int:
        """The first state is entered now that the last decided one is over, or after a pause; the time of that."""
        at = max(self.at, self._row + LONGEST)
        column, heard = self.first - self._column, self._heard[at - self._row]
        self._less[at - self._row, column] = -heard[self._kinds[column]]
        self._carry[column] = at * PAUSE_GOES_ON - heard[PAUSE]
        self._band = (self.first, self.first + 1)
        return at

    def _score(self, before: int, sure: int) -> None:
        """Extend the states in the band from the time `before` on to now."""
        low, high = max(self._band[0], self.first), min(self._band[1] + SPREAD, self.begun)
        if low >= high:
            return
        columns = slice(low - self._column, high - self._column)
        row, count = before - self._row + 1, self.frames - before
        rows, steps = slice(row, row + count), -(-count // LEAST)
        longest = LONGEST - int(self._too_long[columns].min())
        sums = self._heard[row : row + steps * LEAST]
        heard = sums[:, self._kinds[columns]]
        times = np.arange(before + 1, before + 1 + len(sums), dtype=np.float32)
        silent = (sums[:, PAUSE] - times * PAUSE_GOES_ON)[:, None]
        less = np.full((longest + len(sums), high - low), NEVER)
        less[:longest] = self._less[row - longest : row, columns]
        carry = np.full((len(sums) + 1, high - low), NEVER)
        carry[0] = self._carry[columns]
        ways = np.empty_like(heard)
        _run(less, self._lasts[-longest:, columns], ways, heard[:, :-1] - heard[:, 1:],
             silent - self._costs[columns] - heard, heard[:, :-1] - silent, carry)  # fmt: skip
        self._less[rows] = self._ends[rows] = NEVER
        self._less[rows, columns] = less[longest : longest + count]
        self._ends[rows, columns] = (ways + heard)[:count]
        kept = self._carry.copy()
        self._carry[columns] = carry[count]
        self._narrow(low, high, longest)
        if self._back is None and sure < self.frames:
            kept[columns] = carry[sure - before]
            self._back = (sure, kept, (low, self._band[1]))

    def _narrow(self, low: int, high: int, longest: int) -> None:
        """Find the band: the states that ways are in which are not much worse than the best."""
        columns = slice(low - self._column, high - self._column)
        row = self.frames - self._row
        heard = self._heard[row]
        less = self._less[row + 1 - longest : row + 1, columns] + self._stays[-longest:, columns]
        going_on = np.maximum.reduce(less, 0) + heard[self._kinds[columns]]
        waiting = self._carry[columns] + (heard[PAUSE] - self.frames * PAUSE_GOES_ON) - self._costs[columns]
        scores = np.maximum(going_on, waiting)
        alive = np.flatnonzero(scores >= scores.max() - BEAM).tolist()
        self._band = (low + alive[0], low + alive[-1] + 1)
        self._now = (low, going_on, waiting)

    # ---- what was found

    def best_now(self, *, is_last: bool) -> tuple[int, int]:
        """The state in which the best way is now, and -1; or the last before the pause it is in, and its end.

        With `is_last` the sound is over: the last of all states and where it ended, where ways come so far, and no
        pause else. The state is -1 where there is none.
        """
        low, going_on, waiting = self._now
        if (over := self.first - low) > 0:
            low, going_on, waiting = self.first, going_on[over:], waiting[over:]
        if not len(going_on):
            return -1, -1
        number, waits = int(going_on.argmax()), int(waiting.argmax())
        if max(going_on[number], waiting[waits]) < NEVER / 2:
            return -1, -1
        last = len(self.states) - 1
        if is_last and self.begun > last:
            row = self.frames - self._row
            after = self._ends[: row + 1, last - self._column] - self._heard[: row + 1, PAUSE]
            at = int(after.argmax())
            if after[at] + self._heard[row, PAUSE] > max(going_on[number] - BEAM, NEVER / 2):
                return last, at + self._row
        if going_on[number] >= waiting[waits] or is_last:
            return low + number, -1
        if low + waits == self.first:
            return -1, -1
        return low + waits - 1, self._pause_from(low + waits, self.frames + 1)[0]

    def begin_of(self, number: int, end: int) -> int:
        """When the state is entered that ends at time `end`, by the best way."""
        return self._begin(number, end, self._lasts)

    def begin_of_open(self, number: int) -> int:
        """When the state is entered that goes on now, by the best way."""
        return self._begin(number, self.frames + 1, self._stays)

    def _begin(self, number: int, end: int, lengths: Floats) -> int:
        row, column = end - self._row, number - self._column
        first = max(0, row - LONGEST)
        if row <= first:
            return end - 1
        past = self._less[first:row, column] + lengths[first - row :, column]
        at = int(past.argmax())
        return first + at + self._row if past[at] > NEVER / 2 else end - 1

    def end_before(self, number: int, start: int) -> int:
        """When the state before this one ends, which is entered at `start`: earlier, where a pause is between them."""
        if self.states[number].pause is None:
            return start
        paused, score = self._pause_from(number, start)
        follows = float(self._ends[start - self._row, number - 1 - self._column])
        return paused if score > follows else start

    def _pause_from(self, number: int, until: int) -> tuple[int, float]:
        """Where the best pause before a state begins that is open before time `until`, and the score of it by then."""
        row = until - self._row
        first = min(max(0, self.at - self._row), row - 1)
        times = np.arange(first, row) + self._row
        before = self._ends[first:row, number - 1 - self._column] - self._heard[first:row, PAUSE]
        before = before + times * PAUSE_GOES_ON
        at = int(before.argmax())
        now = min(row, self.frames - self._row)
        cost = until * PAUSE_GOES_ON + self._costs[number - self._column]
        return int(times[at]), float(before[at] + self._heard[now, PAUSE] - cost)


def _run(
    less: Floats, lasts: Floats, ways: Floats, follows: Floats, waited: Floats, begins: Floats, carry: Floats
) -> None:
    """The frames in order, LEAST at once: the states enter in `less`, `ways` has how they end, and `carry` the pauses.

    `lasts` (longest, states); `less` has as many rows before the first frame, and `carry` one. Views for each step are
    made before: what takes the time are calls, not numbers.
    """
    longest, states = lasts.shape
    steps = len(ways) // LEAST
    row, value = less.strides
    # row j of a window of frame i is what is entered before frame i + j - longest
    windows: Floats = np.ndarray((steps, LEAST, longest, states), np.float32, less, 0, (LEAST * row, row, row, value))
    paused: Floats = np.ndarray((steps, LEAST + 1, states), np.float32, carry, 0, (LEAST * row, row, value))
    entered, ends = less[longest:].reshape(steps, LEAST, states), ways.reshape(steps, LEAST, states)
    follows, begins = (each.reshape(steps, LEAST, states - 1) for each in (follows, begins))
    found = np.empty((LEAST, longest, states), np.float32)
    add, most, most_of, most_yet = np.add, np.maximum, np.maximum.reduce, np.maximum.accumulate
    for window, end, ended, enter, later, follow, wait, begin, pause, opened, open_before in zip(
        windows, ends, ends[:, :, :-1], entered, entered[:, :, 1:], follows,
        waited.reshape(steps, LEAST, states), begins, paused, paused[:, 1:, 1:], paused[:, :-1], strict=True,
    ):  # fmt: skip
        add(window, lasts, found)
        most_of(found, axis=1, out=end)
        add(ended, follow, later)
        add(ended, begin, opened)
        most_yet(pause, 0, None, pause)
        add(open_before, wait, wait)
        most(enter, wait, out=enter)
