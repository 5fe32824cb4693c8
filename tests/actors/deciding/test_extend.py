"""The short way of a chunk does what the long way does, in every field, and nothing where it is not for it."""

import copy

from hypothesis import event as note
from hypothesis import given
from hypothesis import strategies as st

from actors.deciding import machine
from actors.deciding.account import Account
from actors.deciding.effects import Acknowledge, Feed
from actors.deciding.events import Event, Said
from protocol.messages import BufferAppend
from protocol.states import State
from tests.actors.deciding.test_naming import HAPPENINGS, LIMITS, STARTS, can_come, snapshot
from tests.playbook import ME, Cue, Later, Playbook, later

SAMPLES = bytes(range(20))
CHUNKS = st.sampled_from(
    [SAMPLES, b"", *[b"s", b"snd"] * 3, b"sound", b"\x1a\x45\xdf\xa3 head", b"fLaC\0\0\0\x22 a file", b"x" * 41]
)
MEMBERS = st.sampled_from([ME, ME, 2, 9])
ACKS = st.sampled_from([None, 0, 7])


def play(pb: Playbook, happenings: list[Event | Cue | Later]) -> None:
    """Have all happen that can."""
    for happening in happenings:
        event = happening(pb) if callable(happening) else happening
        if isinstance(event, Later) or can_come(pb, event):
            pb >> event
            pb.skip()


def check_both_ways(pb: Playbook, said: Said) -> bool:
    """Take `said` the short way; whether that took it, and then as the long way does."""
    before = snapshot(pb.conversation)
    long_way = copy.deepcopy(pb.conversation)
    assert isinstance(said.message, BufferAppend)
    feed = machine.extend(pb.conversation, said.member, said.message.audio, pb.now)
    if feed is None:
        assert snapshot(pb.conversation) == before
        return False
    acknowledged = [] if said.ack is None else [Acknowledge(said.member, said.ack)]
    assert machine.step(long_way, said, pb.now) == [feed, *acknowledged]
    assert snapshot(pb.conversation) == snapshot(long_way)
    assert pb.conversation.trace == long_way.trace
    return True


@given(
    STARTS, st.lists(st.sampled_from(HAPPENINGS), max_size=8), st.booleans(),
    st.lists(st.tuples(MEMBERS, CHUNKS, ACKS, st.sampled_from([0.0, 0.4, 50.0])), min_size=1, max_size=6),
)  # fmt: skip
def test_a_chunk_the_short_way_is_the_chunk_the_long_way(
    start: State,
    happenings: list[Event | Cue | Later],
    crowded: bool,
    chunks: list[tuple[int, bytes, int | None, float]],
) -> None:
    pb = Playbook(LIMITS).at(start)
    pb.conversation.account = Account(2_000) if crowded else pb.conversation.account
    play(pb, [*happenings, Said(ME, BufferAppend(SAMPLES))])
    for member, audio, ack, pause in chunks:
        was = pb.conversation.state
        taken = check_both_ways(pb, Said(member, BufferAppend(audio), ack))
        assert was is State.RECEIVING or not taken
        note(f"{was.value}: {'taken' if taken else 'refused'}")
        pb >> later(pause)
        pb.skip()


def test_it_takes_the_chunks_of_an_utterance_and_feeds_who_listens() -> None:
    pb = Playbook().at(State.RECEIVING)
    assert not check_both_ways(pb, Said(ME, BufferAppend(SAMPLES), None))  # its format may be known by it
    pb >> Said(ME, BufferAppend(SAMPLES))
    pb.skip()
    assert all(check_both_ways(pb, Said(ME, BufferAppend(SAMPLES), ack)) for ack in (None, 1, None))
    assert machine.extend(pb.conversation, ME, b"more", pb.now) == Feed(pb.conversation.turn.number, b"more")
