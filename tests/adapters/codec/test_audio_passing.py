"""What passes untouched: mp3 and Ogg Opus by their frames, WAV by its header, wherever they are cut."""

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.ports.calls import EngineFailed
from actors.ports.sound import Sound, Target
from adapters.codec.passing import passing
from adapters.codec.pieces import WavWriter, sample_writer, takes_samples
from protocol.audioformat import AudioFormat
from tests.adapters.codec.live import at_once, cut, streamed
from tests.adapters.codec.sounds import voice, written

MP3, OPUS, WAV = AudioFormat("mp3"), AudioFormat("opus"), AudioFormat("wav")
PCM24 = AudioFormat("pcm16", 24_000)
PLACES = st.lists(st.integers(1, 30_000), max_size=30)


@functools.cache
def sample(name: str) -> bytes:
    """Files as synthesisers send them: from FFmpeg's muxers, and from an encoder for streams."""
    if name.startswith("live "):
        target = Target(AudioFormat(name.removeprefix("live ")))
        data = voice(24_000, 1.0)
        return b"".join(
            sound.data for sound in streamed(PCM24, cut(data, range(0, 48_000, 3_000)), target).sounds[target]
        )
    return written(name, seconds=1.0)


def passed(name: str, parts: list[bytes], most: int = 0) -> list[Sound]:
    target = Target(AudioFormat(name.removeprefix("live ")), "joined", most)
    writer = passing(target, sample(name)[:40])
    assert writer
    return [sound for part in parts for sound in writer.push(part)] + list(writer.finish())


@pytest.mark.parametrize("name", ["mp3", "opus", "live mp3", "live opus"])
@given(places=PLACES, most=st.sampled_from([0, 0, 700]))
def test_the_bytes_are_the_providers_own_and_the_time_is_true(name: str, places: list[int], most: int) -> None:
    data = sample(name)
    sounds = passed(name, cut(data, places), most)
    assert b"".join(sound.data for sound in sounds) == data
    assert all(sound.data and len(sound.data) <= (most or len(data)) and sound.seconds >= 0 for sound in sounds)
    form = AudioFormat(name.removeprefix("live "))
    seconds = len(at_once(data, form, 48_000)) / 96_000
    assert sum(sound.seconds for sound in sounds) == pytest.approx(seconds, abs=1_152 / 44_100)


@pytest.mark.parametrize("name", ["mp3", "opus", "live mp3", "live opus"])
def test_a_piece_is_told_with_its_own_time(name: str) -> None:
    data = sample(name)
    half = sum(sound.seconds for sound in passed(name, [data[: len(data) // 2]]))
    page = 1.0 if name == "opus" else 0.15  # FFmpeg's pages hold a second
    assert abs(half - 0.5) < page


def test_a_tag_before_the_first_frame_and_rubbish_between_frames_are_handed_on_too() -> None:
    bare = sample("mp3")[sample("mp3").index(b"\xff\xfb") :]
    data = b"ID3\4\0\0\0\0\x0f\x50" + bytes(2_000) + bare + b"\xff\0rubbish" * 50 + bare
    sounds = passed("mp3", cut(data, range(0, len(data), 333)))
    assert b"".join(sound.data for sound in sounds) == data
    assert sum(sound.seconds for sound in sounds) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("name", ["wav", "flac", "webm", "aac", "m4a"])
def test_what_is_something_else_does_not_pass(name: str) -> None:
    for form in (MP3, OPUS):
        assert passing(Target(form), written(name, seconds=0.1)[:40]) is None
    assert passing(Target(MP3), sample("opus")[:40]) is None
    assert passing(Target(OPUS), sample("mp3")[:40]) is None
    assert passing(Target(MP3, "whole"), sample("mp3")[:40]) is None


@given(data=st.binary(max_size=3_000), places=PLACES)
@pytest.mark.parametrize("name", ["mp3", "opus"])
def test_whatever_follows_the_first_frame_is_handed_on(name: str, data: bytes, places: list[int]) -> None:
    data = sample(name)[:300] + data
    assert b"".join(sound.data for sound in passed(name, cut(data, places))) == data


def test_pieces_too_small_for_their_format_are_refused_in_words() -> None:
    with pytest.raises(EngineFailed, match="at most 45 bytes are too small for wav: allow 46"):
        WavWriter(Target(WAV, "whole", 45))
    with pytest.raises(EngineFailed, match="too small for pcm16/24000"):
        sample_writer(Target(PCM24, "joined", 1))
    assert takes_samples(Target(PCM24), 24_000)
    assert not takes_samples(Target(PCM24), 22_050)
    assert not takes_samples(Target(MP3), 24_000)
