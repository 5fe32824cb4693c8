"""The metrics of a real server, as Prometheus reads them: each that the board and the alerts ask for is there."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from prometheus_client.parser import text_string_to_metric_families

from adapters.client.voiceclient import connect
from adapters.metrics.definitions import METRICS
from protocol.messages import SessionState
from tests.deploy.test_alerts import NAME, queries
from tests.real.programs import VIVAVOCE, Served, running

pytestmark = pytest.mark.real
AWAY = "http://127.0.0.1:9/v1"
"""Nothing listens on the port of `discard`."""
PRICES = "[local]\ncharacters = 0.001\n"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server whose first language model is away, with prices."""
    prices = tmp_path / "prices.toml"
    prices.write_text(PRICES)
    env = {
        "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_MINE_BASE_URL": AWAY,
        "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_MINE_LLM_MODEL": "some-model",
        "VIVAVOCE_SERVER_PRICES": str(prices),
        "VIVAVOCE_TOKEN": "open-sesame",
    }
    with running(VIVAVOCE, "serve", "--port", "0", log=tmp_path / "log", env=env) as server:
        yield server


def get(server: Served, path: str, token: str = "") -> tuple[int, str, str]:
    """The status, the type and the text of a page."""
    request = urllib.request.Request(server.origin + path)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, "", ""


async def converse(server: Served) -> None:
    """A typed turn is answered by the one that stands in, and heard to its end; the mouth is asked for."""
    auth = {"token": "open-sesame", "mouth": "ovr"}
    with trio.fail_after(60):
        async with connect(server.origin + server.path, auth) as client:  # type: ignore[arg-type]
            await client.update({"LLM": {"provider": "mine", "model": "some-model"}})
            await client.text("Hello")
            async for message in client:
                if message == SessionState("speaking"):
                    break
            async for message in client:
                if message == SessionState("handshaken"):
                    return


async def test_each_metric_of_the_board_and_the_alerts_is_in_a_scrape(served: Served) -> None:
    assert get(served, "/metrics")[0] == 401
    status, _, ready = get(served, "/readyz")
    assert (status, json.loads(ready)) == (200, {"status": "ready", "reasons": []})
    await converse(served)
    status, content_type, text = get(served, "/metrics", "open-sesame")
    assert (status, content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    samples = {sample.name: sample for family in text_string_to_metric_families(text) for sample in family.samples}
    asked = {name for query in queries() for name in NAME.findall(query)}
    assert asked - samples.keys() == set()
    told = {name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") for name in samples}
    assert {metric.name for metric in METRICS} - told == set()
    assert 'vivavoce_turns_total{outcome="completed"} 1.0' in text
    assert 'vivavoce_failovers_total{kind="LLM",provider="local"} 1.0' in text
    assert 'vivavoce_provider_failures_total{kind="LLM",provider="mine",why="absent"} 1.0' in text
    assert 'vivavoce_provider_set_aside{kind="LLM",provider="mine"} 1.0' in text
