"""The image of a container: who runs in it, and, with --long, its steps, its size, its token and its end."""

import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.container import BY_THE_ENGINE, can_contain
from tests.deploy.dockerfile import Image, read, variables
from tests.deploy.test_units import compose
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
    assert of("USER") == [str(USER)]  # a number, so that Kubernetes sees that it is not root
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
    image = Image(where / "root", DOCKERFILE, EXTRAS=extras)
    os.umask(0o022)
    image.build(source)
    return image


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize(("extras", "most"), [("traces,voice", 800), ("traces", 600)])
def test_its_steps_make_a_server_that_fits_and_keeps_its_token(extras: str, most: int) -> None:
    if not can_contain():
        pytest.skip("only root can make a container")
    with folder() as where:
        image = built(where, extras)
        megabytes = BASE_MEGABYTES + image.megabytes
        print(f"{extras}: {image.megabytes:.0f} MB beside the base image, {megabytes:.0f} in all")
        assert 200 < megabytes <= most
        links = [_use(image, "joe" if "voice" in extras else "espeak-ng") for _ in range(2)]
        assert links[0] == links[1]
        assert [path.name for path in image.folders["/data"].iterdir()] == ["token"]


def _use(image: Image, voice: str) -> str:
    """Start it as compose does, ask how it is, speak with it, and stop it; the token of the link that it prints."""
    (tmp,) = compose()["services"]["vivavoce"]["tmpfs"]
    with image.serving(USER, tmp.removeprefix("/tmp:")) as server:
        server.wait_for("try it:")
        assert "listening on http://0.0.0.0:7171/" in server.said
        assert f"TTS local ({voice})" in server.said
        status = server.status()
        assert (status["Uid"].split()[0], int(status["CapBnd"], 16), status["NoNewPrivs"]) == (str(USER), 0, "1")
        assert server.writable() - BY_THE_ENGINE == {"/tmp", "/data"}
        (check,) = of("HEALTHCHECK")
        assert server.run(*json.loads(check.partition("CMD ")[2]), user=USER).returncode == 0
        token = str(re.findall(r"#token=(\S+)", server.said)[0])
        talk = ("vivavoce", "talk", "--text", "count to three", "--token", token, "--no-realtime")
        answer = server.run(*talk, user=USER)
        assert "one, two, three" in answer.stdout.lower(), answer.stderr
        assert server.stop(signal.SIGTERM, NET) == 0
        return token
