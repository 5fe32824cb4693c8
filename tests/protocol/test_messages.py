"""The messages: their bytes on the wire as docs/protocol.md gives them, and the table of their names."""

from typing import Any, get_args

import msgspec
import pytest

from protocol import socketio
from protocol.connecting import HANDSHAKE_KEYS
from protocol.handsfree import InputIdle, ResponseHeld, ResponseResumed, SessionEcho, SpeechStarted, SpeechStopped
from protocol.messages import (
    CLIENT_EVENTS,
    EVENTS,
    RESERVED,
    AudioDelta,
    BufferInitialized,
    ClientMessage,
    CustomError,
    Metrics,
    Names,
    ResponseCancelled,
    ResponseStarted,
    ServerMessage,
    SessionDraining,
    SessionJoined,
    SessionState,
    SessionUpdated,
    TextDelta,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)
from protocol.mouth import ResponseCue, ResponseMouth, ResponseWords
from protocol.socketio import EVENT, Packet

WIRE: list[tuple[ServerMessage, str]] = [
    (
        SessionJoined("u", "both", "idle", 5),
        '["session.joined",{"sessionId":"u","role":"both","state":"idle","maxPayload":5}]',
    ),
    (SessionUpdated("u", True), '["session.updated",{"sessionId":"u","success":true}]'),
    (SessionUpdated("u", False), '["session.updated",{"sessionId":"u","success":false}]'),
    (SessionUpdated("u", True, ("w",)), '["session.updated",{"sessionId":"u","success":true,"warnings":["w"]}]'),
    (BufferInitialized("u"), '["input.buffer.initialized",{"sessionId":"u"}]'),
    (SpeechStarted(1200), '["input.speech.started",{"audioMs":1200}]'),
    (SpeechStopped(2400), '["input.speech.stopped",{"audioMs":2400}]'),
    (InputIdle(7000), '["input.idle",{"idleMs":7000}]'),
    (TranscribeDelta("so far"), '["request.transcribe.delta",{"text":"so far"}]'),
    (TranscribeDone("hi", "", "en-US"), '["request.transcribe.done",{"text":"hi","sentiment":"","language":"en-US"}]'),
    (ResponseStarted(3), '["response.started",{"turn":3}]'),
    (TextDelta("a"), '["response.text.delta",{"text":"a"}]'),
    (TextDone("a b"), '["response.text.done",{"text":"a b"}]'),
    (
        AudioDelta(id=0, text="", audio="", is_base64=True, done=False, stream_part_done=False, total_number=0),
        '["response.audio.delta",{"id":0,"text":"","audio":"","isBase64":true,"done":false,"streamPartDone":false,'
        '"totalNumber":0}]',
    ),
    (
        ResponseMouth(
            turn=3,
            id=0,
            set="ovr",
            start=0,
            end=520,
            last=False,
            source="phonemes",
            times=(0, 60),
            shapes=(0, 1),
            weights=(0, 0.9),
        ),
        '["response.mouth",{"turn":3,"id":0,"set":"ovr","from":0,"to":520,"last":false,"source":"phonemes",'
        '"times":[0,60],"shapes":[0,1],"weights":[0,0.9]}]',
    ),
    (
        ResponseMouth(
            turn=3,
            id=1,
            set="arkit",
            start=0,
            end=33,
            last=False,
            source="aligned",
            fps=30,
            names=("a",),
            values=(0.5,),
            revised=True,
        ),
        '["response.mouth",{"turn":3,"id":1,"set":"arkit","from":0,"to":33,"last":false,"source":"aligned",'
        '"fps":30,"names":["a"],"values":[0.5],"revised":true}]',
    ),
    (
        ResponseMouth(turn=3, id=1, set="ovr", last=True, times=(7,), shapes=(0,), weights=(0,), cut=True),
        '["response.mouth",{"turn":3,"id":1,"set":"ovr","last":true,"times":[7],"shapes":[0],"weights":[0],"cut":true}]',
    ),
    (
        ResponseWords(3, 1, ("noon",), (260,), (420,), True),
        '["response.words",{"turn":3,"id":1,"words":["noon"],"times":[260],"durations":[420],"last":true}]',
    ),
    (
        ResponseCue(3, 1, 420, "face", "happy", 2),
        '["response.cue",{"turn":3,"id":1,"at":420,"kind":"face","name":"happy","seconds":2}]',
    ),
    (
        Metrics(1),
        '["response.metrics",{"turn":1,"transcript":-1,"firstToken":-1,"firstPart":-1,"firstAudio":-1,"lastAudio":-1}]',
    ),
    (ResponseHeld(3, "duck"), '["response.held",{"turn":3,"how":"duck"}]'),
    (ResponseHeld(3, "pause"), '["response.held",{"turn":3,"how":"pause"}]'),
    (ResponseResumed(3), '["response.resumed",{"turn":3}]'),
    (SessionEcho(180, -14.5, "m"), '["session.echo",{"delayMs":180,"level":-14.5,"message":"m"}]'),
    (ResponseCancelled("reopened"), '["response.cancelled",{"reason":"reopened"}]'),
    (ResponseCancelled("interrupted"), '["response.cancelled",{"reason":"interrupted"}]'),
    (SessionDraining(30), '["session.draining",{"seconds":30}]'),
    (SessionState("speaking"), '["session.state",{"state":"speaking"}]'),
    (CustomError("why", 1000), '["custom.error",{"message":"why","errorId":1000}]'),
]


