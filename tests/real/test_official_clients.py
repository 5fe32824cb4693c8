"""The official clients against the Socket.IO conformance server: large binary and acks, over every transport."""

import pytest

from tests.real.clients import POLLING, UPGRADE, WEBSOCKET, Kind, talking
from tests.real.programs import Served

pytestmark = pytest.mark.real
LARGE = bytes(range(256)) * (700_000 // 256)


@pytest.mark.parametrize("transports", [UPGRADE, WEBSOCKET, POLLING], ids=["upgrade", "websocket", "polling"])
@pytest.mark.parametrize("kind", ["javascript", "python"])
async def test_700_kilobytes_go_both_ways(socketio_server: Served, kind: Kind, transports: str) -> None:
    async with talking(kind, socketio_server, transports, greeting="auth") as talker:
        assert talker.payloads("auth") == [{"role": "both"}]
        assert await talker.ask("message-with-ack", LARGE) == LARGE
        await talker.emit("message", {"sound": [LARGE[:100_000], LARGE[:1]]}, 1, None)
        assert (await talker.until("message-back")).args == [{"sound": [LARGE[:100_000], LARGE[:1]]}, 1, None]
