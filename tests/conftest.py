"""What all tests share: hypothesis draws the same examples in every run, so that a failure is one for everybody."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from adapters.wire.switchboard import find_poller
from tests.inprocess import SOCKETS

FIRST = tuple(f"{Path(__file__).parent / folder}{os.sep}" for folder in ("real", "soak"))

# The servers that tests start speak by espeak-ng: to load the voice model takes each of them a second of a processor.
os.environ["VIVAVOCE_PROVIDERS_LOCAL_VOICE"] = "espeak"

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=15)
settings.register_profile("long", parent=settings.get_profile("ci"), max_examples=100)
settings.register_profile("search", parent=settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of real programs go first: they wait for sound and for programs, and others fill that time."""
    items.sort(key=lambda item: not str(item.path).startswith(FIRST))


def pytest_collection_finish() -> None:
    """Collecting garbage is quick in the tests: it need not look through the modules and the tests themselves.

    Without this a collection takes 100 ms with all tests loaded, and each connection that a test ends makes some.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(params=["memory", "sockets"], scope="module")
def streams(request: pytest.FixtureRequest) -> Iterator[None]:
    """Connections in this process are memory, which goes the ordinary way, or pairs of sockets, which go the short one.

    A pair of sockets is as quick as memory: the clock of a test jumps over nothing.
    """
    if request.param == "sockets" and find_poller() is None:
        pytest.skip("this system has no short way")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "sockets":
            patch.setenv(SOCKETS, "true")
        yield
