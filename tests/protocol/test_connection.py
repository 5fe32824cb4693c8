"""One connection: heartbeat, polling, upgrade and close, step by step."""

import math

import msgspec
import pytest

from protocol.connection import POLLING, WEBSOCKET, Connection, Probe
from protocol.engineio import Frame
from protocol.errors import CloseReason, LocalProtocolError, RemoteProtocolError
from protocol.timing import Timing

TIMING = Timing(ping_interval=25.0, ping_timeout=20.0, max_payload=100, outbox_bytes=200, outbox_messages=5)


def connection(transport: str, timing: Timing = TIMING) -> Connection:
    """A connection at time 0 whose open packet has left."""
    opened = Connection("sid", timing, transport, 0.0)
    assert opened.take() is not None
    return opened


def poll(machine: Connection) -> str:
    machine.begin_poll()
    return "".join(machine.take_poll())


def upgraded() -> Connection:
    machine = connection(POLLING)
    machine.begin_probe()
    machine.receive_probe("2probe")
    assert machine.receive_probe("5") is Probe.UPGRADED
    return machine


# ---- open


@pytest.mark.parametrize(("transport", "upgrades"), [(POLLING, ["websocket"]), (WEBSOCKET, [])])
def test_the_open_packet_comes_first_with_whole_numbers(transport: str, upgrades: list[str]) -> None:
    machine = Connection("abc", Timing(), transport, 0.0)
    machine.send(("4hello",))
    frame = machine.take()
    assert isinstance(frame, str)
    assert frame[0] == "0"
    assert msgspec.json.decode(frame[1:]) == {
        "sid": "abc",
        "upgrades": upgrades,
        "pingInterval": 25000,
        "pingTimeout": 20000,
        "maxPayload": 1000000,
    }
    assert "." not in frame
    assert machine.take() == "4hello"


def test_the_first_poll_is_answered_with_the_open_packet() -> None:
    machine = Connection("abc", Timing(), POLLING, 0.0)
    machine.begin_poll()
    assert machine.poll_ready
    assert "".join(machine.take_poll()).startswith('0{"sid":"abc"')


# ---- heartbeat


@pytest.mark.parametrize("transport", [POLLING, WEBSOCKET])
def test_a_ping_is_sent_after_the_interval_and_not_before(transport: str) -> None:
    machine = connection(transport)
    assert machine.deadline == 25.0
    machine.tick(24.9)
    assert machine.take() is None
    machine.tick(25.0)
    assert (machine.take(), machine.deadline, machine.awaiting_pong) == ("2", 45.0, True)


def test_a_pong_starts_the_next_interval() -> None:
    machine = connection(WEBSOCKET)
    machine.tick(25.0)
    assert machine.receive_frame("3", 26.0) is None
    assert (machine.deadline, machine.awaiting_pong) == (51.0, False)


def test_without_a_pong_the_connection_is_closed() -> None:
    machine = connection(WEBSOCKET)
    machine.tick(25.0)
    machine.tick(44.9)
    assert machine.closed is None
    machine.tick(45.0)
    assert machine.closed is CloseReason.PING_TIMEOUT


def test_a_pong_over_polling_counts() -> None:
    machine = connection(POLLING)
    machine.tick(25.0)
    assert poll(machine) == "2"
    assert list(machine.receive_payload(b"3", 30.0)) == [None]
    assert machine.deadline == 55.0


def test_an_orphaned_polling_session_ends_by_the_same_rule() -> None:
    machine = connection(POLLING)
    for _ in range(3):
        machine.tick(machine.deadline)
    assert machine.closed is CloseReason.PING_TIMEOUT


def test_asking_at_once_pings_once() -> None:
    machine = connection(WEBSOCKET)
    machine.ping_now(5.0)
    machine.ping_now(6.0)
    assert (machine.take(), machine.take(), machine.deadline) == ("2", None, 25.0)


def test_pongs_without_polls_do_not_pile_up_pings() -> None:
    machine = connection(POLLING)
    for _ in range(10):
        machine.tick(machine.deadline)
        list(machine.receive_payload(b"3", machine.deadline))
    assert len(machine.outbox) == 1


def test_a_ping_from_the_client_is_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        connection(WEBSOCKET).receive_frame("2", 0.0)


# ---- what comes in


