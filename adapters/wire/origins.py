"""Origins: which web pages may send requests, by their Origin header, and the CORS headers of the answer."""

import re

import msgspec

from adapters.wire.heads import Headers, Request
from adapters.wire.http import Response
from adapters.wire.polling import FORBIDDEN, RequestRefused

ANY = "*"
MAX_AGE = "600"
"""Seconds for which a browser need not ask again whether its page may ask."""

_USUAL_HEADERS = "Content-Type, Authorization"
_NAMES = re.compile(r"[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*", re.ASCII)
_MOST_NAMES = 1_000
_USUAL_PORTS = {"http": ":80", "https": ":443"}


def _plain(origin: str) -> str:
    """The origin as browsers send it: in small letters, and without the port that is the usual one of its scheme."""
    scheme, _, host = origin.lower().partition("://")
    return f"{scheme}://{host.removesuffix(_USUAL_PORTS.get(scheme, ''))}" if host else origin


class Origins(msgspec.Struct, frozen=True):
    """The origins whose pages may ask besides the server's own, such as https://example.org; * is any."""

    allowed: tuple[str, ...] = ()

    def admits(self, request: Request) -> bool:
        """Whether the request comes from no page, from one of this server, or from one that is allowed."""
        origin = request.headers.get("origin")
        return origin is None or ANY in self.allowed or self._knows(origin, request)

    def _knows(self, origin: str, request: Request) -> bool:
        own = bool(request.host) and origin.lower().partition("://")[2] == request.host.lower()
        return own or _plain(origin) in map(_plain, self.allowed)

    def headers(self, request: Request) -> Headers:
        """The headers that let the page of this request read the answer.

        Credentials are for origins that are known by name: to say both "any" and "with credentials" would let every
        page act in the name of its visitor, and browsers take * without credentials alone.
        """
        origin = request.headers.get("origin")
        if origin is not None and self._knows(origin, request):
            known = (("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true"))
            return (*known, ("Vary", "Origin"))
        if ANY in self.allowed:
            return (("Access-Control-Allow-Origin", ANY),)
        return (("Vary", "Origin"),)

    def options(self, request: Request, methods: str) -> Response:
        """The answer to OPTIONS where these `methods` are possible, with which a browser asks whether its page may."""
        if not self.admits(request):
            return RequestRefused(FORBIDDEN).response(self.headers(request))
        if "access-control-request-method" not in request.headers:
            return Response(204, headers=(("Allow", methods), *self.headers(request)))
        wanted = request.headers.get("access-control-request-headers", "").strip()
        is_list = len(wanted) <= _MOST_NAMES and _NAMES.fullmatch(wanted)
        allowed = [pair for pair in self.headers(request) if pair[0] != "Vary"]
        more = (
            ("Access-Control-Allow-Methods", methods),
            ("Access-Control-Allow-Headers", wanted if is_list else _USUAL_HEADERS),
            ("Access-Control-Max-Age", MAX_AGE),
            ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        )
        return Response(204, headers=(*allowed, *more))
