"""A recording as a scenario of `vivavoce eval`: its steps, and what was said and heard as expectations to change."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from adapters.recordings.format import Row
from adapters.recordings.reading import SessionRecording, UnreadableRecording
from adapters.replay.steps import RecordedStep, steps_of
from adapters.replay.told import wire_names
from protocol.messages import CustomError, Names, ResponseCancelled, TextDone

_SHOWN = 60
"""Letters of what was said that a comment shows."""
_WORDS = 6
"""Words of an answer that are expected: more of them stand in the way of another voice or another sentence."""


def write_scenario(recording: SessionRecording, file: Path) -> None:
    """Write the scenario. Raises UnreadableRecording where nothing was said, and FileExistsError and other OSErrors."""
    text = scenario_of(recording, file)
    with file.open("x", encoding="utf-8") as opened:
        opened.write(text)


def scenario_of(recording: SessionRecording, file: Path) -> str:
    """The scenario as TOML, for a `file` that is relative to the recording. Raises UnreadableRecording."""
    names = wire_names(recording.about.names)
    steps = steps_of(recording.rows, names)
    if not steps:
        raise UnreadableRecording(
            f"{recording.folder}: nobody said or typed anything in it, so nothing can be expected"
        )
    folder = os.path.relpath(recording.folder, file.parent).replace(os.sep, "/")
    lines = [
        "# What was said and heard in the recording. Change what was wrong into what should have been,",
        "# and leave out what does not matter.",
        f"title = {_quoted(f'The recording {recording.folder.name}')}",
        f"recording = {_quoted(folder)}",
    ]
    for number, step in enumerate(steps, 1):
        until = steps[number].began if number < len(steps) else float("inf")
        rows = [row for row in recording.rows if row.dir == "out" and step.began <= row.t < until]
        lines += [*([] if lines[-1] == "" else [""]), f"# step {number}, at {step.began:.1f} s: {_shown(step)}"]
        for expected in _expected(step, rows, names):
            lines += ["[[expect]]", f"step = {number}", expected, ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _shown(step: RecordedStep) -> str:
    words = " ".join(step.words.split())
    words = f"{words[:_SHOWN]}…" if len(words) > _SHOWN else words
    return f"{step.action} {_quoted(words)}" if words else step.action


def _expected(step: RecordedStep, rows: list[Row], names: Names) -> Iterator[str]:
    """What was told of a step before the next one began."""
    if step.action == "say" and (words := _first_words(step.words)):
        yield f"hears = {_quoted(words)}"
    for row in rows:
        if row.event == names.wire[TextDone] and (words := _first_words(row.payload["text"])):
            yield f"says = {_quoted(words)}"
        elif row.event == names.wire[CustomError]:
            yield f"error = {row.payload['errorId']}"
        elif row.event == names.wire[ResponseCancelled]:
            yield f"cut = {_quoted(row.payload['reason'])}"


def _first_words(text: str) -> str:
    return " ".join(text.split()[:_WORDS])


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
