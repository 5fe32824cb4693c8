"""A fresh machine: what scripts/serve downloads, that its server answers with the voice; what has a wrong hash."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_MEGABYTES = 350
READY_SECONDS = 600.0
"""Seconds after which the test gives up; how long it took is printed."""
_DOWNLOADING = re.compile(r"Downloading \S+ \((?P<size>[\d.]+) (?P<unit>[kM]B|bytes)\)")
_BYTES = {"bytes": 1, "kB": 1_000, "MB": 1_000_000}


def copied(folder: Path) -> Path:
    """The files of the repository, without what was installed beside them."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in listed.splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def downloaded(log: Path) -> float:
    """The megabytes that pip says it has downloaded."""
    sizes = (float(found["size"]) * _BYTES[found["unit"]] for found in _DOWNLOADING.finditer(log.read_text()))
    return sum(sizes) / 1e6


@contextmanager
def serving(folder: Path, env: dict[str, str]) -> Iterator[str]:
    """scripts/serve; what it prints until it is ready. Raises TimeoutError."""
    output = folder / "output"
    with output.open("wb") as file:
        command = ["scripts/serve", "--port", "0"]
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=file, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + READY_SECONDS
        while "try it:" not in (said := output.read_text()):
            if process.poll() is not None or time.monotonic() > end:
                raise TimeoutError(said)
            time.sleep(0.2)
        yield said
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


@pytest.mark.long
@pytest.mark.real
def test_a_file_with_another_hash_is_not_installed(tmp_path: Path) -> None:
    folder = copied(tmp_path / "fresh")
    lock = folder / "lock.txt"
    lines = lock.read_text(encoding="utf-8").splitlines(keepends=True)
    wrong = [
        re.sub(r"sha256:\w{64}", "sha256:" + 64 * "0", line) if line.startswith("h11=") else line for line in lines
    ]
    lock.write_text("".join(wrong), encoding="utf-8")
    done = subprocess.run(["scripts/prepare", "", "voice"], cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert re.match(
        r"vivavoce setup: the file of h11==\S+ does not have the hash of lock\.txt: nothing was installed", last
    )
    assert "ERROR" not in done.stderr
    assert list((folder / ".venv").rglob("site-packages/trio*")) == []


@pytest.mark.long
@pytest.mark.real
def test_a_fresh_machine_downloads_little_and_answers_with_the_voice(tmp_path: Path) -> None:
    folder, log = copied(tmp_path / "fresh"), tmp_path / "pip.log"
    own = {name: value for name, value in os.environ.items() if not name.startswith(("VIVAVOCE_", "PYTHON", "VIRTUAL"))}
    env = own | {"PIP_LOG": str(log), "PIP_NO_CACHE_DIR": "1"}
    began = time.monotonic()
    with serving(folder, env) as said:
        ready = time.monotonic() - began
        megabytes = downloaded(log)
        (url,) = re.findall(r"http://[\d.:]+(?=/socket.io/)", said)
        talk = [folder / ".venv/bin/vivavoce", "talk", "--text", "hello", "--url", url, "--save", tmp_path / "sound"]
        answer = subprocess.run([*talk, "--format", "wav"], env=env, capture_output=True, text=True, timeout=60)
        seconds = time.monotonic() - began
    print(f"ready after {ready:.0f} s, answered after {seconds:.0f} s, downloaded {megabytes:.0f} MB")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "TTS local (joe)" in said
    assert [file.suffix for file in (tmp_path / "sound").iterdir()] == [".wav"]
    assert 20 < megabytes <= MOST_MEGABYTES
