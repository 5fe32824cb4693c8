"""Which process has which session, by claims and by what requests name."""

import pytest

from adapters.multiprocess import directory
from adapters.multiprocess.directory import EXPECTED_SECONDS, OwnerTable


def table(*names: str) -> OwnerTable:
    """A table of these processes."""
    made = OwnerTable()
    for name in names:
        made.add(name)
    return made


def test_streams_go_to_the_process_with_fewest_sessions() -> None:
    found = table("w1", "w2")
    assert [found.choose("", "", 0.0)[0] for _ in range(4)] == ["w1", "w2", "w1", "w2"]
    found.note_load("w1", 5, 5)
    found.note_load("w2", 3, 9)
    assert [found.choose("", "", 0.0)[0] for _ in range(2)] == ["w2", "w2"]
    found.leave("w2")
    assert found.choose("", "", 0.0)[0] == "w1"


def test_a_sid_leads_to_its_process_and_one_of_a_process_that_is_no_more_is_known_as_such() -> None:
    found = table("w1", "w2")
    assert found.choose("w2.abc", "", 0.0) == ("w2", False)
    found.remove("w2")
    assert found.choose("w2.abc", "", 0.0) == ("w1", True)
    assert found.choose("abc", "", 0.0) == ("w1", False)


def test_without_a_process_there_is_none_to_choose() -> None:
    with pytest.raises(LookupError):
        table().choose("", "", 0.0)


def test_a_session_belongs_to_who_claims_it_first_until_it_is_given_back() -> None:
    found = table("w1", "w2")
    assert found.claim("s", "w2", 0.0) == "w2"
    assert found.claim("s", "w1", 0.0) == "w2"
    assert found.choose("", "s", 0.0)[0] == "w2"
    found.release("s", "w1", 0.0, 0.0)  # which it never had
    assert found.claim("s", "w1", 0.0) == "w2"
    found.release("s", "w2", 0.0, 0.0)
    assert found.claim("s", "w1", 0.0) == "w1"


def test_two_streams_for_a_session_that_nobody_has_yet_go_to_one_process() -> None:
    found = table("w1", "w2")
    first = found.choose("", "s", 0.0)[0]
    assert found.choose("", "s", 1.0)[0] == first
    assert found.claim("s", "w2", 2.0) == "w2", "an expectation binds nobody"
    assert found.choose("", "s", 3.0)[0] == "w2"


def test_what_is_expected_is_forgotten_in_time_and_at_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "MOST_EXPECTED", 2)
    found = table("w1", "w2")
    for session in "abc":
        found.choose("", session, 0.0)
    assert list(found._expected) == ["b", "c"]
    found.choose("", "d", EXPECTED_SECONDS)
    assert list(found._expected) == ["d"]


def test_a_session_that_is_over_may_be_bound_to_its_process_for_a_while() -> None:
    found = table("w1", "w2")
    found.claim("s", "w2", 0.0)
    found.release("s", "w2", 60.0, 0.0)
    assert found.claim("s", "w1", 59.0) == "w2"
    found.release("s", "w2", 60.0, 59.0)
    assert found.choose("", "s", 100.0)[0] == "w2"
    assert found.claim("s", "w1", 119.0) == "w1"


def test_past_the_bound_no_binding_is_forgotten_before_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "MOST_BOUND", 1)
    found = table("w1", "w2")
    for session in "ab":
        found.claim(session, "w2", 0.0)
        found.release(session, "w2", 60.0, 0.0)
    assert [found.claim(session, "w1", 1.0) for session in "ab"] == ["w2", "w2"]
    found.release("b", "w2", 60.0, 100.0)  # by now there is room
    assert found.claim("b", "w1", 200.0) == "w1"


def test_the_sessions_of_a_process_that_ended_are_nobodys() -> None:
    found = table("w1", "w2")
    found.claim("held", "w2", 0.0)
    found.claim("over", "w2", 0.0)
    found.release("over", "w2", 60.0, 0.0)
    found.remove("w2")
    assert [found.claim(session, "w1", 1.0) for session in ("held", "over")] == ["w1", "w1"]
    assert found.sessions == 2
