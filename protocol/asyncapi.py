"""The AsyncAPI 3.0 document of the wire protocol, made from the structs of the messages and the words of apitext.py.

The specification is https://www.asyncapi.com/docs/reference/specification/v3.0.0. In its terms the application that is
described is the server: what a client sends is an operation `receive`, what the server sends is a `send`. An event is
known by its documented name throughout; a message's `name` is what it is called on the wire.
"""

import re
from typing import Annotated, Any, get_args

import msgspec

from protocol.apifields import ERRORS, FIELDS
from protocol.apitext import (
    ACK,
    CONNECT_ERROR,
    ENTRIES,
    HANDSHAKE,
    Acknowledgement,
    AudioChunk,
    CaptureFailed,
    Entry,
    Example,
    Handshake,
    Refusal,
    TypedTurn,
)
from protocol.audioformat import INPUT_FORMATS, OUTPUT_FORMATS
from protocol.configuration import Configuration
from protocol.errors import ErrorId
from protocol.messages import CLIENT_EVENTS, EVENTS, AudioDelta, Names, ServerMessage

Schema = dict[str, Any]
STATES = ("idle", "handshaken", "receiving", "transcribing", "responding", "speaking")
CONNECTING: dict[str, Entry] = {"connect": HANDSHAKE, "connect_error": CONNECT_ERROR, "ack": ACK}
FROM_CLIENT = ("connect", *CLIENT_EVENTS)
_CHANNEL = "#/channels/session"
_SCHEMAS = "#/components/schemas/"


class Place(msgspec.Struct, frozen=True):
    """Where a server is to be found, in whose document it stands."""

    host: str = "localhost:7171"
    path: str = "/socket.io/"
    version: str = "0"
    is_secure: bool = False
    has_token: bool = False


# ---- schemas

Base64 = Annotated[bytes, msgspec.Meta(title="base64 string")]
Binary = Annotated[str, msgspec.Meta(title="binary attachment", extra_json_schema={"format": "binary"})]
String = Annotated[str, msgspec.Meta(title="string")]


def _audio_delta() -> type[msgspec.Struct]:
    """AudioDelta with `audio` as JSON has it: msgspec makes no schema of `str | bytes`."""
    fields = [
        (field.name, str if field.type == str | bytes else field.type, msgspec.field(name=field.encode_name))
        for field in msgspec.structs.fields(AudioDelta)
    ]
    return msgspec.defstruct("AudioDelta", fields, namespace={"__doc__": AudioDelta.__doc__}, frozen=True)


FORMS: dict[str, tuple[Any, ...]] = {
    **{name: (kind,) for name, kind in EVENTS.items()},
    "connect": (Handshake,),
    "connect_error": (Refusal,),
    "ack": (Acknowledgement,),
    "session.update": (Configuration,),
    "input.buffer.append": (Base64, Binary, AudioChunk),
    "input.buffer.commit": (None, CaptureFailed, Refusal),
    "input.buffer.clear": (None,),
    "input.text": (TypedTurn, String),
    "response.cancel": (None,),
    "response.audio.delta": (_audio_delta(),),
}
"""What each payload may be on the wire; None is an event without a payload."""


def _format(names: tuple[str, ...], *others: str) -> Schema:
    return {"anyOf": [{"enum": [*names, *others]}, {"pattern": "^pcm16/[0-9]{4,6}$"}]}


_UUID: Schema = {"format": "uuid"}
_COUNT: Schema = {"minimum": 0}
LIMITS: dict[str, Schema] = {
    "Stt.mediaFormat": _format(INPUT_FORMATS),
    "Tts.audioFormat": _format(OUTPUT_FORMATS, ""),
    "Handshake.audioFormat": _format(OUTPUT_FORMATS, ""),
    "SessionJoined.sessionId": _UUID,
    "SessionUpdated.sessionId": _UUID,
    "BufferInitialized.sessionId": _UUID,
    "SessionJoined.state": {"enum": list(STATES)},
    "SessionState.state": {"enum": list(STATES)},
    "TranscribeDone.sentiment": {"enum": ["positive", "neutral", "negative", ""]},
    "AudioDelta.id": _COUNT,
    "AudioDelta.totalNumber": _COUNT,
    "CustomError.errorId": {"enum": [int(error) for error in ErrorId]},
}
"""What the types of the fields do not say."""


