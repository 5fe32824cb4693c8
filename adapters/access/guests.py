"""Guests' tokens, which the operator's program gets for its visitors: a signed word for one session and a short time.

They are signed (HS256), not kept: nothing grows with how many are made, and with a key of the settings they survive a
restart and are good at each of several processes. The price is that one cannot be taken back; it expires instead. A
token for a single use is known by its id, and only once it was used (`actors/running/singleuse.py`): each process
counts for itself, and forgets at its end.
"""

import uuid
from datetime import UTC, datetime
from typing import Annotated

import jwt
import msgspec

from actors.ports.access import Grant, SubjectLimits
from adapters.access.keys import read_secret
from adapters.access.webtokens import Character, Rules, Subject, grant_of, verify
from protocol.connecting import Role

KIND = "vivavoce-guest+jwt"
"""The `typ` of a guest's token."""
ALGORITHM = "HS256"
LONGEST_LIFE = 86_400
USUAL_LIFE = 60


class GuestWish(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The body of POST /v1/tokens."""

    role: Role
    session_id: uuid.UUID | None = None
    character: Character = ""
    ttl_seconds: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_LIFE)] = USUAL_LIFE
    single_use: bool = False
    limits: SubjectLimits = SubjectLimits()
    subject: Subject | None = None


class GuestToken(msgspec.Struct, frozen=True, rename="camel"):
    """The answer: the token, when it expires (RFC 3339), and the session that it is for."""

    token: str
    expires_at: str
    session_id: str


class GuestTokens:
    """Makes and reads them; `key` has 32 bytes at least. Raises BadKeys where it has not."""

    def __init__(self, key: str) -> None:
        self._keys = read_secret(key)

    def make(self, wish: GuestWish, now: float) -> GuestToken:
        """A token that begins at `now` (seconds since 1970)."""
        session_id = str(wish.session_id or uuid.uuid4())
        expires_at = int(now) + wish.ttl_seconds
        claims = {
            "sub": wish.subject or f"guest-{uuid.uuid4()}",
            "exp": expires_at,
            "role": wish.role,
            "sid": session_id,
            "character": wish.character or None,
            "limits": {name: most for name, most in msgspec.to_builtins(wish.limits).items() if most is not None}
            or None,
            "jti": str(uuid.uuid4()) if wish.single_use else None,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(said, self._keys[0].key, ALGORITHM, {"typ": KIND})
        when = datetime.fromtimestamp(expires_at, UTC).isoformat().replace("+00:00", "Z")
        return GuestToken(token, when, session_id)

    def read(self, token: str) -> Grant:
        """What the token grants. Raises AccessRefused.

        One for a single use is not refused when it has expired: it may be the one of a connection that comes back,
        which who keeps the uses decides.
        """
        claims = verify(token, ALGORITHM, self._keys, Rules(judges_expiry=False))
        if not claims.jti:
            claims = verify(token, ALGORITHM, self._keys, Rules())
        return msgspec.structs.replace(grant_of(claims), single_use=claims.jti)
