"""One request to a provider as data: its content, and how long to wait for the answer."""

from collections.abc import Mapping

import msgspec

from adapters.reach.contract import Endpoint

MOST = 20_000_000
"""Bytes that a whole answer may have."""


class Patience(msgspec.Struct, frozen=True):
    """The waits for a provider, in seconds.

    `connect` for TCP and again for TLS; `first_byte` from the request to the head of the answer, and from there to the
    first byte of its body; `silence` between bytes; `whole` for all that a call waits for the provider (the time in
    which its reader does something else does not count).
    """

    connect: float = 5.0
    first_byte: float = 15.0
    silence: float = 15.0
    whole: float = 60.0


class Call(msgspec.Struct, frozen=True):
    """One request; its `repr` shows neither headers nor query nor body.

    `path` is added to the endpoint's address, or is a full http(s):// address of its own. The body is one of `json`
    (anything that msgspec encodes), `body` with a `content-type` among the headers, and `form` with or without `file`
    (name, data, content type; sent as multipart field "file"). `expects`: beginnings of the content types that the
    answer may have, any where empty. `most`: bytes that the answer may have.
    """

    endpoint: Endpoint
    method: str
    path: str
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    json: object = None
    body: bytes | None = None
    form: Mapping[str, str | tuple[str, ...]] = {}
    file: tuple[str, bytes, str] | None = None
    expects: tuple[str, ...] = ()
    patience: Patience = Patience()
    most: int = MOST

    def __repr__(self) -> str:
        return f"<{self.method} of {self.endpoint.name}>"

    @property
    def url(self) -> str:
        """The address without the query."""
        return self.path if self.path.startswith(("https://", "http://")) else self.endpoint.url + self.path
