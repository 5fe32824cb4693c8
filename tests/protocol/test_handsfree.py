"""The wire of hands-free conversations: `turnDetection`, the positions of playback, and what a Receiver can do."""

from typing import Any

import msgspec
import pytest

from protocol.configuration import (
    UNHEARD,
    Configuration,
    Stt,
    TurnDetection,
    merge,
    name_fields,
    read_update,
    unheard,
)
from protocol.errors import BadMessage, ErrorId
from protocol.handsfree import PlaybackPosition, ResponseCreate
from protocol.handshake import PRESETS, BadHandshake, read_handshake
from protocol.incoming import read_event
from protocol.messages import Names

NAMES = Names()
ON = Configuration(turn_detection=TurnDetection("semantic_vad", silence_duration_ms=900))
POSITION = {"turn": 3, "id": 1, "ms": 740, "playing": True}


def updated(payload: object, current: Configuration | None = None) -> TurnDetection:
    update = read_update({"turnDetection": payload})
    assert update.warnings == ()
    return merge(current or Configuration(), update).turn_detection


def refused(name: str, *given_arguments: Any) -> str:
    with pytest.raises(BadMessage) as refusal:
        read_event(name, list(given_arguments), NAMES)
    assert refusal.value.error_id is ErrorId.UNREADABLE
    return refusal.value.message


# ---- turnDetection


def test_nothing_listens_until_a_client_asks() -> None:
    assert not Configuration().turn_detection.on
    assert not updated({"type": "none"}).on
    assert updated({"type": "server_vad"}).on
    assert updated({"type": "semantic_vad"}).on


def test_every_field_is_read() -> None:
    payload = {
        "type": "server_vad",
        "threshold": 0.7,
        "prefixPaddingMs": 200,
        "silenceDurationMs": 900,
        "eagerness": "low",
        "createResponse": False,
        "interruptResponse": False,
        "idleTimeoutMs": 7000,
        "speculate": False,
        "backchannels": "interrupt",
        "echo": "mute",
    }
    expected = TurnDetection("server_vad", 0.7, 200, 900, "low", False, False, 7000, False, "interrupt", "mute")
    assert updated(payload) == expected
    assert msgspec.to_builtins(expected) == payload


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_is_as_if_there_were_no_detection(nothing: object) -> None:
    assert updated(nothing, ON) == updated({"type": nothing, "silenceDurationMs": nothing}, ON) == TurnDetection()


@pytest.mark.parametrize("payload", [{}, {"STT": {"mediaFormat": "wav"}}, {"turnDetection": {}}])
def test_an_update_of_something_else_leaves_it_as_it_was(payload: dict[str, Any]) -> None:
    assert merge(ON, read_update(payload)).turn_detection == ON.turn_detection


def test_a_field_alone_leaves_the_others() -> None:
    assert updated({"eagerness": "high"}, ON) == msgspec.structs.replace(ON.turn_detection, eagerness="high")


def test_a_change_of_it_leaves_the_other_sections() -> None:
    configured = Configuration(stt=Stt(media_format="pcm16"))
    assert merge(configured, read_update({"turnDetection": {"type": "server_vad"}})).stt == configured.stt


def test_keys_and_words_are_read_in_any_case_and_whole_floats_as_integers() -> None:
    payload = {"TYPE": "Semantic_VAD", "prefixpaddingms": 200.0, "idleTimeoutMS": 7000.0, "Eagerness": "LOW"}
    expected = TurnDetection("semantic_vad", prefix_padding_ms=200, idle_timeout_ms=7000, eagerness="low")
    assert updated(payload) == expected
    assert merge(Configuration(), read_update({"TURNDETECTION": payload})).turn_detection == expected


@pytest.mark.parametrize("zero", [0, 0.0])
def test_zero_is_zero(zero: float) -> None:
    asked = updated({"prefixPaddingMs": zero, "idleTimeoutMs": zero, "threshold": zero}, ON)
    assert (asked.prefix_padding_ms, asked.idle_timeout_ms, asked.threshold) == (0, 0, 0.0)


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("type", "vad", 'came "vad", allowed: none, server_vad, semantic_vad'),
        ("type", True, "came true, allowed: none, server_vad, semantic_vad"),
        ("threshold", 1.01, "came 1.01, allowed: a number from 0 to 1"),
        ("threshold", "0.5", 'came "0.5", allowed: a number from 0 to 1'),
        ("prefixPaddingMs", 2001, "came 2001, allowed: a whole number from 0 to 2000"),
        ("prefixPaddingMs", -1, "came -1, allowed: a whole number from 0 to 2000"),
        ("silenceDurationMs", 0, "came 0, allowed: a whole number from 100 to 10000"),
        ("silenceDurationMs", 99.5, "came 99.5, allowed: a whole number from 100 to 10000"),
        ("silenceDurationMs", 10_001, "came 10001, allowed: a whole number from 100 to 10000"),
        ("eagerness", "eager", 'came "eager", allowed: low, medium, high, auto'),
        ("createResponse", "yes", 'came "yes", allowed: true or false'),
        ("interruptResponse", 1, "came 1, allowed: true or false"),
        *[
            ("idleTimeoutMs", value, f"came {value}, allowed: 0, or a whole number from 5000 to 30000")
            for value in (1, 4999, 30_001, -5000, 5000.5)
        ],
        ("idleTimeoutMs", True, "came true, allowed: 0, or a whole number from 5000 to 30000"),
        ("speculate", [], "came [], allowed: true or false"),
        ("backchannels", "keep", 'came "keep", allowed: ignore, interrupt'),
        ("echo", "on", 'came "on", allowed: auto, mute, off'),
    ],
)
def test_a_value_that_it_cannot_have_is_refused_with_what_it_may_be(field: str, value: object, allowed: str) -> None:
    with pytest.raises(BadMessage) as refusal:
        read_update({"STT": {"mediaFormat": "wav"}, "turnDetection": {"type": "server_vad", field: value}})
    assert refusal.value.error_id is ErrorId.BAD_CONFIGURATION
    assert refusal.value.message == f"session.update: turnDetection.{field}: {allowed}"


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(BadMessage, match='turnDetection: came "server_vad", allowed: an object'):
        read_update({"turnDetection": "server_vad"})


