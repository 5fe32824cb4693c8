"""What an expectation looks at: the messages since its step began, and those of the answer to it."""

from collections.abc import Iterator
from itertools import takewhile

from adapters.scenarios.performance import Performance, ToldMessage
from adapters.scenarios.scenario import SENDER, SOUND, Expectation, Scenario
from adapters.scenarios.scriptengines import AskedQuestion
from protocol.messages import ResponseStarted

_OF_ALL = frozenset({"error", "event", "never", "state", "hears", "language", "cut"})
"""Kinds that look at what any client was told, where none is named."""
_SAYING = frozenset({"say", "play", "text"})


class StepView:
    """A step that was begun, as one expectation looks at it."""

    def __init__(self, scenario: Scenario, performance: Performance, expected: Expectation) -> None:
        self._scenario = scenario
        self._performance = performance
        self._expected = expected
        self.number = scenario.step_of(expected)
        self.client = "" if expected.kind in _OF_ALL and not expected.receiver else scenario.listener_of(expected)

    @property
    def is_begun(self) -> bool:
        """Whether the step was begun at all."""
        return self.number < len(self._performance.steps)

    @property
    def base(self) -> float:
        """The moment from which `within_ms` counts."""
        times = self._performance.steps[self.number]
        return times.began if self._expected.since == "begin" else times.ended

    def told(self) -> list[ToldMessage]:
        """All since the step began."""
        since = self._performance.told[self._performance.steps[self.number].mark :]
        return [told for told in since if self.client in ("", told.client)]

    def answer(self) -> list[ToldMessage]:
        """What was told of the first answer that began since then; of a step that asks for none, from then on.

        An answer ends where the next one begins.
        """
        told = self.told()
        if self._asks:
            start = next((at for at, one in enumerate(told) if isinstance(one.message, ResponseStarted)), len(told))
            told = told[start + 1 :]
        return list(takewhile(lambda one: not isinstance(one.message, ResponseStarted), told))

    @property
    def _asks(self) -> bool:
        """Whether the step is to be answered."""
        step = self._scenario.file.caller[self.number]
        return step.is_sound or step.action in _SAYING or step.do in ("commit", "create")

    def question(self) -> AskedQuestion | None:
        """What the model was asked last since the step began and before the next one that says something."""
        steps = self._performance.steps
        begins = (
            steps[number].began
            for number in range(self.number + 1, len(steps))
            if self._scenario.file.caller[number].action in _SAYING
        )
        until = next(begins, float("inf"))
        asked = [one for one in self._performance.asked or () if steps[self.number].began <= one.at < until]
        return asked[-1] if asked else None

    def __str__(self) -> str:
        """The step in words."""
        steps = self._scenario.file.caller
        return f"step {self.number + 1}" + (f" ({steps[self.number]})" if self.number < len(steps) else "")


def describe(scenario: Scenario, expected: Expectation) -> str:
    """The expectation in words."""
    view = StepView(scenario, _NOTHING, expected)
    kind = expected.kind
    what = "the first sound" if kind == SOUND else f"{kind.replace('_', ' ')} {_value(getattr(expected, kind))}"
    who = "" if view.client in ("", SENDER) else f" by {view.client}"
    within = ""
    if expected.within_ms is not None:
        within = f" within {expected.within_ms} ms of its {expected.since}"
    return f"{view}: {what}{who}{within}"


def answers(told: list[ToldMessage]) -> Iterator[list[ToldMessage]]:
    """The messages of each answer that begins among those of one client, `response.started` first."""
    answer: list[ToldMessage] = []
    for one in told:
        if isinstance(one.message, ResponseStarted):
            if answer:
                yield answer
            answer = [one]
        elif answer:
            answer.append(one)
    if answer:
        yield answer


def _value(value: object) -> str:
    return f"“{value}”" if isinstance(value, str) else str(value)


_NOTHING = Performance((), (), None, 0.0)
