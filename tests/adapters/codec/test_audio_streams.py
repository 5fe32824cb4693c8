"""The codec's port for sounds that are still coming: which need a process, and what becomes of them when it goes."""

import os
import signal
import struct

import pytest
import trio
import trio.testing

from actors.ports.calls import EngineFailed
from actors.ports.sound import Clip, Sound, SoundEncoder, SoundTooLong, Target, Undecodable
from adapters.codec import streams as held_by
from adapters.codec.codec import AudioCodec
from protocol.audioformat import INPUT_FORMATS, AudioFormat
from protocol.wav import wav_header
from tests.adapters.codec.live import cut
from tests.adapters.codec.sounds import voice, written

real = pytest.mark.real
MP3, OPUS, WAV, FLAC = AudioFormat("mp3"), AudioFormat("opus"), AudioFormat("wav"), AudioFormat("flac")
PCM8, PCM16, PCM24 = (AudioFormat("pcm16", rate) for rate in (8_000, 16_000, 24_000))


async def start(nursery: trio.Nursery, seconds: float = 600.0, streams: int = 512) -> AudioCodec:
    codec = AudioCodec(seconds=seconds, deadline=60.0, streams=streams, stream_grace=5.0, stream_deadline=60.0)
    with trio.fail_after(60):
        await nursery.start(codec.run)
    return codec


async def decoded(codec: AudioCodec, source: AudioFormat, parts: list[bytes], rate: int = 16_000) -> bytes:
    async with codec.decoding(source, rate) as decoding:
        pieces = [await decoding.push(part) for part in parts]
        return b"".join([*pieces, await decoding.finish()])


async def encoded(
    codec: AudioCodec, source: AudioFormat, parts: list[bytes], *targets: Target
) -> dict[Target, list[Sound]]:
    made: dict[Target, list[Sound]] = {target: [] for target in targets}
    async with codec.encoding(source, frozenset(targets)) as encoding:
        for part in parts:
            for target, sounds in (await encoding.push(part)).items():
                made[target] += sounds
        for target, sounds in (await encoding.finish()).items():
            made[target] += sounds
    return made


async def has_forgotten(codec: AudioCodec) -> bool:
    """Whether a sound may be opened (with `streams=1`), once the process has heard of the end of the one before."""
    with trio.fail_after(30):
        while True:
            try:
                return bool(await decoded(codec, PCM8, [voice(8_000, 0.1)]))
            except EngineFailed:
                await trio.lowlevel.checkpoint()


# ---- without a process


async def test_what_needs_no_decoding_needs_no_process() -> None:
    codec = AudioCodec()
    raw, file = voice(24_000, 0.2), written("mp3", seconds=0.3)
    assert await decoded(codec, PCM24, cut(raw + b"\1", [1, 2, 55]), 24_000) == raw
    assert await decoded(codec, WAV, cut(wav_header(24_000) + raw, range(60)), 24_000) == raw
    assert await decoded(codec, WAV, cut(voice(16_000, 0.2), [7])) == voice(16_000, 0.2)
    whole, joined, same = Target(WAV, "whole", 1_044), Target(WAV), Target(PCM24)
    made = await encoded(codec, PCM24, cut(raw, range(0, len(raw), 2_000)), whole, joined, same)
    assert b"".join(sound.data for sound in made[same]) == raw
    assert b"".join(sound.data for sound in made[joined]) == wav_header(24_000) + raw
    assert b"".join(sound.data[44:] for sound in made[whole]) == raw
    assert {len(sound.data) for sound in made[whole]} <= {1_044, *range(44, 1_044, 2)}
    for sounds in made.values():
        assert sum(sound.seconds for sound in sounds) == pytest.approx(0.2)
    passed = await encoded(codec, MP3, cut(file, range(0, len(file), 100)), Target(MP3))
    assert b"".join(sound.data for sound in passed[Target(MP3)]) == file


async def test_the_first_bytes_come_at_once() -> None:
    async with AudioCodec().encoding(PCM24, frozenset({Target(WAV)})) as encoding:
        (sound,) = (await encoding.push(voice(24_000, 0.05)))[Target(WAV)]
        assert sound == Sound(wav_header(24_000) + voice(24_000, 0.05), 0.05)


