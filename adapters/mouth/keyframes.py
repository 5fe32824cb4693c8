"""Key frames of a named set: one shape at a time, each with a weight, between which a client blends in a straight line.

A sound's key is at its begin, less the lead: lips move before they are heard. A key that holds goes before a change
that comes late, so that a long vowel stays open until 60 ms before the next sound, and a pause stays closed.

What the lips must do is kept when there is no time: p, b and m have two keys 40 ms apart or more, the next sound begins
later if it must; what only the tongue does is left out before a vowel is. Short sounds get less weight than long ones,
because lips that have no time do not arrive (undershoot); that is all of coarticulation that one shape can show.
"""

from collections.abc import Sequence

import msgspec

from adapters.mouth.sounds import SpeechSound
from adapters.mouth.timeline import SpokenSound
from protocol.mouth import SHAPES, MouthSet

CLOSED_MS = 40
"""ms for which p, b and m are closed at least."""
LIPS_MS = 30
"""ms that a shape of the lips has at least before the next key."""
SPACING = 40
"""ms that a sound of the tongue alone has at least, or it is left out; of a vowel half of it."""
CHANGE = 60
"""ms in which one shape becomes the next, where there is time."""
OPENING = 15
"""ms that lips take at least to open after a closure."""
SEALED = 0.9
"""The weight from which on lips touch."""
UNDERSHOOT, FULL = 0.7, 140.0
"""The part of its weight that the shortest sound gets, and the ms from which on it gets all of it."""
OWN = frozenset({"closure", "lips"})
"""What keeps its weight however short it is."""


class Key(msgspec.Struct, frozen=True, array_like=True):
    """From `time` (ms) on the mouth has `shape`, an index into the set's list, with `weight` of 0 to 1."""

    time: int
    shape: int
    weight: float


class KeyWriter:
    """The key frames of one part in one set; `lead` ms."""

    def __init__(self, of: MouthSet, lead: float) -> None:
        self._of: MouthSet = of
        self._indexes = {name: number for number, name in enumerate(SHAPES[of])}
        self._lead = lead
        self._waiting: list[Key] = []
        """Keys that are not given out yet."""
        self._floor = 0
        """ms before which no key may be: that was given out."""
        self._last = self._out = Key(-1, 0, 0.0)
        """The last key that was made, and that was given out."""
        self._free = 0
        """ms from which on the next key may be."""

    def add(self, spoken: SpokenSound, following: Sequence[SpokenSound]) -> None:
        """The next sound; `following`: those after it, as far as they are known."""
        sound = spoken.sound
        start, end = spoken.start - self._lead, spoken.end - self._lead
        time = max(round(start), self._free, self._floor, self._last.time + 1)
        manner = sound.manner
        if manner == "closure":
            self._close(sound, time, round(end))
            return
        room = end - time
        least = {"lips": 0.0, "vowel": SPACING / 2, "pause": 0.0}.get(manner, float(SPACING))
        if room < least and not self._is_needed(spoken, following, time):
            return
        weight = self._weight(sound) * spoken.scale
        if manner not in OWN:
            weight *= UNDERSHOOT + (1 - UNDERSHOOT) * min(1.0, (spoken.end - spoken.start) / FULL)
        self._put(time, self._shape(sound, spoken.glides), round(weight, 2))
        if manner == "lips":
            self._free = self._last.time + LIPS_MS

    def _is_needed(self, spoken: SpokenSound, following: Sequence[SpokenSound], time: int) -> bool:
        """Whether a sound without room is shown all the same: nothing else opens the mouth soon."""
        is_open = self._last.shape != 0 and self._last.weight > 0
        later = following[0].sound.manner if following else "pause"
        return not is_open and later == "pause" and time < spoken.end - self._lead

    def _close(self, sound: SpeechSound, time: int, end: int) -> None:
        if (missing := CLOSED_MS - (end - time)) > 0:  # half of what is missing is taken from before
            time = max(time - missing // 2, self._free, self._floor, self._last.time + 1)
        shape, weight = self._shape(sound, None), self._weight(sound)
        if self._last.shape == shape and self._last.weight == weight:
            until = max(end - CHANGE // 2, self._last.time + 1, self._floor)
        else:
            self._put(time, shape, weight)
            until = max(self._last.time + CLOSED_MS, end - CHANGE // 2)
        self._push(Key(until, shape, weight))
        self._free = until + OPENING

    def _put(self, time: int, shape: int, weight: float) -> None:
        last = self._last
        if last.shape == shape and abs(last.weight - weight) < 0.1 and last.time >= 0:
            return
        if last.time < 0 and time >= CHANGE and (shape or weight):
            self._push(Key(0 if not self._floor else self._floor, 0, 0.0))
            last = self._last
        hold = max(time - CHANGE, self._floor)
        if last.time >= 0 and hold - last.time >= SPACING and time - hold >= OPENING:
            self._push(Key(hold, last.shape, last.weight))
        self._push(Key(time, shape, weight))

    def _push(self, key: Key) -> None:
        self._waiting.append(key)
        self._last = key

    def take(self, until: int) -> list[Key]:
        """The keys before `until` ms that were not given out."""
        taken = [key for key in self._waiting if key.time < until]
        self._waiting = self._waiting[len(taken) :]
        self._out = taken[-1] if taken else self._out
        self._floor = max(self._floor, until)
        return taken

    def finish(self, end: int) -> list[Key]:
        """The last keys; the sound ends at `end` ms, and the mouth is closed: the last key is silence."""
        taken: list[Key] = []
        latest = self._out
        for key in self._waiting:
            if key.time > end:  # the sound is shorter than was told
                if not (taken or self._out.time >= 0) or (key.shape, key.weight) != (latest.shape, latest.weight):
                    continue
                key = Key(min(key.time, max(latest.time + CLOSED_MS, end)), key.shape, key.weight)
            taken.append(key)
            latest = key
        self._waiting = []
        if taken and not (latest.shape or latest.weight):
            return taken
        after = OPENING if latest.weight >= SEALED else 1
        return [*taken, Key(max(round(end - self._lead), latest.time + after, self._floor), 0, 0.0)]

    def _weight(self, sound: SpeechSound) -> float:
        return sound.vrm_weight if self._of == "vrm" else sound.weight

    def _shape(self, sound: SpeechSound, glides: tuple[int, str] | None) -> int:
        match self._of:
            case "azure":
                return glides[0] if glides else sound.azure
            case "polly":
                return self._indexes[glides[1] if glides else sound.polly]
            case "vrm":
                return self._indexes[sound.vrm]
            case "rhubarb":
                return self._indexes[sound.rhubarb]
            case _:
                return self._indexes[sound.ovr]
