"""A server behind nginx, at the root and below a prefix: pages in a browser, WebSocket, polling with large bodies."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.real.browser import visiting
from tests.real.programs import VIVAVOCE, Served, running
from tests.real.proxy import proxied

pytestmark = pytest.mark.real
LARGE = 950_000
NET = 60.0


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that trusts a proxy on this machine."""
    log = tmp_path_factory.mktemp("behind") / "log"
    with running(
        VIVAVOCE, "serve", "--port", "0", log=log, env={"VIVAVOCE_SERVER_TRUSTED_PROXIES": "127.0.0.1"}
    ) as served:
        yield served


@pytest.mark.parametrize("prefix", ["/voice/", "/", pytest.param("/a/deep/one/", marks=pytest.mark.long)])
def test_the_talk_page_holds_a_conversation(browser: Browser, behind: Served, tmp_path: Path, prefix: str) -> None:
    with proxied(behind, tmp_path, prefix) as place:
        address = place.removesuffix("/") if prefix == "/voice/" else place  # nginx leads from /voice to /voice/
        with visiting(browser, f"{address}#token={behind.token}") as visitor:
            visitor.sees_state("handshaken")
            visitor.write("help")
            visitor.sees_state("speaking")
            page = visitor.page
            page.locator("#settings-button").click()
            expect(page.locator("[id='LLM.provider'] option[value=local]")).to_have_count(1)
            page.locator("#settings-close").click()
            page.locator("#share-button").click()
            link = page.locator("#share-link").input_value()
            expect(page.locator("#qr")).not_to_have_js_property("naturalWidth", 0)
        assert link.startswith(f"{place}#session=")
        with visiting(browser, link) as other:
            other.sees_link("open")
            expect(other.page.locator("body")).to_have_attribute("data-role", "receiver")


def test_the_other_pages_are_found_from_each_other(browser: Browser, behind: Served, tmp_path: Path) -> None:
    with (
        proxied(behind, tmp_path) as place,
        visiting(browser, f"{place}inspect#token={behind.token}") as operator,
    ):
        page = operator.page
        expect(page.locator("#live")).to_contain_text("live")
        page.get_by_role("link", name="API").click()
        expect(page.locator("#catalogue table")).to_have_count(3)
        assert page.url == f"{place}docs"
        page.get_by_role("link", name="AsyncAPI").click()
        assert page.url == f"{place}asyncapi.json"
        page.go_back()
        expect(page.locator("#catalogue table")).to_have_count(3)  # a page that is left while it loads complains
        page.get_by_role("link", name="Talk to it").click()
        operator.sees_state("handshaken")
        page.get_by_role("link", name="API").click()
        expect(page.locator("#catalogue table")).to_have_count(3)


def test_the_command_talks_through_it(behind: Served, tmp_path: Path) -> None:
    with proxied(behind, tmp_path) as place:
        command = (VIVAVOCE, "talk", "--text", "help", "--url", f"{place}socket.io/", "--no-realtime")
        ended = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=NET, check=False)
    assert ended.returncode == 0, ended.stderr


def test_polling_with_large_bodies_goes_through_it(behind: Served, tmp_path: Path) -> None:
    with proxied(behind, tmp_path) as place, httpx.Client(trust_env=False, timeout=NET) as client:
        target = f"{place}socket.io/?EIO=4&transport=polling"
        own = {"Origin": place.removesuffix("/voice/")}
        opened = client.get(target, headers=own)
        assert opened.headers["access-control-allow-origin"] == own["Origin"]
        target += "&sid=" + json.loads(opened.text[1:])["sid"]
        assert client.post(target, content="40", headers=own).text == "ok"
        assert client.get(target).text.startswith("40")
        large = f'42["input.buffer.append","{"A" * LARGE}"]'
        assert client.post(target, content=large, headers=own).text == "ok"
        assert client.get(target, headers={"Origin": "https://elsewhere.example"}).status_code == 403
