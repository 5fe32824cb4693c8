"""Tests that what a session is made of is told by the part of the source that asks for it."""

import pytest

from bench.memory import OTHER, part_of


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("/x/site-packages/trio/_core/_run.py", "trio: two tasks"),
        ("<attrs generated methods trio._core._run.CancelStatus>", "trio: two tasks"),
        ("/x/site-packages/trio/_socket.py", "trio: the socket"),
        ("/x/adapters/wire/shortway.py", "adapters/wire"),
        ("/x/actors/running/connectioncore.py", "the connection"),
        ("/x/actors/running/session.py", "the session"),
        ("/x/actors/deciding/configuring.py", "its configuration"),
        ("/x/actors/deciding/turn.py", "the conversation"),
        ("/x/logging/__init__.py", OTHER),
    ],
)
def test_a_file_belongs_to_the_part_that_asks_for_it(file: str, part: str) -> None:
    assert part_of(file).startswith(part)
