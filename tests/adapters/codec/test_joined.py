"""Chunks that are each a whole file: all of them are heard, whole and as they come, wherever the bytes are cut."""

import struct

import numpy as np
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from actors.ports.sound import Clip, Target, Undecodable
from adapters.codec.codec import AudioCodec
from adapters.codec.decode import MOST_FILES
from protocol.audioformat import INPUT_FORMATS, AudioFormat
from protocol.joined import JOINED, Files, files_of
from protocol.wav import wav_header
from tests.adapters.codec.live import at_once, cut, decoded, streamed
from tests.adapters.codec.sounds import tone, values, voice, written
from tests.adapters.codec.test_audio_live import sample

real = pytest.mark.real
RATE = 16_000
CONTAINERS = sorted(set(INPUT_FORMATS) - {"pcm16"})
PLACES = st.lists(st.integers(0, 100_000), max_size=12)


def seconds(samples: bytes) -> float:
    return len(samples) / 2 / RATE


def loud(samples: bytes, begin: float, end: float) -> float:
    return float(np.sqrt(np.mean(values(samples)[int(begin * RATE) : int(end * RATE)] ** 2)))


def plain(samples: bytes, rate: int = RATE, size: int | None = None) -> bytes:
    return wav_header(rate, len(samples) if size is None else size) + samples


@pytest.mark.parametrize("name", CONTAINERS)
def test_all_files_of_a_body_are_heard(name: str) -> None:
    files = [written(name, 0.5), written(name, 0.7, layout="mono"), written(name, 0.6)]
    body, source = b"".join(files), AudioFormat(name)
    whole = at_once(body, source, RATE)
    alone = sum(seconds(at_once(file, source, RATE)) for file in files)
    assert seconds(whole) == pytest.approx(alone, abs=0.002 if name in JOINED else 0.15)
    for parts in (files, cut(body, range(0, len(body), 1_000)), [body]):
        assert seconds(decoded(source, parts, RATE)) == pytest.approx(alone, abs=0.15)
    assert min(loud(whole, at, at + 0.1) for at in np.arange(0.05, 1.6, 0.1)) > 5_000


@pytest.mark.parametrize("name", sorted(JOINED))
@given(PLACES)
def test_wherever_it_is_cut_a_body_is_taken_apart_alike(name: str, places: list[int]) -> None:
    files = [written(name, 0.1), written(name, 0.2), written(name, 0.1)]
    taking, taken = Files(name), [b""]
    for part in (*cut(b"".join(files), places), b""):
        here, *others = taking.take(part, last=not part)
        taken[-1] += here
        taken += others
    assert taken == files == files_of(b"".join(files), name)


@pytest.mark.parametrize("name", sorted(JOINED))
def test_one_file_is_one_file(name: str) -> None:
    data = written(name, 3.0)
    assert files_of(data, name) == [data]


def test_of_sound_that_may_begin_a_file_little_is_held_back() -> None:
    for name in JOINED:
        taking = Files(name)
        taking.take(written(name, 0.1))
        assert len(taking.take(b"RIFF\0\0OggS\0\x1a\x45\xdf\xa3\0\0\0")[0]) >= 0
        assert len(b"".join(taking.take(voice(8_000, 1.0)))) >= 16_000 - 96


def test_a_file_that_does_not_decode_is_left_out_and_the_others_are_heard() -> None:
    good, bad = written("webm", 0.5), written("webm", 0.5)[:200] + bytes(300)
    for body in (good + bad + good, bad + good + good):
        assert seconds(at_once(body, AudioFormat("webm"), RATE)) == pytest.approx(1.0, abs=0.1)
        assert seconds(decoded(AudioFormat("webm"), cut(body, range(0, len(body), 700)), RATE)) == pytest.approx(
            1.0, abs=0.1
        )


def test_aac_is_heard_whatever_stands_between_its_frames() -> None:
    body = written("aac", 0.5) + b"garbage\0" + written("aac", 0.5)[:2_000] + bytes(300) + written("aac", 0.5)
    whole = at_once(body, AudioFormat("aac"), RATE)
    assert seconds(whole) > 1.1
    assert seconds(decoded(AudioFormat("aac"), cut(body, range(0, len(body), 700)), RATE)) == pytest.approx(
        seconds(whole), abs=0.1
    )


