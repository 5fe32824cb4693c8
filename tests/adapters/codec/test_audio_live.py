"""Streams inside the codec's process: what comes in pieces decodes as if whole, and pieces that go out join."""

import functools
import struct
from io import BytesIO

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.ports.sound import SoundTooLong, Target, Undecodable
from adapters.codec.sources import FULL
from adapters.codec.streams_child import StreamConversion
from adapters.processes.frames import Opening
from protocol.audioformat import INPUT_FORMATS, AudioFormat
from tests.adapters.codec.live import at_once, cut, decoded, go_on, streamed
from tests.adapters.codec.sounds import WRITERS, tone, values, voice, written

RAW = AudioFormat("pcm16", 24_000)
PCM16K = AudioFormat("pcm16", 16_000)
MP3, OPUS, WAV = AudioFormat("mp3"), AudioFormat("opus"), AudioFormat("wav")


@functools.cache
def sample(name: str) -> bytes:
    """A file of each format; `fragments` is what Safari's MediaRecorder writes."""
    match name:
        case "pcm16":
            return voice(16_000, 0.7) + b"\1"
        case "fragments":
            file = BytesIO()
            with (
                av.open(BytesIO(written("m4a")), "r") as source,
                av.open(file, "w", format="mp4", options={"movflags": "frag_every_frame+empty_moov"}) as container,
            ):
                stream = container.add_stream_from_template(source.streams.audio[0])
                for packet in source.demux(source.streams.audio[0]):
                    if packet.dts is not None:
                        packet.stream = stream
                        container.mux(packet)
            return file.getvalue()
        case _:
            return written(name, seconds=0.7)


def source_of(name: str) -> AudioFormat:
    return PCM16K if name == "pcm16" else AudioFormat("m4a" if name == "fragments" else name)


@pytest.mark.parametrize("name", [*INPUT_FORMATS, "fragments"])
@given(places=st.lists(st.integers(1, 20_000), max_size=40), rate=st.sampled_from([8_000, 16_000, 24_000, 44_100]))
def test_wherever_it_is_cut_a_sound_decodes_as_if_it_were_whole(name: str, places: list[int], rate: int) -> None:
    data, source = sample(name), source_of(name)
    assert decoded(source, cut(data, places), rate) == at_once(data, source, rate)


@pytest.mark.parametrize("name", [*INPUT_FORMATS, "fragments"])
def test_byte_by_byte_a_sound_decodes_as_if_it_were_whole(name: str) -> None:
    data, source = sample(name)[:20_000], source_of(name)
    assert decoded(source, cut(data, range(len(data))), 16_000) == at_once(data, source, 16_000)


@pytest.mark.parametrize("name", [name for name in WRITERS if name not in ("mp3", "aac")])
@pytest.mark.parametrize("called", [MP3, AudioFormat("webm"), WAV, PCM16K], ids=str)
def test_the_header_wins_over_the_name(name: str, called: AudioFormat) -> None:
    data = sample(name)
    assert decoded(called, cut(data, range(0, len(data), 100)), 16_000) == at_once(data, AudioFormat(name), 16_000)


@pytest.mark.parametrize(("name", "called"), [("mp3", "aac"), ("mp3", "ogg"), ("aac", "mp3"), ("aac", "webm")])
@pytest.mark.parametrize("tag", [b"", b"ID3\4\0\0\0\0\x0f\x50" + bytes(2_000)], ids=["bare", "tagged"])
def test_mpeg_audio_is_known_by_its_frames(name: str, called: str, tag: bytes) -> None:
    data = tag + (sample("mp3")[sample("mp3").index(b"\xff\xfb") :] if name == "mp3" else sample("aac"))
    parts = cut(data, range(0, len(data), 100))
    assert decoded(AudioFormat(called), parts, 16_000) == at_once(data, AudioFormat(called), 16_000)


@pytest.mark.parametrize(
    ("name", "most"), [("pcm16", 0.02), ("mp3", 0.15), ("aac", 0.15), ("webm", 0.15), ("wav", 0.45), ("fragments", 0.2)]
)
def test_what_has_come_is_decoded_soon(name: str, most: float) -> None:
    data = voice(16_000, 2.0) if name == "pcm16" else sample(name) if name == "fragments" else written(name)
    target = Target(PCM16K)
    for share in (0.3, 0.5, 0.8):
        stream = StreamConversion(Opening(source_of(name), (target,), 600.0))
        pushed = stream.push(data[: int(len(data) * share)], go_on, last=False)
        stream.close()
        assert sum(sound.seconds for sound in pushed.sounds[0]) > 2.0 * share - most


