"""What a recording keeps from its readers: words and sound where they are not asked for, and credentials always."""

import re
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark
from adapters.client.voiceclient import AckReceived, AudioPiece
from adapters.recordings.format import EVENTS_FILE, SESSION_FILE
from adapters.recordings.reading import read
from protocol.messages import CustomError
from tests.adapters.recordings.kit import only, recorder, writing
from tests.harness import serving, state
from tests.scripted import Act, ScriptedEngines, fails

TOKEN = "sesame-of-forty-thieves"
SPOKEN = (
    "Margaret", "Thatcherson", "lives", "Rosenheimerplatz", "telephone", "Zwölfundvierzig", "мария", "日本橋", "दिल्ली",
    "umbrella", "pharaoh", "Persona", "grumpily", "overthrow", "lighthouse", "velvet", "gossip", "quarrel", "forbidden",
    "5550199",
)  # fmt: skip
"""Words and a number that stand in what is said, answered, prompted, asked for, refused and failed."""


def engines() -> ScriptedEngines:
    """Engines that say all that somebody might say."""
    made = ScriptedEngines()
    made.stt.script.usual = Act(("Margaret Thatcherson ", "lives in Rosenheimerplatz, telephone 5550199."))
    made.llm.script.usual = Act(("Zwölfundvierzig [face:lighthouse] мария 日本橋 ", "दिल्ली umbrella. Another pharaoh!"))
    made.tts.marks = (Mark("word", "Zwölfundvierzig", 0, 100, 0), Mark("phone", "gossip", 0, 20))
    return made


async def test_without_words_and_sound_no_word_is_in_the_folder(clock: MockClock, tmp_path: Path) -> None:
    scripted = engines()
    with writing() as thread:
        own = recorder(tmp_path, thread, clock=trio.current_time, words=False, sound=False)
        async with (
            serving(scripted, recorder=own, token=TOKEN) as server,
            server.joined(token=TOKEN, mouth="ovr,words", query=f"token={TOKEN}") as client,
        ):
            await client.configure(
                LLM={"prompt": "Persona speaks grumpily", "stop": ["overthrow"], "name": "velvet", "cues": "tags"}
                | {"faces": ["lighthouse"], "stream": True},
                STT={"prompt": "Thatcherson", "sentimentAnalysis": True},
                TTS={"responseType": "multiple", "stream": True, "velvet": "gossip"},
            )
            await client.say(b"Margaret Thatcherson lives", b"forbidden quarrel")
            await client.until(state("handshaken"))
            await client.voice.text("umbrella, 5550199, Rosenheimerplatz; мария 日本橋 दिल्ली?")
            await client.until(AudioPiece)
            await client.until(state("handshaken"))
            scripted.llm.script.acts.append(fails(why=EngineFailed("it will not say forbidden")))
            await client.voice.text("quarrel")
            await client.until(CustomError)
            await client.voice.send("forbidden.gossip", {"quarrel": ["velvet"]}, "umbrella", ack=1)
            await client.voice.send("input.text", 5550199, ack=2)
            await client.voice.send(
                "session.update", {"LLM": {"model": "forbidden quarrel", "temperature": "umbrella"}}
            )
            await client.voice.send("input.buffer.append", "not base64: forbidden", ack=3)
            await client.voice.send("input.buffer.commit", {"message": "forbidden microphone", "errorId": 5})
            await client.until(AckReceived)
            await server.settle()
    folder = only(tmp_path)
    assert {path.name for path in folder.iterdir()} == {EVENTS_FILE, SESSION_FILE}
    text = "".join(path.read_text() for path in folder.iterdir())
    found = [word for word in (*SPOKEN, TOKEN) if word.lower() in text.lower()]
    assert found == []
    assert not re.search(r"[^\x00-\x7f]", text)
    events = {row.event for row in read(folder).rows}
    assert {"input.text", "response.words", "response.cue", "response.mouth", "llm.failed", "tts.clip"} <= events


@pytest.mark.parametrize("place", ["auth", "query", "header"])
async def test_a_credential_is_never_in_it(clock: MockClock, tmp_path: Path, place: str) -> None:
    with writing() as thread:
        own = recorder(tmp_path, thread, clock=trio.current_time)
        async with serving(engines(), recorder=own, token=TOKEN) as server:
            client = await server.join(
                token=TOKEN if place == "auth" else "",
                query=f"token={TOKEN}" if place == "query" else "",
                headers=(("Authorization", f"Bearer {TOKEN}"),) if place == "header" else (),
            )
            await client.configure(LLM={"token": TOKEN, "Authorization": [TOKEN], "api_key": {"a": TOKEN}})
            await client.say()
            await client.until(state("handshaken"))
            await client.voice.send("no.such.event", [{"access-token": TOKEN}])
            await client.until(CustomError)
            await server.settle()
    folder = only(tmp_path)
    assert [path.name for path in folder.iterdir() if TOKEN.encode() in path.read_bytes()] == []
    [update] = [row for row in read(folder).rows if row.event == "session.update"]
    assert update.payload["LLM"] == {"token": "***", "Authorization": "***", "api_key": "***"}


async def test_with_words_they_are_there(clock: MockClock, tmp_path: Path) -> None:
    """So that what is masked above is there where it is asked for."""
    with writing() as thread:
        own = recorder(tmp_path, thread, clock=trio.current_time)
        async with serving(engines(), recorder=own) as server, server.joined() as client:
            await client.configure()
            await client.say()
            await client.until(state("handshaken"))
    text = (only(tmp_path) / EVENTS_FILE).read_text()
    assert [word for word in SPOKEN[:10] if word not in text] == []
