"""What every server of the benchmarks is asked and answers: one canned turn, the same for all."""

import base64
import json

CHUNK = bytes(range(256)) * 12 + bytes(128)
"""A tenth of a second of pcm16 at 16 kHz: 3,200 bytes."""
SAID = "tell me about the weather in the mountains"
ANSWER = "The sun shines on the mountains, and the wind comes from the west this afternoon."
SOUND = bytes(reversed(range(256))) * 64
"""The answer's sound, 16,384 bytes, a second of mp3 at 128 kbit/s."""
SOUND_SECONDS = 1.0

BINARY = b"\0 a binary frame"
"""What stands for the content of a binary frame where answers are told apart by how they begin."""
CONNECT = "40"
CONNECTED = b"40"
UPDATED = b'42["session.updated"'
COMMIT = '42["input.buffer.commit"]'
TRANSCRIPT = b'42["request.transcribe.done"'
BARRIER = '421["input.buffer.append",""]'
"""An empty chunk, which does nothing, that asks for an ack: what came before it has been dealt with by then."""
PASSED = b"431["
ERROR = b'42["custom.error"'


def update(*, is_base64: bool) -> str:
    """`session.update` for a Sender of raw samples."""
    wanted = {"STT": {"mediaFormat": "pcm16"}, "TTS": {"isBase64": is_base64}}
    return "42" + json.dumps(["session.update", wanted], separators=(",", ":"))


def append(*, is_base64: bool) -> tuple[str | bytes, ...]:
    """The frames of one chunk."""
    if is_base64:
        return ('42["input.buffer.append","' + base64.b64encode(CHUNK).decode() + '"]',)
    return ('451-["input.buffer.append",{"_placeholder":true,"num":0}]', CHUNK)


def sound(*, is_base64: bool) -> bytes:
    """How the frame begins with which the answer's sound has come."""
    return b'42["response.audio.delta"' if is_base64 else BINARY
