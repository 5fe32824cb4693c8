"""Payloads of clients as they are on the wire, where the struct in `messages.py` holds what was read of them."""

from typing import Annotated, Literal

import msgspec


class NodeBuffer(msgspec.Struct, frozen=True):
    """A chunk as Node's JSON writes a Buffer."""

    type: Annotated[Literal["Buffer"], msgspec.Meta(description="What Node calls it.")]
    data: Annotated[tuple[Annotated[int, msgspec.Meta(ge=0, le=255)], ...], msgspec.Meta(description="The bytes.")]


class CaptureFailed(msgspec.Struct, frozen=True, rename="camel"):
    """The Sender's capture failed: the utterance is thrown away."""

    message: Annotated[str, msgspec.Meta(description="What failed; it is logged.")]
    error_id: Annotated[int, msgspec.Meta(description="A number of the client's own.")]


Base64 = Annotated[bytes, msgspec.Meta(title="base64 string")]
Binary = Annotated[str, msgspec.Meta(title="binary attachment", extra_json_schema={"format": "binary"})]
String = Annotated[str, msgspec.Meta(title="string")]
