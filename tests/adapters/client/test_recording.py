"""Recordings: what a file's format and length are, and how it is cut into chunks."""

from io import BytesIO
from pathlib import Path

import av
import pytest

from adapters.client import recording
from adapters.client.recording import BadRecording, Recording
from tests.adapters.client.scripted import wav


def test_a_wav_is_cut_into_tenths_of_a_second(tmp_path: Path) -> None:
    path = tmp_path / "speech.bin"
    path.write_bytes(wav(1.0))
    read = recording.read(path)
    assert read.media_format == "wav"
    assert read.seconds == pytest.approx(1.0)
    assert b"".join(read.chunks()) == wav(1.0)
    assert len(read.chunks()) == 10


def test_raw_samples_are_known_by_their_suffix_and_never_split(tmp_path: Path) -> None:
    path = tmp_path / "speech.PCM"
    path.write_bytes(bytes(32_000))
    read = recording.read(path)
    assert read.media_format == "pcm16"
    assert read.seconds == pytest.approx(1.0)
    lengths = range(32_000, 34_000, 2)
    recordings = (Recording(bytes(length), "pcm16", length / 32_000) for length in lengths)
    assert {len(chunk) % 2 for each in recordings for chunk in each.chunks()} == {0}


@pytest.mark.parametrize(
    ("container", "codec", "suffix", "told"),
    [
        ("mp3", "mp3", ".mp3", "mp3"),
        ("mp3", "mp3", "", "mp3"),
        ("ogg", "libopus", ".opus", "ogg"),
        ("webm", "libopus", ".webm", "webm"),
        ("flac", "flac", ".flac", "flac"),
        ("mp4", "aac", ".m4a", "m4a"),
        ("adts", "aac", ".aac", "aac"),
        ("adts", "aac", "", "aac"),
        ("aiff", "pcm_s16be", ".aiff", "mp3"),
        ("caf", "pcm_s16be", ".caf", "mp3"),
        ("au", "pcm_s16be", "", "mp3"),
        ("w64", "pcm_s16le", ".w64", "mp3"),
    ],
)
def test_compressed_files_tell_their_format_and_length(
    container: str, codec: str, suffix: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / f"speech{suffix}"
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=48_000)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        with av.open(BytesIO(wav(2.0)), "r") as source:
            for frame in source.decode(audio=0):
                output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    read = recording.read(path)
    assert read.media_format == told
    assert read.seconds == pytest.approx(2.0, abs=0.3)
    assert abs(len(read.chunks()) - 20) <= 4


@pytest.mark.parametrize(
    "data", [b"", b"words, not sound\n" * 99, b"<svg xmlns='http://www.w3.org/2000/svg'/>", wav(0)]
)
def test_a_file_without_sound_is_refused_in_words(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(data)
    with pytest.raises(BadRecording, match=r"notes\.txt: (not audio|no sound)"):
        recording.read(path)
