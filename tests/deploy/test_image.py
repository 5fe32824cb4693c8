"""The image of a container: who runs in it, and, with --long, its steps, its size, its token and its end."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.dockerfile import Image, Instruction, read, variables
from tests.real.test_install import copied

ROOT = Path(__file__).parents[2]
DOCKERFILE = read(ROOT / "deploy/Dockerfile")
ENV = variables(DOCKERFILE)
BASE_MEGABYTES = 75 + 55
"""debian:bookworm-slim, and in it python3 and ca-certificates."""
USER = 7171
NET = 60.0


def of(name: str) -> list[str]:
    """What the instructions of this name say."""
    return [instruction.words for instruction in DOCKERFILE if instruction.name == name]


def test_nobody_is_root_in_it_and_nothing_but_the_volume_is_written() -> None:
    assert of("USER") == ["vivavoce"]
    assert of("VOLUME") == ["/data"]
    assert Path(ENV["VIVAVOCE_SERVER_TOKEN_FILE"]).parent == Path("/data")
    assert f"--uid {USER}" in " ".join(of("RUN"))


def test_it_is_told_when_it_is_well_and_ends_well() -> None:
    (check,) = of("HEALTHCHECK")
    assert "/healthz" in check
    assert of("STOPSIGNAL") == ["SIGTERM"]
    assert ENV["VIVAVOCE_SERVER_DRAIN_SECONDS"] == "30"


def test_what_the_image_is_not_made_of_is_left_out_of_what_is_sent_to_the_engine() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", "tests"} <= set(ignored)
    for needed in ("actors", "adapters", "protocol", "pyproject.toml", "lock.txt", "README.md", "LICENSE"):
        assert needed not in ignored
        assert (ROOT / needed).exists()


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that another user can enter, unlike pytest's."""
    where = Path(tempfile.mkdtemp(prefix="image-"))
    where.chmod(0o755)
    try:
        yield where
    finally:
        shutil.rmtree(where, ignore_errors=True)


def built(where: Path, extras: str) -> Image:
    """The image with these extras."""
    source = copied(where / "source")
    for ignored in ("tests", "bench", "docs", "deploy", "supply"):
        shutil.rmtree(source / ignored, ignore_errors=True)
    image = Image(where / "root", source, EXTRAS=extras)
    image.root.mkdir()
    os.umask(0o022)
    image.build([one for one in DOCKERFILE if one != Instruction("COPY", "--from=build /opt/vivavoce /opt/vivavoce")])
    return image


@contextmanager
def started(image: Image) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The server as the image's user, with the image's variables and its command; what it prints until it is ready."""
    env = {name: image.place(value) for name, value in ENV.items()} | {"VIVAVOCE_SERVER_PORT": "0", "HOME": "/nowhere"}
    env["PATH"] = f"{image.root}/opt/vivavoce/bin:/usr/bin:/bin"
    command = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "vivavoce", "serve"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, cwd="/")
    assert process.stdout is not None
    said = ""
    try:
        while "try it:" not in said:
            line = process.stdout.readline().decode()
            assert line, said
            said += line
        yield process, said
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize(("extras", "most"), [("traces,voice", 800), ("traces", 600)])
def test_its_steps_make_a_server_that_fits_and_keeps_its_token(extras: str, most: int) -> None:
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can start a server as another user")
    with folder() as where:
        image = built(where, extras)
        megabytes = BASE_MEGABYTES + image.megabytes
        print(f"{extras}: {image.megabytes:.0f} MB beside the base image, {megabytes:.0f} in all")
        assert 200 < megabytes <= most
        links = [_use(image) for _ in range(2)]
        assert links[0] == links[1]
        assert [path.name for path in (image.root / "data").iterdir()] == ["token"]


def _use(image: Image) -> str:
    """Start it, ask how it is, and stop it; the token of the link that it prints."""
    with started(image) as (process, said):
        port = re.findall(r"listening on http://0\.0\.0\.0:(\d+)/", said)[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=NET) as answer:
            assert json.load(answer)["status"] == "ok"
        process.send_signal(signal.SIGTERM)
        assert process.wait(NET) == 0
        return str(re.findall(r"#token=(\S+)", said)[0])
