"""Server messages as frames: bytes become attachments, and messages that can hold none are not searched for them."""

from typing import get_args

import pytest

from protocol.messages import AudioDelta, Names, ServerMessage
from protocol.outgoing import WITH_BYTES, encode_message
from protocol.registry import ROWS
from protocol.socketio import EVENT, Packet, encode

MESSAGES = [example.message for row in ROWS for example in row.examples if isinstance(example.message, ServerMessage)]


def piece(audio: str | bytes) -> AudioDelta:
    """A piece of sound."""
    return AudioDelta(2, "Hi", audio, isinstance(audio, str), done=True, stream_part_done=True, total_number=3)


def test_sound_alone_may_be_bytes() -> None:
    assert {AudioDelta} == WITH_BYTES


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_that_is_not_searched_is_what_the_search_makes_of_it(message: ServerMessage) -> None:
    names = Names({"session.state": "zustand"})
    assert encode_message(message, names) == encode(Packet(EVENT, data=[names.wire[type(message)], message]))


def test_there_is_an_example_of_each_message() -> None:
    assert {type(message) for message in MESSAGES} == {*get_args(ServerMessage)}


def test_sound_follows_as_an_attachment_or_stands_in_the_text() -> None:
    head, tail = (
        '["response.audio.delta",{"id":2,"text":"Hi","audio":',
        ',"done":true,"streamPartDone":true,"totalNumber":3}]',
    )
    assert encode_message(piece(b"\0\1"), Names()) == (
        f'451-{head}{{"_placeholder":true,"num":0}},"isBase64":false{tail}',
        b"\0\1",
    )
    assert encode_message(piece("AAE="), Names()) == (f'42{head}"AAE=","isBase64":true{tail}',)
