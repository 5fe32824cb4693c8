"""MPEG audio without a tag, and other sound that has frames alone, is decoded under whatever name it comes."""

import pytest
import trio

from actors.ports.sound import Clip, Target
from adapters.codec.codec import AudioCodec
from protocol.audioformat import INPUT_FORMATS, AudioFormat, identify, parse_input
from tests.adapters.codec.live import at_once, cut, decoded
from tests.adapters.codec.sounds import voice
from tests.adapters.codec.test_other_containers import RATE, is_the_tone, muxed

real = pytest.mark.real
SOUNDS = {
    "mp3": muxed("mp3", "libmp3lame", 44_100, write_xing="0", id3v2_version="0"),
    "mp3 with a Xing header": muxed("mp3", "libmp3lame", 44_100, id3v2_version="0"),
    "mp3 of MPEG-2": muxed("mp3", "libmp3lame", 16_000, id3v2_version="0", write_id3v1="1"),
    "aac": muxed("adts", "aac", 44_100),
    "mp2": muxed("mp2", "mp2", 44_100),
    "ac3": muxed("ac3", "ac3", 48_000),
    "mpeg-ts": muxed("mpegts", "mp2", 44_100),
    "e-ac3": muxed("eac3", "eac3", 48_000),
}
NAMES = [*INPUT_FORMATS, "pcm16/48000"]


@pytest.mark.parametrize("kind", SOUNDS)
@pytest.mark.parametrize("named", NAMES)
def test_frames_are_decoded_under_any_name(kind: str, named: str) -> None:
    data, source = SOUNDS[kind], parse_input(named)
    known = "aac" if kind == "aac" else "other" if "ac3" in kind or kind == "mpeg-ts" else "mp3"
    for is_whole in (True, False):
        assert identify(source, data, is_whole=is_whole).name == known
    for form in (source, AudioFormat(known)):
        assert is_the_tone(at_once(data, form, RATE), 1.03)
        assert is_the_tone(decoded(form, cut(data, range(0, len(data), 700)), RATE), 1.03)


@real
async def test_through_the_processes_frames_are_found_however_few_bytes_come(nursery: trio.Nursery) -> None:
    codec = AudioCodec(deadline=60.0, stream_grace=5.0, stream_deadline=60.0)
    with trio.fail_after(60):
        await nursery.start(codec.run)
    for data in SOUNDS.values():
        for named in ("pcm16", "wav", "pcm16/48000"):
            source = parse_input(named)
            assert is_the_tone(await codec.decode(Clip(data, source), RATE), 1.03)
            async with codec.decoding(source, RATE) as decoding:
                pieces = [await decoding.push(part) for part in cut(data, range(0, len(data), 150))]
                assert is_the_tone(b"".join([*pieces, await decoding.finish()]), 1.03)


async def test_samples_that_begin_like_a_frame_stay_samples() -> None:
    """Without the processes: they are passed on as they are, after as many bytes as it takes to tell."""
    target = Target(AudioFormat("pcm16", RATE))
    for sign in (b"\xff\xfb\x90\x64", b"\xff\xf1\x50\x80\x0f\x1f\xfc\0", b"\x0b\x77\x00\x00\x14\x40\x00\0"):
        samples = sign + voice(RATE, 1.0)
        source = AudioFormat("pcm16", RATE)
        codec = AudioCodec()
        assert await codec.decode(Clip(samples, source), RATE) == samples
        async with codec.encoding(source, frozenset({target})) as live:
            made = [await live.push(part) for part in cut(samples, range(0, len(samples), 100))]
            made.append(await live.finish())
        assert made[0][target] == ()
        assert b"".join(sound.data for push in made for sound in push[target]) == samples
        assert decoded(source, cut(samples, [100, 300]), RATE) == samples
