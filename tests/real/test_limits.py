"""Limits of a subject and of an address, as the official client and an HTTP client are told of them."""

from collections.abc import Iterator

import httpx
import pytest

from tests.real.clients import talking
from tests.real.programs import VIVAVOCE, Served, running

pytestmark = pytest.mark.real
ENV = {
    "VIVAVOCE_LIMITS_SUBJECT_TURNS_PER_MINUTE": "1",
    "VIVAVOCE_LIMITS_SUBJECT_SESSIONS": "1",
    "VIVAVOCE_SERVER_MAX_CONNECTIONS_PER_ADDRESS": "2",
    "VIVAVOCE_SERVER_TRUSTED_PROXIES": "127.0.0.1",
}
SEVERAL = "you have 1 sessions already; end one of them, and try again"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A voice server with these limits."""
    with running(VIVAVOCE, "serve", "--port", "0", log=tmp_path_factory.mktemp("limits") / "log", env=ENV) as served:
        yield served


async def test_a_client_is_told_when_it_may_try_again(server: Served) -> None:
    async with talking("javascript", server) as talker:
        assert await talker.ask("session.update", {}) == {"success": True}
        assert await talker.ask("input.text", {"text": "How are you?"}) == {"success": True}
        told = await talker.ask("input.text", {"text": "And now?"})
        assert (told["success"], told["errorId"]) == (False, 1006)
        assert 1 <= told["retryAfter"] <= 60
        assert told["message"] == f"1 turns a minute are allowed; try again in {told['retryAfter']} s"
        error = (await talker.until("custom.error")).payload
        assert error == {key: value for key, value in told.items() if key != "success"}
        assert (await talker.until("response.text.done")).payload["text"], "the answer under way is finished"
        async with talking("javascript", server, greeting=SEVERAL, what="refused") as other:
            refused = next(heard.payload for heard in other.heard if heard.what == "refused")
            assert refused == {"message": SEVERAL, "statusCode": 429, "retryAfter": 10}


def test_an_address_behind_a_proxy_has_so_many_connections(server: Served) -> None:
    url = f"{server.origin}/socket.io/?EIO=4&transport=polling"

    def ask(address: str) -> httpx.Response:
        return httpx.get(url, headers={"X-Forwarded-For": address})

    assert [ask(f"2001:db8::{place}").status_code for place in (1, 2)] == [200, 200]
    refused = ask("2001:db8::3")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
    message = "there are 2 connections from your address already"
    assert refused.json() == {"code": 4, "message": message, "retryAfter": 10}
    assert ask("2001:db8:0:1::1").status_code == 200
