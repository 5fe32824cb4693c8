"""The pages of a server that records: the talk page says so, and the operator saves a recording from /inspect."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from adapters.recordings.store import names_in
from tests.real.browser import visiting
from tests.real.programs import VIVAVOCE, running

pytestmark = pytest.mark.real


def test_who_talks_is_told_and_the_operator_saves_a_recording(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    env = {"VIVAVOCE_RECORDINGS_FOLDER": str(folder)}
    with (
        running(VIVAVOCE, "serve", "--port", "0", log=tmp_path / "log", env=env) as served,
        visiting(browser, served.link) as visitor,
    ):
        visitor.sees_state("handshaken")
        expect(visitor.page.locator("#transcript")).to_contain_text("This server records the conversation.")
        visitor.page.goto(f"{served.origin}/inspect#token={served.token}")
        [name] = names_in(folder)
        expect(visitor.page.locator("#recordings tr")).to_contain_text([f"{name}going on"])
        with visitor.page.expect_download() as saved:
            visitor.page.get_by_role("button", name=f"Save {name}").click()
        assert saved.value.suggested_filename == f"{name}.zip"
        assert f"{name}/events.jsonl" in zipfile.ZipFile(saved.value.path()).namelist()
        visitor.shoot("inspect-recordings", whole=True)
