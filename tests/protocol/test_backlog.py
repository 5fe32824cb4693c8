"""The backlog of a Receiver against a list of all it was sent: what it gives is what is missing, or nothing."""

from hypothesis import given
from hypothesis import strategies as st

from protocol.backlog import Backlog, BacklogBounds, BacklogEntry, ResumeMark
from protocol.resuming import ResumePoint

WIDE = BacklogBounds(10**9, 10**9, 60.0)


def sent(backlog: Backlog, *messages: str | tuple[int, int] | int, at: float = 0.0) -> None:
    """A start of a turn is its number, a piece is (turn, part), and a text is any other message."""
    for message in messages:
        match message:
            case int(turn):
                backlog.keep((f"start {turn}",), None, ResumeMark(turn), at)
            case (turn, part):
                backlog.keep((f"piece {turn} {part}",), turn, ResumeMark(part=part), at)
            case str(text):
                backlog.keep((text,), None, None, at)


def missing(backlog: Backlog, point: ResumePoint, now: float = 0.0) -> list[str] | None:
    """What comes again after the client was away."""
    backlog.leave()
    if not backlog.reserve(point):
        return None
    return [str(entry.frames[0]) for entry in backlog.resume(now)]


def test_all_behind_the_piece_comes_again() -> None:
    backlog = Backlog(WIDE, 0)
    sent(backlog, "state", 1, "text", (1, 0), "mouth", (1, 0), "state", 2)
    assert missing(backlog, ResumePoint(0, 0, 0)) == [
        "state", "start 1", "text", "piece 1 0", "mouth", "piece 1 0", "state", "start 2",
    ]  # fmt: skip
    assert missing(backlog, ResumePoint(1, 0, 0)) == ["text", "piece 1 0", "mouth", "piece 1 0", "state", "start 2"]
    assert missing(backlog, ResumePoint(1, 0, 1)) == ["mouth", "piece 1 0", "state", "start 2"]
    assert missing(backlog, ResumePoint(1, 0, 2)) == ["state", "start 2"]
    assert missing(backlog, ResumePoint(2, 0, 0)) == []
    for nonsense in (ResumePoint(1, 0, 3), ResumePoint(1, 1, 1), ResumePoint(3, 0, 0), ResumePoint(1, 1, 0)):
        assert missing(backlog, nonsense) is None


def test_of_parts_that_come_between_each_other_the_last_one_says_it() -> None:
    backlog = Backlog(WIDE, 0)
    sent(backlog, 1, (1, 1), (1, 0), (1, 1), (1, 0))
    assert missing(backlog, ResumePoint(1, 0, 1)) == ["piece 1 1", "piece 1 0"]
    assert missing(backlog, ResumePoint(1, 1, 2)) == ["piece 1 0"]
    assert missing(backlog, ResumePoint(1, (0, 1), (1, 2))) == ["piece 1 0"]
    assert missing(backlog, ResumePoint(1, (1, 0), (1, 1))) == ["piece 1 1", "piece 1 0"]
    assert missing(backlog, ResumePoint(1, (0, 1), (2, 1))) is None, "a piece before one that came is missing"


def test_who_waits_for_the_next_part_may_name_that_one() -> None:
    backlog = Backlog(WIDE, 0)
    backlog.keep(("start",), None, ResumeMark(1), 0.0)
    backlog.keep(("last of 0",), 1, ResumeMark(part=0, ends=True), 0.0)
    sent(backlog, (1, 1))
    assert missing(backlog, ResumePoint(1, 1, 0)) == ["piece 1 1"]
    assert missing(backlog, ResumePoint(1, 2, 0)) is None, "part 1 has not ended"


def test_whoever_has_nothing_of_this_socket_gets_all_of_it() -> None:
    backlog = Backlog(WIDE, before=4)
    sent(backlog, "transcript", 5, (5, 0))
    for point in (ResumePoint(0, 0, 0), ResumePoint(4, 2, 17), ResumePoint(3, 0, 1)):
        assert missing(backlog, point) == ["transcript", "start 5", "piece 5 0"]
    late = Backlog(WIDE, before=4)  # it came while turn 5 was answered, so its client cannot know that number
    sent(late, (5, 3), (5, 3))
    assert missing(late, ResumePoint(5, 3, 1)) is None


def test_whoever_came_while_a_response_was_sent_has_pieces_of_no_turn() -> None:
    backlog = Backlog(WIDE, before=4)
    sent(backlog, "state", (5, 0), "mouth", (5, 0), 6, (6, 0))
    assert missing(backlog, ResumePoint(0, 0, 0)) == [
        "state",
        "piece 5 0",
        "mouth",
        "piece 5 0",
        "start 6",
        "piece 6 0",
    ]
    assert missing(backlog, ResumePoint(0, 0, 1)) == ["mouth", "piece 5 0", "start 6", "piece 6 0"]
    assert missing(backlog, ResumePoint(0, 0, 2)) == ["start 6", "piece 6 0"]
    assert missing(backlog, ResumePoint(6, 0, 1)) == []
    for nonsense in (ResumePoint(0, 0, 3), ResumePoint(5, 0, 1), ResumePoint(4, 0, 1)):
        assert missing(backlog, nonsense) in (None, missing(backlog, ResumePoint(0, 0, 0)))


def test_a_turn_that_is_cut_meanwhile_is_taken_back() -> None:
    backlog = Backlog(WIDE, 0)
    sent(backlog, 1, (1, 0), (1, 0))
    backlog.leave()
    sent(backlog, (1, 0), "state", (1, 0))
    assert backlog.drop_unsent(1) == 2
    assert backlog.drop_unsent(1) == 0
    sent(backlog, "cancelled")
    assert missing(backlog, ResumePoint(1, 0, 1)) == ["piece 1 0", "state", "cancelled"]
    assert (backlog.size, backlog.marks) == (sum(map(len, ("start 1", "piece 1 0", "piece 1 0", "statecancelled"))), 3)


