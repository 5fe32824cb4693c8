"""The mouth of a part while its sound is made: the track is told of the sound, and what it knows goes with the sound.

Sound never fails for its mouth. A track that fails or hangs is given up; then the part closes its mouth where it was.
How long sound that is streamed waits for its mouth: `streamedmouth.py`.
"""

import logging
import math
from collections.abc import Awaitable, Iterator
from typing import NamedTuple

import trio
from msgspec.structs import replace

from actors.deciding.effects import MouthOrder, Speak
from actors.deciding.mouthpacking import closed_from, size_of, size_of_word
from actors.ports.calls import EngineFailed
from actors.ports.engines import Engines
from actors.ports.listening import RATE
from actors.ports.mouth import Mark, MouthMade, MouthTrack
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech

log = logging.getLogger(__name__)
SLICE = 2.0
"""Seconds of a sound that a track is told at once; then other tasks run."""
_SLICE_BYTES = round(SLICE * RATE) * 2
MARKS_AHEAD = 5_000.0
"""ms after a slice up to which its track is told the marks: more than a pause, and not all, as it keeps 4,000."""
LATEST = 0.25
"""Seconds after which a track is given up; it answers in some ms, because it needs not know all."""
END_LATEST = 0.75
"""The same for the end of a sound; of a part that is sent whole, a track has all to learn then."""


class FollowedSound(NamedTuple):
    """What is known with the sound made by now: of the mouth, and the times of words; else `kept`, its samples."""

    mouth: MouthMade | None = None
    words: tuple[Mark, ...] = ()
    kept: Clip | None = None


