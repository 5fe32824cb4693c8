"""The talk page goes by what its server says: the settings of the server change what the page does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from protocol.states import State
from tests.real.browser import Visitor, visiting
from tests.real.programs import VIVAVOCE, Served, running

pytestmark = pytest.mark.real
STRAGGLER = 2.0
LONGEST = 40
SETTINGS = {"VIVAVOCE_LIMITS_STRAGGLER": str(STRAGGLER), "VIVAVOCE_LIMITS_TEXT_CHARS": str(LONGEST)}


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that takes chunks for late ones for two seconds, and typed turns of forty characters."""
    log = tmp_path_factory.mktemp("patient") / "log"
    with running(VIVAVOCE, "serve", "--port", "0", log=log, env=SETTINGS) as served:
        yield served


SENT = """
  const send = WebSocket.prototype.send;
  let committed = null;
  WebSocket.prototype.send = function (data) {
    if (typeof data === "string" && data.includes("input.buffer.commit")) committed = performance.now();
    else if (typeof data !== "string" && committed !== null) {
      document.body.dataset.waited ??= (performance.now() - committed) / 1000;
    }
    send.call(this, data);
  };
"""
"""The body's `data-waited`: the seconds from a commit to the next chunk, both as the page sent them."""


def test_it_waits_after_a_commit_for_as_long_as_the_server_takes_stragglers(browser: Browser, patient: Served) -> None:
    with visiting(browser, "about:blank") as visitor:
        page = visitor.page
        page.add_init_script(SENT)
        page.goto(patient.link)
        visitor.sees_state("handshaken")
        page.locator("#talk").click()
        visitor.sees_state("receiving")
        visitor.wait_captured(0.3)
        page.locator("#talk").click()  # sends
        expect(page.locator("#talk")).to_have_attribute("aria-pressed", "false")
        page.locator("#talk").click()
        expect(page.locator("body")).to_have_attribute("data-waited", re.compile("."))
        waited = float(page.locator("body").get_attribute("data-waited") or 0)
        assert waited >= STRAGGLER, "nothing goes out while it would be taken for a late chunk"
        expect(page.locator(".entry.note")).to_have_count(0)


def test_no_more_can_be_typed_than_the_server_takes(browser: Browser, patient: Served) -> None:
    with visiting(browser, patient.link) as visitor:
        visitor.sees_state("handshaken")
        expect(visitor.page.locator("#words")).to_have_js_property("maxLength", LONGEST)


def changed(visitor: Visitor, change: str) -> None:
    """Have the page read another page.json: `change` is done to `facts`."""
    script = f"(facts) => {{ {change}; return facts; }}"

    def answer(route: Any) -> None:
        facts = route.fetch().json()
        route.fulfill(json=visitor.page.evaluate(script, facts))

    visitor.page.route("**/page.json", answer)


@pytest.fixture
def told(browser: Browser, vivavoce: Served) -> Iterator[Visitor]:
    """Somebody whose page has not been opened yet."""
    with visiting(browser, "about:blank") as visitor:
        yield visitor


def test_states_and_transitions_are_drawn_as_the_server_has_them(told: Visitor, vivavoce: Served) -> None:
    more = "facts.states.push('dancing'); facts.arrows.push({source: 'speaking', dest: 'dancing', events: ['waltz']})"
    changed(told, more)
    told.page.goto(vivavoce.link)
    told.sees_state("handshaken")
    expect(told.page.locator("#diagram .node")).to_have_text([*(state.value for state in State), "dancing"])
    expect(told.page.locator("#diagram title", has_text="dancing")).to_have_text("speaking → dancing: waltz")


def test_a_field_that_the_page_does_not_know_is_in_its_settings(told: Visitor, vivavoce: Served) -> None:
    changed(
        told,
        "facts.configuration.TTS.pitch = {kind: 'number', said: 'How high', minimum: 0.5, maximum: 2, default: 1};"
        "facts.configuration.TTS.speed.maximum = 3",
    )
    told.page.goto(vivavoce.link)
    told.sees_state("handshaken")
    told.page.locator("#settings-button").click()
    pitch = told.page.locator("[id='TTS.pitch']")
    assert [pitch.get_attribute(name) for name in ("min", "max", "value")] == ["0.5", "2", "1"]
    assert told.page.locator("[id='TTS.speed']").get_attribute("max") == "3"


def test_a_refusal_that_can_pass_is_no_end(visitor: Visitor, told: Visitor) -> None:
    visitor.page.locator("#share-button").click()
    link = visitor.page.locator("#share-link").input_value().replace("role=receiver", "role=both")
    changed(told, "facts.refusals.final = []")
    told.page.goto(link)
    told.sees_link("lost")


def test_renamed_events_and_keys_are_used(browser: Browser, tmp_path: Path) -> None:
    settings = tmp_path / "vivavoce.toml"
    settings.write_text('[protocol.names]\n"input.text" = "say"\nrole = "part"\n"session.state" = "moved"\n')
    with (
        running(VIVAVOCE, "serve", "--port", "0", "--config", str(settings), log=tmp_path / "log") as served,
        visiting(browser, served.link) as visitor,
    ):
        visitor.sees_state("handshaken")
        visitor.write("help")
        visitor.sees_state("speaking")
