"""A soak notices what grows, and nothing else."""

import pytest

from tests.soak.findings import Findings
from tests.soak.flatness import MEGABYTE, Quiet, check_flatness, check_workers
from tests.soak.process import ServerReading, Worker

CODEC = Worker(5, "codec, files", False, 0)


def quiet(*readings: ServerReading) -> list[Quiet]:
    """Readings half a minute apart."""
    return [Quiet(30.0 * number, reading) for number, reading in enumerate(readings)]


def reading(memory: float = 200, descriptors: int = 40, tasks: int = 80, workers: int = 2) -> ServerReading:
    """What a server has; `memory` in megabytes."""
    return ServerReading(int(memory * MEGABYTE), descriptors, 3, tasks, (CODEC,) * workers)


def broken(readings: list[Quiet]) -> list[str]:
    """The rules that are broken."""
    findings = Findings()
    check_flatness(readings, findings)
    for one in readings:
        check_workers(one.reading, findings)
    return [found.rule for found in findings.found]


def test_what_is_flat_breaks_nothing() -> None:
    assert broken(quiet(*[reading()] * 10)) == []
    assert broken(quiet(reading(150), reading(190), *[reading(200 + number) for number in range(20)])) == []
    assert broken(quiet(reading(), reading(), reading(), reading(descriptors=55, tasks=99), reading())) == [], (
        "it passes"
    )


@pytest.mark.parametrize(
    ("what", "grown"),
    [
        ("its memory is flat", [reading(200 + 8 * number) for number in range(12)]),
        ("its descriptors are flat", [reading(descriptors=40 + number) for number in range(12)]),
        ("its tasks are flat", [reading(tasks=80 + 2 * number) for number in range(12)]),
        ("at most 2 processes of codec, files", [reading(workers=3, descriptors=43)]),
    ],
)
def test_what_grows_is_noticed(what: str, grown: list[ServerReading]) -> None:
    (rule,) = broken(quiet(*grown))
    assert what in rule
