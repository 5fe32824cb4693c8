"""The alignment of one part: its sound goes in as it comes, and what is said when comes out, in order and once."""

import math
from collections import deque
from collections.abc import Iterator

from actors.ports.mouth import Mark
from adapters.mouth.aligner import LAG, PhonemeAligner
from adapters.mouth.classifier import PhonemeClassifier
from adapters.mouth.priors import PhonemePrior
from adapters.mouth.soundfeatures import SoundFeatures
from adapters.mouth.wordtimes import WordTimes

FRAME = 10.0
"""ms of a frame."""
SAMPLES_A_MS = 16
BLOCK = 50
"""Frames that are searched at once, at most."""


class PartAlignment:
    """Aligns the text of `prior` to a sound, mono s16le at 16 kHz."""

    def __init__(self, prior: PhonemePrior, speed: float = 1.0) -> None:
        self._prior = prior
        self._features = SoundFeatures()
        self._classifier = PhonemeClassifier()
        self._aligner = PhonemeAligner(1 / speed)
        self._phone = self._state = 0
        """The first phoneme and state that are not decided."""
        self._begun = 0
        """Phonemes that were told, at least their begin."""
        self._told = 0.0
        """ms up to which it is told what is said."""
        self._heard = 0
        self._most = math.inf
        """ms at which the sound ends, once that is known."""
        self._words = WordTimes(prior.text)

    def push(self, samples: bytes, until: float, *, last: bool = False) -> tuple[tuple[Mark, ...], float]:
        """What is said by now, and up to which ms it is told.

        `until`: what begins before has to be told now, as it seems by now; it may lie behind the sound that is here.
        """
        aligner = self._aligner
        self._heard += len(samples) // 2
        if last:
            self._most = self._heard / SAMPLES_A_MS
        fits, sure = self._classifier.push(self._features.push(samples, last=last), last=last)
        self._grow(all_of_it=last)
        while sure > BLOCK:
            aligner.push(fits[:BLOCK])
            fits, sure = fits[BLOCK:], sure - BLOCK
            self._grow()
        aligner.push(fits, sure)
        going_on = aligner.decide(aligner.frames - LAG, is_last=last)
        marks = list(self._decided())
        if last:
            marks += self._end(self._most)
        elif until > self._told:
            marks += self._guessed(going_on, until)
        return tuple(marks), self._told

    def _grow(self, *, all_of_it: bool = False) -> None:
        while not self._prior.is_complete and (all_of_it or self._aligner.wants_states):
            self._aligner.add(self._prior.grow())

    def _decided(self) -> Iterator[Mark]:
        """The phonemes that were decided since the last time."""
        spans = self._aligner.decided
        phones = self._prior.phones
        while self._phone < len(phones) and self._state + phones[self._phone].states <= len(spans):
            phone = phones[self._phone]
            start, end = spans[self._state][0] * FRAME, spans[self._state + phone.states - 1][1] * FRAME
            yield from self._tell(self._phone, start, end)
            self._phone += 1
            self._state += phone.states

    def _guessed(self, going_on: list[tuple[int, int]], until: float) -> Iterator[Mark]:
        """What begins before `until`: the best way by now, and on from there by the prior; else a pause."""
        yield from self._expected(deque(going_on), until)
        if self._told < until:
            yield Mark("phone", "", self._told, until - self._told, -1, "aligned")
            self._told = until

    def _expected(self, spans: deque[tuple[int, int]], until: float) -> Iterator[Mark]:
        at = spans[-1][1] if spans else 0
        state, states = self._state, self._aligner.states
        for number in range(self._phone, len(self._prior.phones)):
            phone = self._prior.phones[number]
            found = []
            for step in range(state, state + phone.states):
                if step < len(self._aligner.decided):
                    found.append(self._aligner.decided[step])
                    continue
                if not spans:
                    if not at:
                        return
                    at = max(at, self._aligner.seen)  # a pause is no way's state
                    spans.append((at, at + max(1, round(states[step].frames * self._aligner.rate))))
                at = spans[0][1]
                found.append(spans.popleft())
            state += phone.states
            if found[0][0] * FRAME >= until:
                return
            yield from self._tell(number, found[0][0] * FRAME, found[-1][1] * FRAME)

    def _tell(self, number: int, start: float, end: float) -> Iterator[Mark]:
        """The phoneme in [`start`, `end`), or as much of it as was not told."""
        phone, is_new = self._prior.phones[number], number >= self._begun
        end = min(end, self._most)
        if end <= self._told or end <= start:
            if phone.word >= 0 and is_new:  # too late for the mouth, not for its word
                yield from self._words.say(self._prior.words[phone.word], start, max(start, end))
            return
        start = max(start, self._told) if is_new else self._told
        if start > self._told:
            yield Mark("phone", "", self._told, start - self._told, -1, "aligned")
        yield Mark("phone", phone.symbol, start, end - start, -1, "aligned")
        if phone.word >= 0:
            yield from self._words.say(self._prior.words[phone.word], start, end)
        self._begun = max(self._begun, number + 1)
        self._told = end

    def _end(self, end: float) -> Iterator[Mark]:
        """The pause at the end of the sound."""
        if end > self._told:
            yield Mark("phone", "", self._told, end - self._told, -1, "aligned")
            self._told = end
        yield from self._words.finish()
