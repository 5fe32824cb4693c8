"""JSON that holds very much: refused before anything of it is made, or read in time that grows no faster than it."""

from collections.abc import Callable

import pytest

from protocol import configuration, engineio, jsontext, socketio, tolerant
from protocol.errors import RemoteProtocolError
from protocol.incoming import read_audio
from protocol.multiplex import Came, ConnectAsked, EventCame, EventLost, Multiplex
from protocol.socketio import MAX_VALUES, Header, Packet, TooMuch
from protocol.timing import Waits
from tests.lag import MOST_GROWTH, growth

MANY = MAX_VALUES + 1
TOO_MUCH = {
    "arrays": '2["e",[' + "[]," * MANY + "0]]",
    "objects": '2["e",[' + "{}," * MANY + "0]]",
    "strings": '2["e",[' + '"",' * MANY + "0]]",
    "strings with escapes": '2["e",[' + '"\\"\\\\",' * MANY + "0]]",
    "keys": '2["e",{' + ",".join(f'"{number}":0' for number in range(MANY)) + "}]",
    "arrays behind a string with brackets": '2["e","' + "[" * MANY + '",[' + "[]," * MANY + "0]]",
    "arrays in arrays": '2["e",' + ",".join(["[[[[[]]]]]"] * (MANY // 5 + 1)) + "]",
    "nesting": '2["e",' + "[" * 100 + "]" * 100 + "]",
    "nesting behind brackets": '2["e",' + "[]," * 5_000 + "[" * 100 + "]" * 100 + "]",
    "what never closes": '2["e",' + "[" * 1_000_000,
    "quotes alone": "2" + '"' * 1_000_000,
    "escaped quotes alone": '2["' + '\\"' * 500_000 + '"' * 2 * MANY,
    "a connect": "0{" + ",".join(f'"{number}":0' for number in range(MANY)) + "}",
    "an ack": "37[" + "[]," * MANY + "0]",
    "numbers beside attachments": '51-["e",{"_placeholder":true,"num":0},' + "0," * MANY + "0]",
    "arrays beside attachments": '51-["e",{"_placeholder":true,"num":0},' + "[]," * MANY + "0]",
}
TAKEN = {
    "as many strings as may be": ('2["e"' + ',""' * (MAX_VALUES - 2) + "]", [""] * (MAX_VALUES - 2)),
    "a text of brackets": ('2["e","' + "[{" * 400_000 + '"]', ["[{" * 400_000]),
    "a text of commas": ('2["e","' + "," * 400_000 + '"]', ["," * 400_000]),
    "a text of quotes": ('2["e","' + '\\"' * 400_000 + '"]', ['"' * 400_000]),
    "a text of backslashes": ('2["e","' + "\\\\" * 400_000 + '"]', ["\\" * 400_000]),
    "quotes behind backslashes": ('2["e","' + '\\\\\\"[' * 100_000 + '"]', ['\\"[' * 100_000]),
    "a Buffer": (
        '2["e",{"type":"Buffer","data":[' + "7," * 400_000 + "7]}]",
        [{"type": "Buffer", "data": [7] * 400_001}],
    ),
}


def joined() -> Multiplex:
    machine = Multiplex(Waits(), 0.0)
    assert machine.receive("0", 0.0) == [ConnectAsked("/", None)]
    machine.accept("/", "sid")
    return machine


@pytest.mark.parametrize("text", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_holds_too_much_is_refused_before_anything_of_it_is_made(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsontext, "decode", None)
    with pytest.raises(TooMuch, match=r"holds more than 10000|nested more than 100 deep"):
        socketio.decode_text(text)


@pytest.mark.parametrize(("text", "arguments"), TAKEN.values(), ids=TAKEN)
def test_what_is_long_and_not_much_is_taken(text: str, arguments: list[object]) -> None:
    packet = socketio.decode_text(text)
    assert isinstance(packet, Packet)
    assert packet.data == ["e", *arguments]


def test_a_long_text_beside_an_attachment_is_taken() -> None:
    header = socketio.decode_text('51-["e",{"_placeholder":true,"num":0},"' + ",[" * 100_000 + '"]')
    assert isinstance(header, Header)
    assert socketio.join(header, [b"x"]).data == ["e", b"x", ",[" * 100_000]


@pytest.mark.parametrize("name", ["arrays", "objects", "strings", "keys", "nesting"])
def test_an_event_that_holds_too_much_is_lost_and_the_connection_goes_on(name: str) -> None:
    machine = joined()
    (lost,) = machine.receive(TOO_MUCH[name].replace("2[", "25[", 1), 0.0)
    assert isinstance(lost, EventLost)
    assert (lost.namespace, lost.name, lost.ack) == ("/", "e", 5)
    came: list[Came] = machine.receive('2["next"]', 0.0)
    assert came == [EventCame("/", "next", [], None)]


@pytest.mark.parametrize("name", ["a connect", "an ack", "numbers beside attachments", "quotes alone"])
def test_what_else_holds_too_much_ends_the_connection_or_is_lost(name: str) -> None:
    machine = joined()
    if name == "quotes alone":
        (lost,) = machine.receive(TOO_MUCH[name], 0.0)
        assert isinstance(lost, EventLost)
        assert lost.name == ""
        return
    with pytest.raises(RemoteProtocolError):
        machine.receive(TOO_MUCH[name], 0.0)


def test_an_event_that_holds_too_much_for_a_namespace_that_is_not_joined_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="not joined"):
        Multiplex(Waits(), 0.0).receive(TOO_MUCH["arrays"], 0.0)


# ---- what is done for the keys of an update


def test_no_more_keys_are_looked_up_than_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def count(key: str, known: object) -> str:
        looked.append(key)
        return ""

    monkeypatch.setattr(tolerant, "nearest", count)
    odd = {f"odd{number}": 0 for number in range(100)}
    named = {"name": "x", **odd}
    sections = {
        "STT": {"provider": named, **odd},
        "LLM": {"provider": named, **odd},
        "TTS": {"provider": named, "responseType": {"name": "single", **odd}, **odd},
    }
    update = configuration.read_update({**odd, **sections})
    assert len(looked) == len(update.warnings) == tolerant.MAX_WARNINGS


# ---- how time grows

WORK: dict[str, tuple[Callable[[int], object], int]] = {
    "numbers": (lambda size: socketio.decode_text('2["e",[' + "0," * size + "0]]"), 100_000),
    "strings without end": (lambda size: refused("2[" + '"\\"' * size), 50_000),
    "brackets without end": (lambda size: refused("2[" + "[{" * size), 100_000),
    "escapes": (lambda size: socketio.decode_text('2["e","' + '\\"\\\\' * size + '"]'), 50_000),
    "a Buffer": (lambda size: read_audio({"type": "Buffer", "data": [200] * size}), 200_000),
    "a Buffer of floats": (lambda size: read_audio({"type": "Buffer", "data": [200.0] * size}), 30_000),
    "base64 in columns": (lambda size: read_audio("AAA A\n" * size), 50_000),
    "tiny packets": (lambda size: list(engineio.decode_payload(b"\x1e".join([b"6"] * size))), 5_000),
    "keys": (lambda size: configuration.read_update({"STT": {f"k{number}": 0 for number in range(size)}}), 10_000),
}


def refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        socketio.decode_text(text)


@pytest.mark.parametrize("name", WORK)
def test_eight_times_the_input_takes_no_more_than_twelve_times_the_time(name: str) -> None:
    work, size = WORK[name]
    assert growth(work, size) <= MOST_GROWTH
