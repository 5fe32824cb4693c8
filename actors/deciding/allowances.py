"""What a subject may use, and what it has used: turns, seconds of speech, characters spoken, sessions at a time.

A subject is who a token is of; all its sessions in this process share one SubjectUsage. A Sender brings the limits of
its own token into the session that it joins, and the turns there are charged to its subject, whoever began the session.

When it is charged, in the order of a turn:

    a turn        when the limits and the pools have admitted it; it stays charged where it fails, is cut, or had no
                  words. The other half of an utterance that was answered too early begins another turn.
    its seconds   at the same time, where the utterance is samples. Other sound has to be decoded to know how long it
                  is, which is done where this limit is set: then turn and seconds are charged when that is known,
                  before it is recognised. Each second is charged once, also where it is recognised twice because the
                  utterance goes on.
    characters    when a part of an answer goes to the synthesiser.

Drafts, and speech during an answer as long as it interrupts nothing, are not charged. Turns and seconds never exceed
their limits. Characters are known only while the answer is spoken, so no turn begins once their limit is reached, and
the answer in which it is reached is finished.

A minute is counted in seconds, a day in 300 s (`windows.py` says what that means). The times are those of the process:
it starts with everything unused.

Terms: docs/glossary.md.
"""

import math
from collections import OrderedDict
from typing import Final, NamedTuple
from weakref import WeakValueDictionary

from msgspec.structs import asdict, replace

from actors.deciding.limits import Limits, SubjectDefaults
from actors.deciding.windows import SlidingWindow, whole_seconds
from actors.ports.access import SubjectLimits

MINUTE: Final = 60.0
DAY: Final = 86_400.0
_MS: Final = 1_000
"""Seconds of speech are counted in milliseconds, because sums of whole numbers stay exact."""
RETRY_SESSION: Final = 10.0
"""Seconds after which a subject that has all its sessions may try again: nobody knows when one of them ends."""


class Overrun(NamedTuple):
    """Why a turn may not begin, in words, and the seconds after which it may be tried again."""

    message: str
    retry_after: int


class SubjectUsage:
    """What a subject has used; `sessions` is how many it has now. Audio is in milliseconds."""

    def __init__(self) -> None:
        self.turns = SlidingWindow(MINUTE, 1.0)
        self.audio = SlidingWindow(DAY, 300.0)
        self.speech = SlidingWindow(DAY, 300.0)
        self.sessions = 0


class Allowance:
    """What a Sender may use: its limits, and the usage of its subject."""

    def __init__(self, limits: SubjectLimits | None = None, usage: SubjectUsage | None = None) -> None:
        self.limits = limits or SubjectLimits()
        self.usage = usage or SubjectUsage()

    @property
    def measures_audio(self) -> bool:
        """Whether it has to be known how long an utterance is."""
        return self.limits.audio_seconds_per_day is not None

    def find_overrun(self, now: float, seconds: float = 0.0) -> Overrun | None:
        """Why no turn with an utterance of so many seconds may begin now; None where one may. Changes nothing.

        Of several limits it is the one that lasts longest, because before that no turn may begin.
        """
        found = (self._turns(now), self._audio(now, seconds), self._speech(now))
        return max(filter(None, found), key=lambda overrun: overrun.retry_after, default=None)

    def _turns(self, now: float) -> Overrun | None:
        most = self.limits.turns_per_minute
        waits = 0.0 if most is None else self.usage.turns.wait(1, most, now)
        return _overrun(f"{most} turns a minute are allowed", waits, MINUTE)

    def _audio(self, now: float, seconds: float) -> Overrun | None:
        most = self.limits.audio_seconds_per_day
        if most is None:
            return None
        waits = self.usage.audio.wait(max(1, milliseconds(seconds)), int(most * _MS), now)
        left = most - self.usage.audio.total(now) / _MS
        return _overrun(f"{most:g} seconds of speech a day are allowed, of which {left:g} are left", waits, DAY)

    def _speech(self, now: float) -> Overrun | None:
        most = self.limits.speech_chars_per_day
        waits = 0.0 if most is None else self.usage.speech.wait(1, most, now)
        return _overrun(f"{most} characters of speech a day are allowed", waits, DAY)

    def count_turn(self, now: float, seconds: float = 0.0) -> None:
        """A turn begins, with an utterance of so many seconds."""
        self.usage.turns.add(1, now)
        if seconds:
            self.usage.audio.add(milliseconds(seconds), now)

    def count_speech(self, chars: int, now: float) -> None:
        """So many characters are synthesised."""
        self.usage.speech.add(chars, now)


def milliseconds(seconds: float) -> int:
    """Seconds of speech as they are counted: whole milliseconds, rounded up."""
    return math.ceil(seconds * _MS - 1e-6)


def _overrun(allowed: str, waits: float, window: float) -> Overrun | None:
    if not waits:
        return None
    retry_after = whole_seconds(min(waits, window))
    return Overrun(f"{allowed}; try again in {retry_after} s", retry_after)


class SubjectRegistry:
    """The usage of every subject, by its name; `limits.subject` holds for what a token does not say.

    A subject that has a Sender or a session is always known. Besides, the last `limits.subjects` that joined are; one
    that is forgotten begins anew.
    """

    def __init__(self, limits: Limits) -> None:
        self.take_limits(limits)
        self._known: WeakValueDictionary[str, SubjectUsage] = WeakValueDictionary()
        self._recent: OrderedDict[str, SubjectUsage] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def take_limits(self, limits: Limits) -> None:
        """Have these hold from now on; what was used stays known."""
        self._defaults = limits.subject
        self._most = limits.subjects

    def allowance(self, subject: str, limits: SubjectLimits) -> Allowance:
        """What a Sender of `subject` may use, whose token has these limits."""
        usage = self._known.get(subject) or SubjectUsage()
        self._known[subject] = self._recent[subject] = usage
        self._recent.move_to_end(subject)
        while len(self._recent) > self._most:
            self._recent.popitem(last=False)
        return Allowance(_or_defaults(limits, self._defaults), usage)


def _or_defaults(limits: SubjectLimits, defaults: SubjectDefaults) -> SubjectLimits:
    """`limits`, and where they say nothing the `defaults`, of which 0 is no limit."""
    unset = {name: most or None for name, most in asdict(defaults).items() if getattr(limits, name) is None}
    return replace(limits, **unset)