def test_files_with_their_index_at_the_end_and_at_the_beginning_are_heard() -> None:
    late = written("m4a", 0.5)
    assert late.index(b"moov") > late.index(b"mdat")
    assert seconds(decoded(AudioFormat("m4a"), [late, sample("m4a"), late], RATE)) == pytest.approx(
        1.0 + seconds(at_once(sample("m4a"), AudioFormat("m4a"), RATE)), abs=0.1
    )


def test_the_rate_and_the_channels_may_differ_from_file_to_file() -> None:
    files = [plain(tone(8_000, 0.5), 8_000), written("wav", 0.5), plain(tone(48_000, 0.5), 48_000)]
    for made in (at_once(b"".join(files), AudioFormat("wav"), RATE), decoded(AudioFormat("wav"), files, RATE)):
        assert seconds(made) == pytest.approx(1.5, abs=0.01)
        assert min(loud(made, at, at + 0.1) for at in np.arange(0.05, 1.4, 0.1)) > 10_000


@pytest.mark.parametrize("size", [None, 0, -1, 10_000_000])
@given(PLACES)
def test_the_samples_of_wavs_join_without_a_click(size: int | None, places: list[int]) -> None:
    samples = tone(RATE, 0.3)
    parts = [samples[:2_000], samples[2_000:5_001], samples[5_001:]]
    body = b"".join(plain(part, size=size) for part in parts)
    expected = samples[:2_000] + samples[2_000:5_000] + samples[5_001:-1]
    codec = AudioCodec()

    async def push() -> bytes:
        async with codec.decoding(AudioFormat("pcm16", RATE), RATE) as decoding:
            pieces = [await decoding.push(part) for part in cut(body, places)]
            return b"".join([*pieces, await decoding.finish()])

    assert trio.run(push) == expected


def test_more_files_than_anybody_records_are_refused() -> None:
    body = (wav_header(RATE, 2) + b"ab") * (MOST_FILES + 1)
    with pytest.raises(Undecodable, match="files"):
        at_once(body, AudioFormat("wav"), 8_000)
    with pytest.raises(Undecodable, match="files"):
        decoded(AudioFormat("wav"), [body], 8_000)


def test_many_files_without_sound_are_dealt_with_in_turns() -> None:
    body = written("wav", 0.2) + struct.pack("<4sI4s", b"RIFF", 4, b"WAVE") * 3_000 + written("wav", 0.2)
    assert seconds(decoded(AudioFormat("wav"), [body], RATE)) == pytest.approx(0.4, abs=0.01)


def test_several_files_are_encoded_as_one() -> None:
    target = Target(AudioFormat("opus"))
    files = [written("wav", 0.5)] * 3
    made = b"".join(sound.data for sound in streamed(AudioFormat("wav"), files, target).sounds[target])
    assert files_of(made, "opus") == [made]
    assert seconds(at_once(made, AudioFormat("opus"), RATE)) == pytest.approx(1.5, abs=0.05)


@real
async def test_through_the_processes_all_files_are_heard(nursery: trio.Nursery) -> None:
    codec = AudioCodec(deadline=60.0, stream_grace=5.0, stream_deadline=60.0)
    with trio.fail_after(60):
        await nursery.start(codec.run)
    stereo = written("wav", 0.5)
    first, empty = plain(tone(RATE, 0.5)), b"RIFF\0\0\0\0WAVE"
    mixed = [first, stereo, plain(tone(8_000, 0.5), 8_000), empty, first]
    for name, files in (("webm", [written("webm", 0.5)] * 3), ("m4a", [written("m4a", 0.5)] * 3), ("wav", mixed)):
        source = AudioFormat(name)
        whole = await codec.decode(Clip(b"".join(files), source), RATE)
        async with codec.decoding(source, RATE) as decoding:
            pieces = [await decoding.push(file) for file in files]
            live = b"".join([*pieces, await decoding.finish()])
        expected = 2.0 if name == "wav" else 1.5
        assert seconds(whole) == pytest.approx(expected, abs=0.1)
        assert seconds(live) == pytest.approx(expected, abs=0.1)
    joined, opus = written("opus", 0.5) * 2, AudioFormat("opus")
    sound = (await codec.convert(Clip(joined, opus), frozenset({opus})))[opus]
    assert sound.seconds == pytest.approx(1.0, abs=0.1)
    assert files_of(sound.data, "opus") == [sound.data]
