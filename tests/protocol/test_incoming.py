"""Client events: every payload form that docs/protocol.md names, and what is said of every other."""

import base64
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.configuration import SessionUpdate
from protocol.errors import BadMessage, ErrorId
from protocol.incoming import read_audio, read_event
from protocol.messages import (
    CLIENT_EVENTS,
    BufferAppend,
    BufferClear,
    BufferCommit,
    CaptureError,
    InputText,
    Names,
    ResponseCancel,
)
from tests.protocol.strategies import JSON_WITH_BYTES, arguments, refusal_of

NAMES = Names()
AUDIO = bytes(range(256)) * 2 + b"\xfb\xff"
STANDARD = base64.b64encode(AUDIO).decode()
URL_SAFE = base64.urlsafe_b64encode(AUDIO).decode()
NESTED: list[Any] = []
for _ in range(99):
    NESTED = [NESTED]


def refused(name: str, *given_arguments: Any) -> BadMessage:
    with pytest.raises(BadMessage) as refusal:
        read_event(name, list(given_arguments), NAMES)
    return refusal.value


# ---- append


@pytest.mark.parametrize(
    "payload",
    [
        AUDIO,
        STANDARD,
        STANDARD.rstrip("="),
        URL_SAFE,
        URL_SAFE.rstrip("="),
        f"data:audio/webm;base64,{STANDARD}",
        f"data:audio/webm;codecs=opus;base64,{STANDARD}",
        f"data:video/webm;codecs=vp8,opus;base64,{STANDARD}",
        f'data:video/webm;codecs="vp8,opus";base64,{STANDARD}',
        f"DATA:audio/wav;BASE64,{URL_SAFE.rstrip('=')}",
        f"data:;base64,{STANDARD}",
        f"data:;base64,{quote(STANDARD, safe='')}",
        f"data:;base64,{''.join(f'%{ord(letter):02x}' for letter in STANDARD)}%0D%0A",
        "\r\n".join(STANDARD[at : at + 76] for at in range(0, len(STANDARD), 76)),
        f" {STANDARD}\n",
        {"type": "Buffer", "data": list(AUDIO)},
        {"Type": "Buffer", "Data": [float(number) for number in AUDIO]},
    ],
)
def test_a_chunk_is_read_in_each_of_its_forms(payload: object) -> None:
    assert read_event("input.buffer.append", [payload], NAMES) == BufferAppend(AUDIO)


@pytest.mark.parametrize(
    "given_arguments", [[], [None], [""], [b""], ["data:audio/wav;base64,"], [{"type": "Buffer", "data": []}]]
)
def test_an_empty_chunk_is_read_as_no_bytes(given_arguments: list[Any]) -> None:
    assert read_event("input.buffer.append", given_arguments, NAMES) == BufferAppend(b"")


def test_only_the_first_argument_counts() -> None:
    assert read_event("input.buffer.append", ["AQ==", 5, None], NAMES) == BufferAppend(b"\x01")


@pytest.mark.parametrize(
    "payload",
    [
        "A",
        "AAAAA",
        "AQ==AQ==",
        "A=Q=",
        "not base64!",
        "é",
        "AQ\x00=",
        "data:audio/wav,AQ==",
        "data:;base64,AQ%3",
        "data:;base64,AQ%zz",
        "data:;base64,AQ%\n==",
        "data:;base64,AQ%\r\n==",
        "data:;base64,%C3%A9AQ==",
        "data:;base64,%41é",
        "data:;base64," + "%" * 100_000,
        "data:audio/wav;base64,AQ==;base64,AQ==",
        "data:" + "x" * 300 + ";base64,AQ==",
        0,
        1.5,
        True,
        [],
        [1, 2, 3],
        {},
        {"type": "Buffer"},
        {"type": "Buffer", "data": "AQ=="},
        {"type": "Blob", "data": [1]},
        {"type": "Buffer", "data": [256]},
        {"type": "Buffer", "data": [-1]},
        {"type": "Buffer", "data": [1.5]},
        {"type": "Buffer", "data": ["1"]},
        {"type": "Buffer", "data": [None]},
        {"type": "Buffer", "data": [[1]]},
        NESTED,
    ],
)
def test_a_chunk_that_is_none_is_refused_with_what_would_be_right(payload: object) -> None:
    refusal = refused("input.buffer.append", payload)
    assert refusal.error_id is ErrorId.UNREADABLE
    assert refusal.message.startswith("input.buffer.append: ")
    assert "base64" in refusal.message or "0 to 255" in refusal.message
    assert len(refusal.message) < 300


# ---- commit


@pytest.mark.parametrize(
    "given_arguments",
    [
        [],
        [None],
        [""],
        [{}],
        [{"name": "", "message": "", "data": {"message": "", "statusCode": 0}}],
        [{"message": "", "errorId": 0}],
        [{"message": None, "errorId": None, "name": None, "data": None}],
        [{"Message": "", "ErrorId": 0.0}],
        [{"data": {}}],
    ],
)
def test_a_commit_without_an_error_in_any_of_its_empty_forms(given_arguments: list[Any]) -> None:
    assert read_event("input.buffer.commit", given_arguments, NAMES) == BufferCommit()


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (
            {"name": "Error", "message": "mic lost", "data": {"message": "unplugged", "statusCode": 500}},
            CaptureError("unplugged", 500),
        ),
        ({"message": "mic lost", "errorId": 7}, CaptureError("mic lost", 7)),
        ({"message": "mic lost", "errorId": 7.0}, CaptureError("mic lost", 7)),
        ({"message": "mic lost"}, CaptureError("mic lost")),
        ({"Message": "mic lost", "ErrorID": 3}, CaptureError("mic lost", 3)),
        ({"name": "Error", "message": "mic lost", "data": {"message": "", "statusCode": 0}}, CaptureError("mic lost")),
        ({"name": "", "message": "mic lost", "data": {"message": "", "statusCode": 0}}, CaptureError("mic lost")),
        ({"message": "", "data": {"message": "", "statusCode": 500}, "errorId": 0}, CaptureError("", 500)),
        ({"name": "NotAllowedError", "message": ""}, CaptureError("")),
        ({"name": "NotAllowedError"}, CaptureError("")),
        ({"message": None, "errorId": 5}, CaptureError("", 5)),
        ({"data": {"message": "unplugged"}}, CaptureError("unplugged")),
    ],
)
def test_a_commit_with_an_error_in_each_of_its_forms(payload: object, error: CaptureError) -> None:
    assert read_event("input.buffer.commit", [payload], NAMES) == BufferCommit(error)


