"""The parts that every spoken turn of a real client has: a configuration, and an answer."""

import base64
from typing import Any

from tests.real.clients import Talker


async def configure(talker: Talker, *, is_base64: bool, model: str = "guide") -> None:
    """Set up a session of WAV in; its answer is checked."""
    update = {
        "STT": {"mediaFormat": "wav"},
        "LLM": {"provider": "local", "model": model},
        "TTS": {"isBase64": is_base64},
    }
    assert await talker.ask("session.update", update) == {"success": True}
    assert (await talker.until("session.updated")).payload["success"] is True
    await talker.until("session.state", state="handshaken")


async def hear_answer(talker: Talker) -> tuple[str, str, bytes]:
    """What the server heard, what it answers, and the sound of that."""
    transcript = (await talker.until("request.transcribe.done")).payload["text"]
    answer = (await talker.until("response.text.done")).payload["text"]
    return transcript, answer, sound_of((await talker.until("response.audio.delta", done=True)).payload)


def sound_of(piece: Any) -> bytes:
    """The sound of a whole part, with all its fields checked."""
    keys = {"id", "text", "audio", "isBase64", "done", "streamPartDone", "totalNumber"}
    assert set(piece) == keys
    assert (piece["id"], piece["streamPartDone"], piece["totalNumber"]) == (0, True, 1)
    audio = piece["audio"]
    assert isinstance(audio, str if piece["isBase64"] else bytes)
    return base64.b64decode(audio) if isinstance(audio, str) else audio
