"""The page of `vivavoce eval --page` in a real browser: it can be read in light and dark, and on a phone."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, expect

from adapters.cli import main
from tests.real.browser import Scheme, faults, visiting

pytestmark = pytest.mark.real
CUT = """
title = "An answer that is cut, with an expectation that fails"

[[caller]]
text = "Tell me a story."

[[caller]]
after = "sound"
wait_ms = 700
text = "And then?"

[[answer]]
text = "Once upon a time there was a king who had three daughters."

[[expect]]
step = 1
cut = "interrupted"

[[expect]]
says = "for ever after"

[[expect]]
step = 1
never = "custom.error"
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of one scenario, which failed."""
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "cut.toml").write_text(CUT, encoding="utf-8")
    ended = CliRunner().invoke(main, ["eval", str(folder), "--page", str(folder / "page.html")])
    assert ended.exit_code == 1
    return folder / "page.html"


@pytest.mark.parametrize(("scheme", "phone"), [("light", False), ("dark", False), ("light", True)])
def test_it_can_be_read(browser: Browser, page: Path, scheme: Scheme, phone: bool) -> None:
    with visiting(browser, page.as_uri(), scheme=scheme, phone=phone, bypass_csp=True) as reader:
        bars = reader.page.locator(".bar.server")
        expect(bars).to_have_count(2)
        first, second = (bar.bounding_box() for bar in bars.all())
        assert first is not None
        assert second is not None
        assert 0 < first["width"] < second["width"]
        assert first["x"] + first["width"] <= second["x"] + 1.0
        assert reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off"
        assert faults(reader.page) == []
        reader.shoot(f"scenarios-{scheme}{'-phone' if phone else ''}")
