"""The Wyoming adapters against the protocol's own implementation, in a program of its own."""

import json
import socket
import struct

import numpy as np
import pytest
import trio
import trio.testing

from actors.ports.audio import Complete, Growing
from actors.ports.recognition import Transcript
from actors.ports.sound import Clip
from adapters.reach.contract import Offer, ProviderFailed, Verdict, reaching
from adapters.reach.wyoming.frames import pack
from adapters.reach.wyoming.messages import WyomingSynthesize
from adapters.vendors.wyoming.stt import WyomingRecogniser, terms
from adapters.vendors.wyoming.tts import WyomingSpeech
from protocol.audioformat import AudioFormat
from protocol.languages import wellformed
from tests.adapters.vendors.calls import spoken
from tests.adapters.vendors.wyoming.wyomingloop import RATE, Seen, engine
from tests.adapters.vendors.wyoming.wyomingmemory import speech, unheard, utterance

real = pytest.mark.real


def only(came: list[Seen], kind: str) -> dict[str, object]:
    (event,) = [event for event in came if event.type == kind]
    return event.data


# ---- against the protocol's own package


@real
async def test_an_utterance_is_recognised_and_the_next_again() -> None:
    async with engine("whole") as server:
        adapter = WyomingRecogniser("127.0.0.1", server.port)
        asked = utterance(Complete(bytes(10_001)), "pt-PT", "HUGE", "Kyoto, Osaka;\n Nara.")
        assert await adapter.transcribe(asked, unheard) == Transcript("Grüße aus 東京", "pt-BR")
        came = await server.seen("closed")
        kinds = [event.type for event in came]
        assert kinds[:4] == ["open", "describe", "transcribe", "audio-start"]
        assert kinds[-2:] == ["audio-stop", "closed"]
        assert only(came, "transcribe") == {"name": "Huge", "transcript_terms": ["Kyoto", "Osaka", "Nara"]}
        assert only(came, "audio-start") == {"rate": 16_000, "width": 2, "channels": 1}
        assert [event.size for event in came if event.type == "audio-chunk"] == [3_200, 3_200, 3_200, 400]
        await adapter.transcribe(utterance(Complete(b"\1\0"), "de-AT"), unheard)
        again = await server.seen("closed")
        assert [event.type for event in again][:2] == ["open", "transcribe"]  # what it has is known by now
        assert only(again, "transcribe") == {"language": "de"}


@real
async def test_audio_goes_out_and_words_come_back_while_the_person_speaks() -> None:
    async with engine("pieces") as server:
        adapter = WyomingRecogniser("127.0.0.1", server.port)
        audio = Growing()
        told: list[str] = []

        async def words(text: str) -> None:
            told.append(text)
            audio.extend(b"\1\0" * 160) if len(told) < 3 else audio.complete()

        audio.extend(b"\1\0" * 160)
        with trio.fail_after(20):
            assert await adapter.transcribe(utterance(audio), words) == Transcript("w1 w2 w3.", "en-GB")
        assert told == ["w1", "w1 w2", "w1 w2 w3"]


@real
async def test_an_engine_that_answers_early_is_waited_for_to_the_end_of_the_utterance() -> None:
    async with engine("early") as server:
        adapter = WyomingRecogniser("127.0.0.1", server.port)
        audio = Growing()
        for _ in range(3):
            audio.extend(b"\1\0" * 160)
        ended = trio.Event()

        async def recognise() -> None:
            assert await adapter.transcribe(utterance(audio), unheard) == Transcript("stop", "")
            ended.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(recognise)
            await server.seen("closed")
            for _ in range(50):
                audio.extend(b"\1\0" * 1_600)
                await trio.testing.wait_all_tasks_blocked()
            assert not ended.is_set()
            audio.complete()
            with trio.fail_after(20):
                await ended.wait()


@real
async def test_text_is_spoken_and_the_first_sound_is_handed_on_at_once() -> None:
    async with engine("whole") as server:
        adapter = WyomingSpeech("127.0.0.1", server.port)
        clips = await spoken(adapter, speech("Schöne Grüße, 東京! \ud800", language="de-AT"))
        ramp = np.arange(1_000, dtype="<i2").tobytes()
        assert clips == [Clip(ramp, AudioFormat("pcm16", RATE))] * 5
        came = await server.seen("closed")
        assert only(came, "synthesize") == {
            "text": "Schöne Grüße, 東京! ?",
            "voice": {"name": "de_DE-thorsten-low"},
        }


