"""The codec of a replay: real conversions that take as long as they did in the real run.

Without this, sound would leave some 10 to 50 ms earlier than it did, and an interruption that came just then would find
another answer. The recording has no calls of the codec, but the times at which each piece of sound was sent. A piece
that was sent later than LATEST after it could be made waited for something else, and is not delayed.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import trio
from msgspec import UNSET

from actors.ports.callcontext import current_call
from actors.ports.listening import RATE
from actors.ports.sound import Clip, Sound, SoundDecoder, SoundEncoder, Target
from adapters.recordings.format import Row
from adapters.virtual.codec import InlineCodec
from protocol.audioformat import AudioFormat
from protocol.messages import AudioDelta, Names

LATEST = 1.0
"""Seconds that a conversion may have taken, the wait for the mouth of its sound included."""
NEVER = 0.25
"""Seconds by which a piece is late that was never sent: it was not made yet when its answer was cut."""
_REFERENCE = Target(AudioFormat("pcm16", RATE))
"""What a session asks for itself, besides what Receivers want."""
Part = tuple[int, int]
"""A turn, and the number of a part."""


class SentTimes:
    """When each piece of each part was sent, in seconds of the session."""

    def __init__(self, rows: Iterable[Row], names: Names) -> None:
        audiences: dict[Part, dict[tuple[int, ...], list[float]]] = {}
        for row in rows:
            if row.dir == "out" and row.event == names.wire[AudioDelta] and row.turn is not UNSET:
                part = row.turn, int(row.payload["id"])
                audiences.setdefault(part, {}).setdefault(row.members, []).append(row.t)
        self._times = {part: max(sent.values(), key=len) for part, sent in audiences.items()}

    async def wait(self, piece: int) -> None:
        """Wait until the piece of the present call's part was sent. Cancelling ends the wait."""
        taped = current_call().taped
        if taped is None:
            return
        times = self._times.get((taped.turn, taped.part), [])
        wait = times[piece] - taped.tape.seconds if piece < len(times) else NEVER
        if 0 < wait <= LATEST:
            await trio.sleep(wait)


class PacedCodec:
    """Satisfies `Codec`; what is made for Receivers is ready when it was sent."""

    def __init__(self, sent: SentTimes) -> None:
        self._codec = InlineCodec()
        self._sent = sent

    async def decode(self, clip: Clip, rate: int) -> bytes:
        """See `Codec.decode`."""
        return await self._codec.decode(clip, rate)

    async def convert(self, clip: Clip, targets: frozenset[AudioFormat]) -> Mapping[AudioFormat, Sound]:
        """See `Codec.convert`."""
        made = await self._codec.convert(clip, targets)
        await self._sent.wait(0)
        return made

    def decoding(self, source: AudioFormat, rate: int) -> AbstractAsyncContextManager[SoundDecoder]:
        """See `Codec.decoding`."""
        return self._codec.decoding(source, rate)

    @asynccontextmanager
    async def encoding(self, source: AudioFormat, targets: frozenset[Target]) -> AsyncIterator[SoundEncoder]:
        """See `Codec.encoding`. Cancelling abandons the sound."""
        async with self._codec.encoding(source, targets) as encoder:
            yield PacedEncoder(encoder, self._sent)


class PacedEncoder:
    """A sound that is still coming, whose pieces are ready when they were sent."""

    def __init__(self, encoder: SoundEncoder, sent: SentTimes) -> None:
        self._encoder = encoder
        self._sent = sent
        self._made: dict[Target, int] = {}

    @property
    def failures(self) -> Mapping[Target, str]:
        """See `SoundEncoder.failures`."""
        return self._encoder.failures

    async def push(self, data: bytes) -> Mapping[Target, tuple[Sound, ...]]:
        """See `SoundEncoder.push`. Cancelling loses the sound."""
        made = await self._encoder.push(data)
        return await self._paced(made) if any(made.values()) else made

    async def finish(self) -> Mapping[Target, tuple[Sound, ...]]:
        """See `SoundEncoder.finish`. Cancelling loses the sound."""
        return await self._paced(await self._encoder.finish())

    async def _paced(self, made: Mapping[Target, tuple[Sound, ...]]) -> Mapping[Target, tuple[Sound, ...]]:
        own = [count for target, count in self._made.items() if target != _REFERENCE] or [*self._made.values()]
        await self._sent.wait(max(own, default=0))
        for target, sounds in made.items():
            self._made[target] = self._made.get(target, 0) + len(sounds)
        return made