async def test_a_sound_that_is_too_long_or_empty_is_refused() -> None:
    codec = AudioCodec(seconds=1.0)
    with pytest.raises(SoundTooLong, match="longer than the 1 seconds"):
        await decoded(codec, PCM24, [bytes(40_000)] * 2, 24_000)
    with pytest.raises(Undecodable, match="without a single sample"):
        await decoded(codec, WAV, [wav_header(16_000)])
    assert await decoded(codec, PCM24, [], 24_000) == b""


@real
async def test_a_sound_that_is_too_long_is_told_apart_from_one_that_does_not_decode(nursery: trio.Nursery) -> None:
    codec = await start(nursery, seconds=1.0)
    plain, other = wav_header(16_000) + voice(16_000, 0.2), wav_header(24_000) + voice(24_000, 2.0)
    for source, data in ((FLAC, written("flac", seconds=2.0)), (WAV, other), (WAV, plain + other)):
        with pytest.raises(SoundTooLong, match="longer than the 1 seconds"):
            await decoded(codec, source, [data])


async def test_nothing_goes_on_after_the_end() -> None:
    async with AudioCodec().decoding(PCM16, 16_000) as decoding:
        await decoding.finish()
        with pytest.raises(EngineFailed, match="open another"):
            await decoding.push(b"\1\2")


async def test_a_target_without_room_is_told_and_the_others_go_on() -> None:
    small, good = Target(WAV, "whole", 40), Target(WAV)
    async with AudioCodec().encoding(PCM24, frozenset({small, good})) as encoding:
        made = await encoding.push(voice(24_000, 0.05))
        assert made.keys() == {good}
        assert "too small for wav" in encoding.failures[small]


# ---- with the process


@real
async def test_every_format_decodes_as_if_it_were_whole(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    for name in INPUT_FORMATS:
        source = AudioFormat(name, 22_050) if name == "pcm16" else AudioFormat(name)
        data = voice(22_050, 1.0) if name == "pcm16" else written(name, seconds=1.0)
        for parts in ([data], cut(data, range(0, len(data), 1_000))):
            assert await decoded(codec, source, parts) == await codec.decode(Clip(data, source), 16_000), name


@real
@pytest.mark.parametrize("rate", [11_025, 16_000, 44_100])
async def test_a_wav_decodes_as_if_it_were_whole(nursery: trio.Nursery, rate: int) -> None:
    codec = await start(nursery)
    samples = voice(rate, 0.5)
    for data in (
        wav_header(rate) + samples,
        wav_header(rate, len(samples)) + samples + b"LIST\4\0\0\0INFO",
        struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 2, rate, 4 * rate, 4, 16, b"data", 0)
        + samples,
    ):
        for called in (WAV, MP3, PCM24):
            assert await decoded(codec, called, cut(data, [3, 50, 999])) == await codec.decode(Clip(data, WAV), 16_000)


