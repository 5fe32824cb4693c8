"""What all tests share: hypothesis draws the same examples in every run, so that a failure is one for everybody."""

import gc
from pathlib import Path

import pytest
from hypothesis import settings

REAL = Path(__file__).parent / "real"

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=25)
settings.register_profile("long", parent=settings.get_profile("ci"), max_examples=100)
settings.register_profile("search", parent=settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests, one has all that use the real server and npm's folder."""
    for item in items:
        if REAL in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("real"))


def pytest_collection_finish() -> None:
    """Collecting garbage is quick in the tests: it need not look through the modules and the tests themselves.

    Without this a collection takes 100 ms with all tests loaded, and each connection that a test ends makes some.
    """
    gc.collect()
    gc.freeze()
