"""The AsyncAPI 3.0 document of the wire protocol, made from the structs of the messages and the rows of registry.py.

The specification is https://www.asyncapi.com/docs/reference/specification/v3.0.0. In its terms the application that is
described is the server: what a client sends is an operation `receive`, what the server sends is a `send`. An event is
known by its documented name throughout; a message's `name` is what it is called on the wire.
"""

from typing import Any

import msgspec

from protocol.address import PATH, PORT
from protocol.connecting import Auth
from protocol.errors import ErrorId
from protocol.eventrow import EventRow, Example
from protocol.messages import CLIENT_EVENTS, Names
from protocol.registry import REGISTRY, ROWS
from protocol.schemas import Schema, Schemas, rename, wire_names

_CHANNEL = "#/channels/session"


class ServerAddress(msgspec.Struct, frozen=True):
    """The address of the server that the document describes."""

    host: str = f"localhost:{PORT}"
    path: str = PATH
    version: str = "0"
    is_secure: bool = False
    has_token: bool = False


def document(names: Names, address: ServerAddress) -> bytes:
    """The AsyncAPI document as JSON, with events and handshake keys under the `names` in force."""
    schemas = Schemas(names)
    return msgspec.json.encode(
        {
            "asyncapi": "3.0.0",
            "info": _info(address),
            "defaultContentType": "application/json",
            "servers": {"here": _server(names, address)},
            "channels": {"session": _channel(schemas)},
            "operations": {row.name: _operation(row, names) for row in ROWS},
            "components": {
                "messages": {row.name: _message(row, names, schemas) for row in ROWS},
                "schemas": schemas.components,
                "securitySchemes": {"token": _token(names)},
                "tags": {name: {"name": name, "description": said} for name, said in TAGS.items()},
            },
        }
    )


TAGS = {
    "reference": "An event of the reference API, which existing avatar clients are written for.",
    "addition": "An event that a client written for the reference never needs.",
}


def _info(address: ServerAddress) -> Schema:
    return {
        "title": "vivavoce",
        "version": address.version,
        "description": "A self-hosted, real-time voice server for talking avatars. A Sender (the microphone) streams "
        "speech over Socket.IO 5 on Engine.IO 4, in namespace `/`; the Receivers (the avatars) get text and sound. "
        "Each message is a Socket.IO event by the message's `name` with the payload as its one argument. `receive` "
        "is what the server receives, `send` what it sends.",
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        "tags": [{"$ref": f"#/components/tags/{name}"} for name in TAGS],
    }


def _server(names: Names, address: ServerAddress) -> Schema:
    server: Schema = {
        "host": address.host,
        "pathname": address.path,
        "protocol": "wss" if address.is_secure else "ws",
        "protocolVersion": "Socket.IO 5, Engine.IO 4",
        "description": "WebSocket, HTTP long-polling, and the upgrade from one to the other, on one port.",
    }
    return server | ({"security": [{"$ref": "#/components/securitySchemes/token"}]} if address.has_token else {})


def _token(names: Names) -> Schema:
    key = {documented: wire for wire, documented in names.keys.items()}["token"]
    words = (
        f"The key `{key}` of Socket.IO's `auth`, or `Authorization: Bearer`, or a query parameter of that name; "
        "addresses end up in logs."
    )
    return {"type": "httpApiKey", "in": "query", "name": key, "description": words}


def _channel(schemas: Schemas) -> Schema:
    query = schemas.components[Auth.__name__]
    return {
        "address": "/",
        "title": "A session",
        "description": "Socket.IO's namespace `/`. The query of the request may carry what `auth` carries.",
        "servers": [{"$ref": "#/servers/here"}],
        "messages": {event: {"$ref": f"#/components/messages/{event}"} for event in REGISTRY},
        "bindings": {"ws": {"method": "GET", "query": {"type": "object", "properties": query["properties"]}}},
    }


def _operation(row: EventRow, names: Names) -> Schema:
    operation: Schema = {
        "action": "receive" if row.is_from_client else "send",
        "channel": {"$ref": _CHANNEL},
        "title": row.title,
        "summary": f"{'From' if row.is_from_client else 'To'}: {row.who}.",
        "description": rename(row.meaning, names),
        "tags": [{"$ref": f"#/components/tags/{row.origin}"}],
        "messages": [_reference(row.name)],
    }
    if row.name in CLIENT_EVENTS:
        replies = ("ack", *row.answer_names, "custom.error")
        operation["reply"] = {"channel": {"$ref": _CHANNEL}, "messages": [_reference(reply) for reply in replies]}
    return operation


def _reference(event: str) -> Schema:
    return {"$ref": f"{_CHANNEL}/messages/{event}"}


def _message(row: EventRow, names: Names, schemas: Schemas) -> Schema:
    message: Schema = {
        "name": wire_names(names).get(row.name, row.name),
        "title": row.title,
        "summary": rename(row.meaning, names),
        "contentType": "application/json",
        "payload": schemas.payload(row.name),
        "tags": [{"$ref": f"#/components/tags/{row.origin}"}],
        "examples": [{"name": example.title, "payload": _example(row, example, names)} for example in row.examples],
    }
    if row.errors:
        message["x-errors"] = [_error(error, names) for error in row.errors]
    return message


def _error(error: ErrorId, names: Names) -> Schema:
    return {"errorId": int(error), "meaning": error.meaning, "remedy": rename(error.remedy, names)}


def _example(row: EventRow, example: Example, names: Names) -> Any:
    text = example_text(row, example, names)
    return msgspec.json.decode(text) if text else None


def example_text(row: EventRow, example: Example, names: Names) -> str:
    """An example of `row` as indented JSON; "" where there is no payload. The handshake has the keys in force."""
    message = example.message
    if not message:
        return ""
    payload = message.encode() if isinstance(message, str) else msgspec.json.encode(message)
    if row.message is Auth:
        wire = {documented: key for key, documented in names.keys.items()}
        payload = msgspec.json.encode({wire[key]: value for key, value in msgspec.json.decode(payload).items()})
    return msgspec.json.format(payload, indent=2).decode()
