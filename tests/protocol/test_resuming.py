"""The point at which a client resumes, as it may write it, and what is told of one that cannot be read."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.handshake import BadHandshake, Handshake, read_handshake
from protocol.messages import Names
from protocol.resuming import MOST_PARTS, ResumePoint, parse_resume
from tests.protocol.strategies import JSON

SEVERAL = ResumePoint(7, (3, 1), (2, 5))


def read(auth: object = None, **query: str) -> Handshake:
    return read_handshake(auth, query, Names())


@pytest.mark.parametrize(
    ("value", "point"),
    [
        ({"turn": 7, "id": 3, "pieces": 2}, ResumePoint(7, 3, 2)),
        ({"Turn": 7.0, "ID": 3.0, "Pieces": 2.0, "more": "odd"}, ResumePoint(7, 3, 2)),
        ({"turn": 7, "id": [3, 1], "pieces": [2, 5]}, SEVERAL),
        ({"turn": 7, "id": [3], "pieces": [2]}, ResumePoint(7, (3,), (2,))),
        ({"turn": 7, "id": [], "pieces": []}, ResumePoint(7, (), ())),
        ("7.3.2", ResumePoint(7, 3, 2)),
        (" 0.0.0 ", ResumePoint(0, 0, 0)),
        ("7.3.2.1.5", SEVERAL),
    ],
)
def test_a_point_is_an_object_or_a_text(value: object, point: ResumePoint) -> None:
    assert parse_resume(value) == point
    assert read({"resume": value}).resume == point


def test_the_query_has_it_as_a_text() -> None:
    assert read(None, resume="7.3.2.1.5").resume == SEVERAL
    assert read({"resume": {"turn": 1, "id": 0, "pieces": 1}}, resume="7.3.2").resume == ResumePoint(1, 0, 1)


def test_it_is_told_again_as_it_came() -> None:
    for value in ({"turn": 7, "id": 3, "pieces": 2}, {"turn": 7, "id": [3, 1], "pieces": [2, 5]}):
        assert msgspec.json.decode(msgspec.json.encode(parse_resume(value))) == value


@pytest.mark.parametrize(
    "value",
    [
        *("7", "7.3", "7.3.2.1", "7.3.-2", "7.3.2,1", "a.b.c", "7.3.٣", "7.3.2\n7", ".7.3.2", "9" * 16 + ".0.0"),
        *(7, True, [7, 3, 2], {"turn": 7}, {"turn": 7, "id": 3}, {"turn": "7", "id": 3, "pieces": 2}),
        *(
            {"turn": 7, "id": 3, "pieces": -1},
            {"turn": 7, "id": 3, "pieces": 1.5},
            {"turn": 7, "id": True, "pieces": 1},
        ),
        *(
            {"turn": 7, "id": [3], "pieces": 2},
            {"turn": 7, "id": 3, "pieces": [2]},
            {"turn": 7, "id": [3], "pieces": []},
        ),
        *({"turn": 7, "id": [3, 3], "pieces": [1, 2]}, {"turn": 7, "id": None, "pieces": 1}),
        {"turn": 7, "id": 1e400, "pieces": 1},
        {"turn": 7, "id": list(range(MOST_PARTS + 1)), "pieces": [1] * (MOST_PARTS + 1)},
        "1" + ".1.1" * (MOST_PARTS + 1),
    ],
)
def test_what_is_no_point_is_refused_with_what_would_be_one(value: object) -> None:
    with pytest.raises(BadHandshake) as refused:
        read({"resume": value})
    assert str(refused.value).startswith("resume: came ")
    assert '{"turn": int, "id": int, "pieces": int} or the text turn.id.pieces' in str(refused.value)


@given(JSON)
def test_whatever_comes_is_a_point_or_refused(value: Any) -> None:
    try:
        point = parse_resume(value)
    except ValueError:
        return
    assert point.turn >= 0
    assert all(part >= 0 and pieces >= 0 for part, pieces in point.parts.items())


@given(
    st.integers(0, 10**6),
    st.dictionaries(st.integers(0, 10**6), st.integers(0, 10**6), min_size=1, max_size=20),
)
def test_text_and_lists_say_the_same(turn: int, parts: dict[int, int]) -> None:
    text = f"{turn}" + "".join(f".{part}.{pieces}" for part, pieces in parts.items())
    point = parse_resume({"turn": turn, "id": list(parts), "pieces": list(parts.values())})
    assert parse_resume(text).parts == point.parts == parts


# ---- the pid


def test_a_pid_alone_takes_the_handshake_of_before() -> None:
    assert read({"pid": "abc"}) == Handshake(pid="abc", inherits=True)
    assert not read({"pid": "abc", "role": "both"}).inherits
    assert not read({"pid": "abc"}, audioFormat="wav").inherits
    assert not read(None).inherits


def test_a_pid_is_never_shown_and_any_value_is_taken() -> None:
    assert "secret" not in repr(read({"pid": "secret"}))
    assert "secret" not in repr(read({"pid": "secret"}).__rich_repr__())
    assert read({"pid": 7}).pid == "7"