class Schemas:
    """The JSON schemas of all payloads, with what is said of their fields."""

    def __init__(self, names: Names) -> None:
        kinds = [kind for forms in FORMS.values() for kind in forms]
        refs, components = msgspec.json.schema_components(kinds, ref_template=_SCHEMAS + "{name}")
        ordered = iter(refs)
        whole = {kind.__name__ for kind in get_args(ServerMessage) if not kind.__struct_config__.omit_defaults}
        self._names = names
        self.forms: dict[str, list[Schema]] = {name: [next(ordered) for _ in forms] for name, forms in FORMS.items()}
        self.components = {name: self._finish(name, made, name in whole) for name, made in components.items()}

    def payload(self, event: str) -> Schema:
        """The schema of an event's payload."""
        forms = self.forms[event]
        return forms[0] if len(forms) == 1 else {"anyOf": forms}

    def resolve(self, schema: Schema) -> Schema:
        """The object that a reference means; any other schema as it is."""
        references = [schema, *schema.get("allOf", ())]
        named: list[str] = [part["$ref"] for part in references if "$ref" in part]
        return self.components[named[0].removeprefix(_SCHEMAS)] if named else schema

    def _finish(self, name: str, made: Schema, is_whole: bool) -> Schema:
        """The component with its fields explained; where no field is ever left out, all are required."""
        described = {key: value for key, value in made.items() if key != "required"}
        properties = {key: _explain(f"{name}.{key}", field, self._names) for key, field in made["properties"].items()}
        required = list(properties) if is_whole else made["required"]
        if name == "Handshake":
            wire = {documented: key for key, documented in self._names.keys.items()}
            properties = {wire[key]: field for key, field in properties.items()}
        described["description"] = rename(made.get("description", ""), self._names)
        return described | {"properties": properties} | ({"required": required} if required else {})


def _explain(path: str, field: Schema, names: Names) -> Schema:
    """A field with its words and its limits. What stands beside `$ref` would be ignored, so that goes into `allOf`."""
    explained = {"allOf": [{"$ref": field["$ref"]}]} if "$ref" in field else {}
    explained |= {key: value for key, value in field.items() if key != "$ref"}
    return explained | LIMITS.get(path, {}) | {"description": rename(FIELDS.get(path, ""), names)}


def rename(text: str, names: Names) -> str:
    """`text` with the events in it under the names in force."""
    wire = wire_names(names)
    return re.sub("`([^`]+)`", lambda found: f"`{wire.get(found[1], found[1])}`", text)


def wire_names(names: Names) -> dict[str, str]:
    """What each documented event is called on the wire."""
    return {event: names.wire[kind] for event, kind in EVENTS.items()}


# ---- the document


