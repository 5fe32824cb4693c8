"""For which systems and versions of Python all packages have wheels, as docs/operations.md tells."""

import os
import subprocess
from pathlib import Path

import pytest

from supply.lock import ROOT
from tests.deploy.packages import UV

LINUX, LINUX_ON_ARM, WINDOWS = "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-pc-windows-msvc"
MAC, MAC_ON_INTEL, ALPINE = "aarch64-apple-darwin", "x86_64-apple-darwin", "x86_64-unknown-linux-musl"
SYSTEMS = (LINUX, LINUX_ON_ARM, WINDOWS, MAC)


def lacking(platform: str, python: str, folder: Path) -> str:
    """What uv says where a package of the server with the voice and traces has no wheel; "" where all have one."""
    command = [UV, "pip", "compile", "pyproject.toml", "--constraint", "constraints.txt", "--only-binary", ":all:"]
    command += ["--extra", "voice", "--extra", "traces", "--python-platform", platform, "--python-version", python]
    env = os.environ | {"MACOSX_DEPLOYMENT_TARGET": "14.0"}
    made = ["--quiet", "--output-file", str(folder / "made.txt")]
    done = subprocess.run([*command, *made], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    return done.stderr if done.returncode else ""


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("python", ["3.11", "3.13"])
@pytest.mark.parametrize("platform", SYSTEMS)
def test_every_package_has_a_wheel(platform: str, python: str, tmp_path: Path) -> None:
    assert lacking(platform, python, tmp_path) == ""


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize(
    ("platform", "python", "package"),
    [
        (LINUX, "3.12", "pocketsphinx"),
        (LINUX, "3.14", "pocketsphinx"),
        (MAC_ON_INTEL, "3.11", "cryptography"),
        (ALPINE, "3.11", "espeakng-loader"),
    ],
)
def test_where_one_lacks_a_wheel_the_documents_name_it(
    platform: str, python: str, package: str, tmp_path: Path
) -> None:
    said = lacking(platform, python, tmp_path)
    assert package in said
    assert "wheels" in said
    table = (ROOT / "docs/operations.md").read_text(encoding="utf-8").partition("### Systems")[2].partition("\n#")[0]
    assert package in table