class MouthFollower:
    """The mouth of one part on its way, as its Receivers want it; `anew`: sound of it was made before, and taken back.

    Where nobody wants one, it only knows the words that the synthesiser tells unasked.
    """

    def __init__(self, job: Speak, engines: Engines, *, anew: bool = False) -> None:
        self._speech: Speech = job.speech
        self._order = job.mouth
        self._engines = engines
        self._track: MouthTrack | None = None
        self._is_own = job.clip is not None
        """Whether the sound is the Sender's own, whose text is what was understood of it."""
        self._has_begun = False
        self.has_track = False
        """Whether there is a mouth to follow, which was not given up."""
        self.told = 0.0
        """ms up to which the mouth was made."""
        self._marks: tuple[Mark, ...] = ()
        self._kept: list[Clip] = []
        self._anew = anew
        self._seconds = 0.0

    def note(self, clip: Clip) -> None:
        """The next of the sound, as the synthesiser made it, with its marks."""
        if not self._has_begun:
            self._has_begun = True
            self._track = self._begin(self._order, clip.marks)
            self.has_track = self._track is not None
        self._marks += clip.marks or ()
        if self._track is None and clip.marks is None and clip.format.name == "pcm16":  # others go unopened
            self._kept.append(clip)

    def _begin(self, order: MouthOrder | None, marks: tuple[Mark, ...] | None) -> MouthTrack | None:
        if order is None:
            return None
        told, by_itself = marks is not None, any(mark.source == "phonemes" for mark in marks or ())
        speech, text = self._speech, "" if self._is_own else self._speech.text
        return self._engines.mouths.track(
            text,
            speech.language,
            speech.speed,
            order.sets,
            words=True,
            told=told,
            hears=not by_itself,
            fps=order.fps,
        )

    @property
    def needs_samples(self) -> bool:
        """Whether it has to be given the sound at 16 kHz."""
        return self._track is not None and self._track.needs_samples

    async def follow(self, samples: bytes, seconds: float, *, last: bool) -> FollowedSound:
        """What is known now that `seconds` of the sound in all are made, and `samples` more of them.

        Cancelling loses the track.
        """
        marks, self._marks = self._marks, ()
        words = tuple(mark for mark in marks if mark.kind == "word")
        if (track := self._track) is None:
            return FollowedSound(words=words, kept=self._take_kept())
        self._track = None  # a call that is cut cannot be continued
        made: MouthMade | None = None
        try:
            for piece, until in self._slices(samples, seconds):
                due, marks = _split(marks, until + MARKS_AHEAD) if until < seconds * 1000 else (marks, ())
                made = _joined(made, await in_time(track.push(piece, due, until)))
            if last:
                made = _joined(made, await in_time(track.finish(), END_LATEST))
            self._track = track
        except EngineFailed as error:
            made = self._give_up(made, error)
        return self._followed(made) if made is not None else FollowedSound(words=words)

    async def catch_up(self, until: float) -> FollowedSound:
        """What is known of the sound up to `until` ms, now that no more of it has come for a while.

        Cancelling loses the track.
        """
        track, self._track = self._track, None
        try:
            if track is not None:
                made = await in_time(track.catch_up(until))
                self._track = track
                return self._followed(made)
        except EngineFailed as error:
            return self._followed(self._give_up(None, error))
        return FollowedSound()

    def _give_up(self, made: MouthMade | None, error: EngineFailed) -> MouthMade:
        """What was made, and a closed mouth: without it the last shape would stay until the part ends."""
        self.has_track = False
        log.warning("the mouth of a part was given up: %s", error)
        until = max(self.told, made.until if made is not None else 0.0)
        closed = closed_from(round(until), self._order.sets, self._order.fps) if self._order is not None else {}
        return _joined(made, MouthMade(closed, (), until))

    def _followed(self, made: MouthMade) -> FollowedSound:
        self.told = max(self.told, made.until)
        return FollowedSound(self._revised(made), made.words)

    def _take_kept(self) -> Clip | None:
        """The samples since the last time."""
        clips, self._kept = self._kept, []
        if len(clips) <= 1:
            return clips[0] if clips else None
        return Clip(b"".join(clip.data for clip in clips), clips[0].format)

    def _slices(self, samples: bytes, seconds: float) -> Iterator[tuple[bytes, float]]:
        """What is told at once: of the samples, and up to which ms of the sound."""
        before, self._seconds = self._seconds, seconds
        count = max(1, math.ceil((seconds - before) / SLICE), math.ceil(len(samples) / _SLICE_BYTES))
        for number in range(1, count + 1):
            until = seconds if number == count else min(seconds, before + number * SLICE)
            yield samples[(number - 1) * _SLICE_BYTES : number * _SLICE_BYTES], until * 1000

    def _revised(self, made: MouthMade) -> MouthMade:
        """The first that is said of a part whose sound is made anew says so."""
        if not (self._anew and made.shapes):
            return made
        self._anew = False
        revised = {
            of: tuple(replace(one, revised=one.revised or not number) for number, one in enumerate(shapes))
            for of, shapes in made.shapes.items()
        }
        return replace(made, shapes=revised)


def _split(marks: tuple[Mark, ...], until: float) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """The marks before `until` ms, as they stand in their order, and the rest."""
    count = next((number for number, mark in enumerate(marks) if mark.at >= until), len(marks))
    return marks[:count], marks[count:]


async def in_time(answer: Awaitable[MouthMade], latest: float = LATEST) -> MouthMade:
    """The answer of a track. Raises EngineFailed where it does not come. Other tasks run, too.

    Cancelling cancels the track's call.
    """
    made = None
    with trio.move_on_after(latest):
        made = await answer
    await trio.lowlevel.checkpoint()  # not before: Python warns of a call that never begins
    if made is None:
        raise EngineFailed(f"it was not known {latest:g} s after its sound")
    return made


def _joined(first: MouthMade | None, rest: MouthMade) -> MouthMade:
    """What became known by two calls, one after the other."""
    if first is None:
        return rest
    sets = dict.fromkeys((*first.shapes, *rest.shapes))
    shapes = {of: (*first.shapes.get(of, ()), *rest.shapes.get(of, ())) for of in sets}
    return MouthMade(shapes, first.words + rest.words, max(first.until, rest.until), rest.last)


def mouth_room(made: MouthMade | None, order: MouthOrder | None) -> int:
    """The bytes that the messages of a mouth take until every Receiver has got its own."""
    if made is None or order is None:
        return 0
    shapes = sum(size_of(one) for several in made.shapes.values() for one in several)
    return order.receivers * math.ceil(shapes + sum(size_of_word(word) for word in made.words))
