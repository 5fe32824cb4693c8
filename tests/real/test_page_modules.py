"""The page's own modules in a real browser: the order of parts, and Socket.IO packets, however they come."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.real.browser import visiting
from tests.real.programs import Served

pytestmark = pytest.mark.real

PLAYED = """async (pieces) => {
  const { Parts } = await import("/page/parts.js");
  const played = [];
  const parts = new Parts((samples, part) => played.push([part.id, part.text, ...samples]));
  for (const piece of pieces) {
    if (typeof piece === "string") parts.begin(piece === "started" ? 0 : null);
    else parts.take({ ...piece, audio: piece.isBase64 ? piece.audio : new Uint8Array(piece.audio).buffer });
  }
  return played;
}"""

DECODED = """async (messages) => {
  const { Decoder } = await import("/page/packets.js");
  const decoder = new Decoder();
  const plain = (key, value) => value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value;
  return messages.map((message) => {
    const packet = decoder.take(typeof message === "string" ? message : new Uint8Array(message).buffer);
    return JSON.parse(JSON.stringify(packet, plain));
  });
}"""

ENCODED = """async ([args, ack]) => {
  const { encodeEvent } = await import("/page/packets.js");
  const given = args.map((value) => Array.isArray(value) ? new Uint8Array(value).buffer : value);
  const plain = (frame) => typeof frame === "string" ? frame : [...new Uint8Array(frame)];
  return encodeEvent(given, ack ?? undefined).map(plain);
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, vivavoce: Served) -> Iterator[Page]:
    """A page of the server, whose modules can be imported."""
    with visiting(browser, f"{vivavoce.origin}/inspect") as visitor:
        yield visitor.page


def piece(id_: int, *audio: int, ready: bool = False, done: bool = False, text: str = "") -> dict[str, Any]:
    """A piece of part `id_` with these bytes."""
    return {
        "id": id_,
        "text": text,
        "audio": list(audio),
        "isBase64": False,
        "streamPartDone": ready or done,
        "done": done,
    }


def played(page: Page, *pieces: dict[str, Any] | str) -> list[list[Any]]:
    """What is played: the part's id, its text, and the samples."""
    found: list[list[Any]] = page.evaluate(PLAYED, list(pieces))
    return found


# ---- the order of parts


def test_a_piece_of_the_part_whose_turn_it_is_is_played_at_once(page: Page) -> None:
    assert played(page, "started", piece(0, 1, 0, text="one")) == [[0, "one", 1]]


def test_interleaved_pieces_are_played_part_by_part(page: Page) -> None:
    came = (piece(0, 1, 0), piece(1, 3, 0), piece(0, 2, 0, ready=True), piece(1, 4, 0, ready=True, done=True))
    assert [row[2] for row in played(page, "started", *came)] == [1, 2, 3, 4]


def test_parts_that_are_ready_in_another_order_are_played_by_id(page: Page) -> None:
    came = (piece(2, 3, 0, ready=True), piece(1, 2, 0, ready=True), piece(0, 1, 0, ready=True))
    assert [row[0] for row in played(page, "started", *came)] == [0, 1, 2]


def test_who_comes_in_the_middle_begins_with_the_part_that_comes(page: Page) -> None:
    assert [row[0] for row in played(page, "joined", piece(3, 1, 0), piece(3, 2, 0, done=True))] == [3, 3]


def test_a_part_may_close_with_an_empty_piece(page: Page) -> None:
    came = (piece(0, 1, 0), piece(1, 2, 0), piece(0, ready=True), piece(1, done=True))
    assert [row[2] for row in played(page, "started", *came)] == [1, 2]


def test_the_last_message_lets_go_what_waited_for_a_part_that_never_came(page: Page) -> None:
    assert [row[0] for row in played(page, "started", piece(2, 1, 0, ready=True), piece(3, 2, 0, done=True))] == [2, 3]


def test_samples_may_be_cut_between_their_bytes(page: Page) -> None:
    came = (piece(0, 1), piece(0, 1, 2), piece(0, 2, 3, 3, done=True))
    assert [sample for row in played(page, "started", *came) for sample in row[2:]] == [257, 514, 771]


def test_base64_is_sound_too(page: Page) -> None:
    came = {**piece(0, done=True), "audio": "AQACAA==", "isBase64": True}
    assert played(page, "started", came) == [[0, "", 1, 2]]


# ---- packets


@pytest.mark.parametrize(
    ("messages", "packet"),
    [
        (['2["a",{"b":1}]'], {"type": 2, "data": ["a", {"b": 1}]}),
        (['0{"sid":"x"}'], {"type": 0, "data": {"sid": "x"}}),
        (['4{"message":"no","data":{"a":1}}'], {"type": 4, "data": {"message": "no", "data": {"a": 1}}}),
        (['312[{"success":true}]'], {"type": 3, "ack": 12, "data": [{"success": True}]}),
        (["1"], {"type": 1}),
        (
            ['52-["a",{"x":{"_placeholder":true,"num":1},"y":[{"_placeholder":true,"num":0}]}]', [1, 2], [3]],
            {"type": 2, "data": ["a", {"x": [3], "y": [[1, 2]]}]},
        ),
        (['61-7[{"_placeholder":true,"num":0}]', [9]], {"type": 3, "ack": 7, "data": [[9]]}),
    ],
)  # fmt: skip
def test_packets_are_read(page: Page, messages: list[Any], packet: dict[str, Any]) -> None:
    found = page.evaluate(DECODED, messages)
    assert found[:-1] == [None] * (len(messages) - 1)
    assert {key: value for key, value in found[-1].items() if value is not None} == packet


@pytest.mark.parametrize(
    ("args", "ack", "frames"),
    [
        (["input.text", {"text": "a"}], None, ['42["input.text",{"text":"a"}]']),
        (["input.buffer.commit"], 3, ['423["input.buffer.commit"]']),
        (["chunk", [1, 2]], None, ['451-["chunk",{"_placeholder":true,"num":0}]', [1, 2]]),
        (
            ["chunk", [1], [2]],
            5,
            ['452-5["chunk",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', [1], [2]],
        ),
    ],
)
def test_events_are_written(page: Page, args: list[Any], ack: int | None, frames: list[Any]) -> None:
    assert page.evaluate(ENCODED, [args, ack]) == frames
