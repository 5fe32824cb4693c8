"""The codec: sound from one format to another, in worker processes that a hostile file may crash.

Terms: docs/glossary.md.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import trio

from actors.ports.calls import EngineFailed
from actors.ports.sound import Clip, Sound, SoundTooLong, Target
from adapters.codec.live import LiveEncoder
from adapters.codec.streams import SoundStreams
from adapters.processes.engine import ProcessEngine
from adapters.processes.frames import MAX_FRAME, ConvertedFrame, ConvertFrame, DecodedFrame, DecodeFrame, Opening
from adapters.processes.process import Plan
from protocol.audioformat import INPUT_RATE, AudioFormat, identify

SLACK = 4096
"""Bytes of a frame that are not sound."""


class AudioCodec:
    """Satisfies `Codec`. `run` has the processes; without it only what needs no decoding or resampling is done.

    `seconds`: the longest sound that is taken, so that a small file cannot fill the memory. `streams`: how many sounds
    may be coming in at once, of those that a process is needed for. One process for whole files and one for streams
    are right for most: two encoders on two cores are slower than one after the other, and a long file must not hold up
    those who are speaking.
    """

    def __init__(
        self,
        count: int = 1,
        *,
        seconds: float = 600.0,
        grace: float = 0.25,
        deadline: float = 120.0,
        streams: int = 512,
        stream_grace: float = 2.0,
        stream_deadline: float = 20.0,
    ) -> None:
        self._seconds = seconds
        self._files = ProcessEngine(
            Plan("adapters.codec.files_child", "the audio codec", count, grace=grace, deadline=deadline)
        )
        # Its calls are short, and killing it would fail everybody's sounds: so it is not hurried on a busy machine.
        plan = Plan(
            "adapters.codec.streams_child", "the codec of live audio", grace=stream_grace, deadline=stream_deadline
        )
        self._streams = SoundStreams(plan, streams)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes until cancelled; `started` when they are tested. Raises EngineFailed, in a group."""
        async with trio.open_nursery() as nursery:
            async with trio.open_nursery() as starting:
                starting.start_soon(nursery.start, self._files.run)
                starting.start_soon(nursery.start, self._streams.run)
            task_status.started()

    @property
    def count(self) -> int:
        """The number of processes that there should be for whole files; for streams there should be one."""
        return self._files.count

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes for whole files that are ready; none while there is none for streams: then it is not fit."""
        return self._files.pids if self._streams.pids else ()

    @property
    def stream_pids(self) -> tuple[int, ...]:
        """The processes for sounds that are still coming that are ready."""
        return self._streams.pids

    async def decode(self, clip: Clip, rate: int) -> bytes:
        """The samples of `clip` as mono s16le at `rate` Hz.

        A container's own header wins over the format that `clip` names; `wav` without a header is pcm16 at 16 kHz; of a
        truncated file comes what is there. Raises Undecodable, as SoundTooLong where it is too long, and EngineFailed
        where the process broke down. Cancelling abandons the work.
        """
        self._check(clip)
        if (samples := _raw(clip, rate)) is not None:
            await trio.lowlevel.checkpoint()
            return samples
        return (await self._files.ask(DecodeFrame(clip, rate, self._seconds), DecodedFrame)).samples

    async def convert(self, clip: Clip, targets: frozenset[AudioFormat]) -> Mapping[AudioFormat, Sound]:
        """`clip` in each of `targets`, each one whole file with its true playing time.

        mp3, wav and opus are 24 kHz mono. What is in the target's format already passes through untouched (a wav only
        with true sizes in its header). Raises and cancels as `decode`.
        """
        self._check(clip)
        ordered = tuple(targets)
        sounds = {target: _same(clip, target) for target in ordered}
        if all(sounds.values()):
            await trio.lowlevel.checkpoint()
            return {target: sound for target, sound in sounds.items() if sound is not None}
        made = await self._files.ask(ConvertFrame(clip, ordered, self._seconds), ConvertedFrame)
        return dict(zip(ordered, made.sounds, strict=True))

    @asynccontextmanager
    async def decoding(self, source: AudioFormat, rate: int) -> AsyncIterator["SampleDecoder"]:
        """Decode a sound as its bytes come, to mono s16le at `rate` Hz; the result is that of `decode`.

        Raw samples and plain WAV at that rate need no process. Leaving, and cancelling a push, abandons the sound.
        """
        target = Target(AudioFormat("pcm16", rate))
        async with self.encoding(source, frozenset({target})) as live:
            yield SampleDecoder(live, target)

    @asynccontextmanager
    async def encoding(self, source: AudioFormat, targets: frozenset[Target]) -> AsyncIterator[LiveEncoder]:
        """Convert a sound as its bytes come, decoding it once and resampling it once for each rate.

        Where `source` is what a target asks for, and its pieces are joined, the bytes are handed on as they are, cut
        between frames. Leaving, and cancelling a push, abandons the sound.
        """
        live = LiveEncoder(self._streams, Opening(source, tuple(targets), self._seconds))
        try:
            yield live
        finally:
            live.leave()

    def _check(self, clip: Clip) -> None:
        if len(clip.data) > MAX_FRAME - SLACK:
            raise SoundTooLong(f"the audio has {len(clip.data)} bytes, at most {MAX_FRAME - SLACK} are taken at once")
        if clip.format.name == "pcm16" and len(clip.data) > 2 * (clip.format.rate or INPUT_RATE) * self._seconds:
            raise SoundTooLong(f"the audio is longer than the {self._seconds:g} seconds that are taken at once")


class SampleDecoder:
    """A sound that is still coming, as samples; satisfies `actors.ports.sound.Decoding`."""

    def __init__(self, live: LiveEncoder, target: Target) -> None:
        self._live = live
        self._target = target

    async def push(self, data: bytes) -> bytes:
        """The samples that can be decoded by now.

        Raises Undecodable and EngineFailed; after that, or where it was cancelled, the sound cannot be gone on with.
        """
        return self._joined(await self._live.push(data))

    async def finish(self) -> bytes:
        """The rest of the samples. Raises and is cancelled as `push`."""
        return self._joined(await self._live.finish())

    def _joined(self, made: Mapping[Target, tuple[Sound, ...]]) -> bytes:
        if failure := self._live.failures.get(self._target):
            raise EngineFailed(failure)
        return b"".join(sound.data for sound in made.get(self._target, ()))


def _raw(clip: Clip, rate: int) -> bytes | None:
    """The samples of `clip`, where they need no work: raw, at `rate`, and nothing else under a wrong name."""
    named = AudioFormat("pcm16", rate)
    if not rate or clip.format != named or identify(named, clip.data, is_whole=True) != named:
        return None
    return clip.data[: len(clip.data) // 2 * 2]


def _same(clip: Clip, target: AudioFormat) -> Sound | None:
    samples = _raw(clip, target.rate) if target.name == "pcm16" else None
    return None if samples is None else Sound(samples, len(samples) / 2 / target.rate)
