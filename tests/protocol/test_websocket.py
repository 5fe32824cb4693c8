"""Frames of WebSocket clients through the rules of RFC 6455, cut in several ways, and what the server's frames are."""

import random
from collections.abc import Iterable

import pytest
from websockets import speedups, utils

from protocol import websocket
from protocol.errors import CloseReason, LocalProtocolError, RemoteProtocolError
from protocol.websocket import (
    NO_CODE,
    FrameReader,
    PingFrame,
    encode_close,
    encode_message,
    encode_ping,
    encode_pong,
)
from tests.adapters.wire.wirefaults import BINARY, CONT, FAULTS, MOST, PING, TEXT, frame
from tests.cycles import freed_by_counting
from tests.protocol.websocketcases import BAD_TEXTS, CASES, GOOD_TEXTS, cut, played

FEW = 20_000
"""Bytes up to which a case is sent byte by byte."""
SPLITS = ("whole", "in reads of 64 kB", "byte by byte", "at random")


def split(data: bytes, how: str) -> Iterable[bytes]:
    """The reads in which `data` comes."""
    match how:
        case "whole":
            return (data,)
        case "in reads of 64 kB":
            return cut(data, 65_536)
        case "byte by byte":
            return cut(data, 1 if len(data) <= FEW else 997)
        case _:
            dice, reads, at = random.Random(len(data)), [], 0
            while at < len(data):
                size = dice.choice((1, 2, 3, 5, 8, 50, 1_000, 10_000) if len(data) <= FEW else (1, 997, 10_000))
                reads.append(data[at : at + size])
                at += size
            return reads


# ---- the cases


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_read_as_the_rules_say_however_it_is_cut(name: str) -> None:
    case = CASES[name]
    for how in SPLITS:
        received, code = played(split(case.sent, how))
        assert tuple(received) == case.received, how
        assert [type(one) for one in received] == [type(one) for one in case.received], how
        assert code == case.code, how


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_its_code_however_it_is_cut(name: str) -> None:
    data, code = FAULTS[name]
    for how in SPLITS:
        received, fault = played(split(frame(TEXT, b"40") + data, how), MOST)
        assert received[:1] == ["40"], how
        assert fault == code, how


def test_a_case_is_the_same_when_one_frame_is_read_at_a_time() -> None:
    for name, case in CASES.items():
        if len(case.sent) <= FEW:
            received, code = played((case.sent,), limit=1)
            assert (tuple(received), code) == (case.received, case.code), name


# ---- UTF-8


@pytest.mark.parametrize("before", [b"", b"4", "4€".encode()])
@pytest.mark.parametrize("name", BAD_TEXTS)
def test_bad_text_is_told_with_the_first_byte_that_shows_it(name: str, before: bytes) -> None:
    bad, wrong = BAD_TEXTS[name]
    data = frame(TEXT, before + bad + bytes(50))
    shown = 6 + len(before) + wrong + 1
    reader = FrameReader(MOST)
    assert reader.receive(data[: shown - 1]) == []
    with pytest.raises(RemoteProtocolError, match="not UTF-8") as raised:
        reader.receive(data[shown - 1 : shown])
    assert raised.value.reason is CloseReason.BAD_TEXT


@pytest.mark.parametrize("name", BAD_TEXTS)
def test_bad_text_is_told_in_fragments_before_the_last_one(name: str) -> None:
    bad, wrong = BAD_TEXTS[name]
    pieces = [frame(TEXT, b"4", fin=False), *(frame(CONT, piece, fin=False) for piece in cut(bad, 1))]
    received, code = played(pieces[: wrong + 1], MOST)
    assert (received, code) == ([], None)
    assert played(pieces[: wrong + 2], MOST) == ([], 1007)


@pytest.mark.parametrize("name", GOOD_TEXTS)
def test_good_text_is_read_at_each_place_where_a_read_may_end(name: str) -> None:
    data = frame(TEXT, b"4" + GOOD_TEXTS[name].encode())
    for at in range(len(data)):
        assert played((data[:at], data[at:])) == (["4" + GOOD_TEXTS[name]], None)


# ---- what is waiting


def test_what_came_before_a_fault_is_returned_and_the_next_call_raises() -> None:
    reader = FrameReader(MOST)
    assert reader.receive(frame(TEXT, b"1") + frame(PING, b"2") + frame(3)) == ["1", PingFrame(b"2")]
    states = [reader.has_more]
    for data in (b"", frame(TEXT, b"3"), b""):
        with pytest.raises(RemoteProtocolError, match="opcode 0x3"):
            reader.receive(data)
        states.append(reader.has_more)
    assert states == [True, False, False, False]


