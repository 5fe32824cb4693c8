"""The inspection page: who may look, what is logged, and that a token is never in it."""

import logging

import msgspec
import pytest
import trio
from trio.testing import MockClock

from actors.running.inspecting import Picture
from adapters.pages.inspection import KEPT_ERRORS, ProblemLog, routes
from adapters.virtual.server import door_of
from adapters.wire.heads import Request
from adapters.wire.http import Response
from adapters.wire.routes import Resource

EMPTY = Picture(0, (), (), 0, (), {}, None)
HERE = {"host": "127.0.0.1:7171"}


async def ask(headers: dict[str, str] | None = None, query: dict[str, str] | None = None) -> Response:
    """What /inspect.json of a server with the token "sesame" answers to somebody on this machine."""
    shown = routes(lambda chosen: EMPTY, ProblemLog(), door_of("sesame"))
    request = Request("GET", "/inspect.json", query or {}, {**HERE, **(headers or {})}, "127.0.0.1")
    resource = shown["/inspect.json"]
    assert isinstance(resource, Resource)
    return await resource.answer(request, b"")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic sesame", "sesame", "Bearer sésame", "Bearer \ud83d"],
)
async def test_even_this_machine_must_show_the_token(authorization: str) -> None:
    answer = await ask({"authorization": authorization})
    assert answer.status == 401
    assert b"sesame" not in answer.body
    headers = dict(answer.headers)
    assert (headers["WWW-Authenticate"], headers["Cache-Control"]) == ("Bearer", "no-store")
    assert "Content-Security-Policy" in headers


@pytest.mark.parametrize("authorization", ["Bearer sesame", "bearer sesame", "BEARER   sesame "])
async def test_who_shows_it_may_look_from_anywhere(authorization: str) -> None:
    answer = await ask({"host": "voice.example", "authorization": authorization})
    assert answer.status == 200
    assert msgspec.json.decode(answer.body)["picture"]["sessionCount"] == 0
    assert dict(answer.headers)["Cache-Control"] == "no-store"


async def test_the_token_may_stand_in_the_query() -> None:
    assert (await ask(query={"token": "sesame"})).status == 200
    assert (await ask(query={"token": "wrong"})).status == 401
    basic = await ask({"authorization": "Basic dXNlcjpw"}, {"token": "sesame"})
    assert basic.status == 200, "Basic is the proxy's affair"


async def test_a_wrong_token_and_none_get_different_words() -> None:
    none, wrong = (await ask()).body, (await ask(query={"token": "wrong"})).body
    assert b"none came" in none
    assert b"Authorization: Bearer" in none
    assert b"not this server's" in wrong


async def test_warnings_are_kept_within_bounds_while_it_watches(autojump_clock: MockClock) -> None:
    problems = ProblemLog()
    log = logging.getLogger("adapters.somewhere")
    async with trio.open_nursery() as nursery:
        await nursery.start(problems.watch)
        log.info("nothing much")
        for number in range(KEPT_ERRORS + 3):
            log.warning("trouble %d %s", number, "x" * 1_000)
        nursery.cancel_scope.cancel()
    log.warning("too late")
    assert len(problems.kept) == KEPT_ERRORS
    assert problems.kept[0].message.startswith(f"trouble {KEPT_ERRORS + 2} ")
    assert len(problems.kept[0].message) == 500
    assert (problems.kept[0].level, problems.kept[0].logger) == ("WARNING", "adapters.somewhere")
