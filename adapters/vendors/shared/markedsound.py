"""Marked sound: a provider's sound and what it tells of it, which come side by side, as clips with marks."""

import math

from msgspec.structs import replace

from actors.ports.calls import Emit
from actors.ports.mouth import Mark
from actors.ports.sound import Clip
from adapters.codec.passing import mp3_delay
from adapters.reach.contract import Endpoint, ProviderFailed
from adapters.vendors.shared.body import SoundBody
from adapters.vendors.shared.markqueue import MarkQueue
from adapters.vendors.shared.sound import MOST, seconds_of
from protocol.audioformat import AudioFormat

HELD = 300.0
"""Ms of sound, at most, that are held back until the first mark comes: what the first clip says counts for all."""
HELD_BYTES = 4_000
"""The same of a file."""


class MarkedSound:
    """The sound of `text`, handed on to `sound` with the `marks` that are known by then.

    Whether anything is told of it is said by its first clip. Marks may come a little later than their sound, or not
    with its first piece; so the beginning of the sound waits for them.
    """

    def __init__(self, endpoint: Endpoint, asked: AudioFormat, text: str, sound: Emit[Clip]) -> None:
        self._title = endpoint.title
        self._body = SoundBody(endpoint, asked)
        self._sound = sound
        self._held: list[Clip] = []
        self._tells = False
        self._late = 0.0
        """Ms by which the sound is late for its marks, as it is played."""
        self._bytes = 0
        self._format = asked
        self.marks = MarkQueue(text)
        self.has_begun = False
        """Whether anything was handed on."""
        self.end = 0.0
        """Ms of sound that came; inf where its bytes do not tell."""

    async def push(self, data: bytes) -> None:
        """The next of the sound. Raises ProviderFailed where it is none, or too much. Cancelling may lose it."""
        self._bytes += len(data)
        if self._bytes > MOST:
            raise ProviderFailed(f"the answer of {self._title} has more than {MOST:,} bytes")
        if clip := self._body.push(data):
            self._count(clip)
            self._held.append(clip)
            await self.hand_on()

    async def hand_on(self) -> None:
        """Hand on the sound that is here, unless it waits for its first marks. Cancelling may lose it."""
        if self._held and (self.has_begun or self.marks.has_come or not self._is_little):
            await self._emit(self.marks.release(self.end))

    async def finish(self) -> None:
        """The sound is complete: hand on the rest, and the last marks. Raises and is cancelled as `push`."""
        if clip := self._body.finish():
            self._count(clip)
            self._held.append(clip)
        marks = self.marks.finish(self.end)
        if self._held or (marks and self._tells):
            await self._emit(marks)

    async def _emit(self, marks: tuple[Mark, ...]) -> None:
        """What is here, as one clip. Marks are of the sound before it became an mp3."""
        data, self._held = b"".join(clip.data for clip in self._held), []
        if not self.has_begun:
            self._tells = self.marks.has_come
            self._late = lateness(Clip(data, self._format))
        self.has_begun = True
        marks = later(marks, self._late)
        await self._sound(Clip(data, self._format, marks if self._tells else None))

    @property
    def _is_little(self) -> bool:
        return self.end < HELD if math.isfinite(self.end) else sum(len(clip.data) for clip in self._held) < HELD_BYTES

    def _count(self, clip: Clip) -> None:
        self._format = clip.format
        is_samples = clip.format.name == "pcm16"
        self.end += 1e3 * seconds_of(clip.data, clip.format.rate) if is_samples else math.inf


def lateness(first: Clip) -> float:
    """Ms by which a sound that begins with this clip is late for what its provider says of it, as it is played."""
    return mp3_delay(first.data) if first.format.name == "mp3" else 0.0


def later(marks: tuple[Mark, ...], ms: float) -> tuple[Mark, ...]:
    """The marks, so much later."""
    return tuple(replace(mark, at=mark.at + ms) for mark in marks) if ms else marks
