"""Socket.IO packets: the specification's strings both ways, and everything that it calls invalid."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import socketio
from protocol.engineio import Frame
from protocol.errors import LocalProtocolError, RemoteProtocolError
from protocol.messages import RESERVED, AudioDelta
from protocol.socketio import (
    ACK,
    BINARY_ACK,
    BINARY_EVENT,
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    EVENT,
    MAX_ATTACHMENTS,
    Header,
    Packet,
)
from tests.protocol.strategies import JSON_WITH_BYTES, arguments

PLAIN = [
    ("0", Packet(CONNECT)),
    ('0{"sid":"oSO0OpakMV_3jnilAAAA"}', Packet(CONNECT, data={"sid": "oSO0OpakMV_3jnilAAAA"})),
    ("0/admin,", Packet(CONNECT, "/admin")),
    ('0/admin,{"token":"123"}', Packet(CONNECT, "/admin", data={"token": "123"})),
    ('0/x,{"sid":"a"}', Packet(CONNECT, "/x", data={"sid": "a"})),
    ("1", Packet(DISCONNECT)),
    ("1/admin,", Packet(DISCONNECT, "/admin")),
    ('2["foo"]', Packet(EVENT, data=["foo"])),
    ('2["e",1]', Packet(EVENT, data=["e", 1])),
    ('2/admin,["bar"]', Packet(EVENT, "/admin", data=["bar"])),
    ('212["foo"]', Packet(EVENT, ack=12, data=["foo"])),
    ('20["foo"]', Packet(EVENT, ack=0, data=["foo"])),
    ('2/admin,12["e"]', Packet(EVENT, "/admin", 12, ["e"])),
    ("2[5]", Packet(EVENT, data=[5])),
    ('2["é",null,true,1.5,{"a":[]}]', Packet(EVENT, data=["é", None, True, 1.5, {"a": []}])),
    ('2["e",{"_placeholder":false,"num":0}]', Packet(EVENT, data=["e", {"_placeholder": False, "num": 0}])),
    ('312["bar"]', Packet(ACK, ack=12, data=["bar"])),
    ("3/admin,13[]", Packet(ACK, "/admin", 13, [])),
    ('4{"message":"Not authorized"}', Packet(CONNECT_ERROR, data={"message": "Not authorized"})),
    ('4/x,{"message":"Invalid namespace"}', Packet(CONNECT_ERROR, "/x", data={"message": "Invalid namespace"})),
    ('4"Not authorized"', Packet(CONNECT_ERROR, data="Not authorized")),
]
BINARY: list[tuple[str, tuple[bytes, ...], Packet]] = [
    ('51-["baz",{"_placeholder":true,"num":0}]', (b"\x01\x02",), Packet(EVENT, data=["baz", b"\x01\x02"])),
    ('51-["e",{"_placeholder":true,"num":0}]', (b"",), Packet(EVENT, data=["e", b""])),
    (
        '52-/admin,["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
        (b"\x01", b"\x02"),
        Packet(EVENT, "/admin", data=["baz", b"\x01", b"\x02"]),
    ),
    (
        '51-/admin,7["e",{"a":[{"b":{"_placeholder":true,"num":0}}]}]',
        (b"x",),
        Packet(EVENT, "/admin", 7, ["e", {"a": [{"b": b"x"}]}]),
    ),
    ('61-15["bar",{"_placeholder":true,"num":0}]', (b"\x01",), Packet(ACK, ack=15, data=["bar", b"\x01"])),
    ('61-/admin,1[{"_placeholder":true,"num":0}]', (b"\x01",), Packet(ACK, "/admin", 1, [b"\x01"])),
]
DEEP = 100_000
INVALID = {
    "nothing": "",
    "type 7": '7["e"]',
    "type 9": "9",
    "a letter": "x",
    "a digit that is not ASCII": '２["e"]',
    "an event without payload": "2",
    "an event that is a string": '2"e"',
    "an event that is an object": '2{"e":1}',
    "an event that is null": "2null",
    "an event that is true": "2true",
    "an event that is empty": "2[]",
    "an event named null": "2[null]",
    "an event named true": "2[true]",
    "an event named by a list": '2[["e"]]',
    "an event named by an object": "2[{}]",
    "a name that is an attachment": '51-[{"_placeholder":true,"num":0}]',
    "junk after the payload": '2["e"]x',
    "junk before the payload": '2x["e"]',
    "half a payload": '2["e"',
    "a negative ack id": '2-1["e"]',
    "an ack id with a letter": '21a["e"]',
    "an ack id with a point": '21.5["e"]',
    "an ack id with digits that are not ASCII": '2１２["e"]',
    "an ack id without end": "2" + "1" * 40 + '["e"]',
    "an ack without id": '3["e"]',
    "an ack without payload": "31",
    "an ack that is no array": '31{"a":1}',
    "a binary ack without id": '61-[{"_placeholder":true,"num":0}]',
    "a count on an event": '21-["e"]',
    "a count on an ack": "31-1[]",
    "a count on a connect": "01-{}",
    "a binary event without count": '5["e"]',
    "a binary event with half a count": '51["e"]',
    "a negative count": '5-1-["e"]',
    "a count that is not ASCII": '5１-["e"]',
    "a count without end": "5" + "1" * 40 + '-["e"]',
    "too many attachments": f'5{MAX_ATTACHMENTS + 1}-["e"]',
    "a connect that is an array": "0[]",
    "a connect that is a string": '0"token"',
    "a connect that is a number": "01",
    "a disconnect with payload": "1{}",
    "a connect error without payload": "4",
    "a connect error that is a list": "4[]",
    "NaN": '2["e",NaN]',
    "Infinity": '2["e",-Infinity]',
    "a comment": '2["e",1/**/]',
    "single quotes": "2['e']",
    "a trailing comma": '2["e",]',
    "a namespace without a comma": '2/admin["e"]',
    "a namespace without end": "2/" + "a" * 1000 + ',["e"]',
    "brackets": "2" + "[" * DEEP,
    "nested arrays": '2["e",' + "[" * DEEP + "]" * DEEP + "]",
    "nested objects": '2["e",' + '{"a":' * DEEP + "1" + "}" * DEEP + "]",
    "nested just too deeply": '2["e",' + "[" * 100 + "]" * 100 + "]",
    "nested arrays with attachments": '51-["e",' + "[" * 900 + '{"_placeholder":true,"num":0}' + "]" * 900 + "]",
}


def message(frames: tuple[Frame, ...]) -> tuple[str, tuple[Frame, ...]]:
    """What Engine.IO would hand on of `frames`: the text without its type, and the attachments."""
    head = frames[0]
    assert isinstance(head, str)
    assert head[0] == "4"
    return head[1:], frames[1:]


@pytest.mark.parametrize(("text", "packet"), PLAIN)
def test_a_packet_and_its_text_are_the_same_both_ways(text: str, packet: Packet) -> None:
    assert socketio.decode_text(text) == packet
    assert message(socketio.encode(packet)) == (text, ())


@pytest.mark.parametrize(("text", "attachments", "packet"), BINARY)
def test_a_binary_packet_and_its_frames_are_the_same_both_ways(
    text: str, attachments: tuple[bytes, ...], packet: Packet
) -> None:
    header = socketio.decode_text(text)
    assert isinstance(header, Header)
    assert header.attachments == len(attachments)
    joined = socketio.join(header, attachments)
    assert joined == packet._replace(type=BINARY_EVENT if packet.type == EVENT else BINARY_ACK)
    assert message(socketio.encode(packet)) == (text, attachments)


@pytest.mark.parametrize(
    ("text", "packet"), [("0/admin", Packet(CONNECT, "/admin")), ("1/admin", Packet(DISCONNECT, "/admin"))]
)
def test_a_namespace_at_the_end_needs_no_comma(text: str, packet: Packet) -> None:
    assert socketio.decode_text(text) == packet


def test_placeholders_may_repeat_and_come_in_any_order() -> None:
    header = socketio.decode_text(
        '52-["e",{"_placeholder":true,"num":1},{"num":0,"_placeholder":true},{"_placeholder":true,"num":1}]'
    )
    assert isinstance(header, Header)
    assert socketio.join(header, [b"a", b"b"]).data == ["e", b"b", b"a", b"b"]


def test_a_binary_event_without_attachments_is_whole_at_once() -> None:
    assert socketio.decode_text('50-["e"]') == Packet(BINARY_EVENT, data=["e"])


def test_as_many_attachments_as_are_allowed_are_taken() -> None:
    header = socketio.decode_text(f'5{MAX_ATTACHMENTS}-["e"]')
    assert isinstance(header, Header)
    assert header.attachments == MAX_ATTACHMENTS


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID.keys())
def test_what_the_specification_calls_invalid_is_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        socketio.decode_text(text)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_reserved_event_name_is_refused(name: str) -> None:
    for text in (f'2["{name}"]', f'51-["{name}",{{"_placeholder":true,"num":0}}]'):
        with pytest.raises(RemoteProtocolError):
            socketio.decode_text(text)


@pytest.mark.parametrize("number", ["1", "-1", "0.0", '"0"', "null", "true", "1e99"])
def test_a_placeholder_without_its_attachment_is_refused(number: str) -> None:
    header = socketio.decode_text(f'51-["e",{{"_placeholder":true,"num":{number}}}]')
    assert isinstance(header, Header)
    with pytest.raises(RemoteProtocolError):
        socketio.join(header, [b"x"])


def test_a_placeholder_without_any_number_is_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        socketio.decode_text('50-["e",{"_placeholder":true}]')


def test_nesting_that_people_use_is_taken() -> None:
    packet = socketio.decode_text('2["e",' + "[" * 98 + "]" * 98 + "]")
    assert isinstance(packet, Packet)


def test_many_brackets_side_by_side_are_not_nesting() -> None:
    packet = socketio.decode_text('2["e",' + ",".join(["[]"] * 5000) + ',"' + "[" * 5000 + '"]')
    assert isinstance(packet, Packet)
    assert len(packet.data) == 5002


@pytest.mark.parametrize("audio", [b"\x01", bytearray(b"\x01"), memoryview(b"\x01")])
def test_bytes_of_any_kind_become_attachments(audio: Any) -> None:
    frames = socketio.encode(Packet(EVENT, data=["e", {"audio": (audio,)}]))
    assert frames == ('451-["e",{"audio":[{"_placeholder":true,"num":0}]}]', b"\x01")


def test_bytes_in_a_struct_become_attachments_under_its_wire_names() -> None:
    piece = AudioDelta(
        id=0, text="hi", audio=b"\x01", is_base64=False, done=True, stream_part_done=True, total_number=1
    )
    head, attachment = socketio.encode(Packet(EVENT, data=["a", piece]))
    assert attachment == b"\x01"
    assert head == (
        '451-["a",{"id":0,"text":"hi","audio":{"_placeholder":true,"num":0},"isBase64":false,"done":true,'
        '"streamPartDone":true,"totalNumber":1}]'
    )


class Album(msgspec.Struct):
    """A struct that holds its bytes further in."""

    sounds: list[bytes]


def test_bytes_further_inside_a_struct_become_attachments_too() -> None:
    frames = socketio.encode(Packet(EVENT, data=["e", Album([b"\x01", b"\x02"])]))
    assert frames[1:] == (b"\x01", b"\x02")


class Labelled(msgspec.Struct, omit_defaults=True):
    """A struct that leaves out what is as usual."""

    sound: bytes
    labels: tuple[str, ...] = ()


def test_a_struct_with_bytes_leaves_out_its_defaults_all_the_same() -> None:
    assert socketio.encode(Packet(EVENT, data=["e", Labelled(b"\x01")])) == (
        '451-["e",{"sound":{"_placeholder":true,"num":0}}]',
        b"\x01",
    )


@pytest.mark.parametrize("data", [object(), "\ud800", {"a": object()}], ids=["object", "surrogate", "inside"])
def test_what_is_not_json_is_our_own_fault(data: object) -> None:
    with pytest.raises(LocalProtocolError):
        socketio.encode(Packet(EVENT, data=["e", data]))


def test_what_is_nested_without_end_is_our_own_fault() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(LocalProtocolError):
        socketio.encode(Packet(EVENT, data=["e", loop]))


NAMESPACES = st.just("/") | st.from_regex(r"/[a-z0-9\-]{1,8}", fullmatch=True)
ACK_IDS = st.none() | st.integers(0, 10**15 - 1)
NAMES = st.text(max_size=10).filter(lambda name: name not in RESERVED)
EVENTS = st.builds(
    lambda namespace, ack, name, rest: Packet(EVENT, namespace, ack, [name, *rest]),
    NAMESPACES,
    ACK_IDS,
    NAMES,
    arguments(JSON_WITH_BYTES),
)
ACKS = st.builds(Packet, st.just(ACK), NAMESPACES, st.integers(0, 10**15 - 1), arguments(JSON_WITH_BYTES))


@given(EVENTS | ACKS)
def test_any_packet_survives_the_wire(packet: Packet) -> None:
    text, attachments = message(socketio.encode(packet))
    decoded = socketio.decode_text(text)
    if isinstance(decoded, Header):
        assert decoded.attachments == len(attachments)
        decoded = socketio.join(decoded, [bytes(item) for item in attachments if isinstance(item, bytes)])
        decoded = decoded._replace(type=EVENT if decoded.type == BINARY_EVENT else ACK)
    assert decoded == packet


@given(
    st.text(max_size=30)
    | st.text('0123456-/,[]{}"ae:', max_size=30)
    | st.from_regex(r"[0-6]\d?-?\[\"e\".*", fullmatch=True)
)
def test_no_text_raises_anything_but_the_protocols_error(text: str) -> None:
    try:
        decoded = socketio.decode_text(text)
    except RemoteProtocolError:
        return
    packet = decoded.packet if isinstance(decoded, Header) else decoded
    assert packet.namespace.startswith("/")
    assert str(packet.type) == text[0]
