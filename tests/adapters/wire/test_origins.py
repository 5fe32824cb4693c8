"""Origins that may ask, and that no bytes at all lead to a fault of the server."""

import contextlib
import logging

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from adapters.settings.errors import BadSettings
from adapters.settings.reading import load
from adapters.wire.listener import ListenerOptions
from tests.adapters.wire.memoryserver import HEADER, POLLED, SOCKET, UPDATE, standing
from tests.rawclient import UPGRADE, frames, request

OPEN_TO = ListenerOptions(allowed_origins=("https://app.example", "https://other.example:8443"))
OWN = "http://localhost:7171"


@pytest.mark.parametrize("origin", [*OPEN_TO.allowed_origins, OWN])
async def test_an_allowed_origin_may_ask_and_read(origin: str, autojump_clock: MockClock) -> None:
    headers = {"Origin": origin}
    async with standing(options=OPEN_TO) as server:
        preflight = await server.ask("OPTIONS", POLLED, headers={**headers, "Access-Control-Request-Method": "POST"})
        assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (204, origin)
        assert "POST" in preflight.headers["access-control-allow-methods"]
        opened = await server.ask("GET", POLLED, headers=headers)
        refused = await server.ask("GET", f"{POLLED}&sid=x", headers=headers)
        for answer, status in ((opened, 200), (refused, 400)):
            assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, origin)
            assert answer.headers["vary"] == "Origin"
        assert (await server.dial().upgrade(SOCKET, headers)).status == 101


@pytest.mark.parametrize(
    ("named", "origin"),
    [
        ("https://App.Example", "https://app.example"),
        ("HTTPS://app.example:443", "https://app.example"),
        ("http://app.example:80", "http://app.example"),
        ("https://app.example", "https://app.example:443"),
    ],
)
async def test_an_origin_may_be_named_as_people_write_it(named: str, origin: str, autojump_clock: MockClock) -> None:
    async with standing(options=ListenerOptions(allowed_origins=(named,))) as server:
        opened = await server.ask("GET", POLLED, headers={"Origin": origin})
        assert (opened.status, opened.headers["access-control-allow-origin"]) == (200, origin)
        for other in ("http://app.example:443", "https://app.example:80", "https://app.example.evil.example:443"):
            assert (await server.ask("GET", POLLED, headers={"Origin": other})).status == 403


@pytest.mark.parametrize("name", ["https://*.example.org", "https://b\xfccher.example", "https://a.example/", "null"])
def test_an_origin_that_would_never_match_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(BadSettings, match=r"VIVAVOCE_SERVER_ALLOWED_ORIGINS.*such as https://example.org.*xn--"):
        load(None, {"VIVAVOCE_SERVER_ALLOWED_ORIGINS": name}, {})


@pytest.mark.parametrize(
    "origin",
    ["https://elsewhere.example", "http://app.example", "https://app.example.evil.example", "null", "http://[", ""],
)
async def test_any_other_origin_is_forbidden(origin: str, autojump_clock: MockClock) -> None:
    headers = {"Origin": origin}
    async with standing(options=OPEN_TO) as server:
        answers = [
            await server.ask("OPTIONS", POLLED, headers={**headers, "Access-Control-Request-Method": "POST"}),
            await server.ask("GET", POLLED, headers=headers),
            await server.dial().upgrade(SOCKET, headers),
        ]
        for answer in answers:
            assert (answer.status, answer.json) == (403, {"code": 4, "message": "Forbidden"})
            assert "access-control-allow-origin" not in answer.headers
        assert len(server.connection_registry) == 0


async def test_who_sends_no_origin_is_no_page_and_may_ask(autojump_clock: MockClock) -> None:
    async with standing(options=OPEN_TO) as server:
        opened = await server.ask("GET", POLLED)
        assert opened.status == 200
        assert "access-control-allow-origin" not in opened.headers


# ---- requests that are none


@pytest.mark.parametrize("target", ["//[", POLLED + "&a=1" * 100])
async def test_a_target_that_cannot_be_read_is_a_bad_request(target: str, autojump_clock: MockClock) -> None:
    async with standing() as server:
        assert (await server.ask("GET", target)).status == 400


# ---- any bytes at all

HEADERS = {
    "Host": st.just("localhost:7171"),
    "Origin": st.sampled_from((OWN, "null", "http://[", "")),
    "Content-Length": st.sampled_from(("0", "5", "-1", "5, 5", "9" * 30)),
    "Transfer-Encoding": st.sampled_from(("chunked", "gzip")),
    "Expect": st.just("100-continue"),
    "X-Forwarded-For": st.sampled_from(("192.0.2.1", ",,", "::1%x")),
}
UPGRADES = st.builds(
    lambda name, value: {**UPGRADE, name: value},
    st.sampled_from(list(UPGRADE)),
    st.sampled_from(("é", "\x80", "", ",", "13")),
)
VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
HEADS = st.builds(
    lambda method, target, more, lines: request(method, target + more, headers=lines),
    st.sampled_from(("GET", "POST", "OPTIONS", "HEAD", "PUT", "get")),
    st.sampled_from(("/", "//", POLLED, POLLED + "&sid=x", SOCKET, "*", "http://")),
    VISIBLE,
    st.fixed_dictionaries({}, optional=HEADERS) | st.fixed_dictionaries(HEADERS) | st.just(UPGRADE),
)
FRAMES = st.builds(
    frames, st.sampled_from(("40", UPDATE, HEADER, "41", "1")) | st.text(max_size=9) | st.binary(max_size=9)
)
UPGRADED = st.builds(
    lambda lines, said: request("GET", SOCKET, headers=lines) + b"".join(said),
    st.just(UPGRADE) | UPGRADES,
    st.lists(FRAMES, max_size=6),
)


class Faults(logging.Handler):
    """What the server has said to be its own fault."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """A line of the log."""
        self.told.append(record.getMessage())


@given(st.lists(UPGRADED | HEADS | st.binary(max_size=60), min_size=1, max_size=3))
def test_no_bytes_lead_to_a_fault_of_the_server_or_leave_anything_behind(pieces: list[bytes]) -> None:
    async def send() -> None:
        async with standing(options=OPEN_TO) as server:
            client = server.dial()
            with contextlib.suppress(trio.BrokenResourceError):
                for piece in pieces:
                    await client.send(piece)
                    await wait_all_tasks_blocked()

    faults = Faults()
    logging.getLogger().addHandler(faults)
    try:
        trio.run(send, clock=MockClock(autojump_threshold=0))
    finally:
        logging.getLogger().removeHandler(faults)
    assert faults.told == []
