"""The settings of who may: tokens by name, JSON Web Tokens, and the key of guests' tokens."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from actors.ports.access import ANYONE, OPERATOR, SubjectLimits
from adapters.reach.values import SECRET, Url
from adapters.settings.section import Secret, Section
from adapters.settings.values import CheckedPairs
from protocol.timing import Seconds

Algorithm = Literal["HS256", "RS256", "ES256"]
HASH = "sha256:"
"""Before the hash of a token, in 64 hexadecimal digits, in the place of the token itself."""
MOST_TOKENS = 1_000
SHORTEST_SECRET = 32
"""Bytes of the secret of HS256 (RFC 7518, section 3.2)."""


class NamedToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token with limits: `{ token = "sha256:…", limits = { turnsPerMinute = 20 } }`."""

    token: str
    limits: SubjectLimits = SubjectLimits()

    def __repr__(self) -> str:
        return "<NamedToken>"


def _check_tokens(tokens: Mapping[str, str | NamedToken]) -> None:
    for name, given in tokens.items():
        token = given if isinstance(given, str) else given.token
        is_shown = token and token.isprintable() and token == token.strip()
        is_hash = not token.startswith(HASH) or re.fullmatch(r"[0-9a-f]{64}", token.removeprefix(HASH))
        is_name = re.fullmatch(r"[\w.@-]{1,64}", name, re.ASCII) and name not in (OPERATOR, ANYONE)
        if not (is_shown and is_hash and is_name) or len(tokens) > MOST_TOKENS:
            raise ValueError


Tokens = Annotated[
    Mapping[str, str | NamedToken],
    SECRET,
    CheckedPairs(
        _check_tokens,
        f'up to {MOST_TOKENS} names (letters, digits, ".", "-", "_", "@"; not operator, not anyone), each with its '
        'token, "sha256:" and the 64 digits of its hash, or { token = "...", limits = { turnsPerMinute = 20 } }',
    ),
]


class JwtSettings(Section, frozen=True):
    """JSON Web Tokens (RFC 7519) of another service: by which keys they are known, and what they must say."""

    algorithms: tuple[Algorithm, ...] = ("HS256", "RS256", "ES256")
    """The algorithms that are taken; each key is good for its own one alone."""
    secret: Secret = ""
    """The secret of HS256, 32 bytes at least; empty: none."""
    key_file: str = ""
    """A file with a public key in PEM: RSA for RS256, P-256 for ES256; empty: none."""
    jwks_file: str = ""
    """A file with a set of keys as JSON (JWKS, RFC 7517); empty: none."""
    jwks_url: Url = ""
    """The address of such a set; empty: none."""
    jwks_max_age: Seconds = 300.0
    """How long a set is used that was fetched, in seconds. At the bound: it is fetched again; if that fails, it is
    used on."""
    jwks_pause: Seconds = 30.0
    """The time between two fetches of the set, in seconds, such as for a key that is not in it. At the bound: the set
    is used as it is."""
    issuer: str = ""
    """What the claim `iss` has to be; empty: anything."""
    audience: str = ""
    """What the claim `aud` has to be, or to have in it; empty: tokens with this claim are refused."""
    leeway: Annotated[float, msgspec.Meta(ge=0, le=300)] = 10.0
    """By how much the clocks may differ when `exp` and `nbf` are judged, in seconds. At the bound: 401."""

    @property
    def has_key(self) -> bool:
        """Whether any token can be right."""
        return bool(self.secret or self.key_file or self.jwks_file or self.jwks_url)
