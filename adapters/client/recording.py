"""An audio file as a microphone would send it: its bytes, their format, and how long they play."""

import math
from io import BytesIO
from pathlib import Path

import av
import msgspec

from protocol.audioformat import INPUT_FORMATS, INPUT_RATE, OUTPUT_RATE, sniff

CHUNK_SECONDS = 0.1
_MAX_FILE = 64 * 1024 * 1024
_RAW_SUFFIXES = frozenset({".pcm", ".raw", ".s16"})
_SAMPLE_BYTES = 2
_CONTAINERS = {"opus": "ogg"}
"""What holds a format, where it has another name."""
_UNNAMED = "mp3"
"""How a container without a name on the wire (AIFF, CAF, WMA …) is sent: it is read under any that is not raw."""


class BadRecording(Exception):
    """A file cannot be sent as speech; the message says why and what can."""


class Recording(msgspec.Struct, frozen=True):
    """An utterance: `media_format` as `session.update` names it, `seconds` its playing time."""

    data: bytes
    media_format: str
    seconds: float

    def chunks(self) -> list[bytes]:
        """The bytes split evenly over the playing time, CHUNK_SECONDS each: what a microphone gives in that time."""
        size = math.ceil(len(self.data) / max(1.0, self.seconds / CHUNK_SECONDS))
        size += size % _SAMPLE_BYTES
        return [self.data[start : start + size] for start in range(0, len(self.data), size)]


def read(path: Path) -> Recording:
    """The recording in `path`; a suffix of .pcm, .raw or .s16 says that it is raw 16 kHz mono. Raises BadRecording."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE + 1)
    except OSError as error:
        raise BadRecording(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(data) > _MAX_FILE:
        raise BadRecording(f"{path}: larger than {_MAX_FILE} bytes; one utterance is a few seconds of speech")
    suffix = path.suffix.lower()
    if suffix in _RAW_SUFFIXES:
        media_format, seconds = "pcm16", _raw_seconds(data, INPUT_RATE)
    else:
        try:
            container, seconds = _probe(data)
        except BadRecording as error:
            raise BadRecording(f"{path}: {error}") from None
        media_format = next((name for name in (sniff(data), suffix[1:], container) if name in INPUT_FORMATS), _UNNAMED)
    if not seconds:
        raise BadRecording(f"{path}: no sound in it")
    return Recording(data, media_format, seconds)


def decode(recording: Recording) -> Recording:
    """The same sound as raw samples of 16 kHz mono, as an open microphone gives it. Raises BadRecording."""
    if recording.media_format == "pcm16":
        return recording
    resampler, data = av.AudioResampler("s16", "mono", INPUT_RATE), bytearray()
    try:
        with av.open(BytesIO(recording.data), "r") as container:
            for frame in (*container.decode(container.streams.audio[0]), None):
                for made in resampler.resample(frame):
                    data += made.to_ndarray().tobytes()
    except av.FFmpegError:
        raise BadRecording(f"not audio that can be read; {_allowed()}") from None
    if not data:
        raise BadRecording("no sound in it")
    return Recording(bytes(data), "pcm16", _raw_seconds(bytes(data), INPUT_RATE))


def playing_seconds(data: bytes, audio_format: str) -> float:
    """The playing time of sound from the server, found by decoding all of it; `audio_format` as in the handshake.

    Raises BadRecording where it is of another format, or does not decode.
    """
    name, _, rate = audio_format.partition("/")
    if name == "pcm16":
        if len(data) % _SAMPLE_BYTES:
            raise BadRecording("half a sample is left over")
        return _raw_seconds(data, int(rate or OUTPUT_RATE))
    container, seconds = _probe(data, is_whole=True)
    if container != _CONTAINERS.get(name, name):
        raise BadRecording(f"it is {container}, and should be {name}")
    return seconds


def _raw_seconds(data: bytes, rate: int) -> float:
    return len(data) / _SAMPLE_BYTES / rate


def _probe(data: bytes, *, is_whole: bool = False) -> tuple[str, float]:
    """The container's name and the playing time, as it says it, or else, and with `is_whole`, as decoding shows."""
    try:
        with av.open(BytesIO(data), "r") as container:
            if not container.streams.audio:
                raise BadRecording(f"no sound in it; {_allowed()}")
            name = container.format.name
            if container.duration and not is_whole:
                return name, container.duration / av.time_base
            frames = container.decode(container.streams.audio[0])
            return name, sum(frame.samples / frame.sample_rate for frame in frames)
    except av.FFmpegError:
        raise BadRecording(f"not audio that can be read; {_allowed()}") from None


def _allowed() -> str:
    return f"allowed: {', '.join(INPUT_FORMATS)}"
