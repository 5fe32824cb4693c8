"""The same exchange as its documentation would write it with python-socketio: `python -m bench.peer PORT`.

A coroutine here is an event's; python-socketio runs it to its end, but cancelling `commit` is what cuts an answer.
"""

import asyncio
import base64
import sys
import uuid
from typing import Any

import socketio
import uvicorn

from bench import sounds
from bench.exchange import answer, heard, voiced

sio: Any = socketio.AsyncServer(async_mode="asgi")


async def move(sid: str, session: dict[str, Any], state: str) -> None:
    """Enter a state and say so."""
    session["state"] = state
    await sio.emit("session.state", {"state": state}, to=sid)


async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
    """A new session."""
    session: dict[str, Any] = {"id": str(uuid.uuid4()), "state": "idle", "chunks": [], "turn": None}
    await sio.save_session(sid, session)
    await sio.emit("session.joined", {"sessionId": session["id"], "role": "both", "state": "idle"}, to=sid)


async def update(sid: str, data: dict[str, Any]) -> None:
    """Keep what the answer needs of the configuration."""
    session = await sio.get_session(sid)
    session["base64"], session["voice"] = data["TTS"]["isBase64"], data["TTS"]["voice"]
    session["stream"] = data["LLM"]["stream"]
    await sio.emit("session.updated", {"sessionId": session["id"], "success": True}, to=sid)
    await move(sid, session, "handshaken")


async def append(sid: str, data: str | bytes) -> None:
    """Keep a chunk; the first begins an utterance, and interrupts the answer that is being made or spoken."""
    chunk = base64.b64decode(data) if isinstance(data, str) else data
    if not chunk:
        return
    session = await sio.get_session(sid)
    session["chunks"].append(chunk)
    if session["state"] in ("responding", "speaking"):
        session["turn"].cancel()
        await sio.emit("response.cancelled", {"reason": "interrupted"}, to=sid)
    if session["state"] != "receiving":
        session["state"] = "receiving"
        await sio.emit("input.buffer.initialized", {"sessionId": session["id"]}, to=sid)
        await move(sid, session, "receiving")


async def commit(sid: str, data: Any = None) -> None:
    """Recognise, answer and speak, all at once, in the task that python-socketio runs for each event."""
    session = await sio.get_session(sid)
    session["turn"] = asyncio.current_task()
    speech, session["chunks"] = b"".join(session["chunks"]), []
    assert speech, "nothing was said"
    await move(sid, session, "transcribing")
    await sio.emit("request.transcribe.done", {"text": heard(len(speech)), "sentiment": "", "language": "en"}, to=sid)
    await move(sid, session, "responding")
    await sio.emit("response.started", {"turn": 1}, to=sid)
    pieces = answer(stream=session["stream"])
    if session["stream"]:
        for written in pieces:
            await sio.emit("response.text.delta", {"text": written}, to=sid)
            await asyncio.sleep(0)  # a model would be waited for here
    await sio.emit("response.text.done", {"text": "".join(pieces)}, to=sid)
    await speak(sid, session, "".join(pieces))
    await sio.emit("response.metrics", {"turn": 1}, to=sid)


async def speak(sid: str, session: dict[str, Any], text: str) -> None:
    """Send the answer's sound, in one message or in pieces."""
    voice = sounds.voice_named(session["voice"])
    made = (voiced(session["voice"]),) if voice is None else sounds.pieces_of(voice)
    for number, sound in enumerate(made, 1):
        if voice and voice.pause:
            await asyncio.sleep(voice.pause)
        last = number == len(made)
        piece = {
            "id": 0,
            "text": text if number == 1 else "",
            "audio": base64.b64encode(sound).decode() if session["base64"] else sound,
            "isBase64": session["base64"],
            "done": last,
            "streamPartDone": last,
            "totalNumber": 1,
        }
        await sio.emit("response.audio.delta", piece, to=sid)
        if number == 1:
            await move(sid, session, "speaking")


sio.on("connect", connect)
sio.on("session.update", update)
sio.on("input.buffer.append", append)
sio.on("input.buffer.commit", commit)

if __name__ == "__main__":
    uvicorn.run(
        socketio.ASGIApp(sio), port=int(sys.argv[1]), loop="uvloop", ws="websockets-sansio", log_level="warning"
    )
