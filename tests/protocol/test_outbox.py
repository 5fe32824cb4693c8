"""The outbox: order, bounds, urgent frames, and that what has begun to leave is never torn."""

import copy
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from protocol.engineio import Frame
from protocol.outbox import Outbox

OPERATIONS = st.lists(
    st.tuples(st.just("put"), st.integers(1, 3), st.sampled_from("ab"))
    | st.tuples(st.sampled_from(("take", "urgent", "clear")), st.just(0), st.just(""))
    | st.tuples(st.just("poll"), st.integers(0, 30), st.just(""))
    | st.tuples(st.just("drop"), st.just(0), st.sampled_from("ab")),
    max_size=40,
)


def outbox(max_bytes: int = 100, max_entries: int = 10) -> Outbox:
    return Outbox(max_bytes, max_entries)


def drain(box: Outbox) -> list[Frame]:
    return list(iter(box.take, None))


def test_frames_leave_in_the_order_in_which_they_came() -> None:
    box = outbox()
    assert box.put(("a", b"1", b"2"))
    assert box.put(("b",))
    assert drain(box) == ["a", b"1", b"2", "b"]
    assert box.take() is None


def test_urgent_frames_go_before_the_entries_and_never_into_one() -> None:
    box = outbox()
    box.put(("a", b"1"))
    box.put(("b",))
    assert box.take() == "a"
    box.put_urgent("2")
    assert drain(box) == [b"1", "2", "b"]


def test_an_urgent_frame_that_still_waits_is_not_queued_again() -> None:
    box = outbox()
    for _ in range(5):
        box.put_urgent("2")
    assert drain(box) == ["2"]


def test_dropping_takes_out_the_entries_of_the_tag_and_no_others() -> None:
    box = outbox()
    for frame, tag in (("a", 1), ("b", 2), ("c", 1), ("d", None)):
        box.put((frame,), tag)
    assert box.drop(1) == 2
    assert box.size == 2
    assert drain(box) == ["b", "d"]


def test_an_entry_that_has_begun_to_leave_is_finished_whatever_is_dropped() -> None:
    box = outbox()
    box.put(("a", b"1", b"2"), "turn")
    assert box.take() == "a"
    assert box.drop("turn") == 0
    assert drain(box) == [b"1", b"2"]


def test_what_does_not_fit_by_bytes_is_refused_and_changes_nothing() -> None:
    box = outbox(max_bytes=10)
    assert box.put(("12345",))
    assert box.put((b"12345",))
    assert not box.put(("x",))
    assert (box.size, len(box)) == (10, 2)


def test_what_does_not_fit_by_entries_is_refused() -> None:
    box = outbox(max_entries=2)
    assert [box.put(("x",)) for _ in range(3)] == [True, True, False]


def test_one_entry_larger_than_the_bound_fits_into_an_empty_outbox() -> None:
    box = outbox(max_bytes=10)
    assert box.put((b"x" * 11,))
    assert not box.put(("y",))
    assert drain(box) == [b"x" * 11]
    assert box.put(("y",))


def test_a_poll_takes_whole_entries_while_they_fit() -> None:
    box = outbox()
    for entry in (("aaaa", b"bbbb"), ("cc",), ("dd",)):
        box.put(entry)
    assert box.take_up_to(10) == ["aaaa", b"bbbb", "cc"]
    assert box.take_up_to(10) == ["dd"]
    assert box.take_up_to(10) == []


def test_a_poll_takes_at_least_one_entry_whatever_its_size() -> None:
    box = outbox()
    box.put(("a" * 50, b"b" * 20))
    box.put(("c",))
    assert box.take_up_to(10) == ["a" * 50, b"b" * 20]


def test_clearing_forgets_everything() -> None:
    box = outbox()
    box.put(("a", b"1"))
    box.put(("b",))
    assert box.take() == "a"
    box.put_urgent("2")
    box.clear()
    assert (box.size, len(box), box.take()) == (0, 0, None)


@given(OPERATIONS)
def test_any_operations_keep_the_invariants(operations: list[tuple[str, int, str]]) -> None:
    """Entry n is the frames "n/0", "n/1", …; `waiting` holds the entries of which no frame has been taken."""
    box = outbox(max_bytes=30, max_entries=5)
    waiting: dict[int, str] = {}
    taken: list[str] = []
    cut: set[int] = set()
    for number, (operation, amount, tag) in enumerate(operations):
        frames: list[Frame | None] = []
        match operation:
            case "put":
                if box.put(tuple(f"{number}/{index}" for index in range(amount)), tag):
                    waiting[number] = tag
            case "take":
                frames = [box.take()]
            case "poll":
                frames = list(box.take_up_to(amount))
            case "urgent":
                box.put_urgent("ping")
            case "drop":
                gone = [entry for entry, its in waiting.items() if its == tag]
                assert box.drop(tag) == len(gone)
                for entry in gone:
                    del waiting[entry]
            case _:
                box.clear()
                cut.update(int(frame.split("/")[0]) for frame in taken[-1:] if frame != "ping")
                waiting.clear()
        for frame in frames:
            if isinstance(frame, str):
                taken.append(frame)
                if frame != "ping":
                    waiting.pop(int(frame.split("/")[0]), None)
        assert box.size == sum(len(frame) for frame in drain(copy.deepcopy(box)) if frame != "ping")
        assert len(waiting) <= 5
    taken += [str(frame) for frame in drain(box)]
    runs = [(entry, list(run)) for entry, run in groupby(taken, lambda frame: frame.split("/")[0]) if entry != "ping"]
    numbers = [int(entry) for entry, _ in runs]
    assert numbers == sorted(set(numbers)), "an entry was torn, repeated or overtaken"
    for entry, run in runs:
        whole = [f"{entry}/{index}" for index in range(operations[int(entry)][1])]
        assert run == whole or (int(entry) in cut and run == whole[: len(run)])
