"""Naming is pure: to name an event changes nothing, however often, wherever a conversation may be."""

from enum import Enum
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from actors.deciding import naming
from actors.deciding.account import Account
from actors.deciding.allowances import Allowance
from actors.deciding.events import Admitted, Event, Joined, Measured, PoolsBusy, ShutDown, Spoken
from actors.deciding.limits import Limits
from actors.ports.access import SubjectLimits
from actors.ports.answering import Delivery
from protocol.states import State
from tests.playbook import (
    ME,
    NOBODY,
    Cue,
    Later,
    Playbook,
    answered,
    append,
    asking,
    by,
    cancel,
    clear,
    commit,
    delivered,
    error_commit,
    failed,
    joined,
    later,
    left,
    recognised,
    retracted,
    silent,
    spoken,
    text,
    update,
    words,
    written,
)

LIMITS = Limits(utterance_bytes=40, text_chars=12, answer_chars=120, parts_ahead=2, straggler=0.5)
MANY: dict[str, dict[str, object]] = {"LLM": {"stream": False}, "TTS": {"responseType": "multiple"}}
STREAMED: dict[str, dict[str, object]] = {"LLM": {"stream": True}, "TTS": {"responseType": "multiple", "stream": True}}
HAPPENINGS: tuple[Event | Cue | Later, ...] = (
    update(), update(**MANY), update(**STREAMED), update(LLM={"provider": NOBODY}),
    append(), append(b""), append(b"\x1a\x45\xdf\xa3 head"), append(b"x" * 41), commit(), error_commit(), clear(),
    text("Hello"), text(" "), text("x" * 13), asking(1, text("Hello")), cancel(), by(2, append()), by(2, cancel()),
    words("so far"), recognised("Hello"), recognised(" "), written("One. Two. And thr"), written("<br>"),
    written("ee. 😀"), written("x" * 121), delivered(Delivery(speed=2.0)), retracted(), answered(), spoken(1.0),
    spoken(1.0, part=1), silent(last=False), failed(), joined(2, "receiver"), left(2), left(), joined(ME),
    later(0.3), later(40.0),
)  # fmt: skip
SUBJECTS = (SubjectLimits(), SubjectLimits(turns_per_minute=1, audio_seconds_per_day=0.01), SubjectLimits(0))
STARTS = st.sampled_from(list(State))


def snapshot(root: object) -> object:
    """Everything that can be reached from `root`, as plain values that compare by what they hold."""
    seen: dict[int, int] = {}

    def walk(one: Any) -> object:
        if one is None or isinstance(one, str | bytes | int | float | Enum):
            return one
        if hasattr(one, "pattern"):  # a compiled regular expression, of whichever library
            return one.pattern
        if id(one) in seen:
            return seen[id(one)]
        seen[id(one)] = len(seen)
        if isinstance(one, dict):
            return [(walk(key), walk(value)) for key, value in one.items()]
        if isinstance(one, list | tuple):
            return [walk(value) for value in one]
        if isinstance(one, set | frozenset):
            return sorted((walk(value) for value in one), key=repr)
        if isinstance(one, msgspec.Struct):
            return [type(one).__name__, *(walk(getattr(one, name)) for name in one.__struct_fields__)]
        if callable(one):
            return repr(one)
        if hasattr(one, "__dict__"):
            return [type(one).__name__, walk(vars(one))]
        return [walk(value) for value in one]  # a deque

    return walk(root)


def can_come(pb: Playbook, event: Event) -> bool:
    """Whether a session is told so: of parts that were begun alone, and of sockets that are there or new."""
    match event:
        case Spoken(part=part):
            return any(one.id == part for one in pb.conversation.turn.parts._in_hand)
        case Joined(member):
            return member not in pb.conversation.participants and not (member == ME and pb.conversation.senders)
        case _:
            return True


def every_event(pb: Playbook) -> list[Event]:
    """All that could happen now."""
    cues = [happening for happening in HAPPENINGS if not isinstance(happening, Later)]
    told = [happening(pb) if callable(happening) else happening for happening in cues]
    always: list[Event] = [Admitted(pb.turn), Measured(pb.turn, 0.02), PoolsBusy(pb.turn, "LLM"), ShutDown()]
    return [event for event in told if can_come(pb, event)] + always


@given(STARTS, st.lists(st.sampled_from(HAPPENINGS), max_size=12), st.booleans(), st.sampled_from(SUBJECTS))
def test_to_name_an_event_twice_changes_nothing(
    start: State, happenings: list[Event | Cue | Later], crowded: bool, subject: SubjectLimits
) -> None:
    pb = Playbook(LIMITS).at(start)
    pb.conversation.allowance = Allowance(subject)
    pb.conversation.account = Account(2_000) if crowded else pb.conversation.account
    for happening in happenings:
        event = happening(pb) if callable(happening) else happening
        if isinstance(event, Later) or can_come(pb, event):
            pb >> event
            pb.skip()
        before = snapshot(pb.conversation)
        for event in every_event(pb):
            first = naming.name(pb.conversation, event, pb.now)
            second = naming.name(pb.conversation, event, pb.now)
            naming.name_due(pb.conversation)
            assert snapshot(pb.conversation) == before
            assert (first is None) == (second is None)
            if first is not None and second is not None:
                assert first.trigger is second.trigger
                assert first.payload == second.payload


def test_the_snapshot_sees_what_changes() -> None:
    pb = Playbook().at(State.RESPONDING)
    pb >> update(**MANY)
    pb.skip() >> text("Hello")
    pb.skip()
    before = snapshot(pb.conversation)
    assert snapshot(pb.conversation) == before
    pb.conversation.turn.write("One")
    written_once = snapshot(pb.conversation)
    assert written_once != before
    pb.conversation.turn.finish_text(pb.conversation.turn.remainder())
    assert snapshot(pb.conversation) != written_once
