"""Fixtures of the vendors' tests: the HTTP client that adapters share, each language model, a clock that jumps."""

from collections.abc import AsyncIterator

import pytest
import trio
from trio.testing import MockClock

from adapters.reach.web import Web
from tests.adapters.reach.loopback import NET, browsing
from tests.adapters.vendors.models import KINDS, LlmKind


@pytest.fixture(params=KINDS, ids=[kind.name for kind in KINDS])
def kind(request: pytest.FixtureRequest) -> LlmKind:
    """A provider's adapter, one after the other."""
    assert isinstance(request.param, LlmKind)
    return request.param


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """The HTTP client."""
    with trio.fail_after(600 * NET):
        async with browsing() as web:
            yield web


@pytest.fixture
def jumping_clock() -> MockClock:
    """Time stands still while the sockets have something to do."""
    return MockClock(autojump_threshold=0.05)