def test_messages_come_out_of_frames_as_they_are() -> None:
    machine = connection(WEBSOCKET)
    assert machine.receive_frame("4true", 0.0) == "true"
    assert machine.receive_frame(b"\x00", 0.0) == b"\x00"
    assert machine.receive_frame("6", 0.0) is None


def test_messages_of_a_payload_come_in_order_and_end_with_a_close() -> None:
    machine = connection(POLLING)
    came = list(machine.receive_payload(b"4a\x1ebAA==\x1e3\x1e4b\x1e1\x1e4late", 0.0))
    assert came == ["a", b"\x00", None, "b", None]
    assert machine.closed is CloseReason.CLIENT_CLOSED


@pytest.mark.parametrize("frame", ["", "7", "x", "2", "2probe", "٤"])
def test_frames_that_cannot_be_read_are_refused(frame: str) -> None:
    with pytest.raises(RemoteProtocolError) as refusal:
        connection(WEBSOCKET).receive_frame(frame, 0.0)
    assert refusal.value.reason is CloseReason.PROTOCOL_ERROR


# ---- polling


def test_a_poll_waits_until_there_is_something_to_send() -> None:
    machine = connection(POLLING)
    machine.begin_poll()
    with pytest.raises(LocalProtocolError):
        machine.take_poll()
    machine.send(("4a",))
    machine.send(("4b", b"\x01"))
    assert machine.poll_ready
    assert "".join(machine.take_poll()) == "4a\x1e4b\x1ebAQ=="
    assert not machine.polling


def test_a_poll_is_not_taken_without_a_get() -> None:
    machine = connection(POLLING)
    machine.send(("4a",))
    with pytest.raises(LocalProtocolError):
        machine.take_poll()


def test_a_poll_takes_no_more_than_a_payload_may_hold() -> None:
    machine = connection(POLLING)
    machine.send(("4" + "a" * 59,))
    machine.send(("4" + "b" * 59,))
    assert poll(machine) == "4" + "a" * 59
    assert poll(machine) == "4" + "b" * 59


def test_a_second_get_closes_the_session_and_the_first_is_answered_with_close() -> None:
    machine = connection(POLLING)
    machine.begin_poll()
    with pytest.raises(RemoteProtocolError) as refusal:
        machine.begin_poll()
    assert refusal.value.reason is machine.closed is CloseReason.SECOND_POLL
    assert "".join(machine.take_poll()) == "1"


def test_a_get_after_the_upgrade_is_refused_and_harms_nothing() -> None:
    machine = connection(POLLING)
    machine.begin_poll()
    machine.begin_probe()
    machine.receive_probe("5")
    with pytest.raises(RemoteProtocolError):
        machine.begin_poll()
    assert machine.closed is None
    assert "".join(machine.take_poll()) == "6"


# ---- upgrade


def test_a_probe_is_answered_and_frees_the_waiting_poll() -> None:
    machine = connection(POLLING)
    machine.begin_poll()
    machine.begin_probe()
    assert not machine.poll_ready
    assert machine.receive_probe("2probe") is Probe.ANSWER
    assert "".join(machine.take_poll()) == "6"
    assert poll(machine) == "6"
    assert machine.receive_probe("5") is Probe.UPGRADED
    assert machine.transport == WEBSOCKET
    assert not machine.probing


def test_a_bare_upgrade_without_a_probe_upgrades_too() -> None:
    machine = connection(POLLING)
    machine.begin_probe()
    assert machine.receive_probe("5") is Probe.UPGRADED
    assert machine.transport == WEBSOCKET


def test_what_was_sent_while_probing_leaves_by_the_new_transport() -> None:
    machine = connection(POLLING)
    machine.begin_probe()
    machine.receive_probe("2probe")
    machine.send(("4a",))
    machine.receive_probe("5")
    assert machine.take() == "4a"


def test_a_lost_candidate_leaves_polling_as_it_was() -> None:
    machine = connection(POLLING)
    machine.begin_probe()
    machine.receive_probe("2probe")
    machine.end_probe()
    machine.begin_poll()
    assert not machine.poll_ready
    machine.begin_probe()
    assert machine.receive_probe("2probe") is Probe.ANSWER


@pytest.mark.parametrize("first", ["", "2probe", "5"])
def test_a_second_websocket_is_refused_however_far_the_first_has_come(first: str) -> None:
    machine = connection(POLLING)
    machine.begin_probe()
    if first:
        machine.receive_probe(first)
    with pytest.raises(RemoteProtocolError):
        machine.begin_probe()
    assert machine.closed is None


