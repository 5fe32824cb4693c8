"""The order of waiting jobs, beside the plain rule for it, and that nothing is kept of what is over."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from actors.running.fairness import WaitingJobs

Job = tuple[str, int]


class PlainRule:
    """The same by the rule itself: all that wait are looked at for each job that begins."""

    def __init__(self) -> None:
        self.waiting: list[Job] = []
        self.running: Counter[str] = Counter()
        self._served: dict[str, int] = {}
        self._begun = 0

    def begin(self) -> Job | None:
        """The next job."""
        if not self.waiting:
            return None
        job = min(self.waiting, key=lambda job: (self.running[job[0]], self._served.get(job[0], 0)))
        self.waiting.remove(job)
        self._begun += 1
        self.running[job[0]] += 1
        self._served[job[0]] = self._begun
        self._forget()
        return job

    def remove(self, job: Job) -> None:
        """A job is not wanted any more."""
        self.waiting.remove(job)
        self._forget()

    def end(self, owner: str) -> None:
        """A job has ended."""
        self.running[owner] -= 1
        self._forget()

    def _forget(self) -> None:
        known = {owner for owner, _ in self.waiting} | {owner for owner, count in self.running.items() if count}
        self._served = {owner: when for owner, when in self._served.items() if owner in known}


@given(st.lists(st.tuples(st.sampled_from(["add", "add", "begin", "end", "remove"]), st.integers(0, 5)), max_size=80))
def test_the_order_is_that_of_the_plain_rule(operations: list[tuple[str, int]]) -> None:
    jobs, plain, number = WaitingJobs[Job](), PlainRule(), 0
    for operation, choice in operations:
        match operation:
            case "add":
                number += 1
                job = ("abcdef"[choice], number)
                jobs.add(job[0], job)
                plain.waiting.append(job)
            case "begin":
                assert jobs.begin() == plain.begin()
            case "end" if owners := sorted(owner for owner, count in plain.running.items() if count):
                owner = owners[choice % len(owners)]
                jobs.end(owner)
                plain.end(owner)
            case "remove" if plain.waiting:
                job = plain.waiting[choice % len(plain.waiting)]
                jobs.remove(job[0], job)
                plain.remove(job)
        assert (len(jobs), jobs.running) == (len(plain.waiting), plain.running.total())


def test_a_job_that_does_not_wait_is_removed_from_nothing() -> None:
    jobs = WaitingJobs[int]()
    jobs.remove("a", 1)
    jobs.add("a", 1)
    jobs.remove("a", 2)
    assert jobs.begin() == 1
    jobs.remove("a", 1)
    assert (len(jobs), jobs.running) == (0, 1)


def test_nothing_is_kept_of_owners_without_jobs() -> None:
    jobs = WaitingJobs[int]()
    for number in range(1_000):
        owner = f"owner {number}"
        jobs.add(owner, number)
        if number % 2:
            jobs.remove(owner, number)
        else:
            assert jobs.begin() == number
            jobs.end(owner)
    assert (len(jobs._waiting), len(jobs._running), len(jobs._served)) == (0, 0, 0)
    assert len(jobs._heap) < 20


def test_what_is_out_of_date_does_not_pile_up() -> None:
    jobs = WaitingJobs[int]()
    for owner in range(10):
        for number in range(1_000):
            jobs.add(owner, 1_000 * owner + number)
    for _ in range(900 * 10):
        jobs.begin()
        jobs.end(_owner_that_runs(jobs))
        assert len(jobs._heap) <= 2 * 10 + 17


def _owner_that_runs(jobs: WaitingJobs[int]) -> int:
    [owner] = jobs._running
    assert isinstance(owner, int)
    return owner
