"""Scenarios that were performed as a test says: two steps, and messages at their times."""

from pathlib import Path

from adapters.client.voiceclient import AudioPiece, Received
from adapters.scenarios.performance import Performance, StepTimes, ToldMessage
from adapters.scenarios.reading import read
from adapters.scenarios.scenario import SENDER, Scenario
from adapters.scenarios.scriptengines import AskedQuestion
from protocol.messages import (
    ResponseCancelled,
    ResponseStarted,
    SessionState,
    TextDone,
    TranscribeDone,
)

STORY = """\
title = "A story"

[sender]
audioFormat = "pcm16"
mouth = "ovr"

[[receiver]]
name = "wall"
audioFormat = "pcm16"

[[caller]]
name = "story"
say = "Tell me a story."

[[caller]]
name = "next"
text = "And then?"

[[answer]]
text = "Once upon a time."
"""
Told = tuple[float, Received] | tuple[float, Received, str]


def scenario_of(folder: Path, expectation: str, story: str = STORY) -> Scenario:
    """The story, of which this is expected."""
    file = folder / "story.toml"
    file.write_text(f"{story}\n[[expect]]\n{expectation}\n", encoding="utf-8")
    return read(file)


def performed(*told: Told, asked: tuple[AskedQuestion, ...] | None = (), stopped: str = "") -> Performance:
    """The first step from 0 to 1 s, the second one at 5 s; messages come to the Sender where no other is named."""
    messages = tuple(ToldMessage(one[0], one[2] if len(one) == 3 else SENDER, one[1]) for one in told)
    mark = sum(one.at < 5.0 for one in messages)
    steps = (StepTimes(0.0, 1.0, 0), StepTimes(5.0, 5.0, mark))
    return Performance(steps, messages, asked, 9.0, stopped)


def piece(part: int, text: str = "", seconds: float = 1.0, *, done: bool = False, total: int = 0) -> AudioPiece:
    """A whole part of an answer, in pcm16."""
    return AudioPiece(part, text, bytes(48 * round(seconds * 1000)), False, done, True, total)


TURN: tuple[Told, ...] = (
    (0.1, SessionState("receiving")),
    (1.0, SessionState("transcribing")),
    (1.2, TranscribeDone("Tell me a story.", "", "en")),
    (1.2, SessionState("responding")),
    (1.2, ResponseStarted(1)),
    (1.2, ResponseStarted(1), "wall"),
    (1.6, TextDone("Once upon a time.")),
    (1.6, TextDone("Once upon a time."), "wall"),
    (1.8, SessionState("speaking")),
    (1.8, piece(0, "Once upon a time.", done=True, total=1)),
    (1.9, piece(0, "Once upon a time.", done=True, total=1), "wall"),
    (2.8, SessionState("handshaken")),
)
"""A turn as it should be."""
CUT: tuple[Told, ...] = (
    *TURN[:9],
    (1.8, piece(0, "Once upon", done=False)),
    (1.9, AudioPiece(0, "", b"", False, True, True, 1)),
    (1.9, ResponseCancelled("interrupted")),
    (1.9, SessionState("receiving")),
)
"""A turn that was cut."""
