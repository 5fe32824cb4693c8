"""The commands `vivavoce recordings`: what they print, delete and write, and what a mistake is told."""

import json
import stat
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.cli import main
from adapters.recordings.store import names_in
from tests.adapters.recordings.test_store import NOW, begun, made
from tests.signalled import signals_restored


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of recordings, which the environment names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    folder = tmp_path / "kept"
    folder.mkdir()
    monkeypatch.setenv("VIVAVOCE_RECORDINGS_FOLDER", str(folder))
    return folder


def called(*arguments: str) -> Result:
    with signals_restored():
        return CliRunner().invoke(main, ("recordings", *arguments))


def test_a_list_names_each_with_its_length_size_subject_and_end(own: Path) -> None:
    name = made(own, 1)
    result = called("list")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["name", "length", "size", "subject", "how", "it", "ended"]
    assert lines[1].startswith(f"{name}  0:00    ")
    assert "lobby" in lines[1]
    assert lines[2].startswith(f"1 in {own}, ")


def test_an_empty_folder_has_no_recordings(own: Path) -> None:
    assert called("list").stdout == f"there are no recordings in {own}\n"


def test_those_that_are_named_are_deleted(own: Path) -> None:
    names = [made(own, hours) for hours in (3, 2, 1)]
    result = called("delete", names[0], names[2])
    assert (result.exit_code, result.stdout) == (0, "deleted 2 recordings\n")
    assert names_in(own) == [names[1]]


def test_all_of_one_subject_are_deleted_those_that_a_crash_left_too(own: Path) -> None:
    others = made(own, 4, subject="kiosk")
    made(own, 3, subject="visitor")
    begun(own, 2, subject="visitor").close()
    still = begun(own, 1, subject="visitor")
    result = called("delete", "--subject", "visitor")
    still.close()
    assert (result.exit_code, result.stdout) == (0, "deleted 3 recordings of visitor\n")
    assert names_in(own) == [others]


def test_all_are_deleted(own: Path) -> None:
    made(own, 2)
    made(own, 1)
    assert called("delete", "--all").stdout == "deleted 2 recordings\n"
    assert names_in(own) == []


def test_where_one_name_is_wrong_nothing_is_deleted(own: Path) -> None:
    name = made(own, 1)
    result = called("delete", name, "20260101T000000Z-00000000-aaaaaa")
    assert result.exit_code == 2
    assert "there is no recording '20260101T000000Z-00000000-aaaaaa'" in result.stderr
    assert names_in(own) == [name]


@pytest.mark.parametrize("arguments", [(), ("a", "--all"), ("--subject", "x", "--all")])
def test_what_is_to_be_deleted_has_to_be_said_in_one_way(arguments: tuple[str, ...]) -> None:
    result = called("delete", *arguments)
    assert result.exit_code == 2
    assert "NAME..., --subject SUBJECT, or --all" in result.stderr


def test_an_export_is_a_zip_file_that_only_its_user_can_read(own: Path, tmp_path: Path) -> None:
    name = made(own, 1, size=700_000)
    target = tmp_path / "out.zip"
    assert called("export", name, "--to", str(target)).stdout == f"wrote {target}\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        for path in (own / name).iterdir():
            assert archive.read(f"{name}/{path.name}") == path.read_bytes()
        assert len(archive.namelist()) == 3


def test_an_export_writes_over_nothing(own: Path, tmp_path: Path) -> None:
    name, target = made(own, 1), tmp_path / "out.zip"
    target.write_text("mine")
    result = called("export", name, "--to", str(target))
    assert (result.exit_code, result.stderr) == (2, f"vivavoce: {target} is there already; name another file\n")
    assert target.read_text() == "mine"


def test_an_export_of_nothing_and_to_nowhere_is_told(own: Path, tmp_path: Path) -> None:
    result = called("export", "nothing", "--to", "out.zip")
    assert result.exit_code == 2
    assert "there is no recording 'nothing'" in result.stderr
    result = called("export", made(own, 1), "--to", str(tmp_path / "no" / "out.zip"))
    assert (result.exit_code, "cannot be written: No such file or directory" in result.stderr) == (2, True)


@pytest.mark.parametrize("command", [("list",), ("delete", "--all"), ("export", "x", "--to", "y")])
def test_without_a_folder_it_is_told_which_setting_names_it(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIVAVOCE_RECORDINGS_FOLDER")
    result = called(*command)
    told = "vivavoce: [recordings] folder is not set: nothing is recorded; --config names the settings file\n"
    assert (result.exit_code, result.stderr) == (2, told)


def test_the_folder_may_be_that_of_a_settings_file(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIVAVOCE_RECORDINGS_FOLDER")
    config = tmp_path / "other.toml"
    config.write_text(f'[recordings]\nfolder = "{own}"\n')
    made(own, 1)
    assert called("delete", "--config", str(config), "--all").stdout == "deleted 1 recordings\n"


def test_a_list_finishes_what_a_crash_left(own: Path) -> None:
    files = begun(own, 1)
    files.close()
    [one] = json.loads(called("list", "--json").stdout)
    assert (one["name"], one["isRunning"], one["about"]["subject"]) == (files.folder.name, False, "lobby")
    assert one["bytes"] > 0
    assert one["about"]["ended"] == (NOW - timedelta(hours=1) + timedelta(seconds=2.5)).isoformat()
    assert one["hasWav"]
    assert datetime.fromisoformat(one["about"]["began"]) == NOW - timedelta(hours=1)
