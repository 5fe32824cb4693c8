"""What all tests share: hypothesis draws the same examples in every run, so that a failure is one for everybody."""

from pathlib import Path

import pytest
from hypothesis import settings

REAL = Path(__file__).parent / "real"

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("search", parent=settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests, one has all that use the real server and npm's folder."""
    for item in items:
        if REAL in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("real"))
