"""Judging a scenario that was performed: each expectation is passed, failed, or could not be checked."""

import math
from collections.abc import Callable, Iterator
from typing import Final, Literal

import msgspec

from adapters.client.arrival import Arrival, BadAnswer
from adapters.client.voiceclient import AudioPiece
from adapters.scenarios.mouthjudging import judge_mouth
from adapters.scenarios.performance import Performance, ToldMessage, name_of
from adapters.scenarios.scenario import SOUND, Expectation, Scenario
from adapters.scenarios.scriptengines import has_words, plain
from adapters.scenarios.sounds import format_of, is_joined
from adapters.scenarios.views import StepView, answers, describe
from protocol.messages import (
    CustomError,
    ResponseCancelled,
    SessionState,
    TextDelta,
    TextDone,
    TranscribeDone,
)
from protocol.mouth import ResponseCue

Outcome = Literal["passed", "failed", "not checked"]
UNSEEN: Final = "what the model is told cannot be seen from outside a server"
SCRIPTED: Final = "the scenario scripts what its providers do, and a running server has its own"
NO_TOOLS: Final = "vivavoce has no tools yet, so none can be called; take the expectation out"


class FoundMessage(msgspec.Struct, frozen=True):
    """What there is of what was expected: when it came, and in words what came. None: it did not come.

    `words`: what came in its place, or of it.
    """

    at: float | None
    words: str


class Assessment(msgspec.Struct, frozen=True):
    """What became of something expected: `expected` in words, and what came, and when; seconds of the scenario."""

    expected: str
    outcome: Outcome
    came: str = ""
    at: float | None = None


Find = Callable[[Expectation, StepView], FoundMessage]


def judge(scenario: Scenario, performance: Performance) -> tuple[Assessment, ...]:
    """A result on each expectation, and a failure for whatever nobody expects: errors, an answer that is not whole."""
    return (
        *_ended(performance),
        *(_judge(scenario, performance, expected) for expected in scenario.file.expect),
        *_errors(scenario, performance),
        *_answers(scenario, performance),
    )


def outcome_of(results: tuple[Assessment, ...]) -> Outcome:
    """The outcome of a scenario: failed where anything has, not checked where nothing was, else passed."""
    outcomes = {result.outcome for result in results}
    if "failed" in outcomes:
        return "failed"
    return "passed" if "passed" in outcomes else "not checked"


def _judge(scenario: Scenario, performance: Performance, expected: Expectation) -> Assessment:
    words = describe(scenario, expected)
    if expected.kind == "tool":
        return Assessment(words, "failed", NO_TOOLS)
    if why := _unseen(scenario, performance, expected):
        return Assessment(words, "not checked", why)
    view = StepView(scenario, performance, expected)
    if not view.is_begun:
        return Assessment(words, "failed", "the step was never begun")
    if expected.within_ms is not None and math.isinf(view.base):
        return Assessment(words, "failed", "the step did not end")
    if expected.is_never:
        found = _NEVER[expected.kind](expected, view)
        return Assessment(words, "passed" if found.at is None else "failed", found.words, found.at)
    if expected.kind == "mouth":
        found = FoundMessage(*judge_mouth(scenario, expected, view))
    else:
        found = _FINDS[expected.kind](expected, view)
    if found.at is None:
        return Assessment(words, "failed", found.words)
    late = found.at - view.base
    if expected.within_ms is not None and round(late * 1000) > expected.within_ms:
        return Assessment(words, "failed", f"{found.words} came {round(late * 1000)} ms after that", found.at)
    return Assessment(words, "passed", found.words, found.at)


def _unseen(scenario: Scenario, performance: Performance, expected: Expectation) -> str:
    """Why an expectation cannot be checked; "" where it can."""
    if performance.not_run:
        return performance.not_run
    if performance.asked is not None:
        return ""
    if expected.kind in ("history", "never_history"):
        return UNSEEN
    is_failure = expected.kind == "error" or expected.cut == "failed"
    if scenario.is_scripted and (is_failure or expected.kind in ("says", "never_says", "cue", "parts")):
        return SCRIPTED
    return ""


# ---- what nobody expects