def test_an_unknown_key_is_told_with_the_nearest() -> None:
    update = read_update({"turnDetection": {"type": "server_vad", "silenceMs": 400}})
    (warning,) = update.warnings
    assert warning.startswith("turnDetection.silenceMs: unknown key, ignored (did you mean silenceDurationMs?")


@pytest.mark.parametrize(
    ("current", "payload", "expected"),
    [
        (Configuration(), {"silenceDurationMs": 700}, (UNHEARD,)),
        (Configuration(), {"silenceDurationMs": 700, "type": "server_vad"}, ()),
        (Configuration(), {"silenceDurationMs": 700, "type": "none"}, ()),
        (Configuration(), {"silenceDurationMs": None}, ()),
        (Configuration(), {}, ()),
        (Configuration(), None, ()),
        (ON, {"silenceDurationMs": 700}, ()),
        (ON, {"silenceDurationMs": 700, "type": None}, (UNHEARD,)),
    ],
)
def test_settings_without_a_type_are_told_that_nothing_listens(
    current: Configuration, payload: object, expected: tuple[str, ...]
) -> None:
    update = read_update({"turnDetection": payload})
    assert unheard(merge(current, update), update) == expected


def test_what_a_client_names_is_remembered() -> None:
    named = name_fields(frozenset(), read_update({"turnDetection": {"type": "server_vad", "threshold": 0.4}}))
    assert named == {("turnDetection", "type"), ("turnDetection", "threshold")}
    assert name_fields(named, read_update({"turnDetection": None})) == frozenset()


# ---- response.create, playback.position


@pytest.mark.parametrize("given_arguments", [[], [None], [{}], ["now"], [7, 8]])
def test_a_response_is_asked_for_whatever_the_payload(given_arguments: list[Any]) -> None:
    assert read_event("response.create", given_arguments, NAMES) == ResponseCreate()


@pytest.mark.parametrize(
    "payload",
    [
        POSITION,
        {key.upper(): value for key, value in POSITION.items()},
        {**POSITION, "turn": 3.0, "id": 1.0, "ms": 740.0},
        {**POSITION, "extra": 1, "name": ""},
    ],
)
def test_a_position_is_read_tolerantly(payload: object) -> None:
    assert read_event("playback.position", [payload], NAMES) == PlaybackPosition(3, 1, 740, True)


@pytest.mark.parametrize("number", [0, 2**31 - 1])
def test_a_position_has_no_number_below_zero_and_none_without_a_bound(number: int) -> None:
    payload = {"turn": number, "id": number, "ms": number, "playing": False}
    expected = PlaybackPosition(number, number, number, False)
    assert read_event("playback.position", [payload], NAMES) == expected


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (None, "came nothing, allowed: {turn, id, ms, playing}: three whole numbers, and true or false"),
        ("", "came nothing, allowed: "),
        (7, "came a number, allowed: "),
        ([3, 1, 740, True], "came an array, allowed: "),
        ({}, "without turn, id, ms, playing, allowed: "),
        ({**POSITION, "playing": None}, "without playing, allowed: "),
        ({**POSITION, "ms": 740.5}, "ms: came 740.5, allowed: a whole number from 0 to 2147483647"),
        ({**POSITION, "ms": -1}, "ms: came -1, allowed: a whole number from 0"),
        ({**POSITION, "ms": 2**31}, "ms: came 2147483648, allowed: a whole number from 0"),
        ({**POSITION, "ms": 1e300}, "ms: came 1e300, allowed: a whole number from 0"),
        ({**POSITION, "ms": float("inf")}, "ms: came a number that is too large, allowed: a whole number from 0"),
        ({**POSITION, "turn": "3"}, 'turn: came "3", allowed: a whole number from 0'),
        ({**POSITION, "id": True}, "id: came true, allowed: a whole number from 0"),
        ({**POSITION, "playing": 1}, "playing: came 1, allowed: true or false"),
    ],
)
def test_a_position_that_cannot_be_read_is_told_what_it_should_be(payload: object, words: str) -> None:
    assert refused("playback.position", payload).startswith(f"playback.position: {words}")


# ---- holds


def test_a_receiver_says_that_it_can_hold() -> None:
    assert not read_handshake({}, {}, NAMES).encoding.holds
    for value in (True, "true", 1):
        assert read_handshake({"HOLDS": value}, {}, NAMES).encoding.holds
    assert read_handshake(None, {"holds": "1"}, NAMES).encoding.holds
    assert not read_handshake({"holds": False}, {"holds": "1"}, NAMES).encoding.holds
    assert not read_handshake({"holds": None}, {}, NAMES).encoding.holds
    with pytest.raises(BadHandshake, match='holds: came "maybe", allowed: true or false'):
        read_handshake({"holds": "maybe"}, {}, NAMES)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_does_not_say_so_by_itself(preset: str) -> None:
    assert not read_handshake({"client": preset}, {}, NAMES).encoding.holds
    assert read_handshake({"client": preset, "holds": True}, {}, NAMES).encoding.holds
