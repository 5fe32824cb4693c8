"""The recordings of this folder: conversations of users that showed a fault, or that are to stay as they are.

Each is replayed in virtual time. Where a file `expect.toml` is beside it, what that expects is what counts; else the
members are told what they were told then. docs/contributing.md says how a recording comes here.
"""

from pathlib import Path

import pytest

from adapters.recordings.format import EVENTS_FILE
from adapters.recordings.reading import read
from adapters.replay.report import replay_and_compare
from adapters.scenarios import reading, recordedrun
from adapters.scenarios.judging import judge, outcome_of

HERE = Path(__file__).parent
EXPECTED = "expect.toml"
FOLDERS = sorted(path.parent for path in HERE.glob(f"*/{EVENTS_FILE}"))
MOST_BYTES = 300_000


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_recording_is_as_it_should_be(folder: Path) -> None:
    if (folder / EXPECTED).exists():
        scenario = reading.read(folder / EXPECTED)
        assert scenario.recording is not None
        results = judge(*recordedrun.perform(scenario, scenario.recording))
        failed = [f"{result.expected}: {result.came}" for result in results if result.outcome != "passed"]
        assert (failed, outcome_of(results)) == ([], "passed")
    else:
        report = replay_and_compare(read(folder))
        assert report.is_same, "\n".join(report.lines)


def test_recordings_are_small_and_there_are_some() -> None:
    assert FOLDERS
    sizes = {folder.name: sum(file.stat().st_size for file in folder.iterdir()) for folder in FOLDERS}
    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}