def test_mp3_files_that_are_joined_lose_nothing() -> None:
    data = sample("mp3") * 2
    assert decoded(MP3, cut(data, range(0, len(data), 500)), 16_000) == at_once(data, MP3, 16_000)


def test_much_sound_in_few_bytes_comes_in_turns_and_ends_at_the_limit() -> None:
    data = written("flac", seconds=60.0, layout="mono")
    assert len(decoded(AudioFormat("flac"), [data], 16_000)) == 60 * 32_000 > FULL * 4_096
    with pytest.raises(SoundTooLong, match="longer than the 50 seconds"):
        decoded(AudioFormat("flac"), [data], 16_000, seconds=50.0)
    with pytest.raises(SoundTooLong, match="longer than the 1 seconds"):
        decoded(RAW, [bytes(50_000)], 24_000, seconds=1.0)


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "wav"])
def test_what_does_not_decode_is_refused_in_the_words_of_whole_files(name: str) -> None:
    source = AudioFormat(name)
    for data in (b"", b"x", b"\xff\xfb", np.random.default_rng(5).bytes(5_000), b"OggS\0\2", b"ID3", b"fLaC"):
        with pytest.raises(Undecodable) as expected:
            at_once(data, source, 16_000)
        with pytest.raises(Undecodable) as refused:
            decoded(source, cut(data, range(0, len(data), 700)), 16_000)
        assert str(refused.value) == str(expected.value)


# ---- encoding

TARGETS = [
    Target(form, pieces, most)
    for form in (MP3, OPUS, WAV, RAW, AudioFormat("pcm16", 8_000))
    for pieces in ("joined", "whole")
    for most in (0, 3_000, 96_000)
]
SOUND = voice(24_000, 2.345)
FRAMES = {"mp3": 576 / 24_000, "opus": 0.02, "wav": 1e-9, "pcm16": 1e-9}


def played(target: Target, pieces: list[bytes], rate: int) -> bytes:
    """What a Receiver hears that plays the pieces one after the other."""
    if target.pieces == "joined":
        return at_once(b"".join(pieces), target.format, rate)
    return b"".join(at_once(piece, target.format, rate) for piece in pieces)


