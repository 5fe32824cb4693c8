"""Wyoming speech with peers in memory: sound of any kind, and peers that misbehave."""

import numpy as np
import pytest
import trio
import trio.testing

from actors.ports.sound import Clip
from adapters.reach.contract import ProviderFailed
from adapters.vendors.wyoming.tts import MAX_TEXT, WyomingSpeech
from protocol.audioformat import AudioFormat
from tests.adapters.vendors.calls import spoken
from tests.adapters.vendors.sounds import SAMPLES, wav
from tests.adapters.vendors.wyoming.wyomingmemory import (
    INFO,
    SHORT,
    MemoryPeer,
    Play,
    cancel_after,
    recogniser,
    speech,
    synthesiser,
)


def says_sound(*chunks: tuple[int, int, int, bytes], stop: bool = True) -> Play:
    """A peer that speaks in these chunks of a rate, a width, a number of channels, and bytes."""

    async def play(peer: MemoryPeer) -> None:
        await peer.until("synthesize")
        for rate, width, channels, data in chunks:
            await peer.says("audio-chunk", {"rate": rate, "width": width, "channels": channels}, data)
        if stop:
            await peer.says("audio-stop")
        await peer.answer.aclose()

    return play


@pytest.mark.parametrize(
    ("width", "channels", "data", "samples"),
    [
        (1, 1, bytes((0, 128, 255)), (-32_768, 0, 32_512)),
        (2, 1, b"\x01\x00\xff\x7f", (1, 32_767)),
        (2, 2, b"\x02\x00\x04\x00\x00\x80\x00\x80", (3, -32_768)),
        (3, 1, b"\xff\x01\x00\xff\xff\x7f", (1, 32_767)),
        (4, 2, b"\xff\xff\x02\x00\xff\xff\x04\x00", (3,)),
    ],
)
async def test_sound_of_any_width_and_channels_becomes_mono_16_bit(
    autojump_clock: object, width: int, channels: int, data: bytes, samples: tuple[int, ...]
) -> None:
    for cut in range(len(data) + 1):
        play = says_sound((48_000, width, channels, data[:cut]), (48_000, width, channels, data[cut:]))
        async with synthesiser(play) as (adapter, _):
            clips = await spoken(adapter, speech())
        assert {clip.format for clip in clips} == {AudioFormat("pcm16", 48_000)}
        assert tuple(np.frombuffer(b"".join(clip.data for clip in clips), "<i2")) == samples


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        (((0, 2, 1, b""),), "sends sound of 0 Hz"),
        (((8_000, 0, 1, b""),), "0 bytes a sample"),
        (((8_000, 8, 1, b""),), "8 bytes a sample"),
        (((8_000, 2, 0, b""),), "0 channels"),
        (((8_000, 2, 1, b"ab"), (16_000, 2, 1, b"ab")), "changed from 8000 to 16000 Hz"),
        (((8_000, 1, 1, bytes(15_000_000)),) * 3, "did not stop speaking within 3600 seconds"),
    ],
)
async def test_sound_that_cannot_be_used_is_refused(
    autojump_clock: object, chunks: tuple[tuple[int, int, int, bytes], ...], message: str
) -> None:
    async with synthesiser(says_sound(*chunks)) as (adapter, _):
        with pytest.raises(ProviderFailed, match=message):
            await spoken(adapter, speech())


@pytest.mark.parametrize("words", [b'{"error": "no such voice"}' + b" " * 99, b"ab" * 99])
async def test_words_in_place_of_sound_are_an_error(autojump_clock: object, words: bytes) -> None:
    async with synthesiser(says_sound((24_000, 2, 1, words))) as (adapter, _):
        with pytest.raises(ProviderFailed, match=r"words in place of sound: (no such voice|abab)"):
            await spoken(adapter, speech())


async def test_the_header_of_a_file_in_the_sound_is_no_sound(autojump_clock: object) -> None:
    file = wav(SAMPLES, 22_050)
    async with synthesiser(says_sound((22_050, 2, 1, file[:100]), (22_050, 2, 1, file[100:]))) as (adapter, _):
        clips = await spoken(adapter, speech())
    assert b"".join(clip.data for clip in clips) == SAMPLES
    assert {clip.format for clip in clips} == {AudioFormat("pcm16", 22_050)}


