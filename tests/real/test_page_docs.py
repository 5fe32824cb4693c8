"""The page /docs in a real browser: every event, an example to copy, and the models that this server has."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from protocol.messages import EVENTS
from tests.real.browser import Scheme, Visitor, faults, visiting
from tests.real.programs import Served

pytestmark = pytest.mark.real


@pytest.fixture
def reader(browser: Browser, vivavoce: Served) -> Iterator[Visitor]:
    """Somebody who reads the page."""
    with visiting(browser, f"{vivavoce.origin}/docs#token={vivavoce.token}") as reader:
        yield reader


def test_every_event_is_in_the_contents_and_on_the_page(reader: Visitor) -> None:
    listed = reader.page.locator("nav li").all_inner_texts()
    for event in EVENTS:
        assert event in listed
        assert reader.page.locator(f"[id='{event}'] h4", has_text="Payload").count() == 1


def test_an_example_is_copied_by_its_button(reader: Visitor) -> None:
    page = reader.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card = page.locator("[id='session.update']")
    card.get_by_role("button", name="Copy session.update").nth(1).click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert json.loads(copied).keys() <= {"STT", "LLM", "TTS"}
    assert copied == card.locator("pre").nth(1).inner_text()


def test_the_catalogue_lists_each_provider_with_its_models(reader: Visitor) -> None:
    kinds = reader.page.locator("#catalogue h3")
    expect(kinds).to_have_text(["STT", "LLM", "TTS"])
    tables = reader.page.locator("#catalogue table")
    local = ("hama, pocketsphinx; default: hama", "guide, echo; default: guide", "espeak-ng")
    for kind, models in enumerate(local):
        expect(tables.nth(kind).locator("tr", has_text="Local").locator("td").nth(1)).to_have_text(models)
    expect(tables.nth(1).locator("tr", has_text="Anthropic").locator("td").nth(1)).to_have_text("")
    expect(reader.page.locator("#catalogue")).not_to_contain_text("No available models")
    expect(tables.nth(2).locator("tr", has_text="Local").locator("summary")).to_contain_text("voices")


def test_who_has_not_got_the_token_is_asked_for_it_before_models_are_listed(browser: Browser, vivavoce: Served) -> None:
    with visiting(browser, "about:blank") as reader:
        page = reader.page
        asked: list[str] = []

        page.on("request", lambda request: asked.append(request.headers.get("authorization", "")))
        page.goto(f"{vivavoce.origin}/docs")
        for token in ("open sesame", vivavoce.token):
            page.get_by_label("This server asks for its token").fill(token)
            page.get_by_role("button", name="Show the models").click()
            expect(page.locator("#catalogue input")).to_have_value("") if token != vivavoce.token else None
        expect(page.locator("#catalogue table")).to_have_count(3)
        assert [each for each in asked if each] == ["Bearer open sesame", f"Bearer {vivavoce.token}"]
        reader.faults.clear()  # the browser notes the 401


@pytest.mark.parametrize(("scheme", "phone"), [("light", False), ("dark", False), ("light", True)])
def test_axe_finds_no_serious_fault(browser: Browser, vivavoce: Served, scheme: Scheme, phone: bool) -> None:
    address = f"{vivavoce.origin}/docs#token={vivavoce.token}"
    with visiting(browser, address, scheme=scheme, phone=phone, bypass_csp=True) as reader:
        expect(reader.page.locator("#catalogue table")).to_have_count(3)
        assert faults(reader.page) == []
        assert reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off"
        reader.shoot(f"docs-{scheme}{'-phone' if phone else ''}")
        reader.page.evaluate("document.getElementById('models').scrollIntoView()")
        reader.shoot(f"docs-models-{scheme}{'-phone' if phone else ''}")


def test_no_name_in_the_contents_is_divided_between_columns(reader: Visitor) -> None:
    for width in range(320, 521, 20):
        reader.page.set_viewport_size({"width": width, "height": 800})
        columns = "items => items.map((item) => new Set([...item.getClientRects()].map((box) => box.left)).size)"
        assert set(reader.page.locator("nav li").evaluate_all(columns)) == {1}, width
