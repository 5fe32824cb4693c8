"""One and the same speech as different devices record it: files of every format, and the chunks that they send."""

import io
import itertools
import random
import struct
from collections.abc import Callable, Mapping
from fractions import Fraction

import av
import msgspec
import numpy as np

from adapters.vendors.embedded.espeak import FORMAT

_SIMPLE_BLOCK = b"\xa3"
Shape = Callable[[bytes], bytes]


class Device(msgspec.Struct, frozen=True):
    """What records: the `media` that its client names, and the file that it makes of samples at 22,050 Hz."""

    media: str
    record: Shape


def encoded(samples: bytes, muxer: str, encoder: str, rate: int, layout: str = "mono", **options: str) -> bytes:
    """`samples` as FFmpeg's `muxer` and `encoder` write them, at `rate` Hz."""
    frame = av.AudioFrame.from_ndarray(np.frombuffer(samples, "<i2").reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = FORMAT.rate, 0, Fraction(1, FORMAT.rate)
    file = io.BytesIO()
    with av.open(file, "w", format=muxer, options=options) as container:
        stream = container.add_stream(encoder, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def raw(samples: bytes, rate: int) -> bytes:
    """`samples` as mono s16le at `rate` Hz."""
    return encoded(samples, "s16le", "pcm_s16le", rate)


def with_false_sizes(samples: bytes) -> bytes:
    """A WAV at 48 kHz whose header was written before its sizes were known."""
    data = raw(samples, 48_000)
    return (
        struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 1, 48_000, 96_000, 2, 16, b"data", 0)
        + data
    )


def browser(samples: bytes) -> bytes:
    """What Chrome's MediaRecorder writes: no duration, clusters of unknown size that last for seconds."""
    return encoded(samples, "webm", "libopus", 48_000, live="1", cluster_time_limit="5000")


def phone(samples: bytes) -> bytes:
    """A voice memo: its index comes last."""
    return encoded(samples, "ipod", "aac", 44_100, "stereo")


def safari(samples: bytes) -> bytes:
    """What Safari's MediaRecorder writes: MP4 in fragments."""
    return encoded(samples, "mp4", "aac", 44_100, movflags="frag_every_frame+empty_moov")


def firefox(samples: bytes) -> bytes:
    """What Firefox's MediaRecorder writes: pages of a few packets."""
    return encoded(samples, "ogg", "libopus", 48_000, page_duration="100000")


def cut_at(data: bytes, seconds: float) -> tuple[bytes, bytes]:
    """What a recorder of WebM or Ogg has written up to that time, and what it writes from then on."""
    with av.open(io.BytesIO(data), "r") as container:
        for packet in container.demux(audio=0):
            if packet.pts is not None and packet.pos and float(packet.pts * packet.time_base) >= seconds:
                # FFmpeg tells where an Ogg page begins, but of a SimpleBlock where its content does.
                at = packet.pos if data.startswith(b"OggS") else data.rindex(_SIMPLE_BLOCK, 0, packet.pos - 1)
                return data[:at], data[at:]
    raise LookupError(f"the recording ends before {seconds} s")


DEVICES: Mapping[str, Device] = {
    "mp3": Device("mp3", lambda samples: encoded(samples, "mp3", "libmp3lame", 44_100, "stereo")),
    "wav": Device("wav", lambda samples: encoded(samples, "wav", "pcm_s16le", 44_100, "stereo")),
    "flac": Device("flac", lambda samples: encoded(samples, "flac", "flac", 48_000)),
    "ogg": Device("ogg", firefox),
    "opus": Device("opus", lambda samples: encoded(samples, "ogg", "libopus", 48_000, "stereo")),
    "aac": Device("aac", lambda samples: encoded(samples, "adts", "aac", 44_100)),
    "pcm16": Device("pcm16", lambda samples: raw(samples, 16_000)),
    "browser": Device("webm", browser),
    "Safari": Device("m4a", safari),
    "phone": Device("m4a", phone),
    "Unreal, wav with false sizes": Device("wav", with_false_sizes),
    "Unreal, wav without its header": Device("wav", lambda samples: raw(samples, 16_000)),
    "Unreal, raw": Device("pcm16/48000", lambda samples: raw(samples, 48_000)),
    "webm called mp3": Device("mp3", browser),
    "wav called webm": Device("webm", lambda samples: encoded(samples, "wav", "pcm_s16le", 16_000)),
    "phone called pcm16": Device("pcm16", phone),
}
"""Every `mediaFormat`, and those who name a wrong one."""


def chunks(data: bytes, seed: str) -> list[bytes]:
    """`data` cut anywhere, as it was sent: the first chunks are tiny, and the header of a WAV is a chunk of its own."""
    cuts, choose = [0, 1, 4, 44], random.Random(seed)
    while cuts[-1] < len(data):
        cuts.append(cuts[-1] + choose.randint(1, max(2, len(data) // 6)))
    return [data[start:end] for start, end in itertools.pairwise(cuts) if data[start:end]]
