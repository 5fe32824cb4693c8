"""The inspection page: who may look, what is logged, and that a token is never in it."""

import logging

import msgspec
import pytest
import trio
from trio.testing import MockClock

from actors.inspecting import Picture
from adapters.pages.inspection import KEPT_ERRORS, Mishaps, routes
from adapters.wire.http import Request, Response

EMPTY = Picture(0, (), (), 0, (), {}, None)
HERE = {"host": "127.0.0.1:7171"}


def ask(token: str = "", address: str = "127.0.0.1", headers: dict[str, str] | None = None) -> Response:
    """What /inspect.json answers to somebody at `address`."""
    shown = routes(lambda chosen: EMPTY, Mishaps(), token)
    return shown["/inspect.json"](
        Request("GET", "/inspect.json", {}, HERE if headers is None else headers, b"", address)
    )


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
@pytest.mark.parametrize("host", ["127.0.0.1:7171", "localhost", "localhost:80", "[::1]:7171"])
def test_without_a_token_this_machine_may_look(address: str, host: str) -> None:
    answer = ask(address=address, headers={"host": host})
    assert answer.status == 200
    assert msgspec.json.decode(answer.body)["picture"]["sessionCount"] == 0
    assert dict(answer.headers)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.168.1.9", HERE),
        ("gone", HERE),
        ("", HERE),
        ("127.0.0.1", {"host": "evil.example:7171"}),
        ("127.0.0.1", {}),
        ("127.0.0.1", {**HERE, "x-forwarded-for": "203.0.113.5"}),
        ("127.0.0.1", {**HERE, "forwarded": "for=203.0.113.5"}),
    ],
)
def test_without_a_token_nobody_else_may(address: str, headers: dict[str, str]) -> None:
    answer = ask(address=address, headers=headers)
    assert answer.status == 403
    assert b"VIVAVOCE_TOKEN" in answer.body


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "Basic sesame", "sesame", "Bearer sésame"])
def test_with_a_token_even_this_machine_must_show_it(authorization: str) -> None:
    answer = ask("sesame", headers={**HERE, "authorization": authorization})
    assert answer.status == 401
    assert b"sesame" not in answer.body


def test_with_a_token_who_shows_it_may_look_from_anywhere() -> None:
    headers = {"host": "voice.example", "authorization": "bearer sesame"}
    assert ask("sesame", "203.0.113.5", headers).status == 200


async def test_warnings_are_kept_within_bounds_while_it_watches(autojump_clock: MockClock) -> None:
    mishaps = Mishaps()
    log = logging.getLogger("adapters.somewhere")
    async with trio.open_nursery() as nursery:
        await nursery.start(mishaps.watch)
        log.info("nothing much")
        for number in range(KEPT_ERRORS + 3):
            log.warning("trouble %d %s", number, "x" * 1_000)
        nursery.cancel_scope.cancel()
    log.warning("too late")
    assert len(mishaps.kept) == KEPT_ERRORS
    assert mishaps.kept[0].message.startswith(f"trouble {KEPT_ERRORS + 2} ")
    assert len(mishaps.kept[0].message) == 500
    assert (mishaps.kept[0].level, mishaps.kept[0].logger) == ("WARNING", "adapters.somewhere")
