"""The generated tables of docs/protocol.md: keys, events, fields, errors and states, between markers in its prose."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from docs.markedpage import fill
from docs.messages import table
from protocol.errors import RefusalStatus
from protocol.manual import Card, FieldRow, Manual, PayloadForm, manual
from protocol.messages import Names
from protocol.mouth import SHAPES
from protocol.states import State

PAGE: Final = Path(__file__).parent / "protocol.md"
MOST_VALUES: Final = 4
"""Values of an enumeration that a cell of a table has room for."""


def protocol() -> str:
    """docs/protocol.md as it is, with its tables as the code has them; raises KeyError for a marker of no table."""
    shown = manual(Names())
    return fill(PAGE, {name: partial(make, shown) for name, make in TABLES.items()})


def _handshake(shown: Manual) -> Iterator[str]:
    connect = next(card for card in shown.connecting if card.event == "connect")
    return table(("key", "type", "what it is"), ((_code(row.path), row.kind, row.text) for row in _rows(connect)))


def _refusals(shown: Manual) -> Iterator[str]:
    return table(
        ("`statusCode`", "the connection is refused"),
        ((f"{status:d}", status.meaning) for status in RefusalStatus),
    )


def _configuration(shown: Manual) -> Iterator[str]:
    update = next(card for card in shown.client if card.event == "session.update")
    rows = (row for row in _rows(update) if row.kind != "object" or "." in row.path)
    return table(
        ("field", "type", "default", "what it is"),
        ((_code(row.path), row.kind, _code(row.default), row.text) for row in rows),
    )


def _client_events(shown: Manual) -> Iterator[str]:
    rows = ((_event(card), card.who, _payload(card), card.text) for card in shown.client)
    return table(("event", "from", "payload", "what it does"), rows)


def _server_events(shown: Manual) -> Iterator[str]:
    rows = ((_event(card), card.who, _payload(card), card.text) for card in shown.server)
    return table(("event", "to", "payload", "what it says"), rows)


def _errors(shown: Manual) -> Iterator[str]:
    rows = ((str(problem.number), problem.meaning, problem.remedy) for problem in shown.problems)
    return table(("id", "meaning", "what the client can do"), rows)


def _states(shown: Manual) -> Iterator[str]:
    return table(("state", "what it means"), ((_code(state.value), state.meaning) for state in State))


def _shapes(shown: Manual) -> Iterator[str]:
    """The list of each set, with its indexes."""
    lists = (
        (_code(name), ", ".join(f"{index} {_code(shape)}" for index, shape in enumerate(shapes)))
        for name, shapes in SHAPES.items()
    )
    return table(("set", "shapes"), lists)


TABLES: Final[dict[str, Callable[[Manual], Iterator[str]]]] = {
    "handshake": _handshake,
    "refusals": _refusals,
    "client events": _client_events,
    "configuration": _configuration,
    "server events": _server_events,
    "errors": _errors,
    "states": _states,
    "shapes": _shapes,
}


def _event(card: Card) -> str:
    return f"{_code(card.name)} **{'ref' if card.origin == 'reference' else 'ext'}**"


def _payload(card: Card) -> str:
    """The forms of the payload, in short; the configuration has a table of its own."""
    if card.event == "session.update":
        return "the configuration below"
    return " or ".join(_form(form) for form in card.forms)


def _form(form: PayloadForm) -> str:
    keys = (f'"{row.path}"{"" if row.is_required else "?"}: {_type(row.kind)}' for row in form.rows if _is_top(row))
    return _code(f"{{{', '.join(keys)}}}").replace("|", "\\|") if form.rows else form.title


def _is_top(row: FieldRow) -> bool:
    return "." not in row.path


def _type(kind: str) -> str:
    """A type of the manual in short; of a long enumeration the type of its values."""
    short = {"string": "str", "boolean": "bool", "integer": "int", "array of string": "[str]", "object": "{…}"}
    if kind.endswith("a UUID"):
        return "uuid"
    values = kind.removeprefix("one of ").split(", ")
    if kind.startswith("one of "):
        kind = "string" if values[0].startswith('"') else "integer"
        return "|".join(values) if len(values) <= MOST_VALUES else short[kind]
    return short.get(kind.partition(",")[0], kind)


def _rows(card: Card) -> Iterator[FieldRow]:
    return (row for form in card.forms for row in form.rows)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
