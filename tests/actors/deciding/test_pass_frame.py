"""The short way of a frame does what the long way does, in every field, and nothing where it is not for it."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.deciding import machine
from actors.deciding.events import FrameJudged
from actors.ports.listening import ECHO
from tests.actors.deciding.test_extend import play
from tests.actors.deciding.test_naming import snapshot
from tests.playbook import Playbook, answered, recognised, spoken, text, update, written
from tests.speech import FRAME, VAD, frame, happen, listening, pass_time

SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "echo": st.sampled_from(["mute", "off"]),
        "interruptResponse": st.just(False),
        "threshold": st.sampled_from([0.0, 0.3, 1.0]),
    },
)
STRETCHES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([ECHO, 0.0, 0.2, 0.4, 0.6, 1.0]), st.integers(1, 20)),
        st.sampled_from([text("Hello"), recognised("Hello"), written("Yes."), spoken(5.0), answered(), update()]),
    ),
    max_size=6,
)


def check_both_ways(pb: Playbook, heard: FrameJudged) -> bool:
    """Take `heard` the short way; whether that took it, and then as the long way does."""
    before, long_way = snapshot(pb.conversation), copy.deepcopy(pb.conversation)
    if not machine.pass_frame(pb.conversation, heard):
        assert snapshot(pb.conversation) == before
        return False
    assert machine.step(long_way, heard, pb.now) == []
    assert snapshot(pb.conversation) == snapshot(long_way)
    return True


@settings(max_examples=25)
@given(SETTINGS, STRETCHES)
def test_a_frame_the_short_way_is_the_frame_the_long_way(chosen: dict[str, Any], stretches: list[object]) -> None:
    pb = listening(**chosen)
    for stretch in stretches:
        if not isinstance(stretch, tuple):
            play(pb, [stretch])  # type: ignore[list-item]
            pb.skip_all()
            continue
        speech, frames = stretch
        for number in range(frames):
            heard = frame(pb, speech)
            # Both ways cost some milliseconds, so not every frame goes them.
            if number % 5 or not check_both_ways(pb, heard):
                happen(pb, heard)
            pass_time(pb, FRAME)
            pb.skip_all()


def test_silence_takes_the_short_way_before_speech_and_during_an_answer_and_not_within_an_utterance() -> None:
    pb = listening()
    assert check_both_ways(pb, frame(pb, 0.0))
    assert check_both_ways(pb, frame(pb, 1.0)), "one frame is no speech"
    assert check_both_ways(pb, frame(pb, 1.0))
    onset = frame(pb, 1.0)
    assert not check_both_ways(pb, onset)
    happen(pb, onset)
    assert not check_both_ways(pb, frame(pb, 0.0))
    pb = listening()
    happen(pb, text("Hello"))
    assert check_both_ways(pb, frame(pb, 0.0))
    assert not check_both_ways(pb, FrameJudged(99, b"", 0.0))
    happen(pb, update(turnDetection={**VAD, "type": "none"}))
    assert not check_both_ways(pb, frame(pb, 0.0))
