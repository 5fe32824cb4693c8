"""The timeline of a run for the page: what was said and heard when, as rows of words and as bars."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from adapters.client.voiceclient import AudioPiece, Received
from adapters.scenarios.performance import Performance, ToldMessage
from adapters.scenarios.scenario import SENDER, Scenario
from adapters.scenarios.sounds import seconds_of_parts
from adapters.scenarios.views import answers
from protocol.handsfree import InputIdle, ResponseHeld, ResponseResumed, SessionEcho, SpeechStarted, SpeechStopped
from protocol.messages import CustomError, ResponseCancelled, SessionState, TextDone, TranscribeDone
from protocol.mouth import ResponseCue

Speaker = Literal["caller", "server", "error"]


class TimelineRow(NamedTuple):
    """Something that happened: when, who did it, what it was, and its words."""

    at: float
    who: Speaker
    what: str
    words: str = ""


class TimelineBar(NamedTuple):
    """A stretch of sound: what the caller said, or what a client played of an answer."""

    start: float
    end: float
    who: Speaker
    words: str


def rows_of(scenario: Scenario, performance: Performance) -> list[TimelineRow]:
    """What happened, in its order; with what one client was told of it: the one that speaks, or that hears first."""
    listener = scenario.listener
    rows = [
        TimelineRow(times.began, "caller", step.action.removesuffix("_ms"), step.words)
        for times, step in zip(performance.steps, scenario.file.caller, strict=False)
    ]
    sounded = False
    for told in performance.told:
        is_sound = isinstance(told.message, AudioPiece) and bool(told.message.audio)
        if told.client == listener and is_sound and not sounded:
            rows.append(TimelineRow(told.at, "server", "first sound"))
        sounded = sounded or (told.client == listener and is_sound)
        if isinstance(told.message, SessionState) and told.client == listener:
            sounded = sounded and told.message.state == "speaking"
        if told.client in (SENDER, listener) and (row := _row(told, listener)) is not None:
            rows.append(row)
    return sorted(rows, key=lambda row: row.at)


def _row(told: ToldMessage, listener: str) -> TimelineRow | None:
    """The row of a message; None for one that is not shown, or that several clients get and another one's is shown."""
    at, client, message = told
    match message:
        case CustomError(text, error_id):
            return TimelineRow(at, "error", str(error_id), text)
        case TranscribeDone(text):
            return TimelineRow(at, "server", "heard", text or "no words")
    return _of_answer(at, message) if client == listener else None


def _of_answer(at: float, message: Received) -> TimelineRow | None:
    match message:
        case TextDone(text):
            return TimelineRow(at, "server", "answer", text or "no words")
        case ResponseCancelled(reason):
            return TimelineRow(at, "server", "cut", reason)
        case ResponseHeld(how=how):
            return TimelineRow(at, "server", "held", how)
        case ResponseResumed():
            return TimelineRow(at, "server", "resumed")
        case ResponseCue(kind=kind, name=name):
            return TimelineRow(at, "server", "cue", f"{kind} {name}".strip())
        case SpeechStarted():
            return TimelineRow(at, "server", "speech began")
        case SpeechStopped():
            return TimelineRow(at, "server", "speech ended")
        case InputIdle():
            return TimelineRow(at, "server", "idle")
        case SessionEcho():
            return TimelineRow(at, "server", "echo")
        case SessionState(state):
            return TimelineRow(at, "server", "state", state)
        case _:
            return None


def bars_of(scenario: Scenario, performance: Performance) -> list[TimelineBar]:
    """What sounded when: the caller, and the answers as one client plays them, each part behind the one before."""
    bars = [
        TimelineBar(times.began, min(times.ended, performance.seconds), "caller", step.words)
        for times, step in zip(performance.steps, scenario.file.caller, strict=False)
        if step.is_sound
    ]
    listener = scenario.listener
    for answer in answers([told for told in performance.told if told.client == listener]):
        bars += _played(scenario, listener, answer)
    return bars


def _played(scenario: Scenario, listener: str, answer: Sequence[ToldMessage]) -> Iterator[TimelineBar]:
    cut = next((told.at for told in answer if isinstance(told.message, ResponseCancelled)), float("inf"))
    seconds = seconds_of_parts(scenario, listener, list(answer))
    first: dict[int, ToldMessage] = {}
    for told in answer:
        if isinstance(told.message, AudioPiece) and told.message.audio:
            first.setdefault(told.message.id, told)
    free = 0.0
    for part, told in sorted(first.items()):
        begin = max(free, told.at)
        free = begin + seconds.get(part, 0.0)
        words = told.message.text if isinstance(told.message, AudioPiece) else ""
        if begin < cut:
            yield TimelineBar(begin, min(free, cut), "server", words)
