"""Events as servers divide them, and JSON as they write it: by the standard, and beside it."""

import pytest

from adapters.reach.jsontext import Halves, parsed, whole
from adapters.reach.sse import EventReader, ServerSentEvent, TooLong
from tests.lag import MOST_GROWTH, growth

ONE, TWO = '{"a": "ä"}', '{"b": [1, 2]}'


def read(data: bytes, size: int) -> list[tuple[str, str]]:
    """Type and data of each event, the body coming in pieces of this size."""
    reader = EventReader()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    events = [event for piece in pieces for event in reader.feed(piece)] + reader.finish()
    assert not reader.is_torn
    return [(event.event, event.data) for event in events]


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
@pytest.mark.parametrize(
    "body",
    [
        "data: {one}\n\ndata: {two}\n\ndata: [DONE]\n\n",
        "data: {one}\ndata: {two}\ndata: [DONE]\n",
        "data: {one}\rdata: {two}\rdata: [DONE]\r",
        "data:{one}\r\ndata:{two}\r\n\r\ndata:[DONE]",
        "\ufeff: hello\n\n{one}\n{two}\n[DONE]\n",
        "data:\ndata: {one}\ndata: \n{two}\ndata:\ndata: [DONE]\n",
        "id: 1\nretry: 5\n: ping\ndata: {one}\n:\n\n\n\ndata: {two}\nnonsense\n\n[DONE]",
    ],
)
def test_events_come_however_they_are_divided(body: str, size: int) -> None:
    sent = body.replace("{one}", ONE).replace("{two}", TWO).encode()
    assert read(sent, size) == [("message", ONE), ("message", TWO), ("message", "[DONE]")]


@pytest.mark.parametrize("size", [1, 5, 1_000])
def test_a_value_in_several_lines_is_one_event(size: int) -> None:
    bare = '{\n "a":\r\n\n [1,\n{"b": 2}\n]\n}'
    ((_, data),) = read(bare.encode(), size)
    assert parsed(data) == {"a": [1, {"b": 2}]}
    ((kind, data),) = read(b'event: x\ndata: {"a":\ndata: {"b": 2}\ndata: }\n\n', size)
    assert (kind, parsed(data)) == ("x", {"a": {"b": 2}})


def test_each_event_is_there_with_its_line_and_has_its_own_type() -> None:
    reader = EventReader()
    assert reader.feed(b'event: a\ndata: {"a": 1}\n') == [ServerSentEvent("a", '{"a": 1}')]
    assert reader.feed(b'data: {"a": 2}\r') == [ServerSentEvent("message", '{"a": 2}')]
    assert reader.feed(b"\n") == []
    assert reader.feed(b'event: b\n\nevent: c\ndata: {"a": 3}\n') == [ServerSentEvent("c", '{"a": 3}')]
    assert reader.finish() == []


@pytest.mark.parametrize(
    ("end", "is_torn"),
    [(b'data: {"a', True), (b"dat", True), (b"event: b", True), (b": keep-al", False), (b"  ", False), (b"", False)],
)
def test_a_body_that_ends_inside_a_line_is_torn(end: bytes, is_torn: bool) -> None:
    reader = EventReader()
    assert len(reader.feed(b"data: {}\n" + end)) == 1
    assert reader.finish() == []
    assert reader.is_torn is is_torn


def test_an_event_with_its_data_in_endless_lines_is_not_kept() -> None:
    with pytest.raises(TooLong):
        EventReader(100).feed(b"data: [" + b"\ndata: 1,,,,,,,,,,," * 20 + b"\n")


@pytest.mark.parametrize("line", [b"\r", b"\n", b":\n", b"data: {\n", b"data: {}\n", b"{}\r", b'{"\n', b"data: [[]\r"])
def test_the_time_to_read_grows_with_the_length(line: bytes) -> None:
    assert growth(lambda length: EventReader(10_000_000).feed(line * (length // len(line))), 40_000) <= MOST_GROWTH


def test_json_beside_the_standard_is_read() -> None:
    assert parsed('{"a": [NaN, null, "\\ud83d"]}') != parsed("{}")
    assert parsed(b'{"a": "\\ud83d\\ude00"}') == {"a": "😀"}
    for nonsense in ("", "{", "{'a': 1}", "[" * 100_000, "9" * 10_000, b"\xff"):
        with pytest.raises(ValueError, match="what is no JSON"):
            parsed(nonsense)


def test_the_halves_of_a_character_are_joined() -> None:
    halves = Halves()
    pieces = ["a\ud83d", "\ude00b", "", "\ud83d", "", "\ude00", "\ud83d", "c", "\ude00", "\ud83d\ude00", "\ud83d"]
    assert [halves.joined(piece) for piece in pieces] == [
        "a",
        "😀b",
        "",
        "",
        "",
        "😀",
        "",
        "\ufffdc",
        "\ufffd",
        "😀",
        "",
    ]
    assert (halves.rest(), halves.rest()) == ("\ufffd", "")
    assert whole("\ude00\ud83dx😀") == "\ufffd\ufffdx😀"
