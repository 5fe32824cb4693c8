"""What all tests share: hypothesis draws the same examples in every run, so that a failure is one for everybody."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

REAL = Path(__file__).parent / "real"
WITHOUT_NPM = {
    f"test_{name}"
    for name in (
        "audio_in", "audio_out", "client_shapes", "conformance_engineio", "conformance_socketio", "flood", "guide_cpp",
        "signals", "talk",
    )
}  # fmt: skip
"""Files of tests/real that neither use npm's folder nor a browser."""

# The servers that tests start speak by espeak-ng: to load the voice model takes each of them a second of a processor.
os.environ["VIVAVOCE_PROVIDERS_LOCAL_VOICE"] = "espeak"

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=15)
settings.register_profile("long", parent=settings.get_profile("ci"), max_examples=100)
settings.register_profile("search", parent=settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests, one has all that use npm's folder or a browser, one all other programs.

    A group's tests share its servers. Each group starts its own, on free ports.
    """
    for item in items:
        if REAL in item.path.parents:
            group = "programs" if item.path.stem in WITHOUT_NPM else "pages"
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_finish() -> None:
    """Collecting garbage is quick in the tests: it need not look through the modules and the tests themselves.

    Without this a collection takes 100 ms with all tests loaded, and each connection that a test ends makes some.
    """
    gc.collect()
    gc.freeze()
