"""The folder of recordings: what is deleted by whom, what a crash leaves, and what is kept how long."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.recordings.files import RecordingFiles, write_about
from adapters.recordings.format import EVENTS_FILE, SESSION_FILE, Row, SessionFile, is_name
from adapters.recordings.locking import is_held
from adapters.recordings.reading import read, read_about
from adapters.recordings.store import (
    CRASHED,
    NoRecording,
    delete,
    expire,
    find,
    finish,
    is_of,
    look,
    names_in,
    stored,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
MB = 1_000_000


def name_of(began: datetime) -> str:
    return f"{began:%Y%m%dT%H%M%SZ}-0f9a8b7c-abc123"


def about_of(began: datetime, subject: str = "lobby") -> SessionFile:
    return SessionFile(session="s", subject=subject, began=began.isoformat(), server="1")


def begun(folder: Path, hours_ago: float, *, size: int = 1_000, subject: str = "lobby") -> RecordingFiles:
    """A recording that is being made, with so many bytes."""
    began = NOW - timedelta(hours=hours_ago)
    files = RecordingFiles(folder / name_of(began), about_of(began, subject), 100 * MB)
    files.make()
    files.add(Row(t=2.5, dir="in", event="connect", member=1), os.urandom(size))
    files.flush()
    return files


def made(folder: Path, hours_ago: float, *, size: int = 1_000, subject: str = "lobby") -> str:
    """The name of a recording that has ended, a minute after it began."""
    files = begun(folder, hours_ago, size=size, subject=subject)
    ended = datetime.fromisoformat(files.about.began) + timedelta(minutes=1)
    files.write_about(replace(files.about, ended=ended.isoformat(), complete=True))
    files.close()
    return files.folder.name


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RecordingFiles]:
    """One that has been made for ten days."""
    files = begun(tmp_path, 240, size=2 * MB)
    yield files
    files.close()


def test_what_is_older_than_it_is_kept_goes(tmp_path: Path, running: RecordingFiles) -> None:
    old, young = made(tmp_path, 49), made(tmp_path, 47)
    assert expire(tmp_path, 2.0, 100 * MB, NOW) == [old]
    assert names_in(tmp_path) == [running.folder.name, young]


def test_where_all_are_too_much_the_oldest_that_have_ended_go(tmp_path: Path, running: RecordingFiles) -> None:
    names = [made(tmp_path, hours, size=MB) for hours in (5, 4, 3, 2)]
    total = sum(one.bytes for one in stored(tmp_path))
    assert expire(tmp_path, 30.0, total, NOW) == []
    assert expire(tmp_path, 30.0, total - 1_500_000, NOW) == names[:2]
    assert expire(tmp_path, 30.0, 1, NOW) == names[2:]
    assert names_in(tmp_path) == [running.folder.name]


def test_one_that_has_just_begun_is_not_taken_for_an_old_one(tmp_path: Path) -> None:
    (tmp_path / name_of(NOW)).mkdir()
    (tmp_path / name_of(NOW - timedelta(hours=1))).mkdir()
    assert expire(tmp_path, 30.0, 0, NOW) == []  # they take no space
    assert expire(tmp_path, 0.01, 0, NOW) == [name_of(NOW - timedelta(hours=1))]


def test_what_is_no_recording_is_never_touched(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / SESSION_FILE).write_text("mine")
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name in ("notes", f"{name_of(NOW)}.bak", name_of(NOW).upper()):
        (folder / name).mkdir()
    (folder / name_of(NOW - timedelta(days=3))).symlink_to(outside)
    (folder / name_of(NOW - timedelta(days=4))).write_text("a file")
    before = sorted(path.name for path in folder.iterdir())
    assert names_in(folder) == []
    assert expire(folder, 0.01, 0, NOW) == []
    assert finish(folder) == []
    for name in (*before, "..", "../outside", "", ".", "/"):
        with pytest.raises(NoRecording):
            delete(folder, name)
    assert sorted(path.name for path in folder.iterdir()) == before
    assert (outside / SESSION_FILE).read_text() == "mine"


def test_links_in_a_recording_are_deleted_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine").write_text("mine")
    folder = tmp_path / "recordings"
    folder.mkdir()
    name = made(folder, 1)
    (folder / name / "link").symlink_to(outside)
    (folder / name / "more").mkdir()
    (folder / name / "more" / "file").write_text("")
    delete(folder, name)
    assert list(folder.iterdir()) == []
    assert (outside / "mine").read_text() == "mine"


def test_one_that_is_deleted_while_it_is_made_is_gone(tmp_path: Path, running: RecordingFiles) -> None:
    delete(tmp_path, running.folder.name)
    assert names_in(tmp_path) == []


def test_what_a_crash_leaves_is_finished_and_what_is_being_made_is_not(tmp_path: Path, running: RecordingFiles) -> None:
    crashed = begun(tmp_path, 1)
    crashed.close()  # as the end of the process does
    with (crashed.folder / EVENTS_FILE).open("a") as file:
        file.write('{"t": 9.0, "dir"')
    assert finish(tmp_path) == [crashed.folder.name]
    about = read_about(crashed.folder)
    ended = datetime.fromisoformat(about.began) + timedelta(seconds=2.5)
    assert (about.ended, about.seconds, about.complete, about.why) == (ended.isoformat(), 2.5, False, CRASHED)
    assert len(read(crashed.folder).rows) == 1
    assert read_about(running.folder).ended is None
    assert finish(tmp_path) == []


def test_a_recording_says_whether_it_is_being_made(tmp_path: Path, running: RecordingFiles) -> None:
    ended = made(tmp_path, 1)
    assert (look(tmp_path, running.folder.name).is_running, look(tmp_path, ended).is_running) == (True, False)
    assert is_held(running.folder)


def test_a_recording_is_of_all_who_were_in_it(tmp_path: Path) -> None:
    name = made(tmp_path, 1, subject="kiosk")
    path = tmp_path / name
    write_about(path, replace(read_about(path), subjects={2: "guest"}))
    one = look(tmp_path, name)
    assert [is_of(one, subject) for subject in ("kiosk", "guest", "lobby")] == [True, True, False]


def test_a_recording_that_cannot_be_read_is_listed_and_deleted_all_the_same(tmp_path: Path) -> None:
    name = made(tmp_path, 1)
    (tmp_path / name / SESSION_FILE).write_text("{")
    [one] = stored(tmp_path)
    assert (one.about, one.is_running, is_of(one, "lobby")) == (None, False, False)
    delete(tmp_path, name)
    with pytest.raises(NoRecording):
        find(tmp_path, name)


def test_where_there_is_no_folder_there_are_no_recordings(tmp_path: Path) -> None:
    assert list(stored(tmp_path / "none")) == []


def test_names_are_those_that_the_recorder_gives() -> None:
    assert is_name(name_of(NOW))
    assert not is_name(f"{name_of(NOW)}\n")