@pytest.mark.parametrize(
    "payload",
    [
        0,
        1,
        False,
        True,
        [],
        "now",
        b"x",
        {"message": 5},
        {"message": ["x"]},
        {"message": "x", "errorId": "7"},
        {"message": "x", "errorId": 1.5},
        {"message": "x", "errorId": True},
        {"errorId": [1]},
        {"errorId": NESTED},
    ],
)
def test_a_commit_that_is_neither_is_refused(payload: object) -> None:
    refusal = refused("input.buffer.commit", payload)
    assert refusal.error_id is ErrorId.UNREADABLE
    assert "input.buffer.commit: came" in refusal.message
    assert "{message, errorId}" in refusal.message


# ---- the others


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"text": "hello"}, "hello"),
        ({"Text": "hello"}, "hello"),
        ("hello", "hello"),
        (" ", " "),
        ("", ""),
        (None, ""),
        ({}, ""),
        ({"text": None}, ""),
    ],
)
def test_a_typed_turn_is_read_in_each_of_its_forms(payload: object, text: str) -> None:
    assert read_event("input.text", [payload], NAMES) == InputText(text)


@pytest.mark.parametrize("payload", [5, True, [], ["hello"], {"text": 5}, {"text": ["hello"]}, b"hello"])
def test_a_typed_turn_without_text_is_refused_without_repeating_words(payload: object) -> None:
    refusal = refused("input.text", payload)
    assert refusal.error_id is ErrorId.UNREADABLE
    assert "allowed: a string" in refusal.message
    assert "hello" not in refusal.message


@pytest.mark.parametrize("given_arguments", [[], [None], [{}], ["", 1], [5]])
def test_clear_and_cancel_need_no_payload_and_mind_none(given_arguments: list[Any]) -> None:
    assert read_event("input.buffer.clear", given_arguments, NAMES) == BufferClear()
    assert read_event("response.cancel", given_arguments, NAMES) == ResponseCancel()


def test_an_update_is_read_as_one() -> None:
    assert read_event("session.update", [], NAMES) == SessionUpdate()
    refusal = refused("session.update", "STT")
    assert refusal.error_id is ErrorId.BAD_CONFIGURATION


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("input.bufer.append", "did you mean input.buffer.append?"),
        ("Input.Buffer.Commit", "did you mean input.buffer.commit?"),
        ("session_update", "did you mean session.update?"),
        ("xyz", "known: session.update, input.buffer.append"),
        ("", "known: session.update, input.buffer.append"),
        ("response.audio.delta", "unknown event"),
    ],
)
def test_an_unknown_event_is_answered_with_the_nearest_known_one(name: str, hint: str) -> None:
    refusal = refused(name)
    assert refusal.error_id is ErrorId.UNKNOWN_EVENT
    assert hint in refusal.message


def test_an_unknown_event_with_an_endless_name_is_answered_briefly() -> None:
    assert len(refused("session.update" * 100_000).message) < 300


def test_a_renamed_event_is_read_under_its_new_name_alone() -> None:
    names = Names({"input.text": "say"})
    assert read_event("say", ["hello"], names) == InputText("hello")
    with pytest.raises(BadMessage, match="unknown event"):
        read_event("input.text", ["hello"], names)
    with pytest.raises(BadMessage, match="say: came a number"):
        read_event("say", [5], names)


@given(st.sampled_from(CLIENT_EVENTS) | st.text(max_size=20), arguments(JSON_WITH_BYTES))
def test_no_event_raises_anything_but_a_bad_message(name: str, given_arguments: list[Any]) -> None:
    refusal = refusal_of(BadMessage, lambda: read_event(name, given_arguments, NAMES))
    if refusal is None:
        assert name in CLIENT_EVENTS
    else:
        assert refusal.error_id in (ErrorId.UNREADABLE, ErrorId.UNKNOWN_EVENT, ErrorId.BAD_CONFIGURATION)
        assert 0 < len(refusal.message) < 400


@given(st.binary(max_size=60), st.sampled_from(("", "data:audio/webm;base64,")), st.booleans(), st.booleans())
def test_any_bytes_survive_base64(audio: bytes, prefix: str, url_safe: bool, padded: bool) -> None:
    encoded = (base64.urlsafe_b64encode if url_safe else base64.b64encode)(audio).decode()
    assert read_audio(prefix + (encoded if padded else encoded.rstrip("="))) == audio


@given(st.text(max_size=20) | st.text("AQ=-_+/ \n", max_size=12))
def test_no_string_is_read_as_audio_unless_it_is_base64(text: str) -> None:
    try:
        audio = read_audio(text)
    except BadMessage:
        return
    assert len(audio) <= len(text)
