"""Several requests for one part that is too long for one request: their sounds are handed on as one sound."""

import math
from collections.abc import Iterator

import trio
from msgspec.structs import replace

from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.mouth import Mark
from actors.ports.sound import Clip, Undecodable
from actors.ports.synthesis import Speech, TextToSpeech
from adapters.choosing.cutting import cut
from adapters.reach.exceptiongroups import FirstCause
from adapters.reach.lengths import Limit
from protocol.audioformat import AudioFormat

HELD = 256
"""Clips of the next request that are held while the sound of the one before is still handed on."""


async def synthesise(engine: TextToSpeech, limit: Limit | None, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
    """Speak, in several requests where one would be longer than `limit` (None: any length fits in one).

    Several requests are made for samples, because files do not join without a gap. The next request is begun with the
    first sound of the one before, so that at most two are at work. Raises as the engine, and EngineFailed where two
    requests came in different formats; the sound before the request that failed has been handed on then. Cancelling
    ends the requests. Marks are of the whole sound and of the whole text.
    """
    texts = [speech.text] if limit is None else cut(speech.text, limit, speech.language)
    if len(texts) < 2:
        await engine.synthesise(speech, sound)
        return
    speeches = [(place, replace(speech, text=text, format=None)) for place, text in _placed(speech.text, texts)]
    with FirstCause():
        async with trio.open_nursery() as nursery:
            await _RequestSequence(engine, speeches, nursery).relay(sound)


def _placed(text: str, pieces: list[str]) -> Iterator[tuple[int, str]]:
    """Each piece with its place in the text; what is between two pieces is not spoken."""
    end = 0
    for piece in pieces:
        place = text.index(piece, end)
        end = place + len(piece)
        yield place, piece


class _SpeechRequest:
    """One of several requests: its place in the text, its clips, and how it failed."""

    def __init__(self, place: int, speech: Speech) -> None:
        self.place = place
        self._speech = speech
        self._send, self.clips = trio.open_memory_channel[Clip](HELD)
        self.failed: EngineFailed | Undecodable | None = None

    async def run(self, engine: TextToSpeech) -> None:
        async with self._send:
            try:
                await engine.synthesise(self._speech, self._take)
            except (EngineFailed, Undecodable) as failed:
                self.failed = failed  # which counts when what came before it has been handed on

    async def _take(self, clip: Clip | Retraction) -> None:
        assert isinstance(clip, Clip), "an engine takes nothing back"
        await self._send.send(clip)


class _RequestSequence:
    """The requests of one part, of which the present one is handed on and the next one is at work."""

    def __init__(self, engine: TextToSpeech, speeches: list[tuple[int, Speech]], nursery: trio.Nursery) -> None:
        self._engine = engine
        self._left = speeches
        self._nursery = nursery
        self._made: AudioFormat | None = None
        self._before = 0.0

    async def relay(self, sound: Emit[Clip | Retraction]) -> None:
        request: _SpeechRequest | None = self._begin()
        while request is not None:
            following: _SpeechRequest | None = None
            end = self._before
            async for clip in request.clips:
                following = following or self._begin()
                self._made = self._made or clip.format
                if clip.format != self._made:
                    raise EngineFailed(f"one part in several requests came as {self._made} and as {clip.format}")
                end += _length(clip)
                await sound(self._shifted(clip, request.place))
            self._before = end
            if request.failed is not None:
                raise request.failed
            request = following or self._begin()

    def _begin(self) -> _SpeechRequest | None:
        """Begin the next request; None where there is none."""
        if not self._left:
            return None
        request = _SpeechRequest(*self._left.pop(0))
        self._nursery.start_soon(request.run, self._engine)
        return request

    def _shifted(self, clip: Clip, place: int) -> Clip:
        """The clip with its marks in the whole sound; without them where it is not known how long that is by now."""
        if not clip.marks or not (self._before or place):
            return clip
        if not math.isfinite(self._before):
            return replace(clip, marks=None)
        return replace(clip, marks=tuple(_moved(mark, self._before, place) for mark in clip.marks))


def _moved(mark: Mark, ms: float, place: int) -> Mark:
    return replace(mark, at=mark.at + ms, char=mark.char + place if mark.char >= 0 else -1)


def _length(clip: Clip) -> float:
    """How long it lasts, in ms; inf where its bytes do not tell."""
    if clip.format.name != "pcm16":
        return math.inf
    return 1e3 * len(clip.data) / (2 * clip.format.rate)
