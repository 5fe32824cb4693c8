"""Spoken turns that real clients hold with the running server, over every transport."""

from collections.abc import Mapping

import pytest
import trio

from adapters.vendors.embedded.espeak import FORMAT
from tests.real.clients import POLLING, UPGRADE, WEBSOCKET, Kind, talking
from tests.real.conversation import configure, hear_answer
from tests.real.programs import Served
from tests.real.speech import QUESTION, THANKS, Sentence, lasts_as_its_words_need, playing_seconds, wav, words

pytestmark = pytest.mark.real
Said = Mapping[str, Sentence]
ENDS_ON = {UPGRADE: "websocket", WEBSOCKET: "websocket", POLLING: "polling"}
TURN = ["receiving", "transcribing", "responding", "speaking"]


@pytest.mark.parametrize("is_base64", [True, False], ids=["base64", "binary"])
@pytest.mark.parametrize("transports", [UPGRADE, WEBSOCKET, POLLING], ids=["upgrade", "websocket", "polling"])
@pytest.mark.parametrize("kind", ["javascript", "python"])
async def test_a_spoken_turn(vivavoce: Served, said: Said, kind: Kind, transports: str, is_base64: bool) -> None:
    async with talking(kind, vivavoce, transports) as talker:
        await configure(talker, is_base64=is_base64)
        await talker.speak(said[QUESTION].wav, as_base64=is_base64)
        transcript, answer, sound = await hear_answer(talker)
        await talker.until("session.state", state="speaking")
        assert talker.transports[-1] == ENDS_ON[transports]
    assert len(set(words(transcript)) & set(words(QUESTION))) >= 4
    assert transcript.rstrip("?.") in answer
    assert lasts_as_its_words_need(sound, answer)
    assert talker.states == ["handshaken", *TURN]
    assert len(talker.payloads("input.buffer.initialized")) == 1
    assert not talker.payloads("custom.error")


async def test_javascript_really_upgrades(vivavoce: Served) -> None:
    async with talking("javascript", vivavoce, UPGRADE) as talker:
        await talker.until("websocket", "transport")
    assert talker.transports == ["polling", "websocket"]


async def test_a_session_is_ready_for_the_next_turn_when_the_answer_has_played(vivavoce: Served, said: Said) -> None:
    async with talking("javascript", vivavoce) as talker:
        await configure(talker, is_base64=False)
        for _ in range(2):
            await talker.speak(said[THANKS].wav)
            *_, sound = await hear_answer(talker)
            begun = trio.current_time()
            await talker.until("session.state", state="handshaken")
            assert trio.current_time() - begun == pytest.approx(playing_seconds(sound), abs=0.6)
    assert talker.states == ["handshaken", *TURN, "handshaken", *TURN, "handshaken"]
    assert [payload["turn"] for payload in talker.payloads("response.started")] == [1, 2]


async def test_echo_answers_with_the_senders_own_voice(vivavoce: Served, said: Said) -> None:
    silence = bytes(2 * FORMAT.rate)
    async with talking("python", vivavoce) as talker:
        await configure(talker, is_base64=False, model="echo")
        await talker.speak(wav(silence + said[QUESTION].samples))  # which no synthesiser makes of the words alone
        transcript, answer, sound = await hear_answer(talker)
    assert answer == transcript
    assert playing_seconds(sound) == pytest.approx(1 + said[QUESTION].seconds, abs=0.15)


async def test_the_example_of_the_reference_works_with_warnings(vivavoce: Served, said: Said) -> None:
    async with talking("javascript", vivavoce) as talker:
        assert await talker.ask("session.update", EXAMPLE) == {"success": True}
        warnings = (await talker.until("session.updated", success=True)).payload["warnings"]
        await talker.speak(said[QUESTION].wav, as_base64=True)
        transcript, answer, sound = await hear_answer(talker)
    for kind in ("STT", "LLM", "TTS"):
        assert f"{kind}: No available models (used a default model)" in warnings
        assert any(warning.startswith(f"{kind}: ") and warning.endswith("used Local") for warning in warnings)
    assert set(words(transcript)) >= {"what", "heard"}
    assert 0 < playing_seconds(sound) < len(words(answer)) * 0.4  # its speed is 4


async def test_two_conversations_at_once_do_not_mix(vivavoce: Served, said: Said) -> None:
    answers: dict[str, str] = {}

    async def converse(kind: Kind, text: str) -> None:
        async with talking(kind, vivavoce) as talker:
            await configure(talker, is_base64=False)
            await talker.speak(said[text].wav)
            transcript, answer, sound = await hear_answer(talker)
            assert words(transcript) == words(text)
            assert lasts_as_its_words_need(sound, answer)
            answers[text] = answer

    async with trio.open_nursery() as nursery:
        nursery.start_soon(converse, "javascript", QUESTION)
        nursery.start_soon(converse, "python", THANKS)
    assert "I heard" in answers[QUESTION]
    assert answers[THANKS] == "You are welcome."


EXAMPLE = {
    "STT": {
        "provider": {"name": "openai", "title": "OpenAI"},
        "model": "whisper-1",
        "mediaFormat": "mp3",
        "languageCode": "en-US",
        "sentimentAnalysis": False,
        "prompt": "string",
    },
    "LLM": {
        "model": "gpt-4o",
        "prompt": "You are useful MetaHuman assistant",
        "temperature": 1,
        "stop": ["string"],
        "maxToken": 0,
        "provider": {"name": "aigames", "title": "AI_Games"},
        "name": "string",
        "stream": False,
    },
    "TTS": {
        "provider": {"name": "openai", "title": "OpenAI"},
        "model": "tts-1",
        "responseType": {"name": "single", "title": "Single"},
        "languageCode": "en-US",
        "voice": "string",
        "speed": 4,
        "ssmlGender": {"name": "unspecified", "title": "Unspecified"},
        "stream": False,
        "isBase64": True,
        "isOrdered": False,
    },
}
"""The reference's own, as it stands there."""
