"""Cues with a whole server on memory streams: before their sound, for those who ask, and kept for the next question."""

from trio.testing import MockClock

from adapters.client.voiceclient import AudioPiece
from protocol.messages import TextDelta, TextDone
from protocol.mouth import ResponseCue
from tests.harness import serving, state
from tests.scripted import Act, ScriptedEngines
from tests.scriptedmouth import WORD_MS

TAGGED = ("[fa", "ce:happy] Fine ", "[anim:wa", "ve] and well. [na", "h] [no", "d]")


async def test_a_conversation_with_cues(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.llm.script.usual = Act(TAGGED)
    engines.tts.script.usual = Act(("",), delay=0.1)
    async with serving(engines) as server, server.joined(mouth="words") as client:
        await client.configure(LLM={"cues": "tags", "stream": True})
        client.rest()
        for _ in range(2):
            await client.say()
            heard = await client.until(state("handshaken"))
            texts = [message.text for message in heard if isinstance(message, TextDelta)]
            assert "".join(texts) == "Fine and well. [nah]"
            assert [message.text for message in heard if isinstance(message, TextDone)] == ["Fine and well. [nah]"]
            order = [message for message in heard if isinstance(message, ResponseCue | AudioPiece)]
            assert [type(one) for one in order[:4]] == [ResponseCue, ResponseCue, ResponseCue, AudioPiece]
            asked = [(one.name, one.at) for one in order if isinstance(one, ResponseCue)]
            assert asked[:2] == [("happy", 0), ("wave", WORD_MS)]
            assert asked[2][0] == "nod"
            assert next(piece.text for piece in order if isinstance(piece, AudioPiece)) == "Fine and well. [nah]"
        assert [call.asked.text for call in engines.tts.script.calls] == ["Fine and well. [nah]"] * 2
        question = engines.llm.script.calls[1].asked
        assert question.history[0].answered == "[face:happy] Fine [anim:wave] and well. [nah] [nod]"
        assert "[face:NAME]" in question.prompt
        await client.vanish()
        await server.check_nothing_is_left()


async def test_who_asks_for_no_mouth_is_told_of_no_cue(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.llm.script.usual = Act(TAGGED)
    async with serving(engines) as server, server.joined(client="unity") as client:
        await client.configure(LLM={"cues": "tags"})
        client.rest()
        await client.say()
        heard = await client.until(state("handshaken"))
        assert not [message for message in heard if isinstance(message, ResponseCue)]
        assert [message.text for message in heard if isinstance(message, TextDone)] == ["Fine and well. [nah]"]