@pytest.mark.parametrize("target", TARGETS, ids=str)
@pytest.mark.parametrize("step", [480, 2_400, 20_001, 200_000])
def test_pieces_join_to_the_whole_sound_without_clicks_or_gaps(target: Target, step: int) -> None:
    outcome = streamed(RAW, cut(SOUND, range(0, len(SOUND), step)), target)
    sounds = outcome.sounds[target]
    assert not outcome.failures
    assert all(sound.data and (not target.most or len(sound.data) <= target.most) for sound in sounds)
    assert sum(sound.seconds for sound in sounds) == pytest.approx(2.345, abs=FRAMES[target.format.name])
    rate = target.format.rate or (48_000 if target.format == OPUS else 24_000)
    heard = values(played(target, [sound.data for sound in sounds], rate))
    if target.format == MP3 and target.pieces == "joined":
        assert 0 <= len(heard) - 529 - len(SOUND) // 2 < 576  # a stream cannot say what is to be left out at its ends
        heard = heard[529 : 529 + len(SOUND) // 2]
    assert len(heard) == len(SOUND) // 2 * rate // 24_000
    meant = values(decoded(RAW, [SOUND], rate))
    assert np.corrcoef(heard, meant)[0, 1] > 0.99
    # A click would be a step that the sound itself does not have.
    assert np.abs(np.diff(heard)).max() < 1.25 * np.abs(np.diff(meant)).max()
    # A gap would be a stretch without the sound's loudness.
    assert gap(heard, rate) <= gap(meant, rate) + 0.002


def gap(heard: np.ndarray[tuple[int, ...], np.dtype[np.float64]], rate: int) -> float:
    """The longest stretch of next to nothing, in seconds."""
    loud = np.flatnonzero(np.abs(heard) > 60)
    return float(np.diff(loud).max()) / rate


@pytest.mark.parametrize("target", [target for target in TARGETS if target.pieces == "whole"], ids=str)
def test_each_whole_piece_plays_as_long_as_it_says(target: Target) -> None:
    for sound in streamed(RAW, cut(SOUND, range(0, len(SOUND), 5_000)), target).sounds[target]:
        rate = target.format.rate or 48_000
        assert len(at_once(sound.data, target.format, rate)) / 2 / rate == pytest.approx(sound.seconds, abs=2 / rate)


def test_a_whole_wav_has_true_sizes_and_a_joined_one_those_of_a_stream() -> None:
    whole, joined = Target(WAV, "whole", 3_000), Target(WAV)
    made = streamed(RAW, cut(SOUND, range(0, len(SOUND), 5_000)), whole, joined).sounds
    for sound in made[whole]:
        riff, size, shape, data = struct.unpack("<4sI32sI", sound.data[:44])
        assert (riff, size, data) == (b"RIFF", len(sound.data) - 8, len(sound.data) - 44)
        assert shape.endswith(b"data")
    assert made[joined][0].data[4:8] == made[joined][0].data[40:44] == b"\xff" * 4
    assert b"".join(sound.data for sound in made[joined])[44:] == SOUND


@pytest.mark.parametrize("form", [MP3, OPUS, WAV, RAW], ids=str)
@pytest.mark.parametrize("pieces", ["joined", "whole"])
@pytest.mark.parametrize("samples", [1, 2, 479, 481, 577])
def test_the_shortest_sounds_are_encoded_too(form: AudioFormat, pieces: str, samples: int) -> None:
    target = Target(form, "joined" if pieces == "joined" else "whole")
    sounds = streamed(RAW, [SOUND[: 2 * samples]], target).sounds[target]
    assert sum(sound.seconds for sound in sounds) == pytest.approx(samples / 24_000)
    # FFmpeg forgets what to leave out at the beginning where the end is in the same frame.
    extra = 1_105 + 576 if target == Target(MP3) else 529 if form == MP3 and samples < 48 else 0
    heard = len(played(target, [sound.data for sound in sounds], 24_000)) // 2
    assert samples <= heard <= samples + extra
    assert streamed(RAW, [], target).sounds[target] == []


@pytest.mark.parametrize(("form", "within"), [(WAV, 0.05), (RAW, 0.05), (MP3, 0.08), (OPUS, 0.05)], ids=str)
def test_the_first_piece_comes_within_the_frame_delay(form: AudioFormat, within: float) -> None:
    stream = StreamConversion(Opening(AudioFormat("pcm16", 24_000), (Target(form),), 600.0))
    pushed = stream.push(SOUND[: int(within * 48_000)], go_on, last=False)
    assert pushed.sounds[0][0].seconds > 0


def test_a_target_that_cannot_be_made_leaves_the_others_alone() -> None:
    small, foreign, good = Target(OPUS, "whole", 300), Target(AudioFormat("flac")), Target(MP3)
    outcome = streamed(RAW, cut(SOUND, range(0, len(SOUND), 9_000)), small, foreign, good)
    assert "too small for opus" in outcome.failures[small]
    assert "flac is no format" in outcome.failures[foreign]
    assert sum(sound.seconds for sound in outcome.sounds[good]) == pytest.approx(2.345)
    assert good not in outcome.failures


def test_the_shape_of_a_voice_survives_a_rate_that_is_not_the_codecs() -> None:
    target = Target(MP3, "whole")
    sound, source = voice(22_050, 1.5), AudioFormat("pcm16", 22_050)
    sounds = streamed(source, cut(sound, range(0, len(sound), 1_000)), target).sounds[target]
    heard = values(played(target, [piece.data for piece in sounds], 24_000))
    meant = values(voice(24_000, 1.5))
    assert len(heard) == len(meant)
    assert np.corrcoef(heard, meant)[0, 1] > 0.99


def test_silence_and_a_tone_stay_what_they_are() -> None:
    for target in (Target(MP3, "whole"), Target(OPUS, "whole")):
        quiet = streamed(RAW, cut(bytes(48_000), range(0, 48_000, 999)), target).sounds[target]
        assert np.abs(values(played(target, [piece.data for piece in quiet], 24_000))).max() <= 2
        loud = streamed(RAW, [tone(24_000, 1.0)], target).sounds[target]
        assert np.abs(values(played(target, [piece.data for piece in loud], 24_000))).max() > 25_000
