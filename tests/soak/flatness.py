"""Whether a server is at rest, and whether what it holds grows from one quiet moment to the next."""

from collections.abc import Sequence

import msgspec
import trio

from tests.soak.findings import Findings
from tests.soak.lines import NotServed
from tests.soak.operator import Operator
from tests.soak.process import ServerReading
from tests.soak.settings import LIMITS

REST_WITHIN = 45.0
"""Seconds after the last client within which nothing is left of any."""
LOOK = 0.25
MOST_WORKERS = 2
"""Worker processes of a kind at most, by the settings."""
MOST_DESCRIPTORS, MOST_TASKS = 6, 12
MEGABYTE = 1_000_000
WARM = 2
"""Readings that are not compared: what is loaded at first use, and the first pages of the allocator."""
MOST_AT_ALL = 60.0
"""Megabytes that the server may grow by, and then by `MOST_A_MINUTE` more for each minute."""
MOST_A_MINUTE = 3.0


class Quiet(msgspec.Struct, frozen=True):
    """A reading in a quiet moment, `at` seconds after the soak's beginning."""

    at: float
    reading: ServerReading


async def come_to_rest(operator: Operator, findings: Findings) -> None:
    """Wait until nothing is left of any client; it is a finding where something is."""
    left: list[str] = ["it was not asked"]
    zombies: set[int] = set()
    with trio.move_on_after(REST_WITHIN):
        while left:
            await trio.sleep(LOOK)
            now = {worker.pid for worker in operator.process.workers() if worker.is_zombie}
            try:
                metrics = await operator.metrics()
            except NotServed as refused:
                left = [f"/metrics: HTTP {refused.status}"]
                continue
            left = [name for name, value in metrics.items() if name.startswith(_OF_CLIENTS) and value]
            left += [f"zombie {pid}" for pid in zombies & now]
            zombies = now
    if left:
        rule = f"{REST_WITHIN:g} s after the last client nothing is left of any: {', '.join(left)}"
        findings.add("the server", rule, operator.log_tail())


_OF_CLIENTS = ("sessions{", "members{", "connections{", "pool_busy{", "pool_waiting{", "memory_in_flight_bytes")
assert LIMITS.grace < REST_WITHIN


def check_workers(reading: ServerReading, findings: Findings) -> None:
    """No kind of worker has more processes than it may."""
    for kind, count in reading.kinds.items():
        most = MOST_WORKERS * reading.servers
        if count > most:
            findings.add("the server", f"there are at most {most} processes of {kind}: {count}")


def check_flatness(quiet: Sequence[Quiet], findings: Findings) -> None:
    """What is held in quiet moments does not grow."""
    if len(quiet) <= WARM:
        return
    first, last = quiet[WARM - 1], quiet[-1]
    minutes = (last.at - first.at) / 60
    grown = (last.reading.memory - first.reading.memory) / MEGABYTE
    if grown > MOST_AT_ALL + MOST_A_MINUTE * minutes:
        shown = ", ".join(f"{one.reading.memory / MEGABYTE:.0f}" for one in quiet)
        findings.add("the server", f"its memory is flat: {grown:.0f} MB more in {minutes:.1f} min ({shown} MB)")
    own = [one.reading.own_descriptors for one in quiet]
    if min(own[-2:]) > own[WARM - 1] + MOST_DESCRIPTORS:
        findings.add("the server", f"its descriptors are flat, without workers and streams: {own}")
    tasks = [one.reading.tasks for one in quiet]
    if min(tasks[-2:]) > tasks[WARM - 1] + MOST_TASKS:
        findings.add("the server", f"its tasks are flat: {tasks}")
