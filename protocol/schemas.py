"""The JSON schemas of all payloads, made from the structs of the messages with what is said of their fields."""

import re
from typing import Annotated, Any, get_args, get_origin

import msgspec

from protocol.connecting import Auth
from protocol.messages import EVENTS, Names, ServerMessage
from protocol.registry import ROWS

Schema = dict[str, Any]
_SCHEMAS = "#/components/schemas/"


class Schemas:
    """The schemas under the names in force: `forms` of each event by its documented name, and their `components`."""

    def __init__(self, names: Names) -> None:
        kinds = [_as_json(kind) for row in ROWS for kind in row.forms]
        refs, components = msgspec.json.schema_components(kinds, ref_template=_SCHEMAS + "{name}")
        ordered = iter(refs)
        whole = {kind.__name__: kind for kind in get_args(ServerMessage) if not kind.__struct_config__.omit_defaults}
        self._names = names
        self._made = components
        self.forms: dict[str, list[Schema]] = {row.name: [next(ordered) for _ in row.forms] for row in ROWS}
        self.components = {name: self._finish(name, made, whole.get(name)) for name, made in components.items()}

    def payload(self, event: str) -> Schema:
        """The schema of an event's payload."""
        forms = self.forms[event]
        return forms[0] if len(forms) == 1 else {"anyOf": forms}

    def resolve(self, schema: Schema) -> Schema:
        """The object that a reference means; any other schema as it is."""
        references = [schema, *schema.get("allOf", ())]
        named: list[str] = [part["$ref"] for part in references if "$ref" in part]
        return self.components[named[0].removeprefix(_SCHEMAS)] if named else schema

    def _finish(self, name: str, made: Schema, whole: type[msgspec.Struct] | None) -> Schema:
        """The component with its words; of a struct that is sent `whole` all fields are required that can be told."""
        described = {key: value for key, value in made.items() if key != "required"}
        properties = {key: self._explain(field) for key, field in made["properties"].items()}
        required = made["required"]
        if whole is not None:
            fields = msgspec.structs.fields(whole)
            required = [field.encode_name for field in fields if field.default is not msgspec.UNSET]
        if name == Auth.__name__:
            wire = {documented: key for key, documented in self._names.keys.items()}
            properties = {wire[key]: field for key, field in properties.items()}
        described["description"] = self._words(made)
        return described | {"properties": properties} | ({"required": required} if required else {})

    def _explain(self, field: Schema) -> Schema:
        """A field with its words, else those of its struct. What stands beside `$ref` would be ignored, so that goes
        into `allOf`.
        """
        if "$ref" not in field:
            return field | {"description": self._words(field)}
        struct = self._made[field["$ref"].removeprefix(_SCHEMAS)]
        beside = {key: value for key, value in field.items() if key != "$ref"}
        words = self._words(field) or self._words(struct)
        return {"allOf": [{"$ref": field["$ref"]}]} | beside | {"description": words}

    def _words(self, schema: Schema) -> str:
        return rename(" ".join(schema.get("description", "").split()), self._names)


def _as_json(kind: Any) -> Any:
    """`kind` with text where a field is text or bytes: msgspec makes no schema of both, and JSON has no bytes."""
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return kind
    fields = msgspec.structs.fields(kind)
    if not any(_is_sound(field.type) for field in fields):
        return kind
    shown = [
        (
            field.name,
            Annotated[str, *field.type.__metadata__] if _is_sound(field.type) else field.type,
            msgspec.field(name=field.encode_name),
        )
        for field in fields
    ]
    return msgspec.defstruct(kind.__name__, shown, namespace={"__doc__": kind.__doc__}, frozen=True)


def _is_sound(hint: Any) -> bool:
    return get_origin(hint) is Annotated and get_args(hint)[0] == str | bytes


def rename(text: str, names: Names) -> str:
    """`text` with the events in it under the names in force."""
    wire = wire_names(names)
    return re.sub("`([^`]+)`", lambda found: f"`{wire.get(found[1], found[1])}`", text)


def wire_names(names: Names) -> dict[str, str]:
    """The name on the wire of each documented event."""
    return {event: names.wire[kind] for event, kind in EVENTS.items()}
