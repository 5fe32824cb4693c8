"""Marked sound: a provider's sound and what it tells of it, which come side by side, as clips with marks."""

import math

from msgspec.structs import replace

from actors.ports.calls import Emit
from actors.ports.mouth import Mark
from actors.ports.sound import Clip
from adapters.reach.contract import Endpoint, ProviderFailed
from adapters.vendors.shared.body import SoundBody
from adapters.vendors.shared.markqueue import MarkQueue
from adapters.vendors.shared.sound import MOST, seconds_of
from protocol.audioformat import AudioFormat


class MarkedSound:
    """The sound of `text`, handed on to `sound` with the `marks` that are known by then.

    `tells`: the provider tells something of every sound; otherwise it is known by the first of its marks.
    """

    def __init__(
        self, endpoint: Endpoint, asked: AudioFormat, text: str, sound: Emit[Clip], *, tells: bool = False
    ) -> None:
        self._title = endpoint.title
        self._body = SoundBody(endpoint, asked)
        self._sound = sound
        self._tells = tells
        self._bytes = 0
        self._format = asked
        self.marks = MarkQueue(text)
        self.end = 0.0
        """Ms of sound that were handed on; inf where its bytes do not tell."""

    @property
    def has_begun(self) -> bool:
        """Whether anything was handed on."""
        return self._body.sounded

    async def push(self, data: bytes) -> None:
        """The next of the sound. Raises ProviderFailed where it is none, or too much. Cancelling may lose it."""
        self._bytes += len(data)
        if self._bytes > MOST:
            raise ProviderFailed(f"the answer of {self._title} has more than {MOST:,} bytes")
        if clip := self._body.push(data):
            self._count(clip)
            await self._sound(replace(clip, marks=self._told(self.marks.release(self.end))))

    async def finish(self) -> None:
        """The sound is complete: hand on the rest, and the last marks. Raises and is cancelled as `push`."""
        clip = self._body.finish()
        if clip:
            self._count(clip)
        marks = self._told(self.marks.finish(self.end))
        if clip or marks:
            await self._sound(replace(clip or Clip(b"", self._format), marks=marks))

    def _told(self, marks: tuple[Mark, ...]) -> tuple[Mark, ...] | None:
        self._tells = self._tells or self.marks.has_come
        return marks if self._tells else None

    def _count(self, clip: Clip) -> None:
        self._format = clip.format
        is_samples = clip.format.name == "pcm16"
        self.end += 1e3 * seconds_of(clip.data, clip.format.rate) if is_samples else math.inf
