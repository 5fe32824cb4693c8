"""Tokens of the settings: plain and hashed, with limits, and what is refused at the start."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from actors.ports.access import AccessRefused, Grant, SubjectLimits
from adapters.access.credentials import hash_of, make_credentials
from adapters.access.door import Door
from adapters.cli import main
from adapters.reach.web import Web
from adapters.settings.errors import BadSettings, StartupFailed
from adapters.settings.reading import load
from adapters.settings.settings import Server

TABLE = """
[server]
token = "open-sesame"

[server.tokens]
kiosk = "kiosk-shows-this"
"lobby@first.floor" = { token = "sha256:HASH", limits = { turnsPerMinute = 20, audioSecondsPerDay = 3600.5 } }
"""


def server(text: str, tmp_path: Path) -> Server:
    """The settings of a file."""
    file = tmp_path / "own.toml"
    file.write_text(text)
    return load(file, {}, {}).server


def door(settings: Server) -> Door:
    """A doorkeeper with these credentials."""
    return Door(make_credentials(settings, Web(), "made-at-the-start"))


async def test_each_has_its_name_for_subject_and_its_limits(tmp_path: Path) -> None:
    settings = server(TABLE.replace("HASH", hash_of("lobby-shows-this").removeprefix("sha256:")), tmp_path)
    judge = door(settings)
    assert await judge.admit(("kiosk-shows-this",)) == Grant("kiosk")
    assert await judge.admit(("", "lobby-shows-this")) == Grant("lobby@first.floor", limits=SubjectLimits(20, 3600.5))
    assert await judge.admit(("wrong", "open-sesame")) == Grant("operator", is_operator=True)
    for wrong in ("lobby-shows-thi", settings.tokens["kiosk"] + " ", hash_of("kiosk-shows-this")):  # type: ignore[operator]
        with pytest.raises(AccessRefused, match="not this server's"):
            await judge.admit((wrong,))


async def test_with_names_alone_the_operator_has_the_token_of_the_start() -> None:
    judge = door(Server(tokens={"kiosk": "kiosk-shows-this"}))
    assert (await judge.admit_operator(("made-at-the-start",))).is_operator
    with pytest.raises(AccessRefused, match="none came"):
        await judge.admit(("", ""))
    with pytest.raises(AccessRefused, match="not the operator's") as refused:
        await judge.admit_operator(("kiosk-shows-this",))
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "row",
    [
        'operator = "x"',
        'anyone = "x"',
        '"a b" = "x"',
        'kiosk = ""',
        'kiosk = "two\\nlines"',
        'kiosk = " x"',
        'kiosk = "sha256:abc"',
        "kiosk = 7",
        "kiosk = { limits = { sessions = 1 } }",
        'kiosk = { token = "x", limits = { turnsPerHour = 1 } }',
        'kiosk = { token = "x", limits = { sessions = -1 } }',
        'kiosk = { token = "x", limits = { audioSecondsPerDay = inf } }',
        'kiosk = { token = "x", limits = { audioSecondsPerDay = nan } }',
    ],
)
def test_what_cannot_be_one_is_refused_without_showing_it(row: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"own.toml line \d: \[server\] tokens: came something else, allowed: up to"):
        server(f"[server.tokens]\n{row}", tmp_path)


def test_two_subjects_have_two_tokens() -> None:
    with pytest.raises(StartupFailed, match="kiosk has the same token as operator"):
        door(Server(token="same", tokens={"kiosk": hash_of("same")}))


def test_no_token_is_shown_by_accident() -> None:
    shown = Server(token="hush", tokens={"kiosk": "hush"}, guest_key="hush" * 8)
    assert "hush" not in f"{shown!r} {make_credentials(Server(token='hush'), Web(), '')!r}"


async def test_the_command_makes_one_whose_hash_is_right(tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["token"]).output
    shown = made.splitlines()[0].removeprefix("token: ")
    judge = door(server(made.partition("\n")[2].replace("NAME", "kiosk"), tmp_path))
    assert (await judge.admit((shown,))).subject == "kiosk"
    asked = CliRunner().invoke(main, ["token", "--ask"], input=f"{shown}\n").output
    assert asked.endswith(made.partition("\n")[2])
    assert f"token: {shown}" not in asked


async def test_a_token_that_was_taken_out_of_the_settings_is_good_no_more() -> None:
    web, named = Web(), {"kiosk": "kiosk-has-this"}
    before = make_credentials(Server(token="leaked", tokens=named), web, "of-this-start")
    after = make_credentials(Server(tokens=named), web, "", before)
    assert before.find(["leaked"]) is not None
    assert after.find(["leaked"]) is None
    assert (grant := after.find(["of-this-start"])) is not None
    assert grant.is_operator
    assert after.find(["kiosk-has-this"]) is not None
    assert make_credentials(Server(tokens=named), web, "", after).find(["of-this-start"]) is not None
