"""The worker process of live sounds: they are decoded, resampled and encoded as their bytes come."""

import itertools
import threading

import av
import numpy as np

from actors.ports.calls import EngineFailed
from actors.ports.sound import Sound, Target, Undecodable
from adapters.codec.decode import Block, Check, Resampler, too_long
from adapters.codec.encode import ENCODERS, encoder_of
from adapters.codec.incoming import IncomingSound
from adapters.codec.pieces import Writer
from adapters.processes.child import WorkerPipe, limit_memory, serve
from adapters.processes.frames import (
    DropFrame,
    DroppedFrame,
    LostFrame,
    Opening,
    PushedFrame,
    PushFrame,
    ReadyFrame,
    Request,
    Result,
)
from protocol.audioformat import OUTPUT_RATE, AudioFormat

TURN = 4.0
"""Seconds of sound that are converted in one call; then other sounds have their turn."""
FEW = 1_000
"""Blocks that are converted in one call: there may be very many that are short or empty."""
_NOTHING = 1e-6
"""Seconds by which a sum of many times may be wrong."""
STACK = 512 * 1024
"""Bytes of stack for the thread of a sound."""


class StreamConversion:
    """One sound, from its bytes to the pieces of each target."""

    def __init__(self, opening: Opening) -> None:
        self._incoming = IncomingSound(opening.source)
        self._targets = opening.targets
        self._seconds = opening.seconds
        self._left = opening.seconds
        self._failures: dict[Target, str] = {}
        self._writers: dict[Target, Writer] = {}
        for target in opening.targets:
            try:
                self._writers[target] = encoder_of(target)
            except (EngineFailed, av.FFmpegError) as error:
                self._failures[target] = str(error)
        self._resamplers = {rate: Resampler(rate) for rate in {_rate(target) for target in self._writers}}
        self._is_last = False
        self.is_over = False

    def push(self, data: bytes, check: Check, *, last: bool) -> PushedFrame:
        """Deal with the next bytes, or with what was left of those before. Raises Undecodable."""
        if data or last:
            self._is_last = last
            self._incoming.feed(data, last=last)
        blocks, more = self._blocks(check)
        self.is_over = self._is_last and not more
        samples = {rate: self._resampled(resampler, blocks) for rate, resampler in self._resamplers.items()}
        sounds = tuple(self._sounds(target, samples, check) for target in self._targets)
        return PushedFrame(sounds, tuple(self._failures.get(target, "") for target in self._targets), more)

    def _blocks(self, check: Check) -> tuple[list[Block], bool]:
        """The sound that there is by now, as few blocks, and whether there is more than a call's worth."""
        blocks: list[Block] = []
        taken = 0.0
        while taken < TURN and len(blocks) < FEW and (block := self._incoming.take(check)) is not None:
            check()
            blocks.append(block)
            taken += len(block.samples) / block.rate
        self._left -= taken
        if self._left < -_NOTHING:
            raise too_long(self._seconds)
        runs = itertools.groupby(blocks, key=lambda block: block.rate)
        return [
            Block(rate, np.concatenate([block.samples for block in run])) for rate, run in runs
        ], taken >= TURN or len(blocks) >= FEW

    def _resampled(self, resampler: Resampler, blocks: list[Block]) -> bytes:
        pieces = [resampler.push(block) for block in blocks]
        return b"".join((*pieces, resampler.finish())) if self.is_over else b"".join(pieces)

    def _sounds(self, target: Target, samples: dict[int, bytes], check: Check) -> tuple[Sound, ...]:
        """The next pieces of a target; one that fails is left out from then on, and the others go on."""
        check()
        writer = self._writers.get(target)
        if writer is None:
            return ()
        try:
            return writer.push(samples[_rate(target)]) + (writer.finish() if self.is_over else ())
        except EngineFailed as error:
            self._failures[target] = str(error)
            del self._writers[target]
            return ()

    def close(self) -> None:
        """Free everything."""
        self._incoming.close()


def _rate(target: Target) -> int:
    return target.format.rate or OUTPUT_RATE if target.format.name == "pcm16" else OUTPUT_RATE


class StreamConverter:
    """The sounds by their numbers. One ends with its last bytes, with a call that fails, and with one that is left."""

    def __init__(self) -> None:
        self._streams: dict[int, StreamConversion] = {}

    def ready(self) -> ReadyFrame:
        """Encode a tenth of a second and decode it again. Raises EngineFailed."""
        for name in ENCODERS:
            source, target = AudioFormat("pcm16", OUTPUT_RATE), Target(AudioFormat(name))
            made = StreamConversion(Opening(source, (target,), 1.0)).push(bytes(OUTPUT_RATE // 5), _go_on, last=True)
            encoded = b"".join(sound.data for sound in made.sounds[0])
            try:
                StreamConversion(Opening(target.format, (Target(source),), 1.0)).push(encoded, _go_on, last=True)
            except Undecodable as error:
                why = made.failures[0] or error
                raise EngineFailed(
                    f"{name} cannot be written or read again ({why}): reinstall the package av"
                ) from error
        return ReadyFrame()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Convert a sound's next bytes, or forget sounds. Raises EngineFailed, Undecodable."""
        match request:
            case PushFrame():
                return self._push(request, pipe.check)
            case DropFrame(streams):
                for number in streams:
                    self._end(number)
                return DroppedFrame()
            case _:
                raise EngineFailed(f"the codec of live audio was asked for {type(request).__name__}")

    def _push(self, push: PushFrame, check: Check) -> PushedFrame | LostFrame:
        stream = self._streams.get(push.stream)
        if stream is None:
            if push.opening is None:
                return LostFrame()
            stream = self._streams[push.stream] = StreamConversion(push.opening)
        ended = True
        try:
            pushed = stream.push(push.data, check, last=push.last)
            ended = stream.is_over
            return pushed
        finally:
            if ended:
                self._end(push.stream)

    def _end(self, number: int) -> None:
        if stream := self._streams.pop(number, None):
            stream.close()


def _go_on() -> None:
    """A check that never stops anything."""


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    threading.stack_size(STACK)
    limit_memory()
    serve(StreamConverter)
