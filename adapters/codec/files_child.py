"""The worker process that decodes and encodes whole files."""

from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO

import av
import numpy as np

from actors.ports.calls import EngineFailed
from actors.ports.sound import Clip, Sound, Undecodable
from adapters.codec.decode import Check, candidates, decode
from adapters.codec.encode import ENCODERS, EncoderOptions
from adapters.processes.child import WorkerPipe, limit_memory, serve
from adapters.processes.frames import (
    ConvertedFrame,
    ConvertFrame,
    DecodedFrame,
    DecodeFrame,
    ReadyFrame,
    Request,
    Result,
)
from protocol.audioformat import INPUT_RATE, OUTPUT_RATE, AudioFormat
from protocol.joined import files_of
from protocol.wav import WavReader, wav_file


class FileConverter:
    """Decodes and encodes; keeps nothing from one call to the next."""

    def ready(self) -> ReadyFrame:
        """Encode and decode a tenth of a second. Raises EngineFailed."""
        try:
            for name in ENCODERS:
                encoded = encode(bytes(OUTPUT_RATE // 5), name, _go_on)
                decode(Clip(encoded, AudioFormat(name)), INPUT_RATE, 1.0, _go_on)
        except (Undecodable, av.FFmpegError) as error:
            raise EngineFailed(f"{name} cannot be written or read again ({error}): reinstall the package av") from error
        return ReadyFrame()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Decode or convert; a `StopFrame` is looked for at every frame. Raises EngineFailed, Undecodable."""
        match request:
            case DecodeFrame(clip, rate, seconds):
                return DecodedFrame(decode(clip, rate, seconds, pipe.check))
            case ConvertFrame(clip, targets, seconds):
                return ConvertedFrame(convert(clip, targets, seconds, pipe.check))
            case _:
                raise EngineFailed(f"the audio codec was asked for {type(request).__name__}")


# ---- encoding


def convert(clip: Clip, targets: tuple[AudioFormat, ...], seconds: float, check: Check) -> tuple[Sound, ...]:
    """`clip` in each of `targets`; raises Undecodable."""
    samples = {rate: decode(clip, rate, seconds, check) for rate in {_rate(target) for target in targets}}
    return tuple(_sound(clip, target, samples[_rate(target)], check) for target in targets)


def _rate(target: AudioFormat) -> int:
    return target.rate or OUTPUT_RATE if target.name == "pcm16" else OUTPUT_RATE


def _sound(clip: Clip, target: AudioFormat, samples: bytes, check: Check) -> Sound:
    seconds = len(samples) / 2 / _rate(target)
    if is_already(clip, target, samples):
        return Sound(clip.data, seconds)
    return Sound(encode(samples, target.name, check), seconds)


def is_already(clip: Clip, target: AudioFormat, samples: bytes) -> bool:
    """Whether the file `clip`, which holds `samples`, is what `target` asks for; a wav also in rate and sizes."""
    found = candidates(clip)[0]
    match target.name:
        case "mp3":
            return found == "mp3"
        case "opus":
            return found in ("ogg", "opus") and b"OpusHead" in clip.data[:256] and len(files_of(clip.data, "ogg")) == 1
        case "wav":
            return found == "wav" and _is_plain_wav(clip.data, len(samples))
        case _:
            return False


def _is_plain_wav(data: bytes, length: int) -> bool:
    """Whether it is 24 kHz mono 16 bit, and its header says how long it really is."""
    reader = WavReader()
    reader.take(data)
    is_plain = reader.shape is not None and reader.shape.is_plain and reader.shape.rate == OUTPUT_RATE
    return is_plain and reader.claimed == length and int.from_bytes(data[4:8], "little") == len(data) - 8


def encode(samples: bytes, name: str, check: Check) -> bytes:
    """Mono s16le at OUTPUT_RATE as a whole file of the output format `name`; `pcm16` as it is, at whatever rate."""
    match name:
        case "pcm16":
            return samples
        case "wav":
            return wav_file(samples, OUTPUT_RATE)
        case _:
            return _muxed(samples, ENCODERS[name], check)


_SAME = {"ogg": {"fflags": "+bitexact"}}
"""Without it FFmpeg draws the stream's number by lot, and the same sound is never the same file."""


def _muxed(samples: bytes, settings: EncoderOptions, check: Check) -> bytes:
    file = BytesIO()
    with av.open(file, "w", format=settings.muxer, options=_SAME.get(settings.muxer, {})) as container:
        options = {"compression_level": str(settings.effort)}
        stream = container.add_stream(
            settings.encoder, rate=OUTPUT_RATE, options=options, layout="mono", bit_rate=settings.bits
        )
        assert isinstance(stream, av.AudioStream)
        for frame in _frames(samples or bytes(2)):  # an encoder that was given nothing writes no file at all
            check()
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _frames(samples: bytes) -> Iterator[av.AudioFrame]:
    """Frames of a second, with their times: the muxer takes the true length from them."""
    whole = np.frombuffer(samples, np.dtype("<i2")).reshape(1, -1)
    for start in range(0, whole.shape[1], OUTPUT_RATE):
        frame = av.AudioFrame.from_ndarray(whole[:, start : start + OUTPUT_RATE], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = OUTPUT_RATE, start, Fraction(1, OUTPUT_RATE)
        yield frame


def _go_on() -> None:
    """A check that never stops anything."""


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    limit_memory()
    serve(FileConverter)
