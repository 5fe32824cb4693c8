"""Under which names a server without a token answers: no page of another site can pass for one of its own."""

import pytest
from trio.testing import MockClock

from adapters.settings.errors import BadSettings
from adapters.settings.reading import load
from adapters.wire.hosts import check, split_authority
from adapters.wire.listener import ListenerOptions
from tests.adapters.wire.memoryserver import POLLED, SOCKET, standing
from tests.rawclient import UPGRADE

NAMED = ListenerOptions(hosts=check(("Voice.Example.org", "kiosk"), has_credentials=False))
ADMITTED = [
    "localhost",
    "LocalHost:7171",
    "localhost.",
    "localhost.:80",
    "127.0.0.1",
    "127.8.8.8:65535",
    "192.168.1.9:7171",
    "203.0.113.9",
    "[::1]",
    "[::1]:7171",
    "[2001:DB8::1]",
    "[fe80::1%25eth0]:7171",
    "[fe80::1%eth0]",
    "[::ffff:127.0.0.1]",
    "voice.example.org",
    "VOICE.example.ORG.:8443",
    "kiosk:1",
]
REFUSED = [
    "evil.example",
    "evil.example:7171",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.localhost",
    "voice.example.org.evil.example",
    "evil-voice.example.org",
    "sub.voice.example.org",
    "kiosk..",
    "127.1",
    "0x7f000001",
    "2130706433",
    "127.0.0.1.nip.io",
    "*",
    "",
]
BROKEN = ["a b", "a@localhost", "localhost:port", "localhost:70000", "local/host", "[::1", "::1", "loc\xe4l", "a, b"]


@pytest.mark.parametrize("host", ADMITTED)
async def test_it_answers_to_localhost_to_addresses_and_to_names_that_are_given(
    host: str, autojump_clock: MockClock
) -> None:
    async with standing(options=NAMED) as server:
        headers = {"Host": host, "Origin": f"http://{host}"}
        assert (await server.ask("GET", POLLED, headers=headers)).status == 200
        assert (await server.dial().upgrade(SOCKET, headers)).status == 101
        assert (await server.ask("GET", "/nowhere", headers=headers)).status == 404


@pytest.mark.parametrize("host", REFUSED)
@pytest.mark.parametrize("more", [{}, {"X-Forwarded-Host": "localhost"}])
async def test_no_door_opens_under_another_name(host: str, more: dict[str, str], autojump_clock: MockClock) -> None:
    options = ListenerOptions(hosts=NAMED.hosts, allowed_origins=("*",), trusted_proxies=("127.0.0.1",))
    async with standing(options=options) as server:
        headers = {"Host": host, "Origin": f"http://{host}", **more}
        answers = [
            await server.ask("GET", POLLED, headers=headers),
            await server.ask("POST", POLLED + "&sid=x", b"40", headers=headers),
            await server.ask("OPTIONS", POLLED, headers={**headers, "Access-Control-Request-Method": "POST"}),
            await server.dial().upgrade(SOCKET, headers),
            await server.ask("GET", "/", headers=headers),
            await server.ask("GET", "/healthz", headers=headers),
        ]
        for answer in answers:
            assert answer.status == 403
            assert "[server] hosts" in answer.json["message"]
            assert "access-control-allow-origin" not in answer.headers
        assert len(server.connection_registry) == 0


@pytest.mark.parametrize("host", BROKEN)
async def test_what_is_no_host_is_a_bad_request(host: str, autojump_clock: MockClock) -> None:
    async with standing(options=NAMED) as server:
        client = server.dial()
        await client.send(f"GET /nowhere HTTP/1.1\r\nHost: {host}\r\n\r\n".encode("latin-1"))
        assert (await client.answer()).status == 400


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET http://evil.example/ HTTP/1.1\r\nHost: localhost", 403),
        ("GET http://localhost:7171/nowhere HTTP/1.1\r\nHost: evil.example", 404),
        ("GET //localhost/nowhere HTTP/1.1\r\nHost: evil.example", 403),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example", 400),
        ("GET / HTTP/1.1", 400),
        ("GET / HTTP/1.0", 403),
        ("GET / HTTP/1.0\r\nHost: localhost", 404),
        ("GET / HTTP/1.0\r\nHost: localhost\r\nHost: localhost", 400),
        ("GET http://a@localhost/ HTTP/1.1\r\nHost: localhost", 400),
    ],
)
async def test_the_target_goes_before_host_and_there_is_one_host(
    head: str, status: int, autojump_clock: MockClock
) -> None:
    async with standing(options=NAMED) as server:
        client = server.dial()
        await client.send(f"{head}\r\n\r\n".encode())
        assert (await client.answer()).status == status


async def test_with_a_token_the_name_matters_only_where_names_are_given(autojump_clock: MockClock) -> None:
    headers = {**UPGRADE, "Host": "anything.example"}
    async with standing(options=ListenerOptions(hosts=check((), has_credentials=True))) as server:
        assert (await server.ask("GET", SOCKET, headers=headers)).status == 101
    async with standing(options=ListenerOptions(hosts=check(("voice.example",), has_credentials=True))) as server:
        assert (await server.ask("GET", SOCKET, headers=headers)).status == 403
        assert (await server.ask("GET", SOCKET, headers={**headers, "Host": "voice.example"})).status == 101


@pytest.mark.parametrize(
    "name",
    ["voice.example.org:443", "*.example.org", "*", "https://voice.example.org", "a b", "vöice.example", "."],
)
def test_a_name_that_would_never_match_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(BadSettings, match=r"VIVAVOCE_SERVER_HOSTS.*without http://, port and \*"):
        load(None, {"VIVAVOCE_SERVER_HOSTS": f"localhost,{name}"}, {})


def test_names_come_from_the_settings() -> None:
    settings = load(None, {"VIVAVOCE_SERVER_HOSTS": "voice.example.org, kiosk_1, xn--bcher-kva.example., 10.0.0.7"}, {})
    assert settings.server.hosts == ("voice.example.org", "kiosk_1", "xn--bcher-kva.example.", "10.0.0.7")
    assert check(settings.server.hosts, has_credentials=False).find_fault("KIOSK_1:80") is None


def test_host_and_port_are_told_apart() -> None:
    assert split_authority("[::1]:80") == ("[::1]", "80")
    assert split_authority("A.example:") == ("a.example", "")
