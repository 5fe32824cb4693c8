"""Keys at an address: fetched, kept, fetched again, and used on while that fails."""

from typing import Any

import msgspec
import pytest
import trio
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from trio.testing import MockClock

from actors.ports.access import AccessRefused
from adapters.access.credentials import make_credentials
from adapters.access.keys import MOST_BYTES, BadKeys, FetchedKeys, read_pem, read_set, read_settings
from adapters.access.webtokens import Rules, verify
from adapters.reach.contract import ProviderFailed
from adapters.reach.web import Web
from adapters.settings.access import JwtSettings
from adapters.settings.errors import StartupFailed
from adapters.settings.settings import Server
from tests.adapters.access.signing import OPERATORS, door, jwk, jwks, private, signed
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


async def test_settings_that_are_read_again_keep_the_set_for_their_own_times(autojump_clock: MockClock) -> None:
    service = Service(OLD)
    first = FetchedKeys(service.fetch, max_age=300.0, pause=30.0)
    await kids(first)
    keys = first.again(max_age=100.0, pause=5.0)
    assert await kids(keys) == ["old"]
    assert service.asked == 1
    service.answer = jwks(OLD, NEW)
    await trio.sleep(100)
    assert await kids(keys) == ["old", "new"]


async def test_the_times_of_the_settings_are_taken_when_they_are_read_again() -> None:
    web = Web()
    before = door(JwtSettings(jwks_url="https://id.example.org/keys"), web).credentials
    settings = JwtSettings(jwks_url="https://id.example.org/keys", jwks_max_age=9.0, jwks_pause=8.0)
    after = make_credentials(Server(token=OPERATORS, jwt=settings), web, "", before).web_tokens
    assert after is not None
    assert after.keys.fetched is not None
    assert (after.keys.fetched.max_age, after.keys.fetched.pause) == (9.0, 8.0)


SHORT_RSA = rsa.generate_private_key(65_537, 1_024)


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "oct", "k": "AA", "alg": "HS256"},
        RSAAlgorithm.to_jwk(SHORT_RSA.public_key(), as_dict=True),
        {"kty": [], "n": 5},
        {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"},
    ],
)
def test_a_key_that_can_be_found_out_or_read_by_nobody_is_left_out(key: dict[str, object]) -> None:
    assert [one.key_id for one in read_set(jwks(key, OLD, key))] == ["old"]
    with pytest.raises(BadKeys, match="2048 bits"):
        read_set(jwks(key))


def test_a_short_key_in_a_file_is_refused() -> None:
    short = SHORT_RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(BadKeys, match="1024 bits"):
        read_pem(short)


@pytest.mark.parametrize(("algorithm", "library"), [("RS256", RSAAlgorithm), ("ES256", ECAlgorithm)])
def test_of_a_set_with_private_keys_the_public_part_is_used(algorithm: str, library: Any) -> None:
    mistaken = library.to_jwk(private(algorithm, 0), as_dict=True)
    keys = read_set(jwks(mistaken))
    assert verify(signed(algorithm), algorithm, keys, Rules()).sub == "ann"


@pytest.mark.parametrize("path", ["public\0.pem", "/dev/zero", "/dev", "nowhere.pem"])
def test_a_file_that_cannot_be_one_of_keys_ends_the_start_in_one_line(path: str) -> None:
    with pytest.raises(StartupFailed, match="key_file: "):
        read_settings(JwtSettings(key_file=path))


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
