"""Keys at an address: fetched, kept, fetched again, and used on while that fails."""

import msgspec
import pytest
import trio
from trio.testing import MockClock

from actors.ports.access import AccessRefused
from adapters.access.keys import MOST_BYTES, FetchedKeys
from adapters.reach.contract import ProviderFailed
from adapters.settings.access import JwtSettings
from tests.adapters.access.signing import door, jwk, jwks, signed
from tests.adapters.reach.loopback import Reply, browsing, loopback

OLD, NEW = jwk("ES256", "old"), jwk("ES256", "new", 1)


class Service:
    """The address: what it answers, and how often it was asked."""

    def __init__(self, *keys: dict[str, object]) -> None:
        self.answer: bytes | None = jwks(*keys)
        self.asked = 0
        self.seconds = 0.0

    async def fetch(self) -> bytes:
        """Answer after `seconds`. Raises ProviderFailed where there is no answer. Cancelling changes nothing."""
        self.asked += 1
        await trio.sleep(self.seconds)
        if self.answer is None:
            raise ProviderFailed("the service cannot be reached")
        return self.answer


async def kids(keys: FetchedKeys, kid: str = "old") -> list[str | None]:
    """The ids of the keys that there are when one is looked for."""
    return [key.key_id for key in await keys.find(kid)]


async def test_they_are_fetched_once_for_their_age(autojump_clock: MockClock) -> None:
    service = Service(OLD)
    keys = FetchedKeys(service.fetch, max_age=300.0, pause=30.0)
    for _ in range(10):
        assert await kids(keys) == ["old"]
        await trio.sleep(29)
    assert service.asked == 1
    await trio.sleep(20)
    service.answer = jwks(OLD, NEW)
    assert await kids(keys) == ["old", "new"]
    assert service.asked == 2


async def test_a_key_that_is_not_known_has_them_fetched_but_not_all_the_time(autojump_clock: MockClock) -> None:
    service = Service(OLD)
    keys = FetchedKeys(service.fetch, max_age=3_000.0, pause=30.0)
    await kids(keys)
    service.answer = jwks(OLD, NEW)
    assert await kids(keys, "new") == ["old"], "within the pause"
    await trio.sleep(30)
    assert await kids(keys, "new") == ["old", "new"]
    for number in range(100):
        await kids(keys, f"invented-{number}")
    assert service.asked == 2


async def test_old_keys_are_used_on_while_the_service_is_down(autojump_clock: MockClock) -> None:
    service = Service(OLD)
    keys = FetchedKeys(service.fetch, max_age=300.0, pause=30.0)
    await kids(keys)
    for answer in (None, b"<html>", jwks(), b"[" * 10_000):
        service.answer = answer
        await trio.sleep(400)
        assert await kids(keys) == ["old"]
    assert service.asked == 5


async def test_without_any_keys_it_is_said_when_to_come_again(autojump_clock: MockClock) -> None:
    service = Service()
    service.answer = None
    keys = FetchedKeys(service.fetch, max_age=300.0, pause=30.0)
    for _ in range(3):
        with pytest.raises(AccessRefused, match="cannot be had") as refused:
            await keys.find("old")
        assert (refused.value.status, refused.value.retry_after) == (503, 30.0)
    assert service.asked == 1
    service.answer = jwks(OLD)
    await trio.sleep(30)
    assert await kids(keys) == ["old"]


async def test_those_who_come_together_fetch_once(autojump_clock: MockClock) -> None:
    service = Service(OLD)
    service.seconds = 5.0
    keys = FetchedKeys(service.fetch, max_age=300.0, pause=30.0)
    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(kids, keys)
    assert service.asked == 1


@pytest.mark.real
async def test_over_http_a_change_of_keys_is_noticed() -> None:
    async with browsing() as web, loopback(Reply(body=jwks(OLD)), Reply(body=jwks(NEW))) as service:
        settings = JwtSettings(jwks_url=f"{service.url}/keys.json", jwks_pause=0.05)
        judge = door(settings, web)
        assert (await judge.admit((signed("ES256", kid="old"),))).subject == "ann"
        await trio.sleep(0.1)
        assert (await judge.admit((signed("ES256", kid="new", which=1),))).subject == "ann"
        with pytest.raises(AccessRefused, match="another key"):
            await judge.admit((signed("ES256", kid="new"),))
        assert [request.path for request in service.requests] == ["/keys.json", "/keys.json"]


@pytest.mark.real
async def test_over_http_too_much_is_too_much() -> None:
    huge = msgspec.json.encode({"keys": [OLD], "more": "x" * MOST_BYTES})
    async with browsing() as web, loopback(Reply(body=huge)) as service:
        with pytest.raises(AccessRefused, match="cannot be had"):
            await door(JwtSettings(jwks_url=service.url), web).admit((signed("ES256", kid="old"),))