def _ended(performance: Performance) -> Iterator[Assessment]:
    if performance.stopped:
        yield Assessment("the scenario comes to its end", "failed", performance.stopped, performance.seconds)


def _errors(scenario: Scenario, performance: Performance) -> Iterator[Assessment]:
    expected = {one.error for one in scenario.file.expect}
    for told in performance.told:
        match told.message:
            case CustomError(message, error_id) if error_id not in expected:
                yield Assessment("no error that nobody expects", "failed", f"{error_id}: {message}", told.at)


def _answers(scenario: Scenario, performance: Performance) -> Iterator[Assessment]:
    """Each answer that a client was told from its begin, and that was not cut, is whole and can be played."""
    for name in dict.fromkeys(told.client for told in performance.told):
        if not is_joined(scenario, name):
            continue
        for answer in answers([told for told in performance.told if told.client == name]):
            if any(isinstance(told.message, ResponseCancelled) for told in answer):
                continue
            try:
                _check(answer, format_of(scenario, name))
            except BadAnswer as error:
                yield Assessment(f"the answers that {name} gets are whole", "failed", str(error), answer[-1].at)


def _check(answer: list[ToldMessage], audio_format: str) -> None:
    arrival = Arrival(audio_format)
    for told in answer:
        if isinstance(told.message, AudioPiece):
            arrival.take(told.message)
    arrival.check()


# ---- what is looked for


def _first(told: list[ToldMessage], is_it: Callable[[ToldMessage], bool]) -> ToldMessage | None:
    return next((one for one in told if is_it(one)), None)


def _sound(expected: Expectation, view: StepView) -> FoundMessage:
    found = _first(view.answer(), lambda one: isinstance(one.message, AudioPiece) and bool(one.message.audio))
    return (
        FoundMessage(None, f"no sound came; {_instead(view)}")
        if found is None
        else FoundMessage(found.at, "the first sound")
    )


def _texts(answer: list[ToldMessage]) -> Iterator[tuple[float, str]]:
    """The text of an answer each time that more of it is known."""
    written = ""
    for at, _, message in answer:
        match message:
            case TextDelta(text):
                written += text
                yield at, written
            case TextDone(text):
                yield at, text


def _says(expected: Expectation, view: StepView) -> FoundMessage:
    last = ""
    for at, text in _texts(view.answer()):
        if has_words(text, expected.says or ""):
            return FoundMessage(at, f"“{text}”")
        last = text
    return FoundMessage(None, f"it says “{last}”" if last else f"it says nothing; {_instead(view)}")


def _hears(expected: Expectation, view: StepView) -> FoundMessage:
    wanted = expected.hears or ""
    for at, _, message in view.told():
        if isinstance(message, TranscribeDone):
            is_it = has_words(message.text, wanted) if plain(wanted) else not plain(message.text)
            return FoundMessage(at if is_it else None, f"it hears “{message.text}”")
    return FoundMessage(None, f"nothing was transcribed; {_instead(view)}")


def _language(expected: Expectation, view: StepView) -> FoundMessage:
    wanted = (expected.language or "").lower()
    for at, _, message in view.told():
        if isinstance(message, TranscribeDone):
            came = message.language.lower()
            return FoundMessage(at if came == wanted or came.startswith(f"{wanted}-") else None, f"it is “{came}”")
    return FoundMessage(None, f"nothing was transcribed; {_instead(view)}")


def _history(expected: Expectation, view: StepView) -> FoundMessage:
    question = view.question()
    if question is None:
        return FoundMessage(None, "the model was asked nothing")
    told = "\n".join(f"{exchange.said}\n{exchange.answered}" for exchange in question.history)
    return FoundMessage(question.at if has_words(told, expected.history or "") else None, f"it was told “{told}”")


def _state(expected: Expectation, view: StepView) -> FoundMessage:
    states = [one for one in view.told() if isinstance(one.message, SessionState)]
    found = _first(states, lambda one: one.message == SessionState(str(expected.state)))
    if found is not None:
        return FoundMessage(found.at, f"state {expected.state}")
    names = ", ".join(dict.fromkeys(one.message.state for one in states if isinstance(one.message, SessionState)))
    return FoundMessage(None, f"the states since then: {names or 'none'}")


