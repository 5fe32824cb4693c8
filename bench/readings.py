"""What was measured in rounds, which of it counts, and the table that is made of it."""

import statistics
from collections.abc import Mapping, Sequence

import msgspec

MOST_SPREAD = 0.15
"""A round is dropped where the middle half of the ratios of two servers' windows spreads over more than this share of
their median."""
MOST_LOAD = 0.7
"""Wall times count only where the load used less than this share of its core."""


class Quantity(msgspec.Struct, frozen=True):
    """What is measured: its name and unit, whether it is a time by the clock, and what is aimed at, "" for nothing."""

    name: str
    unit: str
    is_wall: bool = False
    aim: str = ""


class Reading(msgspec.Struct, frozen=True):
    """A quantity in one round: its value in each window, the load's share of its core, and how many seconds the load
    was late."""

    quantity: Quantity
    windows: tuple[float, ...]
    load_share: float = 0.0
    late: float = 0.0

    @property
    def value(self) -> float:
        """The median of the windows."""
        return statistics.median(self.windows)


Round = tuple[Reading, ...]


class Ratio(msgspec.Struct, frozen=True):
    """The median of the ratios of the rounds kept, or of all where all are dropped; None where nothing counts."""

    value: float | None
    dropped: int
    rounds: int

    @property
    def is_kept(self) -> bool:
        """Whether a round is kept."""
        return self.dropped < self.rounds

    def __str__(self) -> str:
        return _figure(self.value, "×") if self.is_kept or self.value is None else f"({_figure(self.value, '×')})"


class Comparison(msgspec.Struct, frozen=True):
    """The rounds of each server by its name; the first is what the others are compared with.

    `realtime`: whether servers and load had real-time priority.
    """

    rounds: Mapping[str, Sequence[Round]]
    realtime: bool

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """All that was measured, in the order of measuring."""
        seen = {reading.quantity: None for rounds in self.rounds.values() for one in rounds for reading in one}
        return tuple(seen)

    def _readings(self, server: str, quantity: Quantity) -> list[Reading | None]:
        """Of each round, None where it was not measured or is a time by the clock that does not count."""
        return [
            next((one for one in readings if one.quantity == quantity and self._counts(one)), None)
            for readings in self.rounds[server]
        ]

    def _counts(self, reading: Reading) -> bool:
        return not reading.quantity.is_wall or (self.realtime and reading.load_share < MOST_LOAD)

    def median(self, server: str, quantity: Quantity) -> float | None:
        """Of all rounds, whatever their spread; None where none counts."""
        values = [one.value for one in self._readings(server, quantity) if one is not None]
        return statistics.median(values) if values else None

    def ratio(self, server: str, base: str, quantity: Quantity) -> Ratio:
        """That to `base`, of the rounds in which both were measured."""
        pairs = zip(self._readings(server, quantity), self._readings(base, quantity), strict=True)
        rounds = [
            [a / b for a, b in zip(own.windows, other.windows, strict=True)]
            for own, other in pairs
            if own is not None and other is not None and all(other.windows)
        ]
        kept = [windows for windows in rounds if not _differ(windows)]
        medians = [statistics.median(windows) for windows in kept or rounds]
        return Ratio(statistics.median(medians) if medians else None, len(rounds) - len(kept), len(rounds))

    # ---- in words

    def table(self, subject: str) -> str:
        """In Markdown: a row for each quantity, with the medians, the ratios of `subject` and what was dropped."""
        others = [server for server in self.rounds if server != subject]
        heads = ["", *self.rounds]
        for server in others:
            heads += [f"to {server}", "dropped"]
        heads.append("aim")
        lines = [_row(heads), _row(["---"] + ["---:"] * (len(heads) - 1))]
        for quantity in self.quantities:
            values = [_figure(self.median(server, quantity)) for server in self.rounds]
            for server in others:
                ratio = self.ratio(subject, server, quantity)
                values += [str(ratio), f"{ratio.dropped} of {ratio.rounds}" if ratio.rounds else ""]
            lines.append(_row([f"{quantity.name}, {quantity.unit}", *values, quantity.aim]))
        return "\n".join(lines)

    def load(self) -> str:
        """How it is known that the load was not the bottleneck, in words."""
        readings = [one for rounds in self.rounds.values() for readings in rounds for one in readings]
        if not readings:
            return "Nothing was measured."
        busiest = max(readings, key=lambda one: one.load_share)
        latest = max(readings, key=lambda one: one.late)
        return (
            f"The load used at most {busiest.load_share:.0%} of its core ({busiest.quantity.name}). Of the looks at "
            f"what is due, 99 of 100 sent it at most {latest.late * 1e3:.1f} ms late ({latest.quantity.name}). Every "
            f"byte of sound that was sent was counted in a transcript of the server, or the round would have failed. "
            f"Real-time priority was {'given' if self.realtime else 'not allowed: times by the clock are not judged'}."
        )


def _differ(values: Sequence[float]) -> bool:
    """Whether the values differ too much."""
    if len(values) == 1:
        return False
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return high - low > MOST_SPREAD * abs(middle)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _figure(value: float | None, mark: str = "") -> str:
    """Three digits; a dash for what does not count."""
    if value is None:
        return "–"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}{mark}"
