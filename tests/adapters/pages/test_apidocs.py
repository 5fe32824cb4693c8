"""The documentation that the server serves: what is answered, that it can be read without a script, and is strict."""

import html
import json
import re
from html.parser import HTMLParser
from importlib.metadata import version

import pytest
import trio
from trio.testing import memory_stream_pair

from adapters.pages.apidocs import place, routes, write_page
from adapters.settings.settings import ListenerSettings, Server
from adapters.wire.heads import Request
from adapters.wire.http import Response
from adapters.wire.listener import Listener, ListenerOptions
from protocol.asyncapi import ServerAddress
from protocol.manual import manual
from protocol.messages import EVENTS, Names

PLACE = ServerAddress(path="/socket.io/", version="1.2.3")
MOST_BYTES = 100_000


class Page(HTMLParser):
    """The ids, links, texts and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[tuple[str, str]] = set()
        self.scripts: list[str] = []
        self._is_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag begins."""
        self._is_script = tag == "script"
        self.attributes |= {(tag, name) for name, _ in attrs}
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("href", "src"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        """Text."""
        if self._is_script:
            self.scripts.append(data.strip())


def get(path: str, names: Names | None = None) -> Response:
    """The response of a route."""
    return routes(names or Names(), PLACE)[path](Request("GET", path, {}, {}))


def page(names: Names | None = None) -> str:
    """The page /docs."""
    return get("/docs", names).body.decode()


async def test_the_listener_serves_the_page(autojump_clock: trio.testing.MockClock) -> None:
    listener = Listener(None, ListenerOptions(), routes(Names(), PLACE))  # type: ignore[arg-type]
    ours, theirs = memory_stream_pair()
    received = b""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.serve, theirs)
        await ours.send_all(b"GET /docs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        async for chunk in ours:
            received += chunk
    assert received.startswith(b"HTTP/1.1 200")
    assert b"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'" in received
    assert received.endswith(b"</html>")


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/docs", "text/html"), ("/docs/api.css", "text/css"), ("/docs/api.js", "text/javascript")],
)
def test_the_page_and_what_it_loads_are_there(path: str, kind: str) -> None:
    response = get(path)
    assert response.status == 200
    assert response.content_type.startswith(kind)


def test_the_page_is_small() -> None:
    assert sum(len(get(path).body) for path in ("/docs", "/docs/api.css", "/docs/api.js")) < MOST_BYTES


def test_the_document_is_served_under_the_names_in_force() -> None:
    response = get("/asyncapi.json", Names({"input.text": "say"}))
    assert response.content_type == "application/json"
    made = json.loads(response.body)
    assert made["info"]["version"] == "1.2.3"
    assert made["components"]["messages"]["input.text"]["name"] == "say"


def test_every_event_and_every_example_is_on_the_page_without_a_script() -> None:
    text = page()
    shown = manual(Names())
    assert set(EVENTS) <= set(Page(text).ids)
    samples = [sample.text for card in (*shown.connecting, *shown.client, *shown.server) for sample in card.samples]
    assert [html.unescape(found) for found in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", text, re.DOTALL)] == [
        sample for sample in samples if sample
    ]


def test_an_event_is_shown_under_its_name_in_force() -> None:
    assert '<a href="#input.text"><code>say</code></a>' in page(Names({"input.text": "say"}))


def test_links_lead_somewhere_and_ids_are_single() -> None:
    shown = Page(page())
    assert len(shown.ids) == len(set(shown.ids))
    assert {link[1:] for link in shown.links if link.startswith("#")} <= set(shown.ids)
    others = {link for link in shown.links if not link.startswith("#")}
    assert others == {".", "asyncapi.json", "v1/catalogue", "docs/api.css", "docs/api.js", "data:,"}


def test_nothing_is_inline_that_the_policy_forbids() -> None:
    shown = Page(page())
    assert ("script", "src") in shown.attributes
    assert not "".join(shown.scripts)
    assert not [name for _, name in shown.attributes if name == "style" or name.startswith("on")]


def test_what_comes_from_outside_is_escaped() -> None:
    text = write_page(manual(Names({"input.text": "<i>say</i>"})), ServerAddress(path="/<b>/", version="<u>"))
    assert "&lt;i&gt;say" in text
    assert not re.search("<(i|b|u)>", text)


def test_the_place_is_what_the_settings_say() -> None:
    found = place(Server(listener=ListenerSettings(path="/voice/"), token="secret", tls_certificate="chain.pem"), 9_000)
    assert (found.host, found.path, found.is_secure, found.has_token) == ("localhost:9000", "/voice/", True, True)
    assert found.version == version("vivavoce")
    assert "secret" not in repr(found)
