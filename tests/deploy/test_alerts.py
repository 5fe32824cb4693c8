"""What is shipped for Prometheus and Grafana: rules that promtool takes, and no metric that the server has not."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from adapters.metrics.definitions import METRICS, Metric

ROOT = Path(__file__).parents[2]
RULES, BOARD = ROOT / "deploy/prometheus", ROOT / "deploy/grafana/vivavoce.json"
NAME = re.compile(r"\bvivavoce_\w+")
SELECTOR = re.compile(r"(vivavoce_\w+)\{([^}]*)\}")
ALERT = re.compile(r"^ +- alert: (\w+)$", re.MULTILINE)
SUFFIXES = ("_bucket", "_count", "_sum")
MADE_BY_PROMETHEUS = {"instance", "le", "job"}


def alerts() -> list[str]:
    """The names of the alerts."""
    return ALERT.findall((RULES / "alerts.yml").read_text())


def queries() -> list[str]:
    """Every query of the board and of the rules."""
    board = json.loads(BOARD.read_text())
    of_board = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    assert len(of_board) > 20
    return [*of_board, (RULES / "alerts.yml").read_text()]


def metric_of(name: str) -> Metric | None:
    """The metric that a series is of."""
    names = {name, *(name.removesuffix(suffix) for suffix in SUFFIXES)}
    return next((metric for metric in METRICS if metric.name in names), None)


def test_each_query_is_of_metrics_that_there_are_with_labels_that_they_have() -> None:
    for query in queries():
        assert [name for name in NAME.findall(query) if metric_of(name) is None] == []
        for name, selector in SELECTOR.findall(query):
            metric = metric_of(name)
            assert metric is not None
            labels = set(re.findall(r"(\w+)\s*=?[=~!]", selector))
            assert labels <= {*metric.labels, *MADE_BY_PROMETHEUS}, f"{name}: {labels}"


def test_each_metric_is_on_the_board() -> None:
    shown = {metric_of(name) for query in queries()[:-1] for name in NAME.findall(query)}
    assert [metric.name for metric in METRICS if metric not in shown] == []


def test_each_alert_is_tested_and_told_on_the_page_of_alerts() -> None:
    page, tests = (ROOT / "docs/alerts.md").read_text(), (RULES / "alerts_test.yml").read_text()
    for alert in alerts():
        assert f"\n### {alert}\n" in page, alert
        assert f"- name: {alert} fires\n" in tests, alert
        assert f"- name: {alert} is quiet\n" in tests, alert
    assert len(re.findall(r"^### Vivavoce", page, re.MULTILINE)) == len(alerts())


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
        ("check", "config", "--syntax-only", "prometheus.yml"),
    ],
    ids=" ".join,
)
@pytest.mark.real
def test_promtool_takes_what_is_shipped(arguments: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        assert os.environ.get("CI") != "true", "there is no promtool: install Debian's prometheus"
        pytest.skip("there is no promtool: install Debian's prometheus")
    ended = subprocess.run([promtool, *arguments], cwd=RULES, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