@pytest.mark.parametrize(("message", "text"), WIRE)
def test_a_message_is_written_as_the_protocol_document_says(message: ServerMessage, text: str) -> None:
    assert socketio.encode(Packet(EVENT, data=[Names().wire[type(message)], message])) == (f"42{text}",)


def test_every_message_of_the_server_has_its_line_above() -> None:
    assert {type(message) for message, _ in WIRE} == set(get_args(ServerMessage))


def test_every_message_has_one_name() -> None:
    assert set(EVENTS.values()) == {*get_args(ClientMessage), *get_args(ServerMessage)}
    assert len(set(EVENTS.values())) == len(EVENTS)
    assert not RESERVED & set(EVENTS)


def test_the_references_names_are_all_there() -> None:
    references = "session.update session.updated input.buffer.append input.buffer.initialized input.buffer.commit "
    references += "request.transcribe.done response.text.done response.audio.delta custom.error"
    assert set(references.split()) <= set(EVENTS)


@pytest.mark.parametrize("kind", EVENTS.values())
def test_no_message_can_be_changed(kind: type[msgspec.Struct]) -> None:
    assert kind.__struct_config__.frozen


def test_without_renamings_the_names_are_the_documented_ones() -> None:
    names = Names()
    assert names.wire == {kind: name for name, kind in EVENTS.items()}
    assert names.documented == {name: name for name in CLIENT_EVENTS}
    assert names.keys == {key: key for key in HANDSHAKE_KEYS}


def test_a_renaming_holds_in_both_directions() -> None:
    names = Names({"input.text": "say", "custom.error": "oops", "token": "apiKey"})
    assert names.documented["say"] == "input.text"
    assert "input.text" not in names.documented
    assert names.wire[CustomError] == "oops"
    assert names.keys["apiKey"] == "token"


def test_two_names_may_be_exchanged() -> None:
    names = Names({"response.text.done": "response.text.delta", "response.text.delta": "response.text.done"})
    assert (names.wire[TextDone], names.wire[TextDelta]) == ("response.text.delta", "response.text.done")


@pytest.mark.parametrize(
    ("renamed", "words"),
    [
        ({"input.txt": "say"}, "no event or handshake key"),
        ({"input.text": ""}, "empty, or reserved"),
        *[({"input.text": name}, "reserved by Socket.IO") for name in sorted(RESERVED)],
        ({"input.text": "custom.error"}, "two names would be 'custom.error'"),
        ({"input.text": "say", "custom.error": "say"}, "two names would be 'say'"),
        ({"token": "role"}, "two names would be 'role'"),
        ({"token": "SESSIONID"}, "two names would be 'sessionid'"),
    ],
)
def test_a_renaming_that_cannot_work_is_refused(renamed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Names(renamed)
