"""The talk page over `vivavoce serve --lan`, with https, token and microphone, and with renamed events."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from tests.real.browser import visiting, whole
from tests.real.programs import VIVAVOCE, Served, running
from tests.real.speech import QUESTION, Sentence

pytestmark = pytest.mark.real


class LanServer(msgspec.Struct, frozen=True):
    """A server with --lan: what it printed, the folder of what it keeps, and its token."""

    served: Served
    kept: Path
    token: str

    @property
    def near(self) -> str:
        """Its origin on this machine."""
        return self.served.origin.replace("0.0.0.0", "127.0.0.1")


@pytest.fixture(scope="module")
def lan_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanServer]:
    """The server that these tests share."""
    state = tmp_path_factory.mktemp("state")
    env = {"XDG_STATE_HOME": str(state), "VIVAVOCE_SERVER_LAN_PORT": "0"}
    with running(VIVAVOCE, "serve", "--lan", "--port", "0", log=state / "log", env=env) as served:
        yield LanServer(served, state / "vivavoce", (state / "vivavoce" / "lan-token").read_text())


def test_a_phone_in_the_network_has_its_microphone(
    browser: Browser, lan_server: LanServer, said: Mapping[str, Sentence]
) -> None:
    with visiting(browser, f"{lan_server.near}/#token={lan_server.token}") as here:
        here.sees_state("handshaken")
        origin = find_lan(lan_server, here.page.request.get(f"{lan_server.near}/page.json").json()["lan"])
        here.page.locator("#share-button").click()
        assert here.page.locator("#share-link").input_value().startswith(origin)
        expect(here.page.locator("#qr")).not_to_have_js_property("naturalWidth", 0)
    with visiting(browser, f"{origin}/#token={lan_server.token}", phone=True) as phone:
        phone.sees_state("handshaken")
        phone.hold_talk(whole(said[QUESTION]))
        phone.sees_state("speaking")
    with visiting(browser, origin) as stranger:
        stranger.sees_link("refused")
        stranger.faults.clear()  # the browser notes the catalogue's 401
        expect(stranger.page.get_by_label("Token", exact=True)).to_be_visible()
        expect(stranger.page.get_by_role("alert")).to_contain_text("asks for a token")


def test_without_https_the_page_says_why_there_is_no_microphone(browser: Browser, lan_server: LanServer) -> None:
    with visiting(browser, f"{lan_server.near}/#token={lan_server.token}") as here:
        secured = find_lan(lan_server, here.page.request.get(f"{lan_server.near}/page.json").json()["lan"])
    plain = secured.replace("https:", "http:").rpartition(":")[0] + ":" + lan_server.near.rpartition(":")[2]
    with visiting(browser, f"{plain}/#token={lan_server.token}") as visitor:
        visitor.sees_state("handshaken")
        visitor.page.locator("#talk").click()
        expect(visitor.page.get_by_role("alert")).to_contain_text("vivavoce serve --lan")
        expect(visitor.page.locator("#talk")).to_have_attribute("aria-pressed", "false")
        visitor.write("thank you")
        visitor.sees_state("speaking")
        assert all("Cross-Origin-Opener-Policy" in fault for fault in visitor.faults), (
            "of no use over http, says the browser"
        )
        visitor.faults.clear()


def find_lan(lan_server: LanServer, origins: list[str]) -> str:
    """The first address under which the network finds the server."""
    origin = origins[0] if origins else pytest.skip("no network here")
    assert origin.startswith("https://")
    return origin


def test_a_wrong_token_is_asked_for(browser: Browser, lan_server: LanServer) -> None:
    with visiting(browser, f"{lan_server.near}/#token=wrong") as visitor:
        visitor.sees_link("refused")
        visitor.faults.clear()  # the browser notes the catalogue's 401
        expect(visitor.page.get_by_role("alert")).to_contain_text("refuses this token")
        visitor.page.get_by_label("Token", exact=True).fill(lan_server.token)
        visitor.page.get_by_role("button", name="Connect").click()
        visitor.sees_state("handshaken")
    with visiting(browser, f"{lan_server.near}/inspect#token={lan_server.token}") as operator:
        expect(operator.page.locator("#live")).to_contain_text("live")
    with visiting(browser, f"{lan_server.near}/inspect") as operator:
        expect(operator.page.get_by_role("alert")).to_contain_text("the link that it prints")
        operator.page.get_by_label("Token", exact=True).fill("wrong")
        operator.page.get_by_role("button", name="Connect").click()
        expect(operator.page.get_by_role("alert")).to_contain_text("refuses this token")
        operator.faults.clear()  # the browser notes the 401


def test_token_and_key_are_for_this_user_alone(lan_server: LanServer) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in lan_server.kept.iterdir()} == {0o600}
    assert lan_server.token not in lan_server.served.log.read_text()


def test_renamed_events_and_keys_are_spoken(browser: Browser, tmp_path: Path) -> None:
    names = "session.update=session.configure,session.state=state,role=part,input.text=words"
    env = {"VIVAVOCE_PROTOCOL_NAMES": names, "VIVAVOCE_SERVER_PATH": "/voice/"}
    with (
        running(VIVAVOCE, "serve", "--port", "0", log=tmp_path / "log", env=env) as served,
        visiting(browser, served.link) as visitor,
    ):
        visitor.sees_state("handshaken")
        visitor.write("help")
        visitor.sees_state("speaking")
        assert visitor.page.request.get(f"{served.origin}/page.json").json()["names"]["role"] == "part"
