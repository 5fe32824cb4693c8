"""What a body of a synthesiser turns out to be, by its first bytes and its type: words, samples of any kind, MPEG."""

import math
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.ports.sound import Clip
from adapters.reach.contract import Endpoint, ProviderFailed
from adapters.vendors.shared.announced import Announced, announced
from adapters.vendors.shared.body import SoundBody
from adapters.vendors.shared.rawsound import RawSound
from protocol.audioformat import AudioFormat
from tests.adapters.vendors.sounds import PCM, SAMPLES, wav

AT = Endpoint("double", "Double", "http://double")
TONE = [round(9_000 * math.sin(at / 9)) for at in range(2_000)]
LITTLE, BIG = struct.pack("<2000h", *TONE), struct.pack(">2000h", *TONE)
FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""A frame of MP3: 128 kbit/s at 44.1 kHz have 417 bytes."""
ADTS = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)
"""A frame of AAC of 16 bytes."""


def read(body: SoundBody, *pieces: bytes) -> tuple[bytes, set[AudioFormat]]:
    clips = [clip for clip in (*map(body.push, pieces), body.finish()) if isinstance(clip, Clip)]
    return b"".join(clip.data for clip in clips), {clip.format for clip in clips}


def drip(data: bytes, size: int = 7) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("", Announced()),
        ("audio/pcm", Announced(is_raw=True)),
        ("audio/L16; rate=24000; channels=1", Announced(is_raw=True, rate=24_000, order="unsure")),
        ("audio/L16;codec=pcm;rate=24000", Announced(is_raw=True, rate=24_000, order="unsure")),
        ("audio/l16; rate=8000; endianness=little-endian", Announced(is_raw=True, rate=8_000)),
        ("audio/pcm; rate=16000; endian=big", Announced(is_raw=True, rate=16_000, order="big")),
        ("audio/L24;rate=48000;channels=2", Announced("", True, 48_000, 2, 3, "unsure")),
        ("audio/basic", Announced("", True, 8_000, width=1, law="mu")),
        ("audio/PCMU; rate=16000", Announced("", True, 16_000, width=1, law="mu")),
        ("audio/PCMA", Announced("", True, 8_000, width=1, law="a")),
        ("audio/x-raw;format=(string)F32LE; rate=(int)24000", Announced("", True, 24_000, width=4, is_float=True)),
        ("audio/pcm;encoding=float;bits=64;rate=24.0kHz", Announced("", True, 24_000, width=8, is_float=True)),
        ("audio/pcm;encoding=pcm_f32be", Announced("", True, 0, width=4, order="big", is_float=True)),
        ("audio/pcm; bit-depth=24; rate='16000'", Announced("", True, 16_000, width=3)),
        ("audio/L16;bits=16;rate=16000.0", Announced("", True, 16_000, order="unsure")),
        ("audio/x-raw;format=S16LE;rate=16k", Announced("", True, 16_000)),
        ("audio/pcm;format=s32le;frequency=8000", Announced("", True, 8_000, width=4)),
        ("audio/pcm;encoding=signed-integer;bits=12", Announced("", True)),
        ("audio/x-wav", Announced("wav")),
        ("audio/wav; codecs=1", Announced("wav")),
        ("audio/wav; codecs=7; rate=8000", Announced("wav", True, 8_000, width=1, law="mu")),
        ("audio/wav; codecs=audio/pcm; samplerate=16000", Announced("wav", rate=16_000)),
        ('audio/ogg; codecs="opus"', Announced("ogg")),
        ("audio/mpeg", Announced("mp3")),
        ("audio/aac", Announced("aac")),
        ("audio/mp4; codecs=mp4a.40.2", Announced("m4a")),
        ("audio/pcm; rate=many; channels=", Announced(is_raw=True)),
        ("audio/pcm; rate=99999999999999999999", Announced(is_raw=True)),
    ],
)
def test_what_a_type_says(kind: str, said: Announced) -> None:
    assert announced(kind) == said


@pytest.mark.parametrize("silence", [0, 3, 30_000])
@pytest.mark.parametrize(("order", "sound"), [("little", LITTLE), ("big", BIG)])
@pytest.mark.parametrize("size", [1, 999, 1 << 20])
def test_the_order_of_l16_is_heard(silence: int, order: str, sound: bytes, size: int) -> None:
    """By its RFC it is big-endian; many providers send little-endian."""
    body = SoundBody(AT, PCM, "audio/L16; rate=24000")
    assert read(body, *drip(bytes(2 * silence) + sound, size)) == (bytes(2 * silence) + LITTLE, {PCM})


def test_where_the_order_cannot_be_heard_it_is_that_of_the_rfc() -> None:
    assert read(SoundBody(AT, PCM, "audio/l16;rate=24000"), b"\x01\x02" * 50) == (b"\x02\x01" * 50, {PCM})
    assert read(SoundBody(AT, PCM, "audio/l16;rate=24000"), bytes(100)) == (bytes(100), {PCM})


def test_silence_before_the_order_is_known_is_not_held_back() -> None:
    sound = RawSound(announced("audio/l16"))
    assert sound.take(bytes(4_001)) == bytes(4_000)
    assert sound.take(BIG[1:] if BIG[:1] == b"\0" else BIG, last=True) == LITTLE


def test_channels_and_widths_become_mono_of_16_bit() -> None:
    stereo = struct.pack("<8h", 100, 300, -5, -7, 32_767, 32_767, 0, 1) * 20
    assert read(SoundBody(AT, PCM, "audio/pcm;channels=2"), *drip(stereo)) == (
        struct.pack("<4h", 200, -6, 32_767, 0) * 20,
        {PCM},
    )
    deep = RawSound(Announced(is_raw=True, width=3, order="big"))
    assert deep.take(b"\x01\x02\x03\xff\xfe\xfd\x00") == b"\x02\x01\xfe\xff"
    assert RawSound(Announced(is_raw=True, width=1)).take(b"\x00\x80\xff") == struct.pack("<3h", -32_768, 0, 32_512)


@pytest.mark.parametrize(
    ("kind", "codes", "samples"),
    [
        ("audio/basic", b"\xff\x7f\x00\x80\xe7\x67", (0, 0, -32_124, 32_124, 260, -260)),
        ("audio/pcma", b"\xd5\x55\x2a\xaa\x80\x00", (8, -8, -32_256, 32_256, 5_504, -5_504)),
    ],
)
def test_the_laws_of_g711(kind: str, codes: bytes, samples: tuple[int, ...]) -> None:
    made = struct.pack(f"<{len(samples)}h", *samples)
    assert read(SoundBody(AT, PCM, kind), *drip(codes * 20)) == (made * 20, {AudioFormat("pcm16", 8_000)})


@pytest.mark.parametrize(("frame", "made"), [(FRAME, "mp3"), (ADTS, "aac")])
@pytest.mark.parametrize("kind", ["audio/mpeg", "audio/aac", "application/octet-stream", "audio/pcm;rate=16000", ""])
def test_mpeg_audio_is_known_by_two_frames(frame: bytes, made: str, kind: str) -> None:
    assert read(SoundBody(AT, PCM, kind), *drip(frame * 5)) == (frame * 5, {AudioFormat(made)})


@pytest.mark.parametrize("kind", ["", "audio/pcm"])
def test_samples_that_begin_as_a_frame_does_are_samples(kind: str) -> None:
    sound = FRAME[:4] + SAMPLES * 4
    assert read(SoundBody(AT, PCM, kind), *drip(sound)) == (sound, {PCM})
    assert read(SoundBody(AT, PCM, kind), FRAME[:4]) == (FRAME[:4], {PCM})


def test_a_rate_that_no_sound_has_is_an_error() -> None:
    with pytest.raises(ProviderFailed, match="sound of 12 Hz"):
        read(SoundBody(AT, PCM, "audio/pcm;rate=12"), SAMPLES)


def test_a_header_knows_better_than_the_type() -> None:
    file = wav(SAMPLES, 22_050)
    assert read(SoundBody(AT, PCM, "audio/pcm;rate=16000"), *drip(file)) == (SAMPLES, {AudioFormat("pcm16", 22_050)})


@pytest.mark.parametrize(("kind", "order"), [("f", "<"), ("f", ">"), ("d", "<")])
def test_floating_point_samples_are_rounded(kind: str, order: str) -> None:
    said = Announced(is_raw=True, width=struct.calcsize(kind), order="big" if order == ">" else "little", is_float=True)
    sound = struct.pack(f"{order}5{kind}", 0.0, 0.5, -1.0, 7.0, math.nan)
    assert b"".join(map(RawSound(said).take, drip(sound, 3))) == struct.pack("<5h", 0, 16_383, -32_767, 32_767, 0)


@pytest.mark.parametrize(
    "words",
    [
        '{"error": "Schlüssel ungültig, bitte einen anderen Schlüssel nehmen"}'.encode("latin-1"),
        b"\x1b[31mno" + b"n" * 99,
    ],
)
def test_words_that_are_no_utf_8_are_words(words: bytes) -> None:
    for size in (1, 1 << 20):
        with pytest.raises(ProviderFailed, match="words in place of sound"):
            read(SoundBody(AT, PCM, "audio/wav"), *drip(words, size))


@pytest.mark.parametrize("words", ["x", " \n", "Ü" * 40, "a" * 100_000])
def test_words_are_an_error_however_they_come(words: str) -> None:
    for size in (1, 63, 1 << 20):
        with pytest.raises(ProviderFailed, match="words in place of sound"):
            read(SoundBody(AT, PCM, "audio/wav"), *drip(words.encode(), size))


def test_no_byte_at_all_is_no_sound() -> None:
    with pytest.raises(ProviderFailed, match="without any sound"):
        read(SoundBody(AT, PCM, "audio/wav"))


@given(st.lists(st.integers(-3_000, 3_000), min_size=64, max_size=200), st.lists(st.integers(0, 400), max_size=9))
def test_samples_come_whole_wherever_they_are_cut(samples: list[int], places: list[int]) -> None:
    data = struct.pack(f"<{len(samples)}h", *samples)
    bounds = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    if all(32 <= byte < 127 for byte in data[:64]):
        return  # pragma: no cover
    assert read(SoundBody(AT, PCM), *(data[begin:end] for begin, end in pairwise(bounds))) == (data, {PCM})
