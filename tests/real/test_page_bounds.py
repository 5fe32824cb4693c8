"""The talk page's bounds and manners: what it keeps, what it weighs, its headers, and what axe-core says of it."""

import pytest
from playwright.sync_api import Browser, expect

from tests.real.browser import Scheme, Visitor, faults, visiting
from tests.real.programs import Served

pytestmark = pytest.mark.real
MOST_BYTES = 130_000
MOST_EVENTS = 400


def test_fifty_turns_do_not_let_it_grow(visitor: Visitor) -> None:
    page = visitor.page
    early = talk_much(visitor, 30)
    while page.locator("#events details").count() < MOST_EVENTS:  # a busy machine cuts answers before much of them came
        page.locator("#drawer-close").click()
        early = talk_much(visitor, 5)
    page.locator("#drawer-close").click()
    late = talk_much(visitor, 20)
    for name in ("Nodes", "JSEventListeners", "JSHeapUsedSize"):
        assert late[name] < 1.1 * early[name], (name, early, late)
    expect(page.locator(".entry")).to_have_count(60)
    assert page.locator(".chip.cut").count() >= 25, "each turn interrupts the one before"
    assert page.locator("#events details").count() == MOST_EVENTS
    assert page.locator("#transitions li").count() <= 6


TALK = """async (turns) => {
  const words = document.querySelector("#words");
  const enters = (wanted) => new Promise((resolve) => {
    const watching = new MutationObserver(() => {
      if (document.body.dataset.state !== wanted) return;
      watching.disconnect();
      resolve();
    });
    watching.observe(document.body, { attributeFilter: ["data-state"] });
  });
  for (let turn = 0; turn < turns; turn += 1) {
    words.value = "thank you";
    words.form.requestSubmit();
    await enters("responding");
    await enters("speaking");
  }
}"""


def talk_much(visitor: Visitor, turns: int) -> dict[str, float]:
    """So many typed turns, each interrupting the one before; then the raw events: how much the page keeps of it."""
    visitor.page.evaluate(TALK, turns)
    visitor.page.locator("#events-button").click()
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    devtools.send("Performance.enable")
    devtools.send("HeapProfiler.collectGarbage")
    return {metric["name"]: metric["value"] for metric in devtools.send("Performance.getMetrics")["metrics"]}


HOSTILE = "<img src=x onerror=alert(1)><b>hear</b>"


def test_markup_is_shown_and_not_obeyed(browser: Browser, vivavoce: Served) -> None:
    provider = {"name": "local", "title": HOSTILE, "configured": True, "models": [HOSTILE], "voices": [HOSTILE]}
    catalogue = {kind: [provider] for kind in ("STT", "LLM", "TTS")}
    with visiting(browser, vivavoce.link) as visitor:
        page = visitor.page
        page.route("**/v1/catalogue", lambda route: route.fulfill(json=catalogue))
        page.reload()
        visitor.sees_state("handshaken")
        visitor.write(HOSTILE)
        visitor.sees_state("speaking")
        assert visitor.said.inner_text() == HOSTILE
        page.locator("#settings-button").click()
        expect(page.locator("[id='LLM.provider'] option").last).to_have_text(HOSTILE)
        assert page.locator("img[src=x], b:text-is('hear')").count() == 0
        page.goto(f"{vivavoce.origin}/docs")
        expect(page.locator("#catalogue th", has_text=HOSTILE)).to_have_count(3)
        assert page.locator("img[src=x], b:text-is('hear')").count() == 0


def test_nothing_moves_for_who_wants_it_still(browser: Browser, vivavoce: Served) -> None:
    with visiting(browser, vivavoce.link, still=True) as visitor:
        visitor.sees_state("handshaken")
        visitor.page.locator("#talk").click()
        visitor.sees_state("receiving")
        assert visitor.page.evaluate("document.getAnimations().length") == 0


def test_the_page_is_small_and_paints_without_the_socket(browser: Browser, vivavoce: Served) -> None:
    context = browser.new_context()
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.route("**/page.json", lambda route: route.abort())
    page.on("response", lambda response: sizes.update({response.url: len(response.body())}))
    page.goto(vivavoce.link)
    expect(page.locator(".node")).to_have_count(6)
    expect(page.locator("#notice")).to_contain_text("does not answer")
    context.close()
    assert 20_000 < sum(sizes.values()) < MOST_BYTES, sizes


def test_every_page_has_strict_headers(browser: Browser, vivavoce: Served) -> None:
    with visiting(browser, vivavoce.link) as visitor:
        visitor.sees_link("open")
        for path in ("/", "/docs", "/inspect", "/page/app.js", "/docs/api.js", "/page.json", "/asyncapi.json"):
            headers = visitor.page.request.get(f"{vivavoce.origin}{path}").headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("scheme", "phone"), [("light", False), ("dark", True), pytest.param("dark", False, marks=pytest.mark.long)]
)
def test_axe_finds_no_serious_fault(browser: Browser, vivavoce: Served, scheme: Scheme, phone: bool) -> None:
    name = f"{scheme}-phone" if phone else scheme
    with visiting(browser, vivavoce.link, scheme=scheme, phone=phone, bypass_csp=True) as visitor:
        visitor.sees_state("handshaken")
        visitor.write("what can you do")
        visitor.sees_state("speaking")
        visitor.shoot(f"talk-{name}")
        visitor.shoot(f"talk-{name}-whole", whole=True)
        assert faults(visitor.page) == []
        for button in ("settings", "share"):
            visitor.page.locator(f"#{button}-button").click()
            visitor.shoot(f"{button}-{name}")
            assert faults(visitor.page) == []
            visitor.page.locator(f"#{button}-close").click()
        visitor.page.locator("#events-button").click()
        assert faults(visitor.page) == []
        visitor.page.goto(f"{vivavoce.origin}/inspect")
        visitor.page.locator("#sessions button").first.click()
        expect(visitor.page.locator("#trace tr")).not_to_have_count(0)
        visitor.shoot(f"inspect-{name}", whole=True)
        assert faults(visitor.page) == []