@pytest.mark.parametrize("before", [b"", frame(TEXT, b"1")])
def test_a_reader_with_a_fault_is_freed_without_the_garbage_collector(before: bytes) -> None:
    with freed_by_counting():
        assert played([before + frame(BINARY, bytes(2_000)) + frame(3)])[1] == 1002


def test_no_more_frames_are_read_than_are_asked_for() -> None:
    reader = FrameReader(MOST)
    sent = [*(frame(TEXT, b"%d" % number) for number in range(3)), frame(PING, b"?"), frame(BINARY, b"!")]
    assert reader.receive(b"".join(sent), 2) == ["0", "1"]
    assert reader.has_more
    assert reader.receive(limit=2) == ["2", PingFrame(b"?")]
    assert reader.has_more
    assert reader.receive(limit=2) == [b"!"]
    assert not reader.has_more


def test_fragments_count_as_frames() -> None:
    reader = FrameReader(MOST)
    data = frame(TEXT, b"a", fin=False) + frame(CONT, b"b", fin=False) * 3 + frame(CONT, b"c") + frame(TEXT, b"d")
    for _ in range(2):
        assert reader.receive(data, 2) == []
        assert reader.has_more
        data = b""
    assert reader.receive(limit=2) == ["abbbc", "d"]
    assert not reader.has_more


def test_a_read_that_ends_with_the_last_frame_that_is_asked_for_leaves_nothing() -> None:
    reader = FrameReader(MOST)
    assert reader.receive(frame(TEXT, b"a") * 2, 2) == ["a", "a"]
    assert reader.has_more is False


def test_the_beginning_of_a_frame_waits_for_the_next_read() -> None:
    reader = FrameReader(MOST)
    data = frame(TEXT, b"a") * 2 + frame(BINARY, b"b" * 200)
    assert reader.receive(data[:-203], 2) == ["a", "a"]
    waiting = reader.has_more
    assert (waiting, reader.receive(), reader.has_more) == (True, [], False)
    assert reader.receive(data[-203:]) == [b"b" * 200]


def test_more_data_is_refused_while_frames_are_waiting() -> None:
    reader = FrameReader(MOST)
    reader.receive(frame(TEXT, b"a") * 2, 1)
    with pytest.raises(LocalProtocolError):
        reader.receive(frame(TEXT, b"b"))
    assert reader.receive() == ["a"]


# ---- masks


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(("1.", "5."))])
def test_masks_are_taken_off_without_the_routine_in_c(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "apply_mask", utils.apply_mask)
    case = CASES[name]
    for how in SPLITS:
        received, code = played(split(case.sent, how))
        assert (tuple(received), code) == (case.received, case.code)


def test_the_routine_in_c_is_used_where_it_is_installed() -> None:
    assert getattr(websocket, "apply_mask") is speedups.apply_mask  # noqa: B009


# ---- what goes out


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_message_is_one_frame_with_the_shortest_length(size: int) -> None:
    for sent in ("a" * size, b"a" * size):
        data = encode_message(sent)
        head = 2 if size < 126 else 4 if size < 65_536 else 10
        assert data[0] == (0x81 if isinstance(sent, str) else 0x82)
        assert data[1] == (size if head == 2 else 126 if head == 4 else 127)
        assert head == 2 or int.from_bytes(data[2:head]) == size
        assert data[head:] == b"a" * size


def test_text_is_sent_as_utf_8() -> None:
    assert encode_message("4€") == b"\x81\x044\xe2\x82\xac"


def test_a_ping_and_a_pong_carry_at_most_125_bytes() -> None:
    assert encode_ping() == b"\x89\x00"
    assert encode_ping(b"now") == b"\x89\x03now"
    assert encode_pong(b"p" * 125) == b"\x8a\x7d" + b"p" * 125
    for encode in (encode_ping, encode_pong):
        with pytest.raises(LocalProtocolError):
            encode(bytes(126))


def test_the_reason_of_a_close_frame_is_cut_between_two_letters() -> None:
    data = encode_close(1002, "x" + "€" * 60)
    assert data[:4] == bytes((0x88, len(data) - 2, 0x03, 0xEA))
    assert data[4:].decode() == "x" + "€" * 40
    assert encode_close(1000) == b"\x88\x02\x03\xe8"
    assert encode_close(NO_CODE) == b"\x88\x00"


@pytest.mark.parametrize("code", [0, 999, 1004, 1006, 1015, 1016, 2999, 5000, 70_000])
def test_a_code_that_never_stands_in_a_frame_is_not_sent(code: int) -> None:
    with pytest.raises(LocalProtocolError):
        encode_close(code)