def test_what_was_taken_out_of_the_outbox_was_never_sent() -> None:
    backlog = Backlog(WIDE, 0)
    sent(backlog, 1, (1, 0), (1, 0), "state", (1, 0))
    backlog.drop_last(1, 2)
    assert missing(backlog, ResumePoint(1, 0, 1)) == ["state"]
    backlog.drop_last(1, 5)
    assert missing(backlog, ResumePoint(1, 0, 0)) == ["state"]


def test_time_forgets_up_to_a_mark_behind_which_one_can_still_resume() -> None:
    backlog = Backlog(WIDE, 0)
    sent(backlog, 1, (1, 0), "text", at=1.0)
    sent(backlog, (1, 0), "state", at=2.0)
    backlog.forget_before(1.5)
    assert missing(backlog, ResumePoint(1, 0, 0)) is None
    assert missing(backlog, ResumePoint(1, 0, 1), now=4.0) == ["text", "piece 1 0", "state"]
    backlog.forget_before(3.0)
    assert len(backlog) == 3, "what came again is as new as that"
    sent(backlog, "state", at=5.0)
    backlog.forget_before(4.5)
    assert missing(backlog, ResumePoint(1, 0, 2)) == ["state", "state"]
    assert backlog.marks == 0


def test_the_bounds_forget_the_oldest_and_then_it_says_no() -> None:
    backlog = Backlog(BacklogBounds(20, 100, 60.0), 0)
    sent(backlog, 1, (1, 0), (1, 0))  # 7 + 9 + 9
    assert (backlog.size, len(backlog)) == (18, 2)
    assert missing(backlog, ResumePoint(1, 0, 0)) == ["piece 1 0", "piece 1 0"]
    sent(backlog, "xxx")
    assert backlog.size == 12
    assert missing(backlog, ResumePoint(1, 0, 0)) is None
    assert missing(backlog, ResumePoint(1, 0, 1)) == ["piece 1 0", "xxx"]
    few = Backlog(BacklogBounds(1_000, 2, 60.0), 0)
    sent(few, 1, "text", (1, 0))
    assert missing(few, ResumePoint(1, 0, 0)) == ["text", "piece 1 0"]
    sent(few, "state")
    assert missing(few, ResumePoint(1, 0, 0)) is None, "its text is forgotten, and is behind no mark"
    assert missing(few, ResumePoint(1, 0, 1)) == ["state"]
    huge = Backlog(BacklogBounds(5, 100, 60.0), 0)
    sent(huge, 1, (1, 0))
    assert (huge.size, len(huge)) == (0, 0)
    assert missing(huge, ResumePoint(1, 0, 1)) == []


def test_what_somebody_is_let_in_with_is_kept_until_it_is_there_or_lost() -> None:
    backlog = Backlog(BacklogBounds(20, 100, 60.0), 0)
    sent(backlog, 1, (1, 0))
    backlog.leave()
    assert backlog.reserve(ResumePoint(1, 0, 0))
    sent(backlog, (1, 0), (1, 0))
    backlog.forget_all()
    assert [entry.frames for entry in backlog.resume(9.0)] == [("piece 1 0",)] * 3
    backlog.leave()
    assert backlog.reserve(ResumePoint(1, 0, 0))
    backlog.leave()  # it went away before it was let in
    sent(backlog, (1, 0))
    assert backlog.size == 18
    backlog.forget_all()
    assert (backlog.size, len(backlog), backlog.marks) == (0, 0, 0)


# ---- any order of things


MESSAGES = st.lists(st.one_of(st.just("text"), st.integers(0, 2), st.just("start")), min_size=1, max_size=40)


@given(messages=MESSAGES, got=st.integers(0, 40), bound=st.integers(1, 40), gone=st.floats(0, 40))
def test_what_comes_again_is_all_behind_the_last_mark_that_the_client_has(
    messages: list[str | int], got: int, bound: int, gone: float
) -> None:
    backlog = Backlog(BacklogBounds(10**9, bound, 60.0), 0)
    all_of_it: list[tuple[str, ResumeMark | None]] = []
    turn = 0
    for number, message in enumerate(messages):
        if message == "start" or (isinstance(message, int) and not turn):
            turn += 1
            mark: ResumeMark | None = ResumeMark(turn)
        else:
            mark = ResumeMark(part=message) if isinstance(message, int) else None
        all_of_it.append((f"{number}", mark))
        backlog.keep((f"{number}",), None, mark, float(number))
    backlog.forget_before(gone - 1)
    had = all_of_it[:got]
    last = max((number for number, (_, mark) in enumerate(had, 1) if mark is not None), default=0)
    again = missing(backlog, point_of([mark for _, mark in had if mark is not None]))
    expected = [text for text, _ in all_of_it[last:]]
    assert again in (None, expected)
    if len(messages) <= bound and gone <= last:
        assert again == expected
    assert backlog.size == sum(entry.size for entry in kept(backlog))


def point_of(marks: list[ResumeMark]) -> ResumePoint:
    """What a client says that has had these."""
    turn, part, counts = 0, 0, dict[int, int]()
    for mark in marks:
        if mark.part < 0:
            turn, part, counts = mark.turn, 0, {}
        else:
            part = mark.part
            counts[part] = counts.get(part, 0) + 1
    return ResumePoint(turn, part, counts.get(part, 0))


def kept(backlog: Backlog) -> list[BacklogEntry]:
    return backlog._entries
