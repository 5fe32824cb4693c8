"""Faults of a client are reported to it, and its next turn works all the same."""

import json
from collections.abc import Mapping
from itertools import cycle

import pytest
import trio
from trio_websocket import WebSocketConnection

from tests.inprocess import WAYS
from tests.real.clients import Kind, talking
from tests.real.conversation import configure, hear_answer
from tests.real.programs import Served
from tests.real.speech import THANKS, Sentence, words
from tests.real.wire import frame, websocket

WAY = [pytest.param(name, marks=() if name == "short" else pytest.mark.long) for name in WAYS]
pytestmark = [pytest.mark.real, pytest.mark.parametrize("vivavoce", WAY, indirect=True)]
Said = Mapping[str, Sentence]
BAD: dict[str, tuple[int, str, object]] = {
    "a commit without audio": (1005, "input.buffer.commit", None),
    "broken base64": (1000, "input.buffer.append", "!not base64!"),
    "a payload of the wrong type": (1000, "input.buffer.append", {"sound": 1}),
    "an unknown event": (1001, "input.bufer.append", "AAAA"),
    "an unknown provider": (2001, "session.update", {"STT": {"provider": "opnai"}}),
    "a bad configuration": (2000, "session.update", {"TTS": {"speed": "very"}}),
}


@pytest.mark.parametrize(("fault", "kind"), list(zip(BAD, cycle(["javascript", "python"]), strict=False)))
async def test_the_session_goes_on(vivavoce: Served, said: Said, fault: str, kind: Kind) -> None:
    error_id, event, payload = BAD[fault]
    async with talking(kind, vivavoce) as talker:
        await configure(talker, is_base64=False)
        answer = await talker.ask(event, payload)
        error = (await talker.until("custom.error")).payload
        assert answer == {"success": False, **error}
        assert error["errorId"] == error_id
        assert error["message"] in vivavoce.log.read_text()
        await talker.speak(said[THANKS].wav)
        assert (await hear_answer(talker))[1] == "You are welcome."
    refused = [update for update in talker.payloads("session.updated") if not update["success"]]
    assert len(refused) == (event == "session.update")
    assert len(talker.payloads("custom.error")) == 1


async def test_a_chunk_before_the_configuration_is_refused(vivavoce: Served, said: Said) -> None:
    async with talking("javascript", vivavoce) as talker:
        refused = await talker.ask("input.buffer.append", said[THANKS].wav[:8_000])
        assert (refused["success"], refused["errorId"]) == (False, 1002)
        assert (await talker.until("custom.error")).payload["errorId"] == 1002
        await configure(talker, is_base64=True)
        await talker.speak(said[THANKS].wav)
        assert (await hear_answer(talker))[1] == "You are welcome."


async def test_audio_that_cannot_be_decoded_is_told_at_the_commit(vivavoce: Served, said: Said) -> None:
    async with talking("python", vivavoce) as talker:
        await talker.ask("session.update", {"STT": {"mediaFormat": "mp3"}})
        await talker.speak(bytes(range(256)) * 64)
        assert (await talker.until("custom.error")).payload["errorId"] == 1007
        await talker.speak(said[THANKS].wav)  # a container's own header wins over the format that was announced
        assert (await hear_answer(talker))[1] == "My pleasure."  # the second turn's way to say it
    assert talker.states[:4] == ["handshaken", "receiving", "transcribing", "handshaken"]


async def event(connection: WebSocketConnection, name: str) -> object:
    """The payload of the next event of that name, attachments and other events passed over."""
    while True:
        received = await frame(connection)
        if isinstance(received, str) and received.startswith(f'42["{name}"'):
            return json.loads(received[2:])[1]


async def test_an_attachment_that_never_comes_costs_its_event_alone(vivavoce: Served, said: Said) -> None:
    header = '451-["input.buffer.append",{"_placeholder":true,"num":0}]'
    async with websocket(vivavoce) as connection:
        await connection.send_message("40")
        await connection.send_message('42["session.update",{"STT":{"mediaFormat":"wav"}}]')
        await event(connection, "session.updated")
        await connection.send_message(header)
        begun = trio.current_time()
        error = await event(connection, "custom.error")
        assert isinstance(error, dict)
        assert error["errorId"] == 1000
        assert "input.buffer.append" in error["message"]
        assert trio.current_time() - begun == pytest.approx(1.0, abs=0.5)
        for part in (header, said[THANKS].wav, '42["input.buffer.commit"]'):
            await connection.send_message(part)
        heard = await event(connection, "request.transcribe.done")
    assert isinstance(heard, dict)
    assert words(heard["text"]) == words(THANKS)
