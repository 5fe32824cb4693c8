"""JSON Web Tokens: one of each algorithm, and what is said of each that is wrong."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import jwt
import msgspec
import pytest

from actors.ports.access import AccessRefused, Grant, SubjectLimits
from adapters.settings.access import JwtSettings
from adapters.settings.errors import StartupFailed
from tests.adapters.access.signing import ALGORITHMS, OPERATORS, SECRET, SESSION, door, jwk, jwks, pem, signed


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service's keys in files."""
    folder = tmp_path_factory.mktemp("keys")
    for algorithm in ("RS256", "ES256"):
        (folder / f"{algorithm}.pem").write_bytes(pem(algorithm))
    (folder / "jwks.json").write_bytes(jwks(jwk("RS256", "r"), jwk("ES256", "e"), {"kty": "OKP", "crv": "X25519"}))
    return folder


def knowing(algorithm: str, files: Path, **settings: object) -> JwtSettings:
    """The settings of a server that knows the service's key for this algorithm."""
    key = {"secret": SECRET} if algorithm == "HS256" else {"key_file": str(files / f"{algorithm}.pem")}
    return JwtSettings(**key, **settings)  # type: ignore[arg-type]


async def judged(settings: JwtSettings, token: str) -> Grant:
    """What the token grants there."""
    return await door(settings).admit(("", token))


async def fault(settings: JwtSettings, token: str) -> str:
    """Why it is refused there, with 401."""
    with pytest.raises(AccessRefused) as refused:
        await judged(settings, token)
    assert refused.value.status == 401
    return str(refused.value)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_one_of_each_algorithm_is_right(algorithm: str, files: Path) -> None:
    grant = await judged(knowing(algorithm, files), signed(algorithm))
    assert (grant.subject, grant.is_operator, grant.sessions, grant.role) == ("ann", False, None, None)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_an_expired_one_is_not(algorithm: str, files: Path) -> None:
    assert "has expired" in await fault(knowing(algorithm, files), signed(algorithm, life=-60))
    assert (await judged(knowing(algorithm, files), signed(algorithm, life=-5))).subject == "ann", "within the leeway"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_one_of_another_key_is_not(algorithm: str, files: Path) -> None:
    assert "another key" in await fault(knowing(algorithm, files), signed(algorithm, which=1))


