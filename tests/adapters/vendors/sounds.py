"""Sounds that doubles of synthesisers answer with."""

from protocol.audioformat import AudioFormat

PCM = AudioFormat("pcm16", 24_000)
SAMPLES = bytes(range(1, 241)) * 10
"""50 ms of samples, in which no byte is like its neighbours."""
MP3 = b"ID3\x04" + SAMPLES
OPUS = b"OggS\x00\x02" + SAMPLES


def wav(samples: bytes, rate: int = 24_000, channels: int = 1, size: int | None = None, before: bytes = b"") -> bytes:
    """`samples` behind a WAV header, which claims `size` bytes; `before`: chunks that come before the samples."""
    claimed = len(samples) if size is None else size
    form = b"".join(
        number.to_bytes(width, "little")
        for number, width in ((1, 2), (channels, 2), (rate, 4), (rate * channels * 2, 4), (channels * 2, 2), (16, 2))
    )
    head = b"WAVEfmt " + (16).to_bytes(4, "little") + form + before + b"data" + claimed.to_bytes(4, "little")
    return b"RIFF" + min(claimed + len(head), 0xFFFF_FFFF).to_bytes(4, "little") + head + samples