async def test_sound_that_breaks_off_is_an_error_after_what_came(autojump_clock: object) -> None:
    clips: list[Clip] = []

    async def sound(clip: Clip) -> None:
        clips.append(clip)

    async with synthesiser(says_sound((8_000, 2, 1, b"ab"), stop=False)) as (adapter, _):
        with pytest.raises(ProviderFailed, match="closed the connection"):
            await adapter.synthesise(speech(), sound)
    assert clips == [Clip(b"ab", AudioFormat("pcm16", 8_000))]


async def test_no_sound_is_no_clip_and_no_text_no_call(autojump_clock: object) -> None:
    async with synthesiser(says_sound()) as (adapter, _):
        assert await spoken(adapter, speech()) == []
        with pytest.raises(ProviderFailed, match="without making a sound"):
            await adapter.check()
    assert await spoken(WyomingSpeech("h", 1), speech(" \n")) == []
    with pytest.raises(ProviderFailed, match=f"given {MAX_TEXT} characters at a time"):
        await spoken(WyomingSpeech("h", 1), speech("a" * (MAX_TEXT + 1)))


async def test_an_engine_of_the_other_kind_is_told_apart(autojump_clock: object) -> None:
    async def play(peer: MemoryPeer) -> None:
        while await peer.hears() == "describe":
            await peer.says("info", {"asr": [], "tts": []})

    async with recogniser(play) as (adapter, _):
        with pytest.raises(ProviderFailed, match="recognises no speech: name another port"):
            await adapter.check()
    async with synthesiser(play) as (other, _):
        with pytest.raises(ProviderFailed, match="does not speak: name another port"):
            await other.check()


async def test_a_connection_that_does_not_come_is_given_up(autojump_clock: trio.testing.MockClock) -> None:
    async def dial(_host: str, _port: int) -> trio.abc.Stream:
        await trio.sleep_forever()
        raise AssertionError

    with pytest.raises(ProviderFailed, match="cannot be reached within 2 seconds"):
        await WyomingSpeech("h", 1, patience=SHORT, dial=dial).offer()


async def test_the_first_sound_is_handed_on_before_the_second_has_come(autojump_clock: object) -> None:
    heard = trio.Event()

    async def play(peer: MemoryPeer) -> None:
        await peer.until("synthesize")
        await peer.says("audio-chunk", {"rate": 8_000, "width": 2, "channels": 1}, b"ab")
        await heard.wait()
        await peer.says("audio-chunk", {"rate": 8_000, "width": 2, "channels": 1}, b"cd")
        await peer.says("audio-stop")

    clips: list[bytes] = []

    async def sound(clip: Clip) -> None:
        clips.append(clip.data)
        heard.set()

    async with synthesiser(play) as (adapter, _):
        await adapter.synthesise(speech(), sound)
    assert clips == [b"ab", b"cd"]


async def test_a_peer_that_stops_speaking_is_given_up(autojump_clock: trio.testing.MockClock) -> None:
    async def play(peer: MemoryPeer) -> None:
        await peer.until("synthesize")
        await trio.sleep(4.9)
        await peer.says("audio-chunk", {"rate": 8_000, "width": 2, "channels": 1}, b"ab")

    began = trio.current_time()
    async with synthesiser(play) as (adapter, _):
        with pytest.raises(ProviderFailed, match="did not go on within 3 seconds"):
            await spoken(adapter, speech())
    assert trio.current_time() - began == pytest.approx(7.9)


async def test_a_call_can_be_cancelled_at_every_step(autojump_clock: object) -> None:
    async def play(peer: MemoryPeer) -> None:
        while (heard := await peer.hears()) != "closed":
            if heard == "describe":
                await peer.says("info", INFO)
            if heard == "synthesize":
                for _ in range(3):
                    await peer.says("audio-chunk", {"rate": 8_000, "width": 2, "channels": 1}, b"ab")
                await peer.says("audio-stop")

    ends = 0
    for steps in range(60):
        async with synthesiser(play) as (adapter, memory):
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(cancel_after, steps, scope)
                    await spoken(adapter, speech())
                    ends += 1
                    nursery.cancel_scope.cancel()
            assert await memory.all_are_closed()
            assert len(await spoken(adapter, speech())) == 3
    assert 0 < ends < 60
