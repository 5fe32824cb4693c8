"""The shortest way to the first sound: what runs at the same time, to the millisecond, on the clock of the tests."""

import pytest
import trio
from trio.testing import MockClock

from actors.deciding.limits import Limits
from actors.ports.audio import DECODE_EVERY
from actors.running.sizes import PoolSizes
from adapters.client.voiceclient import AudioPiece
from protocol.messages import Metrics, TextDone, TranscribeDelta
from tests.harness import kinds, serving, state
from tests.scripted import Act, End, ScriptedEngines

pytestmark = pytest.mark.usefixtures("streams")

STREAMED: dict[str, dict[str, object]] = {
    "LLM": {"stream": True},
    "TTS": {"responseType": "multiple", "stream": True, "isOrdered": True},
}


def engines(answer: tuple[str, ...] = ("One. ", "Two. ", "Three.")) -> ScriptedEngines:
    """The transcript after 400 ms, a sentence each 300 ms, and of each part three pieces, one each 100 ms."""
    scripted = ScriptedEngines()
    scripted.stt.script.usual = Act(("How are you?",), delay=0.2)
    scripted.llm.script.usual = Act(answer, delay=0.3)
    scripted.tts.script.usual = Act(("a", "b", "c"), delay=0.1)
    scripted.codec.seconds = 0.1
    return scripted


async def test_the_first_sound_comes_after_the_first_results_of_the_stages(clock: MockClock) -> None:
    async with serving(engines()) as server, server.joined(audio_format="pcm16") as client:
        await client.configure(**STREAMED)
        await client.say()
        told = await client.until(state("handshaken"))
        [ledger] = [message for message in told if isinstance(message, Metrics)]
        # A sentence is certain when the next one begins: at the second piece of text, 600 ms after the transcript.
        # The last is certain at the end of the text, after 1,200; its sound is made in another 400.
        assert ledger == Metrics(1, 400, 700, 1_000, 1_100, 2_000)


async def test_without_streams_the_stages_follow_each_other(clock: MockClock) -> None:
    async with serving(engines()) as server, server.joined(audio_format="pcm16") as client:
        await client.configure()
        await client.say()
        told = await client.until(state("handshaken"))
        [ledger] = [message for message in told if isinstance(message, Metrics)]
        assert ledger == Metrics(1, 400, 700, 1_600, 2_000, 2_000)


async def test_parts_of_a_complete_text_are_made_at_the_same_time(clock: MockClock) -> None:
    async with (
        serving(engines(), pools=PoolSizes(tts_workers=3)) as server,
        server.joined(audio_format="pcm16") as client,
    ):
        await client.configure(TTS={"responseType": "multiple"})
        await client.say()
        told = await client.until(state("handshaken"))
        [ledger] = [message for message in told if isinstance(message, Metrics)]
        assert ledger == Metrics(1, 400, 700, 1_600, 2_000, 2_000)
        assert sorted(piece.id for piece in client.pieces) == [0, 1, 2]


async def test_no_more_parts_are_made_at_once_than_the_limit_says(clock: MockClock) -> None:
    async with (
        serving(engines(), limits=Limits(parts_ahead=2)) as server,
        server.joined(audio_format="pcm16") as client,
    ):
        await client.configure(TTS={"responseType": "multiple"})
        await client.say()
        told = await client.until(state("handshaken"))
        [ledger] = [message for message in told if isinstance(message, Metrics)]
        assert ledger.last_audio == 2_400
        begun = [call.began for call in server.engines.tts.script.calls]
        assert begun[0] == begun[1]
        assert begun[2] == pytest.approx(begun[0] + 0.4)


async def test_a_barge_in_stops_the_parts_that_are_being_made_and_begins_no_others(clock: MockClock) -> None:
    async with serving(engines()) as server, server.joined(audio_format="pcm16") as client:
        await client.configure(**STREAMED)
        await client.say()
        await client.until(AudioPiece)
        await client.voice.append(b"stop")
        await client.until(state("receiving"))
        await server.settle()
        assert server.engines.running == {}
        assert set(server.engines.tts.script.ends) == {End.CANCELLED}
        assert server.engines.llm.script.ends == [End.CANCELLED]
        assert len(server.engines.tts.script.calls) == 1


