"""The playbook of a test, the seeded clock of a conversation, and how many seeds each gets."""

from collections.abc import Iterator
from math import prod

import pytest
from trio.testing import MockClock

from adapters.virtual.clock import reseed
from tests.playbook import Playbook

SEEDS = 50
"""In how many orders of Trio's scheduler each conversation is held; its variants share them."""
FEWEST_SEEDS = 10
NORMAL_SHARE = 10
"""Each run holds a tenth of them, and `--long` all of them: a third of all tests, which takes time to collect."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a conversation its seeds."""
    if "seed" in metafunc.fixturenames:
        variants = prod(len(mark.args[1]) for mark in metafunc.definition.iter_markers("parametrize"))
        seeds = max(FEWEST_SEEDS, -(-SEEDS // variants))
        normal = seeds // NORMAL_SHARE
        chosen = normal if metafunc.config.getoption("markexpr") == "not long" else seeds
        marks = [() if seed < normal else pytest.mark.long for seed in range(chosen)]
        metafunc.parametrize("seed", [pytest.param(seed, marks=mark) for seed, mark in enumerate(marks)])


@pytest.fixture
def pb() -> Iterator[Playbook]:
    """A session with one socket, Sender and Receiver in one, that has said nothing yet."""
    playbook = Playbook()
    yield playbook
    playbook.finish()


@pytest.fixture
def clock(seed: int) -> MockClock:
    """A clock that jumps ahead where nothing else moves; with it, the order in which tasks run."""
    reseed(seed)
    return MockClock(autojump_threshold=0)
