"""The machine owns what is legal: a session refuses what the machine has no row for, whatever the table says."""

from typing import Any

import pytest

from actors.deciding import machine, naming, speechnaming, triggers
from actors.deciding.effects import Acknowledge, DropQueued, Release
from actors.deciding.events import Said
from actors.deciding.graph import MACHINE
from actors.deciding.states import HANDSHAKEN, IDLE, RECEIVING, RESPONDING
from actors.deciding.step import Step
from protocol.errors import ErrorId
from protocol.messages import BufferAppend, CustomError, SessionJoined
from protocol.states import State
from tests.playbook import (
    ME,
    Cue,
    Playbook,
    append,
    asking,
    clear,
    commit,
    failed,
    joined,
    later,
    left,
    recognised,
    state,
    text,
    to,
    update,
    written,
)

WHERE = (
    (update(), IDLE), (append(), HANDSHAKEN), (append(), RECEIVING), (commit(), RECEIVING), (clear(), RECEIVING),
    (text("Hello"), HANDSHAKEN), (append(), RESPONDING), (text(" "), HANDSHAKEN),
)  # fmt: skip
"""Messages whose rows move a session or keep its state, and the chunk that goes through no trigger."""


def named(pb: Playbook, said: Said) -> str:
    """What the table calls it here."""
    occurrence = naming.name(pb.conversation, said, pb.now)
    assert occurrence is not None
    return occurrence.trigger.name


def without(monkeypatch: pytest.MonkeyPatch, event: str, where: State) -> None:
    """The machine loses the row of this event in this state; the table keeps it."""
    rows = MACHINE.events[event].transitions
    monkeypatch.setattr(MACHINE.events[event], "transitions", {name: rows[name] for name in rows if name != where.name})


@pytest.mark.parametrize(("said", "where"), WHERE)
def test_what_the_machine_has_no_row_for_is_refused_in_words(
    pb: Playbook, monkeypatch: pytest.MonkeyPatch, said: Said, where: State
) -> None:
    pb.at(where)
    name = named(pb, said)
    without(monkeypatch, name, where)
    pb >> asking(7, said)
    [told, acknowledged] = pb.skip_all()
    error = CustomError(f"{name} is not possible in the state {where.value}", ErrorId.WRONG_STATE)
    assert (getattr(told, "to", None), getattr(told, "message", None)) == ((ME,), error)
    assert acknowledged == Acknowledge(ME, 7, error)
    assert pb.conversation.state is where


def test_a_chunk_that_the_machine_has_no_row_for_is_not_kept(pb: Playbook, monkeypatch: pytest.MonkeyPatch) -> None:
    pb.at(RECEIVING)
    without(monkeypatch, "append", RECEIVING)
    pb >> append(b"lost") << ErrorId.WRONG_STATE
    pb.finish()
    assert pb.conversation.utterance.audio == b"sound"


@pytest.mark.parametrize(
    ("cue", "event"), [(recognised("Hello"), "transcript"), (recognised(" "), "silence"), (failed("STT"), "failure")]
)
def test_a_result_that_the_machine_has_no_row_for_is_dropped(
    pb: Playbook, monkeypatch: pytest.MonkeyPatch, cue: Cue, event: str
) -> None:
    pb.at(State.TRANSCRIBING)
    without(monkeypatch, event, State.TRANSCRIBING)
    pb >> cue
    pb.finish()
    assert pb.conversation.state is State.TRANSCRIBING


def test_a_socket_that_the_machine_lets_not_in_is_not_in(pb: Playbook, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "join", IDLE)
    pb >> joined(2)
    pb.finish()
    assert list(pb.conversation.participants) == [ME]


def test_an_event_that_the_machine_has_lost_altogether_is_refused(
    pb: Playbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = MACHINE.events
    monkeypatch.setattr(MACHINE, "events", {name: events[name] for name in events if name != "text"})
    pb.at(HANDSHAKEN) >> text("Hello") << ErrorId.WRONG_STATE
    pb.finish()


def test_the_machine_alone_says_where_an_event_leads(pb: Playbook, monkeypatch: pytest.MonkeyPatch) -> None:
    [way] = MACHINE.events["clear"].transitions["RECEIVING"]
    monkeypatch.setattr(way, "dest", "IDLE")
    pb.at(RECEIVING) >> clear() << state("idle")
    pb.finish()


def test_every_event_but_a_chunk_of_an_utterance_goes_through_its_trigger(
    pb: Playbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    process = MACHINE._process

    def note(trigger: Any) -> bool:
        asked.append(trigger.args[0].event.name)
        return bool(process(trigger))

    monkeypatch.setattr(MACHINE, "_process", note)
    pb >> joined(2, "receiver") << SessionJoined
    pb.skip().at(RECEIVING) >> append() >> append() >> commit()
    pb.skip() >> recognised("Hello")
    pb.skip() >> written("Well.")
    pb.skip() >> left(2) >> later(60)
    pb.skip()
    assert asked == [
        "join", "update", "append", "commit", "admitted", "transcript", "written", "leave", "deadline",
    ]  # fmt: skip


def test_an_action_that_breaks_leaves_the_state_as_it_was(pb: Playbook, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> tuple[int, ...]:
        raise RuntimeError("a fault of ours")

    pb.at(RESPONDING)
    monkeypatch.setattr(pb.conversation.turn, "exchange", lambda now: breaks())
    with pytest.raises(RuntimeError):
        machine.step(pb.conversation, Said(ME, BufferAppend(b"sound")), pb.now)
    assert pb.conversation.state is RESPONDING


def test_extend_takes_the_chunk_in_receiving_and_nothing_else(pb: Playbook) -> None:
    chunk = triggers.Chunk(ME, None, b" and more")
    for where in State:
        other = Playbook().at(where)
        assert machine._extend(Step(other.conversation, pb.now), triggers.APPEND(chunk)) is (where is RECEIVING)
        assert not machine._extend(Step(other.conversation, pb.now), triggers.NO_ROOM(chunk))
    pb.at(RECEIVING)
    assert machine._extend(Step(pb.conversation, pb.now), triggers.APPEND(chunk))
    assert pb.conversation.utterance.audio == b"sound and more"


# ---- admission


@pytest.mark.parametrize("typed", [False, True])
def test_a_turn_that_is_not_admitted_fails_and_the_ack_of_its_message_says_so(pb: Playbook, typed: bool) -> None:
    pb.at(HANDSHAKEN if typed else RECEIVING)
    pb.pools_are_full = True
    pb >> asking(7, text("Hello") if typed else commit())
    effects = list(pb.skip_all())
    error = CustomError(speechnaming.BUSY, ErrorId.BUSY)
    at = effects.index(Acknowledge(ME, 7, error))
    assert getattr(effects[at + 1], "message", None) == error
    assert pb.conversation.state is HANDSHAKEN
    assert Release(1) in effects[at:]
    assert any(isinstance(effect, DropQueued) for effect in effects) is typed


@pytest.mark.parametrize("typed", [False, True])
def test_a_turn_that_is_admitted_has_its_message_acknowledged_once(pb: Playbook, typed: bool) -> None:
    pb.at(HANDSHAKEN if typed else RECEIVING) >> asking(7, text("Hello") if typed else commit())
    acks = [effect for effect in pb.skip_all() if isinstance(effect, Acknowledge)]
    assert acks == [Acknowledge(ME, 7)]
    pb >> asking(8, text(" ")) << to(ME, ErrorId.NOTHING_SAID)
    assert pb.refusals() == [8]
