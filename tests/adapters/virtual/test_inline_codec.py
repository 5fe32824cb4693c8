"""The codec in this process: the bytes and the bounds of the one with processes, and no time passes."""

from collections.abc import Iterator, Mapping

import pytest
import trio
from trio.testing import MockClock

from actors.ports.calls import EngineFailed
from actors.ports.sound import Clip, Codec, Sound, SoundTooLong, Target, Undecodable
from adapters.codec.codec import AudioCodec
from adapters.virtual.codec import InlineCodec
from protocol.audioformat import AudioFormat
from tests.adapters.virtual.virtually import vowel

RAW = AudioFormat("pcm16", 22_050)
SAMPLES = vowel(1.0, 22_050)
FORMATS = (AudioFormat("mp3"), AudioFormat("opus"), AudioFormat("wav"), AudioFormat("pcm16", 24_000))
LIVE = frozenset({*map(Target, FORMATS), Target(AudioFormat("mp3"), "whole", 8_000)})


async def through(codec: Codec) -> list[object]:
    """A sound on every way through a codec."""
    files = await codec.convert(Clip(SAMPLES, RAW), frozenset(FORMATS))
    made: list[object] = [[files[each] for each in FORMATS]]
    for each in FORMATS:
        clip = Clip(files[each].data, each)
        made.append(await codec.decode(clip, 16_000))
        async with codec.decoding(each, 16_000) as decoding:
            made.append([await decoding.push(piece) for piece in pieces(clip.data)] + [await decoding.finish()])
    async with codec.encoding(RAW, LIVE) as encoding:
        pushed = [await encoding.push(piece) for piece in pieces(SAMPLES)] + [await encoding.finish()]
        made.append([ordered(each) for each in pushed])
    return made


def pieces(data: bytes) -> Iterator[bytes]:
    yield from (data[start : start + 5_000] for start in range(0, len(data), 5_000))


def ordered(made: Mapping[Target, tuple[Sound, ...]]) -> list[tuple[Sound, ...]]:
    return [made[target] for target in sorted(LIVE, key=repr)]


async def test_every_way_takes_no_time_and_makes_sound(autojump_clock: MockClock) -> None:
    begun = trio.current_time()
    files, *_ = await through(InlineCodec())
    assert isinstance(files, list)
    assert [round(sound.seconds, 3) for sound in files] == [1.0] * len(FORMATS)
    assert trio.current_time() == begun


@pytest.mark.real
async def test_the_bytes_are_those_of_the_processes() -> None:
    codec = AudioCodec()
    async with trio.open_nursery() as nursery:
        with trio.fail_after(60):
            await nursery.start(codec.run)
            real = await through(codec)
        nursery.cancel_scope.cancel()
    for number, (one, other) in enumerate(zip(await through(InlineCodec()), real, strict=True)):
        assert one == other, number


async def test_what_is_too_long_or_no_sound_is_refused(autojump_clock: MockClock) -> None:
    codec = InlineCodec(seconds=0.5)
    with pytest.raises(SoundTooLong, match=r"0\.5 seconds"):
        await codec.decode(Clip(SAMPLES, RAW), 16_000)
    async with codec.encoding(RAW, LIVE) as encoding:
        with pytest.raises(SoundTooLong, match=r"0\.5"):
            await encoding.push(SAMPLES)
    with pytest.raises(Undecodable):
        await codec.decode(Clip(b"no sound at all", AudioFormat("mp3")), 16_000)
    async with codec.decoding(AudioFormat("mp3"), 16_000) as decoding:
        await decoding.push(b"no sound at all")
        with pytest.raises(Undecodable):
            await decoding.finish()


async def test_sounds_that_are_coming_are_bounded_and_one_that_is_left_makes_room(autojump_clock: MockClock) -> None:
    codec = InlineCodec(streams=1)
    target = frozenset({Target(AudioFormat("mp3"))})
    async with codec.encoding(RAW, target) as first, codec.encoding(RAW, target) as second:
        await first.push(SAMPLES)
        with pytest.raises(EngineFailed, match="busy with 1 sounds"):
            await second.push(SAMPLES)
    async with codec.encoding(RAW, target) as third:
        assert (await third.push(SAMPLES)).keys() == target
        await third.finish()
    async with codec.encoding(RAW, target) as fourth:
        assert await fourth.push(SAMPLES)
