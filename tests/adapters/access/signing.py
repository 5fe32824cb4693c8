"""A service that signs JSON Web Tokens: its keys, made once, and tokens of any claims."""

import functools
import time
import uuid
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from adapters.access.credentials import make_credentials
from adapters.access.door import Door
from adapters.reach.web import Web
from adapters.settings.access import JwtSettings
from adapters.settings.settings import Server

SECRET = "a-secret-that-is-long-enough-for-it"
OPERATORS = "open-sesame"
SESSION = str(uuid.UUID(int=7, version=4))
ALGORITHMS = ("HS256", "RS256", "ES256")
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | str


@functools.cache
def private(algorithm: str, which: int) -> Private:
    """The private key of the service for this algorithm; `which`: another service's."""
    match algorithm:
        case "RS256":
            return rsa.generate_private_key(65_537, 2_048)
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case _:
            return SECRET if not which else f"another-{SECRET}"


def pem(algorithm: str) -> bytes:
    """The public key in PEM."""
    key = private(algorithm, 0)
    assert not isinstance(key, str)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwk(algorithm: str, kid: str, which: int = 0) -> dict[str, object]:
    """The public key as a member of a JWKS."""
    key = private(algorithm, which)
    match key:
        case rsa.RSAPrivateKey():
            return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}
        case ec.EllipticCurvePrivateKey():
            return {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid}
    raise AssertionError("a secret is in no public set")


def jwks(*keys: dict[str, object]) -> bytes:
    """A JWKS."""
    return msgspec.json.encode({"keys": keys})


def signed(algorithm: str = "HS256", *, which: int = 0, kid: str = "", life: float = 600.0, **claims: Any) -> str:
    """A token of the subject ann for ten minutes; `claims` go before, and None takes one out."""
    whole = {"sub": "ann", "exp": int(time.time() + life), **claims}
    headers = {"kid": kid} if kid else None
    kept = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(kept, private(algorithm, which), algorithm, headers)


def door(jwt_settings: JwtSettings | None = None, web: Web | None = None, **server: object) -> Door:
    """The doorkeeper of a server with the operator's token, and these other credentials."""
    web = web or Web()
    given = {"token": OPERATORS, "jwt": msgspec.to_builtins(jwt_settings or JwtSettings()), **server}
    return Door(make_credentials(msgspec.convert(given, Server), web, ""), web)
