"""The codec: every format in and out, what it refuses, and that a bad file harms nothing."""

import os
import signal
import struct
import wave
from io import BytesIO

import av
import numpy as np
import pytest
import trio
import trio.testing

from actors.ports.calls import EngineFailed
from actors.ports.sound import Clip, NoSound, Sound, SoundTooLong, Undecodable
from adapters.codec.codec import AudioCodec
from adapters.processes.frames import MAX_FRAME
from protocol.audioformat import AudioFormat
from tests.adapters.codec.sounds import TONE, WRITERS, tone, written

real = pytest.mark.real
MP3, WAV, OPUS = AudioFormat("mp3"), AudioFormat("wav"), AudioFormat("opus")
PCM24 = AudioFormat("pcm16", 24_000)


def pitch(samples: bytes, rate: int) -> float:
    """The strongest frequency in Hz, away from the ends."""
    values = np.frombuffer(samples, "<i2").astype(float)
    middle = values[len(values) // 4 : len(values) * 3 // 4]
    return float(np.abs(np.fft.rfft(middle * np.hanning(len(middle)))).argmax() * rate / len(middle))


def loudness(samples: bytes) -> int:
    return int(np.abs(np.frombuffer(samples, "<i2").astype(int)).max(initial=0))


async def start(nursery: trio.Nursery, seconds: float = 600.0) -> AudioCodec:
    codec = AudioCodec(seconds=seconds, grace=5.0, deadline=60.0)
    with trio.fail_after(60):
        await nursery.start(codec.run)
    return codec


async def still_works(codec: AudioCodec) -> bool:
    return len(await codec.decode(Clip(tone(8_000, 1.0), AudioFormat("pcm16", 8_000)), 16_000)) == 32_000


@real
async def test_every_format_is_decoded_with_its_length_pitch_and_loudness(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    for name in WRITERS:
        samples = await codec.decode(Clip(written(name), AudioFormat(name)), 16_000)
        assert len(samples) / 32_000 == pytest.approx(2.0, abs=0.06), name
        assert pitch(samples, 16_000) == pytest.approx(TONE, abs=2), name
        assert 26_000 < loudness(samples) < 32_000, name


@real
async def test_raw_samples_of_any_rate_are_resampled(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    for rate in (8_000, 16_000, 22_050, 48_000, 192_000):
        samples = await codec.decode(Clip(tone(rate, 1.5), AudioFormat("pcm16", rate)), 16_000)
        assert len(samples) == pytest.approx(48_000, abs=4), rate
        assert pitch(samples, 16_000) == pytest.approx(TONE, abs=2), rate


async def test_raw_samples_at_the_rate_asked_for_need_no_process() -> None:
    codec = AudioCodec()
    assert await codec.decode(Clip(b"\1\2\3\4\5", PCM24), 24_000) == b"\1\2\3\4"
    assert await codec.convert(Clip(b"\1\2\3\4\5", PCM24), frozenset({PCM24})) == {
        PCM24: Sound(b"\1\2\3\4", 2 / 24_000)
    }
    assert await codec.decode(Clip(b"", PCM24), 24_000) == b""


@real
async def test_a_container_is_known_under_a_wrong_name(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    for name in [name for name in WRITERS if name not in ("mp3", "aac")]:
        file = written(name)
        for called in (AudioFormat("mp3"), AudioFormat("webm"), AudioFormat("wav"), AudioFormat("pcm16", 16_000)):
            samples = await codec.decode(Clip(file, called), 16_000)
            assert pitch(samples, 16_000) == pytest.approx(TONE, abs=2), (name, called)


@real
async def test_mpeg_audio_is_known_by_its_frames(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    for name, called in (("mp3", "aac"), ("mp3", "ogg"), ("aac", "mp3"), ("aac", "webm")):
        for tagged in (True, False):
            file = written(name)
            bare = file[file.index(b"\xff\xfb") :] if name == "mp3" else file
            tag = b"ID3\4\0\0\0\0\0\x14" + bytes(20) if tagged else b""
            samples = await codec.decode(Clip(tag + bare, AudioFormat(called)), 16_000)
            assert pitch(samples, 16_000) == pytest.approx(TONE, abs=2), (name, called, tagged)


@real
async def test_a_wav_without_a_header_is_raw_samples_at_16_khz(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    samples = tone(16_000, 1.0)
    assert await codec.decode(Clip(samples, WAV), 16_000) == samples


@real
async def test_a_streamed_wav_with_false_sizes_is_read_to_its_end(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    for size in (0, 0xFFFF_FFFF, 0x7FFF_FFFF):
        shape = (b"WAVE", b"fmt ", 16, 1, 1, 24_000, 48_000, 2, 16, b"data")
        for whole in (size, 48_036):
            header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", whole, *shape, size)
            file = Clip(header + tone(24_000, 1.0), WAV)
            assert len(await codec.decode(file, 24_000)) == 48_000
            sound = (await codec.convert(file, frozenset({WAV})))[WAV]
            with wave.open(BytesIO(sound.data)) as true:
                assert true.getnframes() == 24_000


@real
async def test_of_a_truncated_file_comes_what_is_there(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    for name in [name for name in WRITERS if name != "m4a"]:
        file = written(name)
        samples = await codec.decode(Clip(file[: len(file) * 3 // 4], AudioFormat(name)), 16_000)
        assert 0.9 < len(samples) / 32_000 < 1.9, name  # an Ogg page holds a second


@real
async def test_every_output_decodes_again_with_its_length_and_pitch(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    for target in (MP3, WAV, OPUS, AudioFormat("pcm16", 48_000)):
        file = Clip(tone(22_050, 2.345), AudioFormat("pcm16", 22_050))
        sound = (await codec.convert(file, frozenset({target})))[target]
        again = await codec.decode(Clip(sound.data, target), 16_000)
        assert sound.seconds == pytest.approx(2.345, abs=0.001), target
        assert len(again) / 32_000 == pytest.approx(2.345, abs=0.002), target
        assert pitch(again, 16_000) == pytest.approx(TONE, abs=2), target


@real
async def test_one_call_makes_all_outputs(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    targets = frozenset({MP3, WAV, OPUS, PCM24, AudioFormat("pcm16", 8_000)})
    made = await codec.convert(Clip(written("flac"), AudioFormat("flac")), targets)
    assert made.keys() == targets
    assert {round(sound.seconds, 3) for sound in made.values()} == {2.0}
    assert made[MP3].data[:3] == b"ID3"
    assert made[OPUS].data[:4] == b"OggS"
    with wave.open(BytesIO(made[WAV].data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert file.readframes(file.getnframes()) == made[PCM24].data


@real
async def test_what_is_in_the_format_already_passes_through_untouched(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    for target in (MP3, WAV, OPUS):
        once = (await codec.convert(Clip(tone(24_000, 1.0), PCM24), frozenset({target})))[target]
        again = (await codec.convert(Clip(once.data, target), frozenset({target})))[target]
        assert again.data == once.data, target
        assert again.seconds == pytest.approx(once.seconds, abs=0.001), target


@real
async def test_what_only_claims_to_be_in_the_format_is_converted(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    sound = (await codec.convert(Clip(written("wav"), MP3), frozenset({MP3})))[MP3]
    assert sound.data[:3] == b"ID3"
    sound = (await codec.convert(Clip(written("wav"), WAV), frozenset({WAV})))[WAV]  # it has two channels at 44.1 kHz
    assert len(sound.data) == 44 + 2 * 48_000


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n"


@real
async def test_what_is_no_audio_is_refused_in_words(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    for name in ("mp3", "flac", "ogg", "opus", "webm", "m4a", "aac"):
        before = codec.pids
        random = np.random.default_rng(5).bytes(5_000)
        with pytest.raises(NoSound, match="no sound in it"):
            await codec.decode(Clip(b"", AudioFormat(name)), 16_000)
        for data in (
            b"x",
            b"\xff\xfb",
            SVG,
            PLAYLIST,
            random,
            b"RIFF\0\0\0\0WAVE",
            b"OggS\0\2",
            b"\x1a\x45\xdf\xa3",
            b"fLaC",
            b"ID3",
        ):
            with pytest.raises(Undecodable, match=f"said to be {name}.* taken are mp3, wav"):
                await codec.decode(Clip(data, AudioFormat(name)), 16_000)
        assert await still_works(codec)
        assert codec.pids == before


@real
async def test_what_opens_other_files_is_not_opened(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    with pytest.raises(Undecodable, match="begins with 23 45 58 54"):
        await codec.decode(Clip(b"#EXTM3U\n/etc/passwd\n", AudioFormat("flac")), 16_000)


@real
async def test_a_picture_or_a_film_without_sound_is_refused(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    file = BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("mpeg4", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    with pytest.raises(NoSound, match="no sound in it"):
        await codec.decode(Clip(file.getvalue(), AudioFormat("webm")), 16_000)


@real
async def test_next_to_nothing_is_converted_too(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    for samples in (b"", b"\1", b"\1\0", bytes(100)):
        made = await codec.convert(Clip(samples, AudioFormat("pcm16", 16_000)), frozenset({MP3, WAV, OPUS, PCM24}))
        assert {sound.seconds <= 0.01 for sound in made.values()} == {True}
        assert len(made[WAV].data) == 44 + len(made[PCM24].data)
        for target in (MP3, OPUS):
            assert len(await codec.decode(Clip(made[target].data, target), 24_000)) <= 2_400


@real
async def test_silence_stays_silent(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    silence = (await codec.convert(Clip(bytes(96_000), PCM24), frozenset({MP3})))[MP3]
    assert loudness(await codec.decode(Clip(silence.data, MP3), 16_000)) <= 2


@real
async def test_sound_that_is_too_long_is_refused_whatever_its_size(nursery: trio.Nursery) -> None:
    codec = await start(nursery, seconds=5.0)
    small = written("flac", seconds=6.0, layout="mono")
    with pytest.raises(SoundTooLong, match="longer than the 5 seconds"):
        await codec.decode(Clip(small, AudioFormat("flac")), 16_000)
    with pytest.raises(SoundTooLong, match="longer than the 5 seconds"):
        await codec.decode(Clip(tone(16_000, 6.0), WAV), 16_000)
    assert await still_works(codec)


async def test_raw_samples_that_are_too_many_are_refused_at_once() -> None:
    with pytest.raises(SoundTooLong, match="longer than the 1 seconds"):
        await AudioCodec(seconds=1).decode(Clip(bytes(50_000), PCM24), 24_000)
    with pytest.raises(SoundTooLong, match="at most"):
        await AudioCodec().decode(Clip(bytes(MAX_FRAME), MP3), 24_000)


@real
async def test_a_cancelled_conversion_stops_and_the_same_process_does_the_next(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    before = codec.pids
    with trio.move_on_after(0.05) as scope:
        await codec.convert(Clip(tone(24_000, 120.0), PCM24), frozenset({MP3}))
    assert scope.cancelled_caught
    assert await still_works(codec)
    assert codec.pids == before


@real
async def test_what_crashes_the_process_twice_fails_and_the_next_works(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    failed = trio.Event()

    async def convert() -> None:
        with pytest.raises(EngineFailed, match="the audio codec broke off its work on this in two processes"):
            await codec.convert(Clip(tone(24_000, 300.0), PCM24), frozenset({MP3}))
        failed.set()

    nursery.start_soon(convert)
    with trio.fail_after(60):
        for _ in range(2):
            while not codec.pids:
                await trio.lowlevel.checkpoint()
            await trio.testing.wait_all_tasks_blocked()
            (pid,) = codec.pids
            os.kill(pid, getattr(signal, "SIGSEGV", signal.SIGTERM))
            while codec.pids == (pid,):
                await trio.lowlevel.checkpoint()
        await failed.wait()
        assert await still_works(codec)
