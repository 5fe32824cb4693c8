"""The credentials of a server, made of its settings: tokens by name, keys of other services, the key of guests."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from functools import partial

import msgspec

from actors.ports.access import OPERATOR, Grant
from adapters.access.guests import GuestTokens
from adapters.access.keys import MOST_BYTES, BadKeys, FetchedKeys, KeyRing, read_settings
from adapters.access.webtokens import WebTokens
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint
from adapters.reach.web import Web
from adapters.settings.access import HASH, JwtSettings, NamedToken
from adapters.settings.errors import StartupFailed
from adapters.settings.settings import Server

_FETCHING = Patience(connect=3.0, first_byte=5.0, silence=5.0, whole=8.0)


class StaticToken(msgspec.Struct, frozen=True):
    """A token of the settings, by its hash, and what it grants."""

    digest: bytes
    grant: Grant

    def __repr__(self) -> str:
        return f"<StaticToken of {self.grant.subject}>"


class Credentials(msgspec.Struct, frozen=True):
    """What the doorkeeper knows; `is_open`: who shows no token is let in. `operator`: the operator's token.

    `made`: the one that this start made, which is the operator's where the settings have none.
    """

    operator: str
    tokens: tuple[StaticToken, ...]
    guests: GuestTokens
    web_tokens: WebTokens | None = None
    is_open: bool = False
    guest_key: str = ""
    made: str = ""

    def __repr__(self) -> str:
        return "<Credentials>"

    def find(self, given: Iterable[str]) -> Grant | None:
        """The grant of one of the tokens, the operator's before others.

        How long this takes tells nothing of how much of a token is right: all are compared, by their hashes.
        """
        digests = [digest(one) for one in given]
        found = [
            known.grant
            for known in self.tokens
            if any([hmac.compare_digest(each, known.digest) for each in digests])  # noqa: C419 - all of them
        ]
        return found[0] if found else None


def digest(token: str) -> bytes:
    """The SHA-256 of a token, which is long and random, so that it needs no salt."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()  # JSON can hold half of a surrogate pair


def hash_of(token: str) -> str:
    """The token as the settings may have it."""
    return HASH + digest(token).hex()


def make_credentials(server: Server, web: Web, operator: str, before: Credentials | None = None) -> Credentials:
    """The credentials of these settings; `operator` is the operator's token where they have none.

    What was made or fetched for those `before` goes on; a token that the settings have no more does not. Raises
    StartupFailed, with the setting. Reads files.
    """
    made = before.made if before else operator
    token = server.token or made
    tokens = [StaticToken(digest(token), Grant(OPERATOR, is_operator=True))]
    tokens += [_static(name, given) for name, given in server.tokens.items()]
    _check_different(tokens)
    web_tokens = _web_tokens(server.jwt, web, before.web_tokens if before else None)
    guests = before.guests if before and before.guest_key == server.guest_key else _guests(server.guest_key)
    is_open = not server.has_credentials
    key = server.guest_key
    return Credentials(token, tuple(tokens), guests, web_tokens, is_open=is_open, guest_key=key, made=made)


def _guests(key: str) -> GuestTokens:
    try:
        return GuestTokens(key or secrets.token_hex(32))
    except BadKeys as error:
        raise StartupFailed(f"[server] guest_key: {error}") from None


def _static(name: str, given: str | NamedToken) -> StaticToken:
    named = NamedToken(given) if isinstance(given, str) else given
    is_hash = named.token.startswith(HASH)
    hashed = bytes.fromhex(named.token.removeprefix(HASH)) if is_hash else digest(named.token)
    return StaticToken(hashed, Grant(name, limits=named.limits))


def _check_different(tokens: Sequence[StaticToken]) -> None:
    known: dict[bytes, str] = {}
    for each in tokens:
        other = known.setdefault(each.digest, each.grant.subject)
        if other != each.grant.subject:
            raise StartupFailed(f"[server.tokens] {each.grant.subject} has the same token as {other}; give it another")


def _web_tokens(settings: JwtSettings, web: Web, before: WebTokens | None) -> WebTokens | None:
    if not settings.has_key:
        return None
    fetched = None
    if before and before.keys.fetched and before.settings.jwks_url == settings.jwks_url:
        fetched = before.keys.fetched.again(settings.jwks_max_age, settings.jwks_pause)
    elif settings.jwks_url:
        service = Endpoint("jwks", "the service that has the keys", settings.jwks_url)
        call = Call(service, "GET", settings.jwks_url, patience=_FETCHING, most=MOST_BYTES)
        fetched = FetchedKeys(partial(web.fetch, call), settings.jwks_max_age, settings.jwks_pause)
    return WebTokens(settings, KeyRing(read_settings(settings), fetched))
