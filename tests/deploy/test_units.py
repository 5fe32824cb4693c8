"""The files for those who start the server: systemd's unit, compose, Kubernetes; and that they give its drain time."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.settings.reading import DEFAULT_FILE
from tests.deploy.dockerfile import read, variables

DEPLOY = Path(__file__).parents[2] / "deploy"
DRAIN = int(variables(read(DEPLOY / "Dockerfile"))["VIVAVOCE_SERVER_DRAIN_SECONDS"])
MOST_EXPOSED = 2.5
"""Of ten, as systemd-analyze counts: below three it calls a unit safe."""


def unit() -> dict[str, str]:
    """The unit's settings; of several lines the last."""
    lines = (DEPLOY / "vivavoce.service").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def analyse(*arguments: str) -> str:
    """What systemd-analyze says of the unit."""
    if not shutil.which("systemd-analyze"):
        if os.environ.get("CI"):
            pytest.fail("systemd-analyze is not there: it is in Debian's systemd")
        pytest.skip("systemd-analyze is not there")
    run = subprocess.run(["systemd-analyze", *arguments, DEPLOY / "vivavoce.service"], capture_output=True, text=True)
    return run.stdout + run.stderr


def test_systemd_understands_every_line_of_the_unit() -> None:
    said = [line for line in analyse("verify", "--man=no").splitlines() if "vivavoce.service" in line]
    assert [line for line in said if "is not executable" not in line] == []


def test_the_unit_gives_the_server_little() -> None:
    (level,) = re.findall(r"exposure level for vivavoce.service: ([\d.]+)", analyse("security", "--offline=yes"))
    assert float(level) <= MOST_EXPOSED


def test_systemd_waits_for_the_drain() -> None:
    text = (DEPLOY / "vivavoce.service").read_text()
    assert f"VIVAVOCE_SERVER_DRAIN_SECONDS={DRAIN}" in text
    assert int(unit()["TimeoutStopSec"]) > DRAIN


def test_the_unit_takes_the_settings_that_its_first_lines_name() -> None:
    words = (DEPLOY / "vivavoce.service").read_text().split("[Unit]")[0]
    assert str(unit()["WorkingDirectory"] / DEFAULT_FILE) in words


def test_keys_and_settings_have_a_place_that_may_be_empty() -> None:
    assert compose()["services"]["vivavoce"]["env_file"] == [{"path": "vivavoce.env", "required": False}]
    deployment, _ = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "vivavoce-settings", "optional": True}}]
    assert unit()["EnvironmentFile"].startswith("-")


def compose() -> Any:
    """The file for docker compose."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_compose_gives_the_server_little_and_waits_for_the_drain() -> None:
    server = compose()["services"]["vivavoce"]
    assert (server["read_only"], server["cap_drop"]) == (True, ["ALL"])
    assert int(server["stop_grace_period"].removesuffix("s")) > DRAIN
    assert (DEPLOY / server["build"]["context"] / server["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")


def test_ollama_is_found_where_the_server_looks_for_it() -> None:
    ollama = compose()["services"]["ollama"]
    assert (ollama["profiles"], ollama["network_mode"]) == (["ollama"], "service:vivavoce")


def test_kubernetes_has_one_server_that_is_asked_how_it_is_and_given_time_to_end() -> None:
    deployment, service = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
    spec = deployment["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    pod = spec["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > DRAIN
    assert pod["securityContext"]["runAsNonRoot"] is True
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    paths = {probe: container[probe]["httpGet"]["path"] for probe in ("readinessProbe", "livenessProbe")}
    assert paths == {"readinessProbe": "/readyz", "livenessProbe": "/healthz"}
    assert service["spec"]["selector"] == spec["template"]["metadata"]["labels"]
