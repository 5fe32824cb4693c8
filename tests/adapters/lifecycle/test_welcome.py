"""The start prints links that carry any token, and commands that can be typed."""

import shlex
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.lifecycle.welcome import welcome
from adapters.settings.settings import ListenerSettings, Server
from adapters.wire.lan import invitation
from adapters.wire.sockets import ListeningSockets

HERE = ListeningSockets([], "127.0.0.1", 7171)
AWKWARD = "a+b c#d&e='%41 \"ö"


def links(lines: list[str]) -> list[str]:
    """The links that carry a token."""
    return [line.rpartition(" ")[2] for line in lines if "#token=" in line]


@pytest.mark.parametrize("token", ["hush", AWKWARD])
@pytest.mark.parametrize("lan", [False, True])
def test_the_links_and_the_command_carry_the_token_that_is_set(token: str, lan: bool) -> None:
    said = welcome(Server(token=token, lan=lan), HERE, [], token)
    assert [urlsplit(link).path for link in links(said)] == ["/inspect", "/"]
    for link in (*links(said), *links(invitation("https://192.168.1.7:7172", token))):
        assert parse_qs(urlsplit(link).fragment) == {"token": [token]}, "as the page's URLSearchParams reads it"
    words = shlex.split(said[-1].partition("try it: ")[2])
    assert f"VIVAVOCE_TOKEN={token}" in words or f"--token={token}" in words


def test_a_token_that_was_made_is_in_the_links_alone() -> None:
    said = welcome(Server(), HERE, [("LLM", "guide")], "made")
    assert links(said) == ["http://127.0.0.1:7171/inspect#token=made", "http://127.0.0.1:7171/#token=made"]
    assert said[-1].endswith("vivavoce talk FILE.wav --url http://127.0.0.1:7171")
    assert "vivavoce: LLM guide" in said


@pytest.mark.parametrize(
    ("typed", "is_in_path", "printed"),
    [
        ("/home/a b/scripts/../.venv/bin/vivavoce", False, "'/home/a b/.venv/bin/vivavoce'"),
        (".venv/bin/vivavoce", False, ".venv/bin/vivavoce"),
        ("./vivavoce", False, "./vivavoce"),
        ("/usr/bin/vivavoce", True, "vivavoce"),
        ("/usr/bin/pytest", False, "vivavoce"),
    ],
)
def test_the_command_is_found_as_it_is_printed(
    typed: str, is_in_path: bool, printed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", [typed, "serve"])
    monkeypatch.setenv("PATH", str(tmp_path))
    if is_in_path:
        (tmp_path / "vivavoce").touch(mode=0o755)
    said = welcome(Server(), HERE, [], "made")
    assert said[-1] == f"vivavoce: try it: {printed} talk FILE.wav --url http://127.0.0.1:7171"


def test_the_command_finds_socket_io_under_another_path() -> None:
    said = welcome(Server(listener=ListenerSettings(path="/voice/")), HERE, [], "made")
    assert said[-1].endswith("vivavoce talk FILE.wav --url http://127.0.0.1:7171/voice/")


def test_without_the_operators_page_there_is_no_link_to_it() -> None:
    assert len(links(welcome(Server(inspection=False), HERE, [], "made"))) == 1


@pytest.mark.parametrize(
    ("host", "near", "warns"),
    [
        ("0.0.0.0", "http://127.0.0.1:7171", True),
        ("::", "http://127.0.0.1:7171", True),
        ("::1", "http://[::1]:7171", False),
        ("192.168.1.7", "http://192.168.1.7:7171", True),
    ],
)
def test_an_open_door_is_warned_of(host: str, near: str, warns: bool) -> None:
    said = welcome(Server(host=host), ListeningSockets([], host, 7171), [], "made")
    assert said[-1].endswith(near)
    assert any("no token is set" in line for line in said) is warns
    assert not any(
        "no token is set" in line for line in welcome(Server(token="a"), ListeningSockets([], host, 7171), [], "a")
    )