@real
async def test_one_sound_goes_into_all_formats_at_once(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    targets = [Target(form, pieces) for form in (MP3, OPUS, WAV, PCM8, PCM24) for pieces in ("joined", "whole")]
    for source in (AudioFormat("pcm16", 22_050), MP3, OPUS, WAV, FLAC):
        data = voice(22_050, 1.0) if source.rate else written(source.name, seconds=1.0)
        made = await encoded(codec, source, cut(data, range(0, len(data), 2_000)), *targets)
        for target in targets:
            assert sum(sound.seconds for sound in made[target]) == pytest.approx(1.0, abs=0.03), (source, target)
        if source in (MP3, OPUS):
            assert b"".join(sound.data for sound in made[Target(source)]) == data
        joined, whole = made[Target(WAV)], made[Target(WAV, "whole")]
        assert b"".join(sound.data for sound in joined)[44:] == b"".join(sound.data[44:] for sound in whole)


@real
async def test_much_sound_in_one_push_comes_whole(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    data = written("flac", seconds=30.0, layout="mono")
    assert len(await decoded(codec, FLAC, [data])) == 30 * 32_000


@real
async def test_what_is_no_audio_is_refused_in_words_and_harms_nobody(nursery: trio.Nursery) -> None:
    codec = await start(nursery, streams=1)
    pids = codec.stream_pids
    for data in (b"x", b"OggS\0\2", bytes(5_000)):
        with pytest.raises(Undecodable, match=r"said to be mp3.* taken are mp3, wav"):
            await decoded(codec, MP3, [data])
    assert await has_forgotten(codec)
    assert codec.stream_pids == pids


@real
async def test_a_sound_that_is_left_makes_room_for_another(nursery: trio.Nursery) -> None:
    codec = await start(nursery, streams=1)
    pids = codec.stream_pids
    async with codec.decoding(FLAC, 16_000) as decoding:
        await decoding.push(written("flac", seconds=0.2)[:2_000])
        with pytest.raises(EngineFailed, match="is busy with 1 sounds, as many as it takes: try again later"):
            await decoded(codec, PCM8, [voice(8_000, 0.1)])
    assert await has_forgotten(codec)
    assert codec.stream_pids == pids


@real
async def test_a_cancelled_push_abandons_its_sound_and_no_other(nursery: trio.Nursery) -> None:
    codec = await start(nursery, streams=2)
    pids = codec.stream_pids
    data = voice(24_000, 1.0)
    async with codec.encoding(PCM24, frozenset({Target(MP3)})) as other:
        before = (await other.push(data))[Target(MP3)]
        async with codec.encoding(PCM24, frozenset({Target(MP3)})) as encoding:
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as tasks:
                    tasks.start_soon(encoding.push, voice(24_000, 60.0))
                    await trio.testing.wait_all_tasks_blocked()
                    scope.cancel()
            assert scope.cancelled_caught
            with pytest.raises(EngineFailed, match="open another"):
                await encoding.push(data)
        after = (await other.finish())[Target(MP3)]
        assert sum(sound.seconds for sound in before + after) == pytest.approx(1.0)
    assert codec.stream_pids == pids


@real
async def test_a_crash_where_nothing_is_held_fails_the_sounds_at_hand_and_the_next_works(
    nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_by, "HELD", 0)
    codec = await start(nursery, streams=3)
    targets = frozenset({Target(MP3)})

    async def fail(encoding: SoundEncoder) -> None:
        with pytest.raises(EngineFailed, match=r"the codec of live audio (broke off|was started again)"):
            await encoding.push(voice(24_000, 60.0))

    with trio.fail_after(60):
        async with codec.encoding(PCM24, targets) as idle, codec.encoding(PCM24, targets) as at_work:
            await idle.push(voice(24_000, 0.1))
            async with trio.open_nursery() as tasks:
                tasks.start_soon(fail, at_work)
                await trio.testing.wait_all_tasks_blocked()
                os.kill(codec.stream_pids[0], getattr(signal, "SIGSEGV", signal.SIGTERM))
            with pytest.raises(EngineFailed, match="was started again in the middle of a sound: try again"):
                await idle.push(voice(24_000, 0.1))
        made = await encoded(codec, PCM24, [voice(24_000, 1.0)], Target(MP3))
        assert sum(sound.seconds for sound in made[Target(MP3)]) == pytest.approx(1.0)


@real
async def test_whole_files_and_streams_do_not_wait_for_each_other(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    (pid,) = codec.pids
    if not hasattr(signal, "SIGSTOP"):
        pytest.skip("no process can be held there")
    os.kill(pid, signal.SIGSTOP)
    try:
        with trio.fail_after(30):
            assert await decoded(codec, PCM8, [voice(8_000, 0.1)])
    finally:
        os.kill(pid, signal.SIGCONT)


@real
async def test_many_sounds_come_at_once(nursery: trio.Nursery) -> None:
    codec = await start(nursery)
    file = written("webm", seconds=0.5)
    expected = await codec.decode(Clip(file, AudioFormat("webm")), 16_000)
    results: list[bytes] = []

    async def one() -> None:
        results.append(await decoded(codec, AudioFormat("webm"), cut(file, range(0, len(file), 500))))

    with trio.fail_after(60):
        async with trio.open_nursery() as tasks:
            for _ in range(40):
                tasks.start_soon(one)
    assert results == [expected] * 40
