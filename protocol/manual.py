"""The wire protocol for people: a card for every event, with its payload as rows and examples to copy."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import UNSET

from protocol.asyncapi import example_text
from protocol.errors import ErrorId
from protocol.eventrow import EventRow, Origin
from protocol.messages import EVENTS, Names
from protocol.registry import ROWS
from protocol.schemas import Schema, Schemas, rename, wire_names


class FieldRow(msgspec.Struct, frozen=True):
    """A field of a payload: its dotted path, its type and what it may be, its default as JSON, and what it means."""

    path: str
    kind: str
    default: str
    text: str
    is_required: bool


class PayloadForm(msgspec.Struct, frozen=True):
    """One thing that a payload may be; a plain value has no rows."""

    title: str
    text: str
    rows: tuple[FieldRow, ...]


class Sample(msgspec.Struct, frozen=True):
    """A payload to copy, as JSON; "" where there is none."""

    title: str
    text: str


class Problem(msgspec.Struct, frozen=True):
    """An errorId, what it means, and what to do."""

    number: int
    meaning: str
    remedy: str


class Mention(msgspec.Struct, frozen=True):
    """Another event: its documented name, and what it is called on the wire."""

    event: str
    name: str


class Card(msgspec.Struct, frozen=True):
    """All about one event. `event` is its documented name, `name` what it is called on the wire."""

    event: str
    name: str
    title: str
    who: str
    text: str
    origin: Origin
    is_from_client: bool
    forms: tuple[PayloadForm, ...]
    samples: tuple[Sample, ...]
    problems: tuple[Problem, ...]
    answers: tuple[Mention, ...]


class Manual(msgspec.Struct, frozen=True):
    """The cards, in the order of a conversation, and all errors."""

    connecting: tuple[Card, ...]
    client: tuple[Card, ...]
    server: tuple[Card, ...]
    problems: tuple[Problem, ...]


def manual(names: Names) -> Manual:
    """The manual with events and handshake keys under the `names` in force."""
    schemas = Schemas(names)
    cards = [_card(row, names, schemas) for row in ROWS]
    return Manual(
        tuple(card for card in cards if card.event not in EVENTS),
        tuple(card for card in cards if card.event in EVENTS and card.is_from_client),
        tuple(card for card in cards if card.event in EVENTS and not card.is_from_client),
        tuple(_problem(error, names) for error in ErrorId),
    )


def _card(row: EventRow, names: Names, schemas: Schemas) -> Card:
    wire = wire_names(names)
    return Card(
        event=row.name,
        name=wire.get(row.name, row.name),
        title=row.title,
        who=row.who,
        text=rename(row.meaning, names),
        origin=row.origin,
        is_from_client=row.is_from_client,
        forms=tuple(_form(form, schemas, rename(row.meaning, names)) for form in schemas.forms[row.name]),
        samples=tuple(Sample(example.title, example_text(row, example, names)) for example in row.examples),
        problems=tuple(_problem(error, names) for error in row.errors),
        answers=tuple(Mention(answer, wire.get(answer, answer)) for answer in row.answer_names),
    )


def _problem(error: ErrorId, names: Names) -> Problem:
    return Problem(int(error), error.meaning, rename(error.remedy, names))


def _form(schema: Schema, schemas: Schemas, meaning: str) -> PayloadForm:
    """One thing that a payload may be; its words only where they are not those of the event itself."""
    found = schemas.resolve(schema)
    rows = tuple(_rows(found, schemas, ""))
    if rows:
        words = found["description"]
        return PayloadForm("object", "" if words == meaning else words, rows)
    return PayloadForm("no payload" if found["type"] == "null" else str(found["title"]), "", ())


def _rows(parent: Schema, schemas: Schemas, prefix: str, defaults: Mapping[str, object] = {}) -> Iterator[FieldRow]:
    """A row for each field, and after one that is an object those of its own; `defaults` win over the fields' own."""
    for name, field in parent.get("properties", {}).items():
        found = schemas.resolve(field)
        default = defaults.get(name, field.get("default", UNSET))
        is_object = "properties" in found
        yield FieldRow(
            path=prefix + name,
            kind="object" if is_object else _kind(found, schemas),
            default="" if is_object or default is UNSET else msgspec.json.encode(default).decode(),
            text=field["description"],
            is_required=name in parent.get("required", ()),
        )
        if is_object:
            yield from _rows(found, schemas, f"{prefix}{name}.", default if isinstance(default, Mapping) else {})


def _kind(schema: Schema, schemas: Schemas) -> str:
    """The type in words, with its limits."""
    if "anyOf" in schema and "type" not in schema:
        return " or ".join(_kind(schemas.resolve(one), schemas) for one in schema["anyOf"])
    if "properties" in schema:
        return "object"
    if "enum" in schema:
        return "one of " + ", ".join(msgspec.json.encode(value).decode() for value in schema["enum"])
    if schema["type"] == "array":
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"array of {_kind(schema['items'], schemas)}{most}"
    if "maximum" in schema:
        return f"{schema['type']}, {schema['minimum']} to {schema['maximum']}"
    least = f", {schema['minimum']} or more" if "minimum" in schema else ""
    return f"{schema['type']}{least}{', a UUID' if schema.get('format') == 'uuid' else ''}"
