"""What an open microphone hears, for a Playbook: stretches of speech and silence, frame by frame, in real time."""

from typing import Any

from actors.deciding.effects import Send
from actors.deciding.events import Event, FrameJudged
from actors.deciding.limits import Limits
from protocol.handshake import Encoding
from tests.playbook import Playbook, update

SPEECH, SILENCE = b"\x01" * 1024, bytes(1024)
FRAME = 0.032
VAD: dict[str, object] = {"type": "server_vad", "silenceDurationMs": 500}


def listening(limits: Limits | None = None, *, holds: bool = False, **more: object) -> Playbook:
    """A session whose microphone is open."""
    pb = Playbook(limits, encoding=Encoding(holds=holds))
    pb >> update(STT={"mediaFormat": "pcm16"}, turnDetection={**VAD, **more})
    return pb.skip()


def frame(pb: Playbook, speech: float) -> FrameJudged:
    """One frame of the stream that is open."""
    microphone = pb.conversation.microphone
    return FrameJudged(microphone.stream if microphone else 0, SPEECH if speech else SILENCE, speech)


def hear(pb: Playbook, *stretches: tuple[float, int]) -> list[Any]:
    """The microphone hears so many frames with each probability; returns the messages and effects that follow."""
    for speech, frames in stretches:
        for _ in range(frames):
            happen(pb, frame(pb, speech))
            pass_time(pb, FRAME)
    return told(pb)


def happen(pb: Playbook, event: Event) -> None:
    """Something happens, and nothing is expected of it yet."""
    pb._play(event)


def pass_time(pb: Playbook, seconds: float) -> None:
    """Time passes, and nothing is expected of it yet."""
    pb._pass(seconds)


def told(pb: Playbook) -> list[Any]:
    """The messages among what is due."""
    return [effect.message for effect in pb.skip_all() if isinstance(effect, Send)]
