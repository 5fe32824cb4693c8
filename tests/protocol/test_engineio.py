"""Engine.IO packets: the specification's strings both ways, and everything that is none of them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import engineio
from protocol.engineio import EnginePacket, Frame, OpenPacket
from protocol.errors import LocalProtocolError, RemoteProtocolError
from tests.protocol.test_base64text import written

FRAMES = [
    (EnginePacket(engineio.OPEN, '{"sid":"x"}'), '0{"sid":"x"}'),
    (EnginePacket(engineio.CLOSE), "1"),
    (EnginePacket(engineio.PING), "2"),
    (EnginePacket(engineio.PING, "probe"), "2probe"),
    (EnginePacket(engineio.PONG), "3"),
    (EnginePacket(engineio.PONG, "probe"), "3probe"),
    (EnginePacket(engineio.MESSAGE, "HelloWorld"), "4HelloWorld"),
    (EnginePacket(engineio.MESSAGE), "4"),
    (EnginePacket(engineio.MESSAGE, "true"), "4true"),
    (EnginePacket(engineio.MESSAGE, "€ 🎙"), "4€ 🎙"),
    (EnginePacket(engineio.MESSAGE, b"\x01\x02\x03\x04"), b"\x01\x02\x03\x04"),
    (EnginePacket(engineio.MESSAGE, b""), b""),
    (EnginePacket(engineio.UPGRADE), "5"),
    (EnginePacket(engineio.NOOP), "6"),
]
PAYLOADS = [
    (
        [EnginePacket(engineio.MESSAGE, "hello"), EnginePacket(engineio.PING), EnginePacket(engineio.MESSAGE, "world")],
        "4hello\x1e2\x1e4world",
    ),
    (
        [EnginePacket(engineio.MESSAGE, "hello"), EnginePacket(engineio.MESSAGE, b"\x01\x02\x03\x04")],
        "4hello\x1ebAQIDBA==",
    ),
    ([EnginePacket(engineio.MESSAGE, b"")], "b"),
    ([EnginePacket(engineio.MESSAGE)], "4"),
    ([EnginePacket(engineio.MESSAGE, "true"), EnginePacket(engineio.MESSAGE, "12")], "4true\x1e412"),
    ([EnginePacket(engineio.MESSAGE, "€")], "4€"),
    ([EnginePacket(engineio.NOOP)], "6"),
]
TEXT_PACKETS = st.builds(EnginePacket, st.integers(0, 6), st.text(max_size=20))
BINARY_PACKETS = st.builds(EnginePacket, st.just(engineio.MESSAGE), st.binary(max_size=20))


@pytest.mark.parametrize(("packet", "frame"), FRAMES)
def test_a_packet_and_its_frame_are_the_same_both_ways(packet: EnginePacket, frame: Frame) -> None:
    assert engineio.encode_frame(packet) == frame
    assert engineio.decode_frame(frame) == packet


@pytest.mark.parametrize(("packets", "payload"), PAYLOADS)
def test_packets_and_their_payload_are_the_same_both_ways(packets: list[EnginePacket], payload: str) -> None:
    assert "".join(engineio.encode_payload(packets)) == payload
    assert list(engineio.decode_payload(payload.encode())) == packets


@pytest.mark.parametrize("frame", ["", "7", "8x", "9", "a", "bAQID", " 4", "-1", "\x1e", "٤hello", "４hello", "²"])
def test_a_frame_without_a_known_type_is_refused(frame: str) -> None:
    with pytest.raises(RemoteProtocolError, match="from 0 to 6"):
        engineio.decode_frame(frame)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x1e",
        b"4a\x1e",
        b"\x1e4a",
        b"4a\x1e\x1e4b",
        b"7",
        b"4a\x1e9",
        b"d=4hello",
        "٤a".encode(),
        b"\xff",
        b"4a\xc3",
        b"4\xed\xa0\x80",
        b"bA",
        b"bAQ==AQ==",
        b"b####",
        b"bAQ#ID",
        b"bAQ\x00ID",
        "bé".encode(),
    ],
)
def test_a_payload_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        list(engineio.decode_payload(body))


def test_a_binary_packet_is_read_as_the_reference_server_reads_it() -> None:
    sound = bytes(range(256)) * 3
    for encoded in written(sound):
        payload = f"4a\x1eb{encoded}\x1e4b".encode()
        assert list(engineio.decode_payload(payload))[1] == EnginePacket(engineio.MESSAGE, sound)


def test_a_payload_is_not_limited_by_the_number_of_its_packets() -> None:
    assert len(list(engineio.decode_payload(b"\x1e".join([b"4x"] * 1000)))) == 1000


def test_only_a_message_can_be_binary() -> None:
    with pytest.raises(LocalProtocolError):
        engineio.encode_frame(EnginePacket(engineio.PING, b"x"))


def test_the_keys_of_the_handshake_are_the_specifications() -> None:
    opened = OpenPacket("lv_VI97HAXpY6yYWAAAC", ("websocket",), 25000, 20000, 1000000)
    expected = (
        b'{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,'
        b'"maxPayload":1000000}'
    )
    assert msgspec.json.encode(opened) == expected


@given(TEXT_PACKETS | BINARY_PACKETS)
def test_any_packet_survives_its_frame(packet: EnginePacket) -> None:
    assert engineio.decode_frame(engineio.encode_frame(packet)) == packet


@given(st.lists(TEXT_PACKETS.filter(lambda packet: "\x1e" not in packet.data) | BINARY_PACKETS, min_size=1, max_size=5))
def test_any_packets_survive_their_payload(packets: list[EnginePacket]) -> None:
    body = "".join(engineio.encode_payload(packets)).encode()
    assert list(engineio.decode_payload(body)) == packets


@given(st.text(max_size=20) | st.binary(max_size=20))
def test_no_frame_raises_anything_but_the_protocols_error(frame: Frame) -> None:
    try:
        packet = engineio.decode_frame(frame)
    except RemoteProtocolError:
        return
    assert engineio.encode_frame(packet) == frame


@given(st.binary(max_size=40) | st.text("b4A=\x1e é", max_size=12).map(str.encode))
def test_no_payload_raises_anything_but_the_protocols_error(body: bytes) -> None:
    try:
        packets = list(engineio.decode_payload(body))
    except RemoteProtocolError:
        return
    assert len(packets) == body.count(b"\x1e") + 1
