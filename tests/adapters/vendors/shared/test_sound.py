"""What becomes of the bytes that synthesisers answer with: formats, samples kept whole, WAV headers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.ports.calls import EngineFailed
from actors.ports.sound import Clip
from adapters.vendors.shared.sound import SoundReader, fitting, sayable
from protocol.audioformat import AudioFormat
from tests.adapters.vendors.sounds import MP3, OPUS, PCM, SAMPLES, wav

LISTED = b"LIST\x03\x00\x00\x00abc\x00"
"""A chunk of an odd size, which is padded."""


def read(asked: AudioFormat, pieces: list[bytes]) -> tuple[bytes, set[AudioFormat]]:
    reading = SoundReader(asked)
    clips: list[Clip | None] = [*(reading.push(piece) for piece in pieces), reading.finish()]
    sound = [clip for clip in clips if clip is not None]
    assert reading.sounded == bool(sound)
    return b"".join(clip.data for clip in sound), {clip.format for clip in sound}


def cut(data: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[begin:end] for begin, end in pairwise(bounds)]


PLACES = st.lists(st.integers(0, 100_000), max_size=20)


@given(PLACES)
def test_samples_are_kept_whole(places: list[int]) -> None:
    assert read(PCM, cut(SAMPLES, places)) == (SAMPLES, {PCM})
    assert read(PCM, cut(SAMPLES[:-1], places)) == (SAMPLES[:-2], {PCM})


@given(PLACES, st.sampled_from([None, 0, 0xFFFF_FFFF, 2_000_000_000]), st.sampled_from([b"", LISTED]))
def test_a_wav_becomes_its_samples_at_its_own_rate(places: list[int], size: int | None, before: bytes) -> None:
    file = wav(SAMPLES, 22_050, size=size, before=before)
    assert read(PCM, cut(file, places)) == (SAMPLES, {AudioFormat("pcm16", 22_050)})


@given(PLACES)
def test_what_follows_the_samples_of_a_wav_is_no_sound(places: list[int]) -> None:
    assert read(PCM, cut(wav(SAMPLES) + LISTED, places)) == (SAMPLES, {PCM})


@given(PLACES, st.sampled_from([("mp3", MP3), ("opus", OPUS)]))
def test_a_file_stays_as_it_is(places: list[int], file: tuple[str, bytes]) -> None:
    name, data = file
    assert read(AudioFormat(name), cut(data, places)) == (data, {AudioFormat(name)})


def test_the_bytes_know_better_than_the_request() -> None:
    assert read(AudioFormat("mp3"), [wav(SAMPLES)]) == (SAMPLES, {PCM})
    assert read(PCM, [MP3]) == (MP3, {AudioFormat("mp3")})
    assert read(PCM, [OPUS]) == (OPUS, {AudioFormat("ogg")})


def test_a_wav_that_is_not_16_bit_mono_stays_a_file() -> None:
    stereo = wav(SAMPLES, channels=2)
    assert read(PCM, [stereo]) == (stereo, {AudioFormat("wav")})


def test_a_wav_whose_header_never_ends_stays_a_file() -> None:
    endless = wav(SAMPLES, before=b"JUNK" + (1 << 20).to_bytes(4, "little")) + bytes(70_000)
    assert read(PCM, [endless[:1_000], endless[1_000:]]) == (endless, {AudioFormat("wav")})


def test_a_wav_of_chunks_without_end_stays_a_file() -> None:
    hostile = b"RIFF\0\0\0\0WAVE" + b"LIST\0\0\0\0" * 20_000
    assert read(PCM, [hostile[:1_000], hostile[1_000:]]) == (hostile, {AudioFormat("wav")})


@given(PLACES, st.sampled_from([None, 0, 0xFFFF_FFFF, 2_000_000_000]))
def test_of_several_wavs_in_one_body_all_are_heard_without_their_headers(places: list[int], size: int | None) -> None:
    body = wav(SAMPLES, 22_050, size=size) + wav(SAMPLES[::-1], 22_050, size=size, before=LISTED) + wav(b"", 22_050)
    body += wav(SAMPLES + b"x", 22_050, size=size) + wav(SAMPLES, 22_050, size=size)
    samples = SAMPLES + SAMPLES[::-1] + SAMPLES + SAMPLES
    assert read(PCM, cut(body, places)) == (samples, {AudioFormat("pcm16", 22_050)})


def test_wavs_of_different_kinds_in_one_body_are_refused() -> None:
    with pytest.raises(EngineFailed, match="different kinds"):
        read(PCM, [wav(SAMPLES), wav(SAMPLES, 8_000)])


def test_an_extensible_header_is_read_by_its_subformat() -> None:
    plain = wav(SAMPLES)
    form = (
        (40).to_bytes(4, "little")
        + b"\xfe\xff"
        + plain[22:36]
        + b"\x16\x00\x10\x00\x04\x00\x00\x00\x01\x00"
        + bytes(14)
    )
    assert read(PCM, [plain[:16] + form + plain[36:]]) == (SAMPLES, {PCM})


@pytest.mark.parametrize("body", [b"", b"\x01", wav(b"")], ids=["nothing", "half a sample", "a bare header"])
def test_nothing_is_no_sound(body: bytes) -> None:
    assert read(PCM, [body]) == (b"", set())


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        (None, PCM),
        (AudioFormat("mp3"), AudioFormat("mp3")),
        (AudioFormat("opus"), PCM),
        (AudioFormat("wav"), PCM),
        (AudioFormat("pcm16", 16_000), AudioFormat("pcm16", 16_000)),
        (AudioFormat("pcm16", 48_000), PCM),
    ],
    ids=str,
)
def test_what_is_asked_of_a_provider(wanted: AudioFormat | None, asked: AudioFormat) -> None:
    assert fitting(wanted, frozenset({"mp3"}), frozenset({16_000, 24_000}), 24_000) == asked


def test_what_cannot_be_sent_is_not_said() -> None:
    assert sayable("a\x00\x07b\ud83dc\ufffe") == "a b c "
    assert sayable("tab\tline\n🐎 é") == "tab\tline\n🐎 é"
