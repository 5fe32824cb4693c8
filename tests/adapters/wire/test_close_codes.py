"""The close code of each fault of a WebSocket client, however its bytes are cut."""

import pytest

from adapters.wire.websocket import close_code
from protocol.errors import RemoteProtocolError
from protocol.websocket import FrameReader, Received
from tests.adapters.wire.wirefaults import FAULTS, MOST, TEXT, frame

GOOD = frame(TEXT, b"40")


def read(data: bytes, step: int, received: list[Received]) -> None:
    """Read `data` in pieces of `step` bytes."""
    reader = FrameReader(MOST)
    for start in range(0, len(data), step):
        received += reader.receive(data[start : start + step])
    received += reader.receive()


@pytest.mark.parametrize("case", FAULTS)
@pytest.mark.parametrize("step", [1, 3, 100_000])
def test_a_fault_has_its_code_however_it_is_cut(case: str, step: int) -> None:
    fault, code = FAULTS[case]
    received: list[Received] = []
    with pytest.raises(RemoteProtocolError) as raised:
        read(GOOD + fault, step, received)
    assert received[0] == "40"
    assert close_code(raised.value.reason, going_down=False) == code
    assert len(str(raised.value)) > 10
