"""The playbook of a test, and that it was played to its end."""

from collections.abc import Iterator

import pytest

from tests.playbook import Playbook


@pytest.fixture
def pb() -> Iterator[Playbook]:
    """A session with one socket, Sender and Receiver in one, that has said nothing yet."""
    playbook = Playbook()
    yield playbook
    playbook.finish()
