"""The keys by which JSON Web Tokens are known: of the settings, of files, and of an address, from which they are kept.

A set of keys (JWKS) that was fetched is used for its age, and longer while it cannot be fetched again: a service that
is down locks nobody out. A key that is not in it makes the set be fetched at once, as after a change of keys, but never
more often than the pause allows: tokens with invented kids cannot make this server call another one all the time.
"""

import base64
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import jwt
import msgspec
import trio
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from actors.ports.access import AccessRefused
from actors.ports.calls import EngineFailed
from adapters.settings.access import SHORTEST_SECRET, JwtSettings
from adapters.settings.errors import StartupFailed
from protocol.errors import RefusalStatus

log = logging.getLogger(__name__)
Keys = tuple[jwt.PyJWK, ...]
MOST_BYTES = 262_144
"""Bytes of a set of keys, or of a file with one."""
SHORTEST_RSA = 2_048
"""Bits (RFC 7518, section 3.3)."""
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})
"""What only who signs should have; where a set has it all the same, the public part is used."""
Fetch = Callable[[], Awaitable[bytes]]
"""Fetches the set of keys, within a deadline. Raises ProviderFailed."""


class BadKeys(ValueError):
    """What should be keys cannot be used; the message says why, and nothing of a secret."""


class KeySet(msgspec.Struct, frozen=True):
    """A JWKS."""

    keys: list[dict[str, Any]]


def read_set(data: bytes) -> Keys:
    """The keys of a JWKS; those of other uses and kinds are left out. Raises BadKeys."""
    try:
        given = msgspec.json.decode(data, type=KeySet).keys
    except (msgspec.MsgspecError, RecursionError):
        raise BadKeys('not a set of keys, which is JSON: {"keys": [...]}') from None
    found = []
    for each in given:
        try:
            found.append(jwt.PyJWK({name: value for name, value in each.items() if name not in _PRIVATE}))
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm):
            continue
    for_signatures = tuple(key for key in found if key.public_key_use in (None, "sig") and not _is_short(key))
    if not for_signatures:
        raise BadKeys(
            "no key in it that can be used, which is RSA of 2048 bits at least, P-256, or a secret of 32 bytes at "
            "least, for signatures"
        )
    return for_signatures


def _is_short(key: jwt.PyJWK) -> bool:
    """Whether somebody could find out the key (RFC 7518, sections 3.2 and 3.3)."""
    return key.Algorithm.check_key_length(key.key) is not None


def read_pem(data: bytes) -> Keys:
    """The public key in PEM. Raises BadKeys."""
    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise BadKeys("not a public key in PEM (-----BEGIN PUBLIC KEY-----)") from None
    if isinstance(key, RSAPublicKey):
        if key.key_size < SHORTEST_RSA:
            raise BadKeys(f"an RSA key of {key.key_size} bits can be broken; {SHORTEST_RSA} are the least")
        return (jwt.PyJWK(RSAAlgorithm.to_jwk(key, as_dict=True)),)
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return (jwt.PyJWK(ECAlgorithm.to_jwk(key, as_dict=True)),)
    raise BadKeys("another kind of key than RSA and P-256")


def read_secret(secret: str) -> Keys:
    """The key of HS256. Raises BadKeys."""
    raw = secret.encode()
    if len(raw) < SHORTEST_SECRET:
        raise BadKeys(f"{SHORTEST_SECRET} bytes at least, or it can be guessed: openssl rand -hex 32 makes one")
    return (jwt.PyJWK({"kty": "oct", "k": base64.urlsafe_b64encode(raw).rstrip(b"=").decode()}, "HS256"),)


def read_settings(settings: JwtSettings) -> Keys:
    """The keys that are not at an address. Raises StartupFailed, with the setting. Reads files."""
    found: Keys = ()
    for setting in ("secret", "key_file", "jwks_file"):
        text = getattr(settings, setting)
        try:
            found += _read(setting, text) if text else ()
        except (OSError, ValueError) as error:  # a path may have a null in it
            why = error.strerror if isinstance(error, OSError) else error
            raise StartupFailed(f"[server.jwt] {setting}: {why}") from None
    return found


def _read(setting: str, text: str) -> Keys:
    match setting:
        case "secret":
            return read_secret(text)
        case "key_file":
            return read_pem(_bytes_of(text))
        case _:
            return read_set(_bytes_of(text))


def _bytes_of(path: str) -> bytes:
    with Path(path).open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadKeys(f"more than {MOST_BYTES:,} bytes, so hardly a file with keys")
    return data


class FetchedKeys:
    """The set of keys at an address; see the module's text. `max_age` and `pause` in seconds."""

    def __init__(self, fetch: Fetch, max_age: float, pause: float) -> None:
        self.keys: Keys = ()
        self._fetch = fetch
        self.max_age = max_age
        self.pause = pause
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._lock = trio.Lock()

    def again(self, max_age: float, pause: float) -> "FetchedKeys":
        """The same set, kept for these times from now on."""
        other = FetchedKeys(self._fetch, max_age, pause)
        other.keys, other._fetched_at = self.keys, self._fetched_at
        return other

    async def find(self, kid: str) -> Keys:
        """The keys, fetched again where they are too old, or where none has this `kid`; see `_may_help`.

        Raises AccessRefused (503) while there never were any. Cancelling ends a fetch; the next one is after the pause.
        """
        if self._may_help(kid):
            async with self._lock:
                if self._may_help(kid):  # the one before may have done it
                    await self._refresh()
        if self._fetched_at is None:
            raise AccessRefused(
                RefusalStatus.UNAVAILABLE, "the keys of tokens cannot be had at the moment; try again", self.pause
            )
        return self.keys

    def _may_help(self, kid: str) -> bool:
        """Whether to fetch: not in the pause, and the keys are old, or none of them is the one that is looked for."""
        now = trio.current_time()
        if self._tried_at is not None and now - self._tried_at < self.pause:
            return False
        if self._fetched_at is None or now - self._fetched_at >= self.max_age:
            return True
        return bool(kid) and all(key.key_id != kid for key in self.keys)

    async def _refresh(self) -> None:
        self._tried_at = trio.current_time()
        try:
            self.keys = read_set(await self._fetch())
        except (EngineFailed, BadKeys) as error:
            log.warning("the keys of tokens ([server.jwt] jwks_url) were not fetched, and the old ones stay: %s", error)
        else:
            self._fetched_at = trio.current_time()


class KeyRing:
    """All keys: `fixed` ones, and those that are fetched."""

    def __init__(self, fixed: Keys, fetched: FetchedKeys | None = None) -> None:
        self.fetched = fetched
        self._fixed = fixed

    async def find(self, kid: str) -> Keys:
        """The keys that may be the one of this `kid`, "" for any; a key without a kid may be each.

        Raises and cancels as `FetchedKeys.find`.
        """
        exact = tuple(key for key in self._fixed if kid and key.key_id == kid)
        fetched = () if exact or self.fetched is None else await self.fetched.find(kid)
        known = (*self._fixed, *fetched)
        return tuple(key for key in known if not kid or key.key_id in (kid, None))
