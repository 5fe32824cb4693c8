"""Files that mean harm, or are only damaged: an error in words or samples, in bounded time and memory, and no crash."""

import functools
import random
import sys
from pathlib import Path

import pytest
import trio

from actors.ports.sound import Clip, SoundTooLong, Target, Undecodable
from adapters.codec.codec import AudioCodec
from protocol.audioformat import INPUT_FORMATS, AudioFormat
from tests.adapters.codec.live import cut
from tests.adapters.codec.sounds import WRITERS, silent_flac, voice, written

pytestmark = pytest.mark.real
PATTERNS = (b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\1\0\0\0")
FLAC, MP3, WAV = AudioFormat("flac"), AudioFormat("mp3"), AudioFormat("wav")
TARGETS = frozenset({Target(MP3), Target(AudioFormat("opus"), "whole"), Target(WAV)})


@functools.cache
def sample(name: str) -> bytes:
    return voice(16_000, 0.3) if name == "pcm16" else written(name, seconds=0.3)


def mutated(data: bytes, dice: random.Random) -> bytes:
    """`data` with bytes changed, inserted, taken out or doubled, mostly where its headers are."""
    damaged = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        place = dice.randrange(min(len(damaged), dice.choice((64, 512, len(damaged)))))
        match dice.randrange(5):
            case 0:
                damaged[place] = dice.randrange(256)
            case 1:
                damaged[place : place + 4] = dice.choice(PATTERNS)
            case 2:
                del damaged[place + 1 : place + dice.randrange(2, 200)]
            case 3:
                damaged[place:place] = dice.randbytes(dice.randrange(1, 50))
            case _:
                damaged = damaged[: place + 1] + damaged[dice.randrange(len(damaged)) :]
    return bytes(damaged)


async def start(nursery: trio.Nursery, deadline: float = 60.0) -> AudioCodec:
    codec = AudioCodec(grace=5.0, deadline=deadline, stream_grace=5.0, stream_deadline=deadline)
    with trio.fail_after(60):
        await nursery.start(codec.run)
    return codec


def most_memory(pid: int) -> int:
    """Bytes that a process has ever had in memory. Source: proc(5), `VmHWM`."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("name", INPUT_FORMATS)
async def test_damaged_files_become_samples_or_an_error_and_the_processes_live(
    nursery: trio.Nursery, name: str
) -> None:
    codec = await start(nursery)
    before = codec.pids + codec.stream_pids
    dice = random.Random(name)
    outcomes: set[str] = set()
    for _ in range(10):
        called = AudioFormat(name if dice.random() < 0.8 else dice.choice(list(WRITERS)))
        source = AudioFormat("pcm16", 16_000) if called.name == "pcm16" else called
        data = mutated(sample(name), dice)
        parts = cut(data, range(0, len(data), dice.choice((50, 1_000, 100_000))))
        for way in (whole, decoding, encoding):
            with trio.fail_after(30):
                outcomes.add(await way(codec, source, parts))
    assert outcomes <= {"samples", "error"}
    assert await decoding(codec, AudioFormat(name, 16_000 if name == "pcm16" else 0), [sample(name)]) == "samples"
    assert codec.pids + codec.stream_pids == before


async def whole(codec: AudioCodec, source: AudioFormat, parts: list[bytes]) -> str:
    try:
        samples = await codec.decode(Clip(b"".join(parts), source), 16_000)
    except Undecodable as error:
        return "error" if str(error).startswith("the audio") else str(error)
    assert len(samples) < 32_000 * 600
    return "samples"


async def decoding(codec: AudioCodec, source: AudioFormat, parts: list[bytes]) -> str:
    try:
        samples = await decoded(codec, source, parts)
    except Undecodable as error:
        return "error" if str(error).startswith("the audio") else str(error)
    assert len(samples) < 32_000 * 600
    return "samples"


async def encoding(codec: AudioCodec, source: AudioFormat, parts: list[bytes]) -> str:
    try:
        async with codec.encoding(source, TARGETS) as stream:
            made = [*[await stream.push(part) for part in parts], await stream.finish()]
            assert not stream.failures
    except Undecodable as error:
        return "error" if str(error).startswith("the audio") else str(error)
    assert all(sound.seconds >= 0 for pieces in made for sounds in pieces.values() for sound in sounds)
    return "samples"


async def test_ten_minutes_are_taken_and_eleven_are_refused(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    most, more = silent_flac(600), silent_flac(660)
    for step in (len(more), 10_000):
        async with codec.decoding(FLAC, 16_000) as stream:
            samples = [len(await stream.push(part)) for part in cut(most, range(0, len(most), step))]
            assert sum(samples) + len(await stream.finish()) == 600 * 32_000
        with pytest.raises(SoundTooLong, match="longer than the 600 seconds"):
            await decoded(codec, FLAC, cut(more, range(0, len(more), step)))
    assert len(await codec.decode(Clip(most, FLAC), 16_000)) == 600 * 32_000
    with pytest.raises(SoundTooLong, match="longer than the 600 seconds"):
        await codec.decode(Clip(more, FLAC), 16_000)
    if sys.platform == "linux":
        assert max(map(most_memory, codec.pids + codec.stream_pids)) < 400 * 1024 * 1024


async def decoded(codec: AudioCodec, source: AudioFormat, parts: list[bytes]) -> bytes:
    async with codec.decoding(source, 16_000) as stream:
        return b"".join([*[await stream.push(part) for part in parts], await stream.finish()])


async def test_bytes_that_never_become_sound_do_not_fill_the_memory(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    junk = random.Random(3).randbytes(1_000_000)
    heads = (b"\x1a\x45\xdf\xa3", b"OggS\0\2", b"fLaC", b"\0\0\0\x20ftypisom", b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff")
    for head in heads:
        assert await decoding(codec, AudioFormat("m4a"), [head] + [junk] * 80) in ("samples", "error")
    if sys.platform == "linux":
        assert max(map(most_memory, codec.stream_pids)) < 400 * 1024 * 1024


async def test_a_header_that_claims_much_costs_little(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    data = written("wav", seconds=0.3)
    listed = data[:36] + b"LIST" + b"\x1a\0\0\x7e" + b"INFOISFT" + b"\x0b\x41\0\x7d" + data[36:]
    for way in (whole, decoding, encoding):
        assert await way(codec, WAV, cut(listed, range(0, len(listed), 1_000))) == "error"
    if sys.platform == "linux":
        assert max(map(most_memory, codec.pids + codec.stream_pids)) < 200 * 1024 * 1024


async def test_a_header_that_claims_a_false_rate_makes_no_flood_of_samples(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    data = bytearray(written("wav", seconds=0.3))
    for rate in (0, 1, 7, 3_999, 0x7FFF_FFFF, 0xFFFF_FFFF):
        data[24:28] = rate.to_bytes(4, "little")
        for way in (whole, decoding, encoding):
            assert await way(codec, WAV, [bytes(data)]) == "error"
