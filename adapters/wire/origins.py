"""Which web pages may ask, by their Origin header, and what they are told about it (CORS, in the Fetch standard)."""

import msgspec

from adapters.wire.http import Request, Response
from adapters.wire.polling import FORBIDDEN, Headers, Refused

ANY = "*"


class Origins(msgspec.Struct, frozen=True):
    """The origins whose pages may ask besides the server's own, such as https://example.org; * is any."""

    allowed: tuple[str, ...] = ()

    def admits(self, request: Request) -> bool:
        """Whether the request comes from no page, from one of this server, or from one that is allowed."""
        origin = request.headers.get("origin")
        return origin is None or self._allows(origin, request)

    def _allows(self, origin: str, request: Request) -> bool:
        own = bool(request.host) and origin.lower().partition("://")[2] == request.host.lower()
        return own or origin in self.allowed or ANY in self.allowed

    def headers(self, request: Request) -> Headers:
        """What lets the page of this request read the answer."""
        if ANY in self.allowed:
            return (("Access-Control-Allow-Origin", "*"),)
        origin = request.headers.get("origin")
        if origin is None or not self._allows(origin, request):
            return ()
        return (("Access-Control-Allow-Origin", origin), ("Vary", "Origin"))

    def preflight(self, request: Request) -> Response:
        """The answer to OPTIONS, with which a browser asks whether its page may ask."""
        headers = self.headers(request)
        if not headers:
            return Refused(FORBIDDEN).response()
        allow = (
            ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
            ("Access-Control-Allow-Headers", "Content-Type, Authorization"),
            ("Access-Control-Max-Age", "600"),
        )
        return Response(204, headers=(*headers, *allow))
