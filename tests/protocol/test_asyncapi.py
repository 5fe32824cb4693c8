"""The AsyncAPI document and the manual: complete, true to the code, and under the names in force."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from actors.deciding.table import RULES
from protocol import socketio
from protocol.asyncapi import ServerAddress, document, example_text
from protocol.configuration import Configuration, SessionUpdate, merge, read_update
from protocol.connecting import HANDSHAKE_KEYS, Acknowledgement, ErrorObject
from protocol.errors import ErrorId, RefusalStatus
from protocol.eventrow import CONNECTING, EventRow, Example
from protocol.handshake import read_handshake
from protocol.incoming import read_event
from protocol.manual import Card, FieldRow, manual
from protocol.messages import (
    CLIENT_EVENTS,
    EVENTS,
    BufferCommit,
    CaptureError,
    CustomError,
    Names,
    SessionState,
    TranscribeDone,
)
from protocol.outgoing import encode_message
from protocol.registry import REGISTRY, ROWS
from protocol.schemas import Schemas
from protocol.states import State

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
RENAMED = Names({"session.update": "session.configure", "custom.error": "oops", "token": "apiKey"})
SERVER_EVENTS = [event for event in EVENTS if event not in CLIENT_EVENTS]
FROM_CLIENT = [(REGISTRY[event], example) for event in CLIENT_EVENTS for example in REGISTRY[event].examples]
FROM_SERVER = [(REGISTRY[event], example) for event in SERVER_EVENTS for example in REGISTRY[event].examples]
HANDSHAKE = REGISTRY["connect"]


def read(names: Names | None = None, address: ServerAddress | None = None) -> Any:
    """The document."""
    return json.loads(document(names or Names(), address or ServerAddress()))


def arguments(row: EventRow, example: Example) -> list[Any]:
    """What a client sends that copies the example."""
    text = example_text(row, example, Names())
    return [json.loads(text)] if text else []


def references(node: Any) -> Iterator[str]:
    """Every `$ref` below `node`."""
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def cards(names: Names | None = None) -> dict[str, Card]:
    """All cards by event."""
    shown = manual(names or Names())
    return {card.event: card for card in (*shown.connecting, *shown.client, *shown.server)}


def rows(card: Card) -> dict[str, FieldRow]:
    """The rows of all forms of a card, by path."""
    return {row.path: row for form in card.forms for row in form.rows}


# ---- complete


def test_every_event_has_its_words() -> None:
    assert list(REGISTRY) == [*CONNECTING, *EVENTS]
    for row in ROWS:
        assert row.title
        assert row.meaning
        assert row.examples


def test_every_key_of_the_handshake_is_documented() -> None:
    assert tuple(row for row in rows(cards()["connect"]) if "." not in row) == HANDSHAKE_KEYS


def test_every_field_is_explained() -> None:
    components = Schemas(Names()).components
    for name, schema in components.items():
        assert schema["description"], name
        for field, said in schema["properties"].items():
            assert said["description"], f"{name}.{field}"


def test_every_error_and_refusal_has_the_meaning_that_the_protocol_document_gives_it() -> None:
    contract = PROTOCOL.read_text(encoding="utf-8")
    for error in ErrorId:
        assert f"| {error:d} | {error.meaning} |" in contract
    for status in RefusalStatus:
        assert f"| {status:d} | {status.meaning} |" in contract


def test_the_states_are_those_of_the_machine() -> None:
    sources = {source for rule in RULES for source in rule.sources}
    assert sources == set(State)
    for message in ("SessionJoined", "SessionState"):
        assert Schemas(Names()).components[message]["properties"]["state"]["enum"] == list(State)


def test_what_a_message_may_hold_is_said_and_not_enforced() -> None:
    """A client of ours that is older than a server takes a state, an error or a number that it does not know."""
    kinds = (SessionState, CustomError, TranscribeDone)
    later: tuple[dict[str, Any], ...] = (
        {"state": "dancing"},
        {"message": "", "errorId": 9_999},
        {"text": "", "sentiment": "wry", "language": ""},
    )
    for kind, payload in zip(kinds, later, strict=True):
        assert msgspec.to_builtins(msgspec.convert(payload, kind)) == payload


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_an_example_and_is_in_the_document(event: str) -> None:
    made = read()
    assert made["components"]["messages"][event]["examples"]
    assert made["operations"][event]["action"] == ("receive" if event in CLIENT_EVENTS else "send")


# ---- true


@pytest.mark.parametrize(("row", "example"), FROM_CLIENT)
def test_an_example_of_a_client_can_be_sent(row: EventRow, example: Example) -> None:
    message = read_event(row.name, arguments(row, example), Names())
    assert type(message) is EVENTS[row.name]
    assert not isinstance(message, SessionUpdate) or not message.warnings


def test_the_full_update_is_the_defaults() -> None:
    full = read_update(*arguments(REGISTRY["session.update"], REGISTRY["session.update"].examples[-1]))
    assert merge(Configuration(), full) == Configuration()
    assert len(full.changes) == sum(len(msgspec.structs.fields(type(part))) for part in _sections())


def _sections() -> tuple[msgspec.Struct, ...]:
    configuration = Configuration()
    return configuration.stt, configuration.llm, configuration.tts, configuration.turn_detection


def test_the_errors_of_a_commit_are_read_as_such() -> None:
    row = REGISTRY["input.buffer.commit"]
    heard = [read_event(row.name, arguments(row, one), Names()) for one in row.examples]
    why = "the microphone was unplugged"
    assert heard == [BufferCommit(), BufferCommit(CaptureError(why, 7)), BufferCommit(CaptureError(why, 500))]


@pytest.mark.parametrize(("row", "example"), FROM_SERVER)
def test_an_example_of_the_server_is_what_it_sends(row: EventRow, example: Example) -> None:
    assert not isinstance(example.message, str)
    (frame,) = encode_message(example.message, Names())
    assert isinstance(frame, str)
    assert json.loads(frame.removeprefix("42")) == [row.name, json.loads(example_text(row, example, Names()))]


@pytest.mark.parametrize("example", HANDSHAKE.examples)
def test_an_example_of_the_handshake_can_be_used(example: Example) -> None:
    (auth,) = arguments(HANDSHAKE, example)
    asked = read_handshake(auth, {}, Names())
    assert asked.role == auth.get("role", "both")


def test_a_renamed_handshake_can_be_used_as_it_is_shown() -> None:
    auth = json.loads(example_text(HANDSHAKE, HANDSHAKE.examples[-1], RENAMED))
    assert read_handshake(auth, {}, RENAMED).token == auth["apiKey"]


def test_the_examples_of_acks_and_refusals_have_their_shapes() -> None:
    ack, refused = REGISTRY["ack"], REGISTRY["connect_error"]
    acks = [msgspec.json.decode(example_text(ack, example, Names()), type=Acknowledgement) for example in ack.examples]
    assert [(ack.success, bool(ack.message)) for ack in acks] == [(True, False), (False, True)]
    refusal = msgspec.json.decode(example_text(refused, refused.examples[0], Names()), type=ErrorObject)
    assert refusal.message == refusal.data.message


# ---- the document


def test_every_reference_leads_somewhere() -> None:
    made = read()
    found = set(references(made))
    assert len(found) > len(EVENTS)
    for reference in found:
        node = made
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_a_renaming_is_in_names_texts_and_keys() -> None:
    made = read(RENAMED)
    messages = made["components"]["messages"]
    assert (messages["session.update"]["name"], messages["custom.error"]["name"]) == ("session.configure", "oops")
    assert "`session.configure`" in messages["session.updated"]["summary"]
    assert "apiKey" in made["components"]["schemas"]["Auth"]["properties"]
    assert made["components"]["securitySchemes"]["token"]["name"] == "apiKey"
    assert b"`session.update`" not in document(RENAMED, ServerAddress())


def test_a_server_with_a_token_says_so() -> None:
    open_server, closed = (
        read()["servers"]["here"],
        read(address=ServerAddress(is_secure=True, has_token=True))["servers"]["here"],
    )
    assert (open_server["protocol"], closed["protocol"]) == ("ws", "wss")
    assert ("security" in open_server, "security" in closed) == (False, True)


def test_what_the_server_always_sends_is_required() -> None:
    schemas = read()["components"]["schemas"]
    assert schemas["Metrics"]["required"] == list(schemas["Metrics"]["properties"])
    assert schemas["SessionUpdated"]["required"] == ["sessionId", "success"]
    assert "required" not in schemas["Configuration"]


# ---- the manual


def test_the_rows_have_paths_kinds_and_defaults() -> None:
    shown = rows(cards()["session.update"])
    assert shown["STT.provider"].kind == "object"
    assert (shown["STT.provider.title"].default, shown["LLM.provider.title"].default) == ('"OpenAI"', '"AI_Games"')
    assert (shown["LLM.temperature"].kind, shown["LLM.temperature"].default) == ("number, 0 to 2", "1.0")
    assert shown["LLM.stop"].kind == "array of string, at most 4"
    assert shown["TTS.responseType.name"].kind == 'one of "multiple", "single"'
    assert rows(cards()["response.audio.delta"])["id"].kind == "integer, 0 or more"


def test_a_payload_of_several_forms_shows_each() -> None:
    assert [form.title for form in cards()["input.buffer.append"].forms] == [
        "base64 string",
        "binary attachment",
        "object",
    ]
    assert [form.title for form in cards()["input.buffer.commit"].forms] == ["no payload", "object", "object"]


def test_the_cards_are_under_the_names_in_force() -> None:
    shown = cards(RENAMED)
    assert shown["session.update"].name == "session.configure"
    assert "apiKey" in rows(shown["connect"])
    assert "`session.configure`" in shown["session.joined"].text


def test_the_event_packet_of_an_example_is_read_back() -> None:
    """From the words on the page through the packet that a client makes of them."""
    row = REGISTRY["input.text"]
    (frame,) = socketio.encode(socketio.Packet(socketio.EVENT, data=["input.text", *arguments(row, row.examples[0])]))
    assert frame == '42["input.text","Hello"]'
