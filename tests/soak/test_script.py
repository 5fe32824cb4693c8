"""The script of a soak: the same seed draws the same one, all kinds come, and faults leave room for each other."""

import itertools

from tests.soak.faults import FAULTS_BY_KIND
from tests.soak.running import VISITS
from tests.soak.script import ACTIVE, CLIENTS, FAULTS, OF_SEVERAL, Round, rounds


def first(seed: int, count: int = 12) -> list[Round]:
    """The first rounds of a seed."""
    return list(itertools.islice(rounds(seed), count))


def test_a_seed_draws_one_script() -> None:
    assert first(7) == first(7)
    assert first(7) != first(8)


def test_every_kind_is_somebody_and_comes() -> None:
    played = first(1)
    assert set(CLIENTS) == set(VISITS) == {visit.kind for one in played for visit in one.visits}
    assert {*FAULTS, *OF_SEVERAL} == set(FAULTS_BY_KIND)
    assert set(FAULTS) == {fault.kind for one in played for fault in one.faults}


def test_no_moment_has_more_than_two_faults() -> None:
    for one in first(3, 40):
        assert one.faults
        for fault in one.faults:
            there = [other for other in one.faults if other.at <= fault.at < other.at + other.seconds]
            assert 1 <= len(there) <= 2
            assert fault.at < ACTIVE
