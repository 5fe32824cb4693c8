"""Socket.IO on one connection: namespaces, CONNECT in time, attachments in all the ways in which they go wrong."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError
from protocol.multiplex import AckCame, Came, ConnectAsked, EventCame, EventLost, Multiplex, NamespaceLeft
from protocol.timing import Waits
from tests.protocol.strategies import refusal_of

WAITS = Waits(connect_timeout=45.0, attachment_timeout=10.0)
MOST = 200
HEADER = '51-["e",{"_placeholder":true,"num":0}]'
HEADER_OF_TWO = '52-["two",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]'


def multiplex(*joined: str) -> Multiplex:
    machine = Multiplex(WAITS, 0.0, MOST)
    for namespace in joined:
        machine.receive("0" if namespace == "/" else f"0{namespace},", 0.0)
        machine.accept(namespace, "sid")
    return machine


def receive(machine: Multiplex, *messages: Frame) -> list[Came]:
    return [came for message in messages for came in machine.receive(message, 1.0)]


# ---- namespaces


def test_a_connect_is_handed_on_and_its_acceptance_is_the_specifications() -> None:
    machine = Multiplex(WAITS, 0.0, MOST)
    assert receive(machine, '0{"token":"123"}') == [ConnectAsked("/", {"token": "123"})]
    assert machine.accept("/", "wZX3oN0bSVIhsaknAAAI") == ('40{"sid":"wZX3oN0bSVIhsaknAAAI"}',)
    assert (machine.joined, machine.deadline) == (("/",), math.inf)


def test_a_connect_to_another_namespace_is_answered_there() -> None:
    machine = Multiplex(WAITS, 0.0, MOST)
    assert receive(machine, "0/x,") == [ConnectAsked("/x", None)]
    assert machine.accept("/x", "s") == ('40/x,{"sid":"s"}',)


def test_a_refused_connect_leaves_the_client_to_try_again_in_time() -> None:
    machine = Multiplex(WAITS, 0.0, MOST)
    receive(machine, "0/x,")
    assert machine.refuse("/x", {"message": "Invalid namespace"}) == ('44/x,{"message":"Invalid namespace"}',)
    assert (machine.joined, machine.deadline) == ((), 45.0)
    assert receive(machine, "0") == [ConnectAsked("/", None)]


def test_several_namespaces_share_a_connection() -> None:
    machine = multiplex("/", "/admin")
    assert receive(machine, '2["a"]', '2/admin,7["b",1]') == [
        EventCame("/", "a", [], None),
        EventCame("/admin", "b", [1], 7),
    ]


@pytest.mark.parametrize("accepted", [True, False])
def test_a_second_connect_to_the_same_namespace_is_refused(accepted: bool) -> None:
    machine = Multiplex(WAITS, 0.0, MOST)
    receive(machine, "0")
    if accepted:
        machine.accept("/", "sid")
    with pytest.raises(RemoteProtocolError):
        receive(machine, "0")


@pytest.mark.parametrize(
    "text", ['2["e"]', '2/x,["e"]', "1/x,", "3/x,1[]", HEADER.replace("-", "-/x,"), '4/x,{"message":"m"}']
)
def test_a_packet_for_a_namespace_that_is_not_joined_is_refused(text: str) -> None:
    machine = multiplex("/admin")
    with pytest.raises(RemoteProtocolError, match="not joined"):
        receive(machine, text)


def test_a_connect_error_from_a_client_is_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        receive(multiplex("/"), '4{"message":"no"}')


# ---- events and acks


def test_an_event_is_handed_on_with_its_arguments_and_ack() -> None:
    assert receive(multiplex("/"), '212["e",1,{"a":null}]') == [EventCame("/", "e", [1, {"a": None}], 12)]


def test_a_number_as_event_name_becomes_its_digits() -> None:
    assert receive(multiplex("/"), "2[5]") == [EventCame("/", "5", [], None)]


def test_an_ack_is_handed_on() -> None:
    assert receive(multiplex("/"), '312["ok"]') == [AckCame("/", 12, ["ok"])]


def test_a_binary_ack_is_handed_on_when_it_is_whole() -> None:
    assert receive(multiplex("/"), '61-3[{"_placeholder":true,"num":0}]', b"x") == [AckCame("/", 3, [b"x"])]


# ---- CONNECT in time


def test_without_a_connect_in_time_the_connection_is_over() -> None:
    machine = Multiplex(WAITS, 5.0, MOST)
    assert machine.deadline == 50.0
    assert machine.tick(49.9) == []
    with pytest.raises(RemoteProtocolError) as refusal:
        machine.tick(50.0)
    assert refusal.value.reason is CloseReason.NEVER_CONNECTED


def test_asking_again_and_again_does_not_win_time() -> None:
    machine = Multiplex(WAITS, 0.0, MOST)
    for now in (10.0, 20.0, 40.0):
        machine.receive("0/x,", now)
        machine.refuse("/x", {"message": "no"})
    assert machine.deadline == 45.0


def test_who_leaves_the_last_namespace_may_come_back_in_time() -> None:
    machine = multiplex("/", "/x")
    assert machine.receive("1/x,", 90.0) == [NamespaceLeft("/x")]
    assert machine.deadline == math.inf
    assert machine.receive("1", 100.0) == [NamespaceLeft("/")]
    assert machine.deadline == 145.0
    assert machine.receive("0", 140.0) == [ConnectAsked("/", None)]
    machine.accept("/", "sid")
    assert machine.deadline == math.inf


def test_who_leaves_the_last_namespace_and_stays_away_is_reaped() -> None:
    machine = multiplex("/")
    machine.receive("1", 100.0)
    with pytest.raises(RemoteProtocolError) as refusal:
        machine.tick(145.0)
    assert refusal.value.reason is CloseReason.NEVER_CONNECTED


def test_the_server_can_take_a_client_out_of_a_namespace() -> None:
    machine = multiplex("/", "/admin")
    assert machine.disconnect("/admin", 3.0) == ("41/admin,",)
    assert machine.disconnect("/", 3.0) == ("41",)
    assert (machine.joined, machine.deadline) == ((), 48.0)


# ---- attachments


def test_an_event_comes_when_all_of_its_attachments_have() -> None:
    machine = multiplex("/")
    assert receive(machine, HEADER_OF_TWO, b"a") == []
    assert machine.deadline == 11.0
    assert receive(machine, b"b") == [EventCame("/", "two", [b"a", b"b"], None)]
    assert machine.deadline == math.inf


def test_attachments_go_where_their_placeholders_are() -> None:
    header = '52-["e",{"a":[{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":0}]'
    assert receive(multiplex("/"), header, b"0", b"1") == [EventCame("/", "e", [{"a": [b"1"]}, b"0"], None)]


def test_text_where_an_attachment_was_due_loses_that_event_and_is_handled() -> None:
    machine = multiplex("/")
    lost, came = receive(machine, HEADER_OF_TWO.replace("-", "-9"), b"a", '2["text"]')
    assert isinstance(lost, EventLost)
    assert (lost.namespace, lost.name, lost.ack) == ("/", "two", 9)
    assert came == EventCame("/", "text", [], None)


def test_as_many_frames_as_were_owed_are_thrown_away_and_then_all_is_well() -> None:
    machine = multiplex("/")
    receive(machine, HEADER_OF_TWO, '2["text"]')
    assert receive(machine, b"late", b"later") == []
    assert receive(machine, HEADER, b"x") == [EventCame("/", "e", [b"x"], None)]


def test_a_header_between_a_header_and_its_attachment_gets_its_own() -> None:
    machine = multiplex("/")
    came = receive(machine, HEADER, HEADER.replace('"e"', '"f"'), b"of e", b"of f")
    assert [type(item) for item in came] == [EventLost, EventCame]
    assert came[1] == EventCame("/", "f", [b"of f"], None)


@pytest.mark.parametrize("pause", [0.0, 5.0, 10.0, 20.0])
def test_after_an_attachment_that_never_comes_later_binary_events_lose_nothing(pause: float) -> None:
    machine = multiplex("/")
    machine.receive(HEADER, 0.0)
    machine.tick(pause)
    came = machine.receive('2["first text"]', pause)
    for number in range(30):
        came += machine.receive(HEADER, pause + number)
        came += machine.receive(b"%d" % number, pause + number)
    came += machine.receive('2["last text"]', pause + 30)
    events = [item for item in came if isinstance(item, EventCame)]
    assert [event.arguments for event in events] == [[], *[[b"%d" % number] for number in range(30)], []]


def test_an_event_that_waits_for_another_ones_frames_comes_at_the_deadline_at_the_latest() -> None:
    machine = multiplex("/")
    receive(machine, HEADER, '2["text"]', HEADER, b"x")
    assert machine.tick(11.0) == [EventCame("/", "e", [b"x"], None)]


def test_an_attachment_that_does_not_come_in_time_loses_its_event() -> None:
    machine = multiplex("/")
    receive(machine, HEADER)
    assert machine.tick(10.9) == []
    (lost,) = machine.tick(11.0)
    assert isinstance(lost, EventLost)
    assert "in time" in lost.why
    assert machine.deadline == math.inf
    assert receive(machine, b"late") == []


def test_a_lost_ack_is_told_without_a_name() -> None:
    (lost, _) = receive(multiplex("/"), '61-3[{"_placeholder":true,"num":0}]', '2["x"]')
    assert isinstance(lost, EventLost)
    assert (lost.name, lost.ack) == ("", 3)


@pytest.mark.parametrize("before", [(), ('2["e"]',), (HEADER, b"x"), (HEADER, '2["e"]', b"owed")])
def test_a_binary_frame_that_belongs_to_no_event_is_refused(before: tuple[Frame, ...]) -> None:
    machine = multiplex("/")
    receive(machine, *before)
    with pytest.raises(RemoteProtocolError, match="belongs to no event"):
        receive(machine, b"stray")


def test_a_placeholder_without_its_attachment_ends_the_connection() -> None:
    machine = multiplex("/")
    receive(machine, '51-["e",{"_placeholder":true,"num":1}]')
    with pytest.raises(RemoteProtocolError):
        receive(machine, b"x")


def test_an_event_that_grows_too_large_ends_the_connection() -> None:
    machine = multiplex("/")
    receive(machine, HEADER_OF_TWO, b"x" * 100)
    with pytest.raises(RemoteProtocolError) as refusal:
        receive(machine, b"x" * 100)
    assert refusal.value.reason is CloseReason.TOO_LARGE


def test_the_bound_counts_each_event_for_itself() -> None:
    machine = multiplex("/")
    for _ in range(5):
        assert receive(machine, HEADER) == []
        assert len(receive(machine, b"x" * 150)) == 1


# ---- any interleaving

TEXTS = st.sampled_from((HEADER, HEADER_OF_TWO, '2["e"]', "0", "0/x,", "1", "1/x,", "31[]", '2/x,["e"]', "7", ""))


@given(st.lists(TEXTS | st.text(max_size=10) | st.binary(max_size=90) | st.floats(0, 60), max_size=30))
def test_no_messages_raise_anything_but_the_protocols_error(inputs: list[Frame | float]) -> None:
    refusal = refusal_of(RemoteProtocolError, lambda: play(Multiplex(WAITS, 0.0, MOST), inputs))
    reasons = (CloseReason.PROTOCOL_ERROR, CloseReason.NEVER_CONNECTED, CloseReason.TOO_LARGE)
    assert refusal is None or refusal.reason in reasons


def play(machine: Multiplex, inputs: list[Frame | float]) -> None:
    """Messages, and numbers for seconds that pass; every CONNECT is accepted."""
    now = 0.0
    for given_input in inputs:
        now += given_input if isinstance(given_input, float) else 0.0
        came = machine.tick(now) if isinstance(given_input, float) else machine.receive(given_input, now)
        for item in came:
            if isinstance(item, ConnectAsked):
                machine.accept(item.namespace, "sid")
        assert machine.joined or machine.deadline < math.inf


@given(st.lists(st.integers(0, 3), max_size=10), st.data())
def test_every_event_comes_with_its_own_attachments_or_is_told_lost(sizes: list[int], data: st.DataObject) -> None:
    """Every other event is overtaken by the header of the next, which then has the late attachments before its own."""
    machine = multiplex("/")
    came: list[Came] = []
    late = 0
    for number, size in enumerate(sizes):
        placeholders = "".join(f',{{"_placeholder":true,"num":{index}}}' for index in range(size))
        came += receive(machine, f'5{size}-["{number}"{placeholders}]', *[b"late"] * late)
        sent = data.draw(st.integers(0, size)) if number % 2 else size
        came += receive(machine, *[b"%d" % number] * sent)
        late = size - sent
    came += machine.tick(1000.0)
    told = [item for item in came if isinstance(item, EventCame | EventLost)]
    assert [int(item.name) for item in told] == list(range(len(sizes)))
    for item in told:
        assert isinstance(item, EventLost) or item.arguments == [item.name.encode()] * sizes[int(item.name)]
