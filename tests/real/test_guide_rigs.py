"""The pages with three-vrm and TalkingHead: their figure's mouth moves while it speaks, and is closed afterwards."""

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.real.browser import visiting
from tests.real.figure import VISEMES, glb
from tests.real.node import modules
from tests.real.programs import ROOT, VIVAVOCE, Served, running

pytestmark = pytest.mark.real

CLIENTS = ROOT / "docs" / "clients"
OPENINGS = """() => {
  globalThis.most = 0;
  setInterval(() => { globalThis.most = Math.max(globalThis.most, Number(document.body.dataset.open ?? 0)); }, 10);
}"""
HEAD_OPENINGS = """(shapes) => {
  globalThis.most = {};
  const look = () => {
    for (const shape of shapes) {
      const value = globalThis.head.mtAvatar[shape]?.applied ?? 0;
      globalThis.most[shape] = Math.max(globalThis.most[shape] ?? 0, value);
    }
  };
  setInterval(look, 10);
}"""


class _Files(http.server.SimpleHTTPRequestHandler):
    """Files without a log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The folder on loopback; gives its origin."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The folder that the guide describes: a page, a model, and node_modules."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "node_modules").symlink_to(modules())
    for name in ("three-vrm.html", "talkinghead.html"):
        (folder / name).write_bytes((CLIENTS / name).read_bytes())
    for name in ("model.vrm", "model.glb"):
        (folder / name).write_bytes(glb())
    with serving(folder) as origin:
        yield origin


@pytest.fixture(scope="module")
def server(pages: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that lets those pages ask, and whose model repeats what it is told."""
    env = {"VIVAVOCE_SERVER_ALLOWED_ORIGINS": pages}
    with running(VIVAVOCE, "serve", "--port", "0", log=tmp_path_factory.mktemp("rigs") / "log", env=env) as served:
        yield served


@contextmanager
def opened(browser: Browser, pages: str, name: str, server: Served) -> Iterator[Page]:
    """The page, connected, with its figure."""
    with visiting(browser, f"{pages}/{name}?server={server.origin}&token={server.token}", small=True) as visitor:
        expect(visitor.page.locator("body")).to_have_attribute("data-loaded", "yes")
        expect(visitor.page.locator("body")).to_have_attribute("data-ready", "yes")
        yield visitor.page


def say(page: Page, text: str) -> None:
    """Have the avatar answer."""
    page.locator("input").fill(text)
    page.locator("button").click()


def test_a_vrm_opens_and_closes_its_mouth(browser: Browser, pages: str, server: Served) -> None:
    with opened(browser, pages, "three-vrm.html", server) as page:
        page.evaluate(OPENINGS)
        say(page, "Tell me a story.")
        page.wait_for_function("globalThis.most > 0.3")
        say(page, "What time is it?")
        page.wait_for_function("document.body.dataset.open === '0.00'")
        expect(page.locator("body")).to_have_attribute("data-open", re.compile(r"^0\.[3-9]"))


def test_a_talking_head_shows_many_shapes(browser: Browser, pages: str, server: Served) -> None:
    with opened(browser, pages, "talkinghead.html", server) as page:
        page.evaluate(HEAD_OPENINGS, list(VISEMES))
        say(page, "Tell me a story.")
        page.wait_for_function("Object.values(globalThis.most).filter((value) => value > 0.15).length >= 6")
        page.wait_for_function("globalThis.most.viseme_PP > 0.3")
