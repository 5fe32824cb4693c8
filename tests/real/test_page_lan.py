"""The talk page over `vivavoce serve --lan`, with https, token and microphone, and with renamed events."""

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.real.browser import LEAD, visiting
from tests.real.programs import VIVAVOCE, running
from tests.real.speech import QUESTION, Sentence

pytestmark = pytest.mark.real


def test_a_phone_in_the_network_has_its_microphone_and_needs_the_token(
    browser: Browser, said: Mapping[str, Sentence], tmp_path: Path
) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path), "VIVAVOCE_SERVER_LAN_PORT": "0"}
    with running(VIVAVOCE, "serve", "--lan", "--port", "0", log=tmp_path / "log", env=env) as served:
        kept = tmp_path / "vivavoce"
        token = (kept / "lan-token").read_text()
        assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}
        near = served.origin.replace("0.0.0.0", "127.0.0.1")
        with visiting(browser, f"{near}/#token={token}") as here:
            here.sees_state("handshaken")
            (origin, *_) = here.page.request.get(f"{near}/page.json").json()["lan"] or pytest.skip("no network here")
            assert origin.startswith("https://")
            here.page.locator("#share-button").click()
            assert here.page.locator("#share-link").input_value().startswith(origin)
        with visiting(browser, f"{origin}/#token={token}", phone=True) as phone:
            phone.sees_state("handshaken")
            phone.hold_talk(LEAD + said[QUESTION].seconds + 0.3)
            phone.sees_state("speaking")
        with visiting(browser, origin) as stranger:
            stranger.sees_link("refused")
            stranger.faults.clear()  # the browser notes the catalogue's 401
            expect(stranger.page.get_by_label("Token", exact=True)).to_be_visible()
        assert token not in (tmp_path / "log").read_text()


def test_renamed_events_and_keys_are_spoken(browser: Browser, tmp_path: Path) -> None:
    names = "session.update=session.configure,session.state=state,role=part,input.text=words"
    env = {"VIVAVOCE_PROTOCOL_NAMES": names, "VIVAVOCE_SERVER_PATH": "/voice/"}
    with (
        running(VIVAVOCE, "serve", "--port", "0", log=tmp_path / "log", env=env) as served,
        visiting(browser, served.origin) as visitor,
    ):
        visitor.sees_state("handshaken")
        visitor.write("help")
        visitor.sees_state("speaking")
        assert visitor.page.request.get(f"{served.origin}/page.json").json()["names"]["role"] == "part"