def test_a_session_opened_on_websocket_takes_no_other() -> None:
    with pytest.raises(RemoteProtocolError):
        connection(WEBSOCKET).begin_probe()


@pytest.mark.parametrize("frame", ["", "2", "2probe ", "3probe", "4a", "50", b"2probe", b""])
def test_a_candidate_that_says_anything_else_is_refused_alone(frame: Frame) -> None:
    machine = connection(POLLING)
    machine.begin_probe()
    with pytest.raises(RemoteProtocolError):
        machine.receive_probe(frame)
    assert (machine.closed, machine.transport) == (None, POLLING)


@pytest.mark.parametrize("frame", ["2probe", "5"])
def test_a_candidate_of_a_closed_session_is_refused(frame: str) -> None:
    machine = connection(POLLING)
    machine.begin_probe()
    machine.close(CloseReason.SERVER_CLOSED)
    with pytest.raises(RemoteProtocolError):
        machine.receive_probe(frame)
    with pytest.raises(RemoteProtocolError):
        connection_closed().begin_probe()


def connection_closed() -> Connection:
    machine = connection(POLLING)
    machine.close(CloseReason.SERVER_CLOSED)
    return machine


def test_nobody_can_upgrade_twice() -> None:
    machine = upgraded()
    with pytest.raises(RemoteProtocolError):
        machine.receive_probe("5")


def test_the_heartbeat_goes_on_over_an_upgrade() -> None:
    machine = upgraded()
    machine.tick(25.0)
    assert machine.take() == "2"
    machine.receive_frame("3", 26.0)
    assert machine.deadline == 51.0


# ---- close


def test_a_client_that_closes_frees_its_poll_with_a_noop() -> None:
    machine = connection(POLLING)
    machine.send(("4a",))
    machine.begin_poll()
    list(machine.receive_payload(b"1", 0.0))
    assert "".join(machine.take_poll()) == "6"


def test_a_server_that_closes_sends_what_was_queued_and_then_close() -> None:
    machine = connection(POLLING)
    machine.send(("4a",))
    machine.close(CloseReason.SERVER_CLOSED)
    assert poll(machine) == "4a\x1e1"


def test_the_last_poll_takes_all_whatever_a_payload_may_hold() -> None:
    machine = connection(POLLING)
    for letter in "abc":
        machine.send(("4" + letter * 59,))
    machine.close(CloseReason.SERVER_CLOSED)
    assert poll(machine) == "\x1e".join(["4" + letter * 59 for letter in "abc"] + ["1"])


def test_on_a_websocket_what_was_queued_before_an_orderly_close_still_leaves() -> None:
    machine = connection(WEBSOCKET)
    machine.send(("4a", b"\x01"))
    machine.close(CloseReason.SERVER_CLOSED)
    assert [machine.take(), machine.take(), machine.take()] == ["4a", b"\x01", None]


@pytest.mark.parametrize("reason", [reason for reason in CloseReason if reason is not CloseReason.SERVER_CLOSED])
def test_any_other_close_leaves_nothing_to_send(reason: CloseReason) -> None:
    machine = connection(WEBSOCKET)
    machine.send(("4a",))
    machine.close(reason)
    assert machine.take() is None


def test_after_a_close_nothing_is_queued_and_nothing_is_due() -> None:
    machine = connection(WEBSOCKET)
    machine.close(CloseReason.SERVER_CLOSED)
    machine.send(("4a",))
    machine.ping_now(1.0)
    machine.tick(100.0)
    assert machine.take() is None
    assert machine.deadline == math.inf


def test_the_first_reason_for_a_close_stands() -> None:
    machine = connection(WEBSOCKET)
    machine.close(CloseReason.PING_TIMEOUT)
    machine.close(CloseReason.SERVER_CLOSED)
    assert machine.closed is CloseReason.PING_TIMEOUT
    assert "ping timeout" in repr(machine)


@pytest.mark.parametrize("frames", [[("4" + "x" * 99,)] * 3, [("4x",)] * 6])
def test_a_client_that_does_not_read_is_closed(frames: list[tuple[str, ...]]) -> None:
    machine = connection(WEBSOCKET)
    reasons = []
    for entry in frames:
        machine.send(entry)
        reasons.append(machine.closed)
    assert reasons == [None] * (len(frames) - 1) + [CloseReason.SLOW_READER]
    assert machine.take() is None
