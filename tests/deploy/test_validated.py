"""The files for those who start the server, read by the programs that others will read them with."""

import subprocess
import sysconfig
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
NOT_ASKED = (
    "DL3008",  # the versions of Debian's packages are those of the day, so that they have its security updates
    "DL3059",  # layers of the first stage are not kept
    "DL3064",  # the name of the token's file is no token
    "DL4006",  # what tr says cannot fail
)


def said_by(name: str, *arguments: str | Path) -> tuple[int, str]:
    """The exit code of a program of the virtual environment, and all that it says."""
    program = Path(sysconfig.get_path("scripts")) / name
    if not program.exists():
        pytest.skip(f"{name} is not there: its package has it for Linux on x86-64 alone, or comes with --long")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of a file of deploy/ with one word changed."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert old in text
    copy = folder / name
    copy.write_text(text.replace(old, new), encoding="utf-8")
    return copy


@pytest.mark.parametrize("profile", [(), ("--profile", "ollama")])
def test_docker_compose_takes_its_file(profile: tuple[str, ...]) -> None:
    code, said = said_by("docker-compose", "--file", DEPLOY / "compose.yaml", *profile, "config", "--services")
    assert (code, set(said.split())) == (0, {"vivavoce", "ollama"} if profile else {"vivavoce"})


def test_docker_compose_would_refuse_a_wrong_key(tmp_path: Path) -> None:
    code, said = said_by("docker-compose", "--file", changed(tmp_path, "compose.yaml", "cap_drop", "drop"), "config")
    assert code != 0
    assert "services.vivavoce.drop" in said


def test_hadolint_has_nothing_to_say_of_the_dockerfile(tmp_path: Path) -> None:
    ignoring = [word for rule in NOT_ASKED for word in ("--ignore", rule)]
    assert said_by("hadolint", *ignoring, DEPLOY / "Dockerfile") == (0, "")
    code, said = said_by("hadolint", *ignoring, changed(tmp_path, "Dockerfile", "USER 7171", "USER root"))
    assert code != 0
    assert "DL3002" in said


@pytest.mark.long
def test_the_schemas_of_kubernetes_take_its_file(tmp_path: Path) -> None:
    code, said = said_by("kubernetes-validate", "--strict", DEPLOY / "kubernetes.yaml")
    assert (code, said.count("passed for resource")) == (0, 2)
    wrong = changed(tmp_path, "kubernetes.yaml", "failureThreshold", "failures")
    code, said = said_by("kubernetes-validate", "--strict", wrong)
    assert code != 0
    assert "'failures' was unexpected" in said
