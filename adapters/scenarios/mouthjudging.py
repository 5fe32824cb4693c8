"""Judging what the mouth does in an answer: whether it covers the sound, closes at its end, and is cut in order."""

import itertools
from collections.abc import Iterator
from typing import Final

from msgspec import UNSET

from adapters.client.voiceclient import AudioPiece
from adapters.scenarios.performance import ToldMessage
from adapters.scenarios.scenario import Expectation, Scenario
from adapters.scenarios.sounds import seconds_of_parts
from adapters.scenarios.views import StepView
from protocol.messages import ResponseCancelled
from protocol.mouth import SHAPES, ResponseMouth

SLACK_MS: Final = 60
"""How far the mouth's end may be from the sound's: mp3 and Opus add some."""


def judge_mouth(scenario: Scenario, expected: Expectation, view: StepView) -> tuple[float | None, str]:
    """When the mouth was as expected, None where it was not; and what was the matter, in words."""
    if expected.mouth == "cut":
        return _cut(view)
    answer = view.answer()
    parts = _parts(answer)
    if not parts:
        return None, "nothing of the mouth came; does the client ask for it with mouth?"
    seconds = seconds_of_parts(scenario, view.client, answer)
    for part, messages in parts.items():
        faults = [*_open(messages)]
        if expected.mouth == "whole":
            faults += [*_gaps(messages), *_outside(messages, seconds.get(part))]
        if faults:
            return None, f"part {part}: {faults[0]}"
    sounds = {told.message.id for told in answer if isinstance(told.message, AudioPiece) and told.message.audio}
    if silent := sorted(sounds - parts.keys()):
        return None, f"part {silent[0]}: it sounds, and nothing of its mouth came"
    last = max(told.at for told in answer if isinstance(told.message, ResponseMouth))
    return last, f"the mouths of {len(parts)} parts are {'whole and closed' if expected.mouth == 'whole' else 'closed'}"


def _parts(answer: list[ToldMessage]) -> dict[int, list[ResponseMouth]]:
    """The messages of each part; what was revised is left out."""
    parts: dict[int, list[ResponseMouth]] = {}
    for told in answer:
        message = told.message
        if isinstance(message, ResponseMouth) and not message.cut:
            if message.revised:
                parts[message.id] = []
            parts.setdefault(message.id, []).append(message)
    return parts


def is_closed(message: ResponseMouth) -> bool:
    """Whether the last thing that the message shows is a closed mouth: silence, or no curve."""
    if message.set == "arkit":
        row = (message.values or ())[-len(SHAPES["arkit"]) :]
        return not any(row)
    return bool(message.shapes) and (message.shapes or ())[-1] == 0


def _open(messages: list[ResponseMouth]) -> Iterator[str]:
    if not messages[-1].last:
        yield "its last message never came"
    elif not is_closed(messages[-1]):
        yield "the mouth stays open at its end"
    if any(message.last for message in messages[:-1]):
        yield "its last message came twice"


def _gaps(messages: list[ResponseMouth]) -> Iterator[str]:
    end = 0
    for message in messages:
        if message.start is not UNSET and message.start != end:
            yield f"from {end} to {message.start} ms nothing is said of the mouth"
        end = end if message.end is UNSET else message.end
    times = [time for message in messages for time in message.times or ()]
    if any(second < first for first, second in itertools.pairwise(times)):
        yield "its times do not rise"


def _outside(messages: list[ResponseMouth], seconds: float | None) -> Iterator[str]:
    end = max((message.end or 0 for message in messages), default=0)
    if seconds is not None and abs(end - seconds * 1000) > SLACK_MS:
        yield f"the mouth ends at {end} ms, and the sound at {round(seconds * 1000)} ms"


def _cut(view: StepView) -> tuple[float | None, str]:
    closed: float | None = None
    for at, _, message in view.told():
        if isinstance(message, ResponseMouth) and message.cut:
            if not is_closed(message):
                return None, "the mouth is cut, and stays open"
            closed = at
        if isinstance(message, ResponseCancelled):
            return (
                (closed, "closed before response.cancelled")
                if closed is not None
                else (None, "the answer was cut, and the mouth was not closed before that")
            )
    return None, "no answer was cut"
