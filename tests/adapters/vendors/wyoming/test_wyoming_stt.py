"""Wyoming recognition with peers in memory that misbehave, dawdle and vanish."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from actors.ports.audio import Complete, Growing
from actors.ports.recognition import Audio, Transcript, Utterance
from actors.ports.sound import Undecodable
from adapters.reach.contract import ProviderFailed
from adapters.reach.wyoming.frames import MAX_JSON
from adapters.vendors.wyoming.stt import MAX_TEXT, WyomingRecogniser
from protocol.audioformat import AudioFormat
from tests.adapters.vendors.wyoming.wyomingmemory import (
    INFO,
    SHORT,
    MemoryPeer,
    Play,
    cancel_after,
    recogniser,
    unheard,
    utterance,
)


async def transcribed(play: Play, audio: Audio | None = None) -> Transcript:
    async with recogniser(play) as (adapter, _):
        return await adapter.transcribe(utterance(audio or Complete(bytes(640))), unheard)


async def fails(play: Play, audio: Audio | None = None) -> str:
    """How the recognition of `audio` by a peer that does `play` fails."""
    async with recogniser(play) as (adapter, _):
        with pytest.raises(ProviderFailed) as failed:
            await adapter.transcribe(utterance(audio or Complete(bytes(640))), unheard)
        return str(failed.value)


def after_audio(*pieces: bytes) -> Play:
    """A peer that hears all, sends `pieces`, and closes."""

    async def play(peer: MemoryPeer) -> None:
        await peer.until("audio-stop")
        for piece in pieces:
            await peer.answer.send_all(piece)
            await trio.sleep(0.001)
        await peer.answer.aclose()

    return play


TRANSCRIPT = b'{"type": "transcript", "data_length": 16}\n{"text": " hi "}'


@pytest.mark.parametrize(
    ("pieces", "heard"),
    [
        ((TRANSCRIPT,), "hi"),
        (tuple(TRANSCRIPT[at : at + 1] for at in range(len(TRANSCRIPT))), "hi"),
        ((b'{"type":"unheard-of","data":{"a":[1]},"payload_length":3}\n{}\n' + TRANSCRIPT,), "hi"),
        ((b'{"type":"transcript","data":{"text":"old"},"data_length":null}\n',), "old"),
        ((b'{"type":"transcript","data":{"text":"old"},"data_length":15}\n{"text": "new"}',), "new"),
        ((b'{"type":"transcript","data":{"text":"","language":"xx yy"},"extra":1}\n',), ""),
        ((b'{"type":"transcript-chunk","data":{"text":"a b"}}\n{"type":"transcript-stop"}\n',), "a b"),
    ],
)
async def test_events_are_read_however_they_come(autojump_clock: object, pieces: tuple[bytes, ...], heard: str) -> None:
    assert await transcribed(after_audio(*pieces)) == Transcript(heard, "")


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ((), "closed the connection before it had answered"),
        ((TRANSCRIPT[:-3],), "closed the connection before it had answered"),
        ((TRANSCRIPT[:20],), "closed the connection before it had answered"),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), "does not speak Wyoming"),
        ((b"\xff\xfe\x00\n",), "does not speak Wyoming"),
        ((b"[" * 100_000 + b"\n",), "does not speak Wyoming"),
        ((b'{"type":"transcript","data":' + b'{"a":' * 100_000 + b"\n",), "does not speak Wyoming"),
        ((b'{"type":"transcript","data":[]}\n',), "does not speak Wyoming"),
        ((b'{"type":"transcript","data":{"text":7}}\n',), "does not speak Wyoming"),
        ((b'{"type":"transcript"}\n',), "does not speak Wyoming"),
        ((b'{"type":"transcript","data_length":-1}\n',), "a length of -1 bytes"),
        ((b'{"type":"transcript","data_length":99999999999}\n',), "a length of 99999999999 bytes"),
        ((b'{"type":"x","payload_length":16777217}\n',), "a length of 16777217 bytes"),
        ((b" " * (MAX_JSON + 65_536),), "does not speak Wyoming"),
        ((b'{"type":"error","data":{"text":"' + b"e" * 1_000 + b'"}}\n',), "h:1 failed: e{300}$"),
        ((b'{"type":"error"}\n',), "it does not say why"),
        (
            (b'{"type":"transcript","data":{"text":"' + b"e" * (MAX_TEXT + 1) + b'"}}\n',),
            f"more than {MAX_TEXT} characters",
        ),
    ],
)
async def test_what_makes_no_sense_is_an_error_in_words(
    autojump_clock: object, pieces: tuple[bytes, ...], message: str
) -> None:
    assert re.search(message, await fails(after_audio(*pieces)))


async def test_a_peer_that_says_nothing_is_given_up(autojump_clock: trio.testing.MockClock) -> None:
    async def play(peer: MemoryPeer) -> None:
        await peer.until("audio-stop")

    began = trio.current_time()
    assert "did not go on within 5 seconds" in await fails(play)
    assert trio.current_time() - began == pytest.approx(5.0)


async def test_patience_begins_when_the_person_has_spoken(autojump_clock: trio.testing.MockClock) -> None:
    audio = Growing()

    async def play(peer: MemoryPeer) -> None:
        await peer.until("audio-chunk")
        await trio.sleep(1_000)
        audio.complete()
        await peer.until("audio-stop")
        await trio.sleep(4.9)
        await peer.says("transcript", {"text": "at last"})

    audio.extend(b"\1\0")
    assert await transcribed(play, audio) == Transcript("at last", "")


async def test_a_slow_drip_comes_to_an_end(autojump_clock: trio.testing.MockClock) -> None:
    async def play(peer: MemoryPeer) -> None:
        await peer.until("audio-stop")
        while True:
            await trio.sleep(2.9)
            await peer.says("transcript-chunk", {"text": "and "})

    began = trio.current_time()
    assert "did not go on within" in await fails(play)
    assert trio.current_time() - began == pytest.approx(20.0)


async def test_half_an_event_and_then_nothing_is_given_up(autojump_clock: trio.testing.MockClock) -> None:
    async def play(peer: MemoryPeer) -> None:
        await peer.until("audio-stop")
        await peer.answer.send_all(TRANSCRIPT[:30])

    assert "did not go on within 5 seconds" in await fails(play)


async def test_a_session_that_is_behind_does_not_count_against_the_peer(autojump_clock: object) -> None:
    async def play(peer: MemoryPeer) -> None:
        await peer.until("audio-stop")
        for _ in range(3):
            await peer.says("transcript-chunk", {"text": "a "})
        await peer.says("transcript", {"text": "a a a"})

    async def words(_: str) -> None:
        await trio.sleep(100)

    async with recogniser(play) as (adapter, _):
        assert (await adapter.transcribe(utterance(Complete(bytes(640))), words)).text == "a a a"


async def test_a_peer_that_stops_reading_is_noticed(autojump_clock: trio.testing.MockClock) -> None:
    async def dial(_host: str, _port: int) -> trio.abc.Stream:
        send, receive = trio.testing.memory_stream_one_way_pair()
        stuck = trio.StapledStream[trio.abc.SendStream, trio.abc.ReceiveStream](send, receive)
        send.send_all_hook = trio.sleep_forever
        return stuck

    with pytest.raises(ProviderFailed, match="stopped reading for 3 seconds"):
        await WyomingRecogniser("h", 1, patience=SHORT, dial=dial).transcribe(utterance(Complete(bytes(640))), unheard)


async def test_a_connection_lost_while_the_person_speaks_fails_at_once(autojump_clock: object) -> None:
    audio = Growing()
    audio.extend(b"\1\0")

    async def play(peer: MemoryPeer) -> None:
        await peer.until("audio-chunk")
        await peer.stream.aclose()
        await peer.answer.aclose()
        audio.extend(b"\1\0")

    assert "closed the connection" in await fails(play, audio)


async def test_an_utterance_that_cannot_be_decoded_says_so_itself(autojump_clock: object) -> None:
    class Bad:
        @asynccontextmanager
        async def open(self, batch: float = 0.0) -> AsyncIterator[AsyncIterator[bytes]]:
            yield self._pieces()

        async def _pieces(self) -> AsyncIterator[bytes]:
            yield bytes(64)
            raise Undecodable("no such sound")

    async def play(peer: MemoryPeer) -> None:
        await peer.until("audio-stop")

    async with recogniser(play) as (adapter, _):
        with pytest.raises(Undecodable, match="no such sound"):
            await adapter.transcribe(utterance(Bad()), unheard)


async def test_a_peer_that_fails_is_asked_anew_what_it_has(autojump_clock: object) -> None:
    asked = 0

    async def play(peer: MemoryPeer) -> None:
        nonlocal asked
        while (heard := await peer.hears()) != "closed":
            if heard == "describe":
                asked += 1
                await peer.says("info", INFO)
            if heard == "audio-stop":
                await peer.says(*(("error", {}) if asked == 1 else ("transcript", {"text": "yes"})))

    async with recogniser(play) as (adapter, _):
        with pytest.raises(ProviderFailed):
            await adapter.transcribe(utterance(Complete(b"\0\0")), unheard)
        for _ in range(2):
            assert (await adapter.transcribe(utterance(Complete(b"\0\0")), unheard)).text == "yes"
        assert asked == 2


async def test_a_call_can_be_cancelled_at_every_step(autojump_clock: object) -> None:
    async def play(peer: MemoryPeer) -> None:
        while (heard := await peer.hears()) != "closed":
            if heard == "describe":
                await peer.says("info", INFO)
            if heard == "audio-stop":
                await peer.says("transcript-chunk", {"text": "yes"})
                await peer.says("transcript", {"text": "yes"})

    ends = 0
    for steps in range(80):
        async with recogniser(play) as (adapter, memory):
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(cancel_after, steps, scope)
                    await adapter.transcribe(utterance(Complete(bytes(6_400))), unheard)
                    ends += 1
                    nursery.cancel_scope.cancel()
            assert await memory.all_are_closed()
            assert (await adapter.transcribe(utterance(Complete(bytes(640))), unheard)).text == "yes"
    assert 0 < ends < 80


async def test_another_format_than_it_wants_is_refused() -> None:
    wrong = Utterance(Complete(b""), AudioFormat("mp3"), "", "", "")
    with pytest.raises(ProviderFailed, match="takes pcm16/16000, not mp3"):
        await WyomingRecogniser("h", 1).transcribe(wrong, unheard)
