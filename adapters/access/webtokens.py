"""JSON Web Tokens (RFC 7519): what one that is right grants, and in words what is wrong with any other.

The algorithm is never the token's choice: it has to be one of the settings, and that of the key, so that a public key
is not taken for the secret of HS256. `none` is no algorithm here. PyJWT does the arithmetic and judges the dates.
"""

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

import jwt
import msgspec
from jwt.exceptions import InvalidSubjectError
from jwt.types import Options

from actors.ports.access import OPERATOR, AccessRefused, Grant, SubjectLimits
from adapters.access.keys import KeyRing
from adapters.access.wording import explain
from adapters.settings.access import JwtSettings
from protocol.connecting import Role
from protocol.errors import RefusalStatus
from protocol.tolerant import show

LONGEST = 16_384
"""Letters that a token may have."""
_MOST_KEYS = 8
"""Keys that are tried for a token without a `kid`."""
Sids = Annotated[tuple[uuid.UUID, ...], msgspec.Meta(min_length=1, max_length=100)]
Subject = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Character = Annotated[str, msgspec.Meta(max_length=200)]


class Claims(msgspec.Struct, frozen=True):
    """The claims that are read; others are ignored."""

    sub: Subject
    exp: float
    role: Role | None = None
    sid: uuid.UUID | Sids | None = None
    character: Character = ""
    limits: SubjectLimits = SubjectLimits()
    jti: str = ""


class Rules(msgspec.Struct, frozen=True):
    """What is asked of a token besides its signature; "": nothing. `judges_expiry`: else `exp` is only read."""

    audience: str = ""
    issuer: str = ""
    leeway: float = 0.0
    judges_expiry: bool = True


def refused(message: str) -> AccessRefused:
    """401 for a token."""
    return AccessRefused(RefusalStatus.BAD_TOKEN, message)


def read_header(token: str) -> dict[str, Any]:
    """The header, of which nothing is proven. Raises AccessRefused (401)."""
    if not token.isascii():
        raise refused("the token looks like a JWT and has letters that none has; send it as it was given")
    if len(token) > LONGEST:
        raise refused(f"the token has more than {LONGEST:,} letters")
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, RecursionError):
        raise refused("the token looks like a JWT and cannot be read as one; send it as it was given") from None


def verify(token: str, algorithm: str, keys: Sequence[jwt.PyJWK], rules: Rules) -> Claims:
    """The claims of a token that one of the `keys`, which are for this `algorithm`, has signed.

    Raises AccessRefused (401).
    """
    options: Options = {"require": ["exp", "sub"], "verify_exp": rules.judges_expiry, "verify_iat": False}
    for key in keys[:_MOST_KEYS]:
        try:
            found = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=rules.audience or None,
                issuer=rules.issuer or None,
                leeway=rules.leeway,
                options=options,
            )
        except jwt.InvalidSignatureError:
            continue
        except (jwt.PyJWTError, RecursionError, OverflowError) as error:
            raise refused(_words(error, rules)) from None
        return _claims(found)
    raise refused("the token is signed with another key than this server knows; get one from the service it trusts")


def _words(error: Exception, rules: Rules) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "the token has expired; get a new one"
        case jwt.ImmatureSignatureError():
            return "the token is not valid yet, by its claim `nbf`"
        case jwt.MissingRequiredClaimError():
            return f"the token has no claim `{error.claim}`, which is needed"
        case jwt.InvalidAudienceError():
            taken = f"those for {show(rules.audience)}" if rules.audience else "those without `aud`"
            return f"the token is for another audience; this server takes {taken} ([server.jwt] audience)"
        case jwt.InvalidIssuerError():
            return f"the token is of another issuer than {show(rules.issuer)}"
        case InvalidSubjectError():
            return "the token's claim `sub` has to be a string"
        case _:
            return "the token cannot be used: its claims are not those of a JWT"


def _claims(found: dict[str, Any]) -> Claims:
    try:
        claims = msgspec.convert(found, Claims)
        (claims.sub + claims.character).encode()
    except UnicodeEncodeError:
        raise refused("the token's claims cannot be used: there is half of a surrogate pair in them") from None
    except msgspec.ValidationError as error:
        raise refused(f"the token's claims cannot be used: {explain(error, Claims)}") from None
    if claims.sub == OPERATOR:
        raise refused(f"the token's claim `sub` is {OPERATOR}, which is the subject of the server's own token alone")
    return claims


def grant_of(claims: Claims) -> Grant:
    """What the claims grant."""
    sids = (claims.sid,) if isinstance(claims.sid, uuid.UUID) else claims.sid
    return Grant(
        claims.sub,
        role=claims.role,
        sessions=None if sids is None else frozenset(map(str, sids)),
        character=claims.character,
        limits=claims.limits,
        expires_at=claims.exp,
    )


class WebTokens:
    """Reads the tokens that another service signs."""

    def __init__(self, settings: JwtSettings, keys: KeyRing) -> None:
        self.settings = settings
        self.keys = keys
        self._algorithms = settings.algorithms
        self._rules = Rules(settings.audience, settings.issuer, settings.leeway)

    async def read(self, token: str, header: dict[str, Any]) -> Grant:
        """What the token grants. May wait for keys. Raises AccessRefused. Cancels as `KeyRing.find`."""
        algorithm, kid = header.get("alg"), str(header.get("kid") or "")
        if algorithm not in self._algorithms:
            allowed = ", ".join(self._algorithms)
            raise refused(f"the token's algorithm is {show(algorithm)}; this server takes {allowed}")
        found = await self.keys.find(kid)
        fitting = [key for key in found if key.algorithm_name == algorithm]
        if not found:
            raise refused(f"the token is signed with a key (kid {show(kid)}) that this server does not know")
        if not fitting:
            raise refused(f"the token's algorithm is {algorithm}, and the key it names is for another one")
        return grant_of(verify(token, algorithm, fitting, self._rules))