def document(names: Names, place: Place) -> bytes:
    """The AsyncAPI document as JSON, with events and handshake keys under the `names` in force."""
    schemas = Schemas(names)
    entries = CONNECTING | ENTRIES
    return msgspec.json.encode(
        {
            "asyncapi": "3.0.0",
            "info": _info(place),
            "defaultContentType": "application/json",
            "servers": {"here": _server(names, place)},
            "channels": {"session": _channel(names, schemas, entries)},
            "operations": {event: _operation(event, entry, names) for event, entry in entries.items()},
            "components": {
                "messages": {event: _message(event, entry, names, schemas) for event, entry in entries.items()},
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


def _info(place: Place) -> Schema:
    return {
        "title": "vivavoce",
        "version": place.version,
        "description": "A self-hosted, real-time voice server for talking avatars. A Sender (the microphone) streams "
        "speech over Socket.IO 5 on Engine.IO 4, in namespace `/`; the Receivers (the avatars) get text and sound. "
        "Each message is a Socket.IO event by the message's `name` with the payload as its one argument. `receive` "
        "is what the server receives, `send` what it sends.",
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        "tags": [{"$ref": f"#/components/tags/{name}"} for name in TAGS],
    }


def _server(names: Names, place: Place) -> Schema:
    server: Schema = {
        "host": place.host,
        "pathname": place.path,
        "protocol": "wss" if place.is_secure else "ws",
        "protocolVersion": "Socket.IO 5, Engine.IO 4",
        "description": "WebSocket, HTTP long-polling, and the upgrade from one to the other, on one port.",
    }
    return server | ({"security": [{"$ref": "#/components/securitySchemes/token"}]} if place.has_token else {})


def _token(names: Names) -> Schema:
    key = {documented: wire for wire, documented in names.keys.items()}["token"]
    words = (
        f"The key `{key}` of Socket.IO's `auth`, or `Authorization: Bearer`, or a query parameter of that name; "
        "addresses end up in logs."
    )
    return {"type": "httpApiKey", "in": "query", "name": key, "description": words}


def _channel(names: Names, schemas: Schemas, entries: dict[str, Entry]) -> Schema:
    query = schemas.components["Handshake"]
    return {
        "address": "/",
        "title": "A session",
        "description": "Socket.IO's namespace `/`. The query of the request may carry what `auth` carries.",
        "servers": [{"$ref": "#/servers/here"}],
        "messages": {event: {"$ref": f"#/components/messages/{event}"} for event in entries},
        "bindings": {"ws": {"method": "GET", "query": {"type": "object", "properties": query["properties"]}}},
    }


def _operation(event: str, entry: Entry, names: Names) -> Schema:
    operation: Schema = {
        "action": "receive" if event in FROM_CLIENT else "send",
        "channel": {"$ref": _CHANNEL},
        "title": entry.title,
        "summary": f"{'From' if event in FROM_CLIENT else 'To'}: {entry.who}.",
        "description": rename(entry.text, names),
        "tags": [{"$ref": f"#/components/tags/{entry.origin}"}],
        "messages": [_reference(event)],
    }
    if event in CLIENT_EVENTS:
        replies = ("ack", *entry.answers, "custom.error")
        operation["reply"] = {"channel": {"$ref": _CHANNEL}, "messages": [_reference(reply) for reply in replies]}
    return operation


def _reference(event: str) -> Schema:
    return {"$ref": f"{_CHANNEL}/messages/{event}"}


def _message(event: str, entry: Entry, names: Names, schemas: Schemas) -> Schema:
    message: Schema = {
        "name": wire_names(names).get(event, event),
        "title": entry.title,
        "summary": rename(entry.text, names),
        "contentType": "application/json",
        "payload": schemas.payload(event),
        "tags": [{"$ref": f"#/components/tags/{entry.origin}"}],
        "examples": [{"name": example.title, "payload": _example(example, names)} for example in entry.examples],
    }
    if entry.errors:
        message["x-errors"] = [_error(error, names) for error in entry.errors]
    return message


def _error(error: ErrorId, names: Names) -> Schema:
    meaning, remedy = ERRORS[error]
    return {"errorId": int(error), "meaning": meaning, "remedy": rename(remedy, names)}


def _example(example: Example, names: Names) -> Any:
    text = example_text(example, names)
    return msgspec.json.decode(text) if text else None


def example_text(example: Example, names: Names) -> str:
    """The payload as JSON on lines of its own; "" where there is none. Handshake keys are those in force."""
    message = example.message
    if not message:
        return ""
    payload = message.encode() if isinstance(message, str) else msgspec.json.encode(message)
    if example in HANDSHAKE.examples:
        wire = {documented: key for key, documented in names.keys.items()}
        payload = msgspec.json.encode({wire[key]: value for key, value in msgspec.json.decode(payload).items()})
    return msgspec.json.format(payload, indent=2).decode()