def unsigned(header: dict[str, object], claims: dict[str, object], signature: bytes = b"") -> str:
    """A token whose parts are as given."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", None, "HS512", "RS512"])
async def test_no_algorithm_is_no_algorithm(name: str | None, files: Path) -> None:
    token = unsigned({"alg": name, "typ": "JWT"}, {"sub": "ann", "exp": 9_999_999_999})
    for algorithm in ALGORITHMS:
        assert "this server takes HS256, RS256, ES256" in await fault(knowing(algorithm, files), token)


async def test_a_public_key_is_no_secret(files: Path) -> None:
    """The classic attack: HS256, with the public key, which everybody has, as the secret."""
    head = unsigned({"alg": "HS256"}, {"sub": "ann", "exp": 9_999_999_999}).rpartition(".")[0]
    for algorithm in ("RS256", "ES256"):
        mac = hmac.digest(pem(algorithm), head.encode(), hashlib.sha256)
        token = f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        assert "is for another one" in await fault(knowing(algorithm, files), token)


async def test_the_settings_say_which_algorithms_are_taken(files: Path) -> None:
    settings = JwtSettings(secret=SECRET, key_file=str(files / "RS256.pem"), algorithms=("RS256",))
    assert (await judged(settings, signed("RS256"))).subject == "ann"
    assert "this server takes RS256" in await fault(settings, signed("HS256"))


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"exp": None}, "no claim `exp`"),
        ({"sub": None}, "no claim `sub`"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "operator"}, "operator"),
        ({"exp": "tomorrow"}, "claims"),
        ({"exp": 1e400}, "claims"),
        ({"nbf": 9_999_999_999}, "not valid yet"),
        ({"role": "avatar"}, "it may be sender, receiver or both"),
        ({"sid": "seven"}, "sid"),
        ({"sid": []}, "sid"),
        ({"limits": {"turnsPerHour": 1}}, "`turnsPerHour`; there are turnsPerMinute"),
        ({"limits": {"sessions": -1}}, "limits.sessions"),
        ({"limits": {"audioSecondsPerDay": 1e400}}, "limits.audioSecondsPerDay"),
        ({"limits": {"audioSecondsPerDay": 1e308}}, "limits.audioSecondsPerDay"),
        ({"limits": {"turnsPerMinute": 10**30}}, "limits.turnsPerMinute"),
        ({"sub": "\ud800"}, "surrogate"),
        ({"character": "\ud800"}, "surrogate"),
        ({"role": "\ud800"}, "surrogate"),
        ({"sid": "\ud800"}, "surrogate"),
        ({"limits": {"\ud800": 1}}, "surrogate"),
        ({"aud": "others"}, "another audience"),
        ({"character": 1}, "character"),
    ],
)
async def test_what_is_wrong_with_its_claims_is_said(claims: dict[str, Any], words: str, files: Path) -> None:
    assert words in await fault(knowing("HS256", files), signed(**claims))


async def test_its_claims_are_granted(files: Path) -> None:
    other = SESSION.replace("0", "1", 1)
    limits = {"turnsPerMinute": 3, "audioSecondsPerDay": 60.5, "speechCharsPerDay": 1_000, "sessions": 2}
    grant = await judged(
        knowing("HS256", files),
        signed(role="receiver", sid=[SESSION, other.upper()], character="pirate", limits=limits, exp=9_999_999_999),
    )
    assert grant == Grant(
        "ann",
        role="receiver",
        sessions=frozenset([SESSION, other]),
        character="pirate",
        limits=SubjectLimits(3, 60.5, 1_000, 2),
        expires_at=9_999_999_999,
    )
    assert (await judged(knowing("HS256", files), signed(sid=SESSION))).sessions == frozenset([SESSION])


async def test_issuer_and_audience_are_checked_where_they_are_set(files: Path) -> None:
    settings = knowing("HS256", files, issuer="https://id.example/", audience="voice")
    assert (await judged(settings, signed(iss="https://id.example/", aud=["voice", "shop"]))).subject == "ann"
    assert "another audience" in await fault(settings, signed(iss="https://id.example/", aud="shop"))
    assert "no claim `aud`" in await fault(settings, signed(iss="https://id.example/"))
    assert "another issuer" in await fault(settings, signed(iss="https://else.example/", aud="voice"))
    assert "no claim `iss`" in await fault(settings, signed(aud="voice"))


@pytest.mark.parametrize(
    "token",
    [
        "..",
        "a.b.c",
        "eyJhbGciOiJIUzI1NiJ9..",
        "eyJhbGciOiJIUzI1NiJ9.x.y",
        unsigned({"alg": ["HS256"]}, {}),
        unsigned({"alg": "HS256", "kid": {}}, {}),
        base64.urlsafe_b64encode(b"[" * 9_000).decode() + ".a.b",
        "\ud83d.a.b",
        "é.a.b",
        "a" * 20_000 + ".b.c",
    ],
)
async def test_what_is_no_token_is_refused_and_breaks_nothing(token: str, files: Path) -> None:
    assert await fault(knowing("HS256", files), token)


async def test_a_set_of_keys_is_looked_up_by_kid(files: Path) -> None:
    settings = JwtSettings(jwks_file=str(files / "jwks.json"))
    for algorithm, kid in (("RS256", "r"), ("ES256", "e")):
        assert (await judged(settings, signed(algorithm, kid=kid))).subject == "ann"
        assert (await judged(settings, signed(algorithm))).subject == "ann", "without a kid each is tried"
    assert 'kid "x"' in await fault(settings, signed("RS256", kid="x"))
    assert "is for another one" in await fault(settings, signed("RS256", kid="e"))


async def test_a_token_of_the_settings_goes_beside_it(files: Path) -> None:
    both = door(knowing("HS256", files), tokens={"lobby": "a.b.c"})
    assert (await both.admit((OPERATORS,))).is_operator
    assert (await both.admit(("a.b.c",))).subject == "lobby"
    assert (await both.admit((signed(),))).subject == "ann"
    assert (await both.admit((signed(life=-60), signed(sub="bob")))).subject == "bob"
    with pytest.raises(AccessRefused, match="expired"):
        await both.admit((signed(life=-60), "wrong"))


@pytest.mark.parametrize(
    ("setting", "text", "words"),
    [
        ("secret", "short", "32 bytes"),
        ("key_file", "nowhere.pem", "No such file"),
        ("key_file", __file__, "not a public key"),
        ("jwks_file", __file__, "not a set of keys"),
    ],
)
def test_a_key_that_cannot_be_used_ends_the_start(setting: str, text: str, words: str) -> None:
    with pytest.raises(StartupFailed, match=rf"\[server.jwt\] {setting}: .*{words}"):
        door(msgspec.convert({setting: text}, JwtSettings))


def test_a_private_key_and_one_of_another_curve_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_bytes(jwks({"kty": "EC", "crv": "P-256", "use": "enc", "x": "a", "y": "b"}, {"kty": "oct"}))
    with pytest.raises(StartupFailed, match="no key in it that can be used"):
        door(JwtSettings(jwks_file=str(file)))


def test_the_library_does_what_is_relied_on() -> None:
    """A key of PyJWT is good for its own algorithm alone, whatever a token says."""
    key = jwt.PyJWK(jwk("RS256", "r"))
    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.decode(signed("HS256"), key, algorithms=["RS256", "HS256"])