@real
@pytest.mark.parametrize(
    ("voice", "language", "sent"),
    [
        ("DE_de-mls/bert", "en", {"name": "de_DE-mls", "speaker": "Bert"}),
        ("de_DE-mls", "en", {"name": "de_DE-mls"}),
        ("alloy", "en-GB", {"name": "en_US-amy-medium"}),
        ("", "ja", None),
        ("", "", None),
    ],
)
async def test_the_voice_is_the_one_asked_for_or_one_that_fits(voice: str, language: str, sent: object) -> None:
    async with engine("whole") as server:
        await spoken(WyomingSpeech("127.0.0.1", server.port), speech(voice=voice, language=language))
        assert only(await server.seen("synthesize"), "synthesize").get("voice") == sent


@real
async def test_what_the_engine_says_of_itself_is_offered() -> None:
    async with engine("whole") as server:
        assert await WyomingRecogniser("127.0.0.1", server.port).offer() == Offer(
            models=("tiny", "Huge"), languages=("en", "de", "pt-BR", "fr")
        )
        assert await WyomingSpeech("127.0.0.1", server.port).offer() == Offer(
            voices=("en_US-amy-medium", "de_DE-thorsten-low", "de_DE-mls/Anna", "de_DE-mls/Bert"),
            languages=("en-US", "de-DE"),
        )


@real
async def test_a_check_makes_a_real_call() -> None:
    async with engine("whole") as server:
        await WyomingRecogniser("127.0.0.1", server.port).check()
        await server.seen("audio-stop")
        await WyomingSpeech("127.0.0.1", server.port).check()
        await server.seen("synthesize")
    async with engine("broken") as server:
        with pytest.raises(ProviderFailed, match=r"Home at 127\.0\.0\.1:[0-9]+ failed: no such language: xx"):
            await WyomingRecogniser("127.0.0.1", server.port, "Home").check()
        with pytest.raises(ProviderFailed, match="failed: no such language: xx"):
            await WyomingSpeech("127.0.0.1", server.port).check()


@real
async def test_cancelling_closes_the_connection() -> None:
    async with engine("pieces") as server:
        adapter = WyomingRecogniser("127.0.0.1", server.port)
        audio = Growing()
        audio.extend(b"\1\0" * 160)
        with trio.fail_after(20), trio.CancelScope() as scope:

            async def words(_: str) -> None:
                scope.cancel()

            await adapter.transcribe(utterance(audio), words)
        assert scope.cancelled_caught
        await server.seen("closed")


@real
async def test_a_port_where_nobody_listens_is_said() -> None:
    async with engine("whole") as server:
        port = server.port
    with pytest.raises(ProviderFailed, match=f"Wyoming at 127.0.0.1:{port} cannot be reached: start it") as failed:
        await WyomingRecogniser("127.0.0.1", port).offer()
    assert failed.value.verdict is Verdict.ABSENT


@real
async def test_whoever_calls_is_told_that_the_engine_was_reached() -> None:
    heard: list[str] = []
    told = reaching.set(lambda: heard.append("reached"))
    async with engine("whole") as server:
        await WyomingRecogniser("127.0.0.1", server.port).offer()
    reaching.reset(told)
    assert heard == ["reached"]


@real
async def test_a_connection_that_is_reset_is_an_error_in_words() -> None:
    async def answer(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await stream.aclose()

    async with trio.open_nursery() as nursery:
        (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, answer, [listener])
        port = listener.socket.getsockname()[1]
        with pytest.raises(ProviderFailed, match="closed the connection before it had answered"):
            await WyomingSpeech("127.0.0.1", port).offer()
        nursery.cancel_scope.cancel()


# ---- words


def test_a_name_that_is_no_language_is_none() -> None:
    assert [wellformed(name) for name in ("pt_BR", "auto detect", None, "x", " de ")] == ["pt-BR", "", "", "", "de"]


def test_terms_are_parted_and_bounded() -> None:
    assert terms(" a, b c\n; d.\ud800") == ("a", "b c", "d.?")
    assert terms("") == ()
    assert len(terms("a," * 1_000)) == 100


def test_a_long_text_goes_into_the_data_because_peers_bound_the_line() -> None:
    line, data = pack(WyomingSynthesize("x" * 100_000)).split(b"\n", 1)
    assert len(line) < 200
    assert len(data) == json.loads(line)["data_length"]