async def test_the_parts_joined_are_the_words_of_the_answer(clock: MockClock) -> None:
    scripted = engines(("Wel", "l, it is 3.", "14. Or so", "; **who** knows? 🙂"))
    async with serving(scripted) as server, server.joined(audio_format="pcm16") as client:
        await client.configure(**STREAMED)
        await client.say()
        told = await client.until(state("handshaken"))
        [whole] = [message.text for message in told if isinstance(message, TextDone)]
        assert "".join(piece.text for piece in client.pieces) == whole
        assert [piece.done for piece in client.pieces].index(True) == len(client.pieces) - 1


# ---- recognition while the person speaks


async def test_a_live_recogniser_hears_the_words_as_they_are_spoken(clock: MockClock) -> None:
    scripted = engines()
    scripted.stt.live = True
    async with serving(scripted) as server, server.joined() as client:
        await client.configure(STT={"mediaFormat": "pcm16"})
        await client.voice.append(b"a first\0long chunk")
        assert TranscribeDelta("a first\0long chunk") in await client.until(TranscribeDelta)
        assert scripted.stt.listening == 1
        await client.voice.append(b", and more")
        await client.until(TranscribeDelta(", and more"))
        await client.voice.commit()
        await client.until(state("handshaken"))
        [call] = scripted.stt.script.calls
        assert call.asked.data == b"a first\0long chunk, and more"
        await client.vanish()
        await server.check_nothing_is_left()


async def test_a_live_recogniser_that_fails_early_is_asked_again_at_the_commit(clock: MockClock) -> None:
    scripted = engines()
    scripted.stt.live, scripted.stt.deaf_to = True, b"a first\0long chunk"
    async with serving(scripted) as server, server.joined() as client:
        await client.configure(STT={"mediaFormat": "pcm16"})
        await client.voice.append(b"a first\0long chunk")
        await trio.sleep(2 * DECODE_EVERY)
        await client.voice.append(b", and more")
        await server.settle()
        assert scripted.stt.listening == 0
        await client.voice.commit()
        told = await client.until(state("handshaken"))
        assert "custom.error" not in kinds(told)
        [call] = scripted.stt.script.calls
        assert call.asked.data == b"a first\0long chunk, and more"


async def test_what_is_thrown_away_is_listened_to_no_more(clock: MockClock) -> None:
    scripted = engines()
    scripted.stt.live = True
    async with serving(scripted) as server, server.joined() as client:
        await client.configure(STT={"mediaFormat": "pcm16"})
        await client.voice.append(b"a first\0long chunk")
        await client.until(TranscribeDelta)
        assert server.seats == {"STT": 1}
        await client.voice.send("input.buffer.clear")
        await client.until(state("handshaken"))
        await server.settle()
        assert scripted.stt.listening == 0
        assert server.seats == {}


async def test_half_of_the_workers_may_listen_and_the_others_serve_who_has_spoken(clock: MockClock) -> None:
    scripted = engines()
    scripted.stt.live = True
    async with (
        serving(scripted, pools=PoolSizes(stt_workers=2)) as server,
        server.joined() as first,
        server.joined() as second,
    ):
        for client in (first, second):
            await client.configure(STT={"mediaFormat": "pcm16"})
            await client.voice.append(b"a first\0long chunk")
        await server.settle()
        assert scripted.stt.listening == 1  # of two workers
        await second.voice.commit()
        await second.until(state("handshaken"))
        await first.voice.commit()
        await first.until(state("handshaken"))
        assert [call.asked.data for call in scripted.stt.script.calls] == [b"a first\0long chunk"] * 2
        assert server.supervisor.pools["STT"].listening == 0


async def test_the_deadlines_of_recognition_begin_when_the_person_has_spoken(clock: MockClock) -> None:
    scripted = engines()
    scripted.stt.live = True
    limits = Limits(stt_silence=1.0, stt_call=2.0, receiving=100)
    async with serving(scripted, limits=limits) as server, server.joined() as client:
        await client.configure(STT={"mediaFormat": "pcm16"})
        await client.voice.append(b"a first\0long chunk")
        await client.until(TranscribeDelta)
        await trio.sleep(50)
        await client.voice.commit()
        assert Metrics in kinds(await client.until(state("handshaken")))
        scripted.stt.script.acts.append(Act((), stops_at=0))
        await client.voice.append(b"a first\0long chunk")
        await client.voice.commit()
        told = await client.until(state("handshaken"))
        assert any("stt_silence" in getattr(message, "message", "") for message in told)