def _cue(expected: Expectation, view: StepView) -> FoundMessage:
    cues = [one for one in view.answer() if isinstance(one.message, ResponseCue)]
    found = _first(cues, lambda one: isinstance(one.message, ResponseCue) and one.message.name == expected.cue)
    if found is not None:
        return FoundMessage(found.at, f"cue {expected.cue}")
    names = ", ".join(one.message.name for one in cues if isinstance(one.message, ResponseCue))
    return FoundMessage(None, f"its cues: {names or 'none'}")


def _parts(expected: Expectation, view: StepView) -> FoundMessage:
    pieces = [(one.at, one.message) for one in view.answer() if isinstance(one.message, AudioPiece)]
    ids = list(dict.fromkeys(piece.id for _, piece in pieces))
    last = next((at for at, piece in pieces if piece.done), None)
    words = f"{len(ids)} parts came, {', '.join(map(str, ids))}" if ids else f"no part came; {_instead(view)}"
    return FoundMessage(last if sorted(ids) == list(range(expected.parts or 0)) else None, words)


def _cut(expected: Expectation, view: StepView) -> FoundMessage:
    cuts = [one for one in view.told() if isinstance(one.message, ResponseCancelled)]
    found = _first(cuts, lambda one: one.message == ResponseCancelled(expected.cut or "cancelled"))
    if found is not None:
        return FoundMessage(found.at, f"response.cancelled ({expected.cut})")
    reasons = [one.message.reason for one in cuts if isinstance(one.message, ResponseCancelled)]
    return FoundMessage(None, f"no answer was cut so; {', '.join(reasons) or _instead(view)}")


def _error(expected: Expectation, view: StepView) -> FoundMessage:
    for at, _, message in view.told():
        if isinstance(message, CustomError) and message.error_id == expected.error:
            return FoundMessage(at, f"{message.error_id}: {message.message}")
    return FoundMessage(None, f"no such error came; {_instead(view)}")


def _event(expected: Expectation, view: StepView) -> FoundMessage:
    return _named(view, expected.event or "")


def _never(expected: Expectation, view: StepView) -> FoundMessage:
    return _named(view, expected.never or "")


def _named(view: StepView, event: str) -> FoundMessage:
    found = _first(view.told(), lambda one: name_of(one.message) == event)
    return FoundMessage(None, f"no {event} came") if found is None else FoundMessage(found.at, event)


def _never_says(expected: Expectation, view: StepView) -> FoundMessage:
    written = spoken = ""
    for at, _, message in view.told():
        match message:
            case TextDelta(text):
                written += text
            case TextDone(text):
                written, spoken = text, ""
            case AudioPiece(text=text):
                spoken += text
        for text in (written, spoken):
            if has_words(text, expected.never_says or ""):
                return FoundMessage(at, f"it says “{text}”")
    return FoundMessage(None, "nobody says it")


def _never_history(expected: Expectation, view: StepView) -> FoundMessage:
    question = view.question()
    if question is None:
        return FoundMessage(view.base, "the model was asked nothing, so nothing is known of it")
    for exchange in question.history:
        for text in (exchange.said, exchange.answered):
            if has_words(text, expected.never_history or ""):
                return FoundMessage(question.at, f"it was told “{text}”")
    return FoundMessage(None, "it was not told that")


def _instead(view: StepView) -> str:
    """What came, where what was looked for did not: an error, or the last state."""
    told = view.told()
    errors = [one.message for one in told if isinstance(one.message, CustomError)]
    if errors:
        return f"instead came {errors[-1].error_id}: {errors[-1].message}"
    states = [one.message.state for one in told if isinstance(one.message, SessionState)]
    return f"the last state was {states[-1]}" if states else "the state did not change"


_FINDS: Final[dict[str, Find]] = {
    SOUND: _sound, "says": _says, "hears": _hears, "language": _language, "history": _history, "state": _state,
    "cue": _cue, "parts": _parts, "cut": _cut, "error": _error, "event": _event,
}  # fmt: skip
_NEVER: Final[dict[str, Find]] = {"never": _never, "never_says": _never_says, "never_history": _never_history}
