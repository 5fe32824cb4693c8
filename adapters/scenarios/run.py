"""A run of a scenario: what happened, what became of what was expected, and in how many seconds of this machine."""

import msgspec

from adapters.scenarios.judging import Assessment, Outcome, outcome_of
from adapters.scenarios.performance import Performance
from adapters.scenarios.scenario import Scenario


class ScenarioRun(msgspec.Struct, frozen=True):
    """A scenario that was run and judged; `seed` None: live, against a running server. `took`: seconds of real time."""

    scenario: Scenario
    performance: Performance
    results: tuple[Assessment, ...]
    took: float
    seed: int | None = None

    @property
    def outcome(self) -> Outcome:
        """Whether it passed, failed, or nothing of it could be checked."""
        return outcome_of(self.results)

    @property
    def failures(self) -> tuple[Assessment, ...]:
        """What failed."""
        return tuple(result for result in self.results if result.outcome == "failed")

    @property
    def unchecked(self) -> tuple[Assessment, ...]:
        """What could not be checked."""
        return tuple(result for result in self.results if result.outcome == "not checked")
