"""The codec: sound from one format to another, in a worker process that a hostile file may crash."""

from collections.abc import Mapping

import trio

from actors.ports import Clip, EngineFailed, Sound, Undecodable
from adapters.frames import MAX_FRAME, Convert, Converted, Decode, Decoded
from adapters.worker import Plan, Workers, nothing
from protocol.audioformat import INPUT_RATE, AudioFormat, sniff

SLACK = 4096
"""Bytes of a frame that are not sound."""


class AudioCodec:
    """Satisfies `Codec`. `run` has the process; without it only raw samples at the rate asked for are handed back.

    `seconds`: the longest sound that is taken, so that a small file cannot fill the memory. One process is right for
    most: two encoders on two cores are slower than one after the other.
    """

    def __init__(self, count: int = 1, *, seconds: float = 600.0, grace: float = 0.25, deadline: float = 120.0) -> None:
        self._seconds = seconds
        self._workers = Workers(Plan("adapters.audio_child", "the audio codec", count, grace=grace, deadline=deadline))

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the process until cancelled; `started` when it has been tested. Raises EngineFailed."""
        await self._workers.run(task_status=task_status)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""
        return self._workers.pids

    async def decode(self, clip: Clip, rate: int) -> bytes:
        """The samples of `clip` as mono s16le at `rate` Hz.

        A container's own header wins over the format that `clip` names; `wav` without a header is pcm16 at 16 kHz; of a
        truncated file comes what is there. Raises Undecodable, also where it is too long, and EngineFailed where the
        process broke down. Cancelling abandons the work.
        """
        self._check(clip)
        if (samples := _raw(clip, rate)) is not None:
            await trio.lowlevel.checkpoint()
            return samples
        match await self._workers.call(Decode(clip, rate, self._seconds), nothing):
            case Decoded(samples):
                return samples
            case other:
                raise EngineFailed(f"the audio codec answered {type(other).__name__}")

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
        match await self._workers.call(Convert(clip, ordered, self._seconds), nothing):
            case Converted(made):
                return dict(zip(ordered, made, strict=True))
            case other:
                raise EngineFailed(f"the audio codec answered {type(other).__name__}")

    def _check(self, clip: Clip) -> None:
        if len(clip.data) > MAX_FRAME - SLACK:
            raise Undecodable(f"the audio has {len(clip.data)} bytes, at most {MAX_FRAME - SLACK} are taken at once")
        if clip.format.name == "pcm16" and len(clip.data) > 2 * (clip.format.rate or INPUT_RATE) * self._seconds:
            raise Undecodable(f"the audio is longer than the {self._seconds:g} seconds that are taken at once")


def _raw(clip: Clip, rate: int) -> bytes | None:
    """The samples of `clip`, where they need no work: raw, at `rate`, and not a container under a wrong name."""
    if not rate or clip.format != AudioFormat("pcm16", rate) or sniff(clip.data[:16]) is not None:
        return None
    return clip.data[: len(clip.data) // 2 * 2]


def _same(clip: Clip, target: AudioFormat) -> Sound | None:
    samples = _raw(clip, target.rate) if target.name == "pcm16" else None
    return None if samples is None else Sound(samples, len(samples) / 2 / target.rate)
