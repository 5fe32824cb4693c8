"""What the tests of the wire share."""

import pytest

from tests.inprocess import WAY, WAYS


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Servers in this process serve plain WebSockets the short way, or the ordinary one; the name of it."""
    name: str = request.param
    monkeypatch.setenv(WAY, WAYS[name])
    return name
