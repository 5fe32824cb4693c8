"""Facts about names that clients send are bounded in number."""

from adapters.reach.boundedset import MOST, BoundedSet


def test_what_was_added_longest_ago_is_forgotten() -> None:
    learnt = BoundedSet[int]()
    for number in range(MOST):
        learnt.add(number)
    learnt.add(0)
    learnt.add(MOST)
    assert len(learnt) == MOST
    assert (0 in learnt, 1 in learnt, MOST in learnt) == (True, False, True)
