"""The alignment of a text's phonemes to its sound: which phoneme sounds from when to when, while the sound comes.

A semi-Markov Viterbi search (`statesearch.py`). Each phoneme is one state, or two (a diphthong, an affricate); before
each word there may be a pause. The speaker's rate is learned as states are decided.

What is decided stays: boundaries older than the lag, and what the caller has to know now. A way that would change them
afterwards is bent to what was decided, so the states never overlap and never go back.
"""

from collections.abc import Sequence

from adapters.mouth.soundfeatures import Floats
from adapters.mouth.statesearch import AHEAD, AlignedState, StateSearch

LAG = 25
"""Frames after which a boundary is decided."""
LATEST = 75
"""Frames after which one is decided in any case, or more states than are searched at once would be under way."""
RATE_FRAMES = 150.0
"""Frames over which the rate is learned; as many as are believed of the first rate."""
SLOWEST, QUICKEST = 2.2, 0.45


class PhonemeAligner:
    """Finds the states of one sound in order. States may be added while there is sound to come."""

    def __init__(self, rate: float = 1.0) -> None:
        self._search = StateSearch()
        self._decided: list[tuple[int, int]] = []
        self._frames = 0
        self._rate = rate
        self._spoken = self._expected = RATE_FRAMES

    @property
    def frames(self) -> int:
        """Frames that were heard, without those that are not sure."""
        return self._frames

    @property
    def seen(self) -> int:
        """Frames that were heard, with those that are not sure."""
        return self._search.frames

    @property
    def decided(self) -> list[tuple[int, int]]:
        """The first and the last frame (exclusive) of the states that are decided, in order."""
        return self._decided

    @property
    def states(self) -> Sequence[AlignedState]:
        """All states that were added."""
        return self._search.states

    @property
    def rate(self) -> float:
        """The length of the states by now, against the prior's."""
        return min(SLOWEST, max(QUICKEST, self._rate * self._spoken / self._expected))

    @property
    def wants_states(self) -> bool:
        """Whether so few are left that the search may come to their end."""
        return len(self._search.states) - len(self._decided) < AHEAD

    def add(self, states: Sequence[AlignedState]) -> None:
        """The next states."""
        self._search.states += states

    def push(self, fits: Floats, sure: int | None = None) -> None:
        """The next frames: how well each fits each class, as log likelihoods (n, classes).

        Only the first `sure` are sure, None for all: the others are forgotten with the next call.
        """
        sure = len(fits) if sure is None else sure
        self._frames += sure
        self._search.push(fits, sure, self.rate)
        if self._frames - self._search.at > LATEST:
            self.decide(self._frames - LATEST)

    def decide(self, until: int, *, is_last: bool = False) -> list[tuple[int, int]]:
        """Decide the states that end at frame `until` or before; with `is_last` all, whatever is left of the sound.

        Returns the first frame and the end of those that have begun and are not decided, by the best way now. The last
        of these goes on, and its end is where it would end by its length.
        """
        search = self._search
        first = len(self._decided)
        ways = self._way(is_last=is_last)
        count = 0
        for start, end in ways:
            if end > until and not is_last:
                break
            self._note(first + count, max(start, self._search.at), max(end, self._search.at))
            count += 1
        for number in range(len(self._decided), len(search.states) if is_last else 0):
            self._note(number, search.frames, search.frames)
        search.first = len(self._decided)
        return [(max(start, self._search.at), max(end, self._search.at)) for start, end in ways[count:]]

    def _note(self, number: int, start: int, end: int) -> None:
        self._decided.append((start, end))
        self._search.at = end
        keep = max(0.5, 1 - (end - start) / RATE_FRAMES)
        self._spoken = self._spoken * keep + max(1, end - start)
        self._expected = self._expected * keep + self._search.states[number].frames * self._rate

    def _way(self, *, is_last: bool) -> list[tuple[int, int]]:
        """The begins and ends of the states from the first that is not decided on, by the best way so far."""
        search = self._search
        number, start, end = self._best_now(is_last=is_last)
        ways: list[tuple[int, int]] = []
        while number >= search.first:
            ways.append((start, end))
            if number == search.first:
                break
            end = search.end_before(number, start)
            number -= 1
            start = max(self._search.at, search.begin_of(number, end))
        return ways[::-1]

    def _best_now(self, *, is_last: bool) -> tuple[int, int, int]:
        """The state in which the best way is now, its begin and its end; -1 for none."""
        search = self._search
        number, end = search.best_now(is_last=is_last)
        if number < search.first:
            return -1, 0, 0
        if end >= 0:
            return number, max(self._search.at, search.begin_of(number, end)), end
        start, now = max(self._search.at, search.begin_of_open(number)), search.frames
        usual = start + round(search.states[number].frames * self.rate)
        return number, start, now if is_last else max(now + 1, usual)
