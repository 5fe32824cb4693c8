"""The exchange that every server of the benchmarks has with its clients: canned turns, the same for all."""

import base64
import json

CHUNK = bytes(range(256)) * 12 + bytes(128)
"""A tenth of a second of pcm16 at 16 kHz: 3,200 bytes."""
SAID = "tell me about the weather in the mountains"
ANSWER = "The sun shines on the mountains, and the wind comes from the west this afternoon."
SOUND = bytes(reversed(range(256))) * 64
"""The answer's sound, 16,384 bytes."""
LONG_ANSWER = tuple(f"{number:02} begins a piece of an answer that nobody waits for. " * 7 for number in range(103))
"""An answer written in pieces, 39 kB: with its `response.text.done`, more than waits in the kernel unread."""
LONG_VOICE = "long"
"""The voice whose sound lasts."""
LONG_SOUND = SOUND * 30
TALK = "talk"
"""The voice of which every answer is so many seconds of raw samples at 16 kHz."""
TALK_SECONDS = 4.0
SOUND_RATE = 8_192
"""Bytes of sound a second, 64 kbit/s."""

BINARY = b"\0 a binary frame"
"""What stands for the content of a binary frame where answers are told apart by how they begin."""
CONNECT = "40"
CONNECTED = b"40"
UPDATED = b'42["session.updated"'
CLEAR = '42["input.buffer.clear"]'
COMMIT = '42["input.buffer.commit"]'
TRANSCRIPT = b'42["request.transcribe.done"'
BARRIER = '421["input.buffer.append",""]'
"""An empty chunk, which does nothing, that asks for an ack: everything before it has been handled by then."""
PASSED = b"431["
ERROR = b'42["custom.error"'
OLD = (b'42["response.text', b'42["response.audio')
"""How the messages of a response begin, where its sound is base64."""
CLOSING = b'42["response.audio.delta",{"id":0,"text":"","audio":""'
"""A message without sound or words, which ends a response that was cut."""
CANCELLED = b'42["response.cancelled"'


METRICS = b'42["response.metrics"'
"""What comes when the last piece of an answer has been sent."""
LISTENER = "deepgram"
"""The recogniser that listens while the person speaks, and wants samples."""


def update(
    *,
    is_base64: bool,
    voice: str = "",
    stream: bool = False,
    pieces: bool = False,
    media: str = "pcm16",
    stt: str = "",
    wanted: str = "mp3",
) -> str:
    """`session.update` for a Sender of `media` that recogniser `stt` hears, "" for the default.

    `stream`: the answer is long, and written in pieces; `pieces`: its sound comes in pieces, in the format `wanted`.
    """
    configuration = {
        "STT": {"mediaFormat": media, **({"provider": stt} if stt else {})},
        "LLM": {"stream": stream},
        "TTS": {"isBase64": is_base64, "voice": voice, "stream": pieces, "audioFormat": wanted},
    }
    return event("session.update", configuration)


def event(name: str, payload: object) -> str:
    """An event with a payload, as a message."""
    return "42" + json.dumps([name, payload], separators=(",", ":"))


def as_json() -> str:
    """What a server in another language must know of the exchange."""
    sound = base64.b64encode(SOUND).decode()
    return json.dumps(
        {"said": SAID, "answer": ANSWER, "longAnswer": LONG_ANSWER, "longVoice": LONG_VOICE}
        | {"sound": sound, "longer": len(LONG_SOUND) // len(SOUND)}
    )


def heard(size: int) -> str:
    """The transcript of an utterance of so many bytes: it tells the load what has arrived."""
    return f"{size} bytes: {SAID}"


def answer(*, stream: bool) -> tuple[str, ...]:
    """The pieces of the answer."""
    return LONG_ANSWER if stream else (ANSWER,)


def voiced(voice: str) -> bytes:
    """The sound of an answer."""
    return LONG_SOUND if voice == LONG_VOICE else SOUND


def append(chunk: bytes = CHUNK, *, is_base64: bool) -> tuple[str | bytes, ...]:
    """The frames of one chunk."""
    if is_base64:
        return ('42["input.buffer.append","' + base64.b64encode(chunk).decode() + '"]',)
    return ('451-["input.buffer.append",{"_placeholder":true,"num":0}]', chunk)


def sound(*, is_base64: bool) -> bytes:
    """The beginning of the frame that brings the answer's first sound."""
    return b'42["response.audio.delta"' if is_base64 else BINARY
