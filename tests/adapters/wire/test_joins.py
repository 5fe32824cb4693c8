"""How often one address may ask to join: CONNECT_ERROR 429, which says when it may again."""

import json

import pytest
import trio
from trio.testing import MockClock

from actors.running.sizes import ConnectionLimits
from tests.adapters.wire.memoryserver import MemoryServer, standing


async def refusal(server: MemoryServer, auth: str = "") -> dict[str, object]:
    """The CONNECT_ERROR that a new client gets."""
    client = await server.websocket(f"40{auth}")
    told: dict[str, object] = json.loads((await client.until("44")).removeprefix("44"))
    await client.say("1")
    await client.close_code()
    return told


@pytest.mark.parametrize("auth", ["", '{"role":"receiver"}'])
async def test_a_connect_too_many_is_refused_until_the_first_is_a_minute_old(
    auth: str, autojump_clock: MockClock
) -> None:
    async with standing(connection_limits=ConnectionLimits(max_joins_per_minute_per_address=2)) as server:
        begun = trio.current_time()
        for _ in range(2):
            await (await server.websocket(f"40{auth}")).until('42["session.joined"')
            await trio.sleep(20.5)
        told = await refusal(server, auth)
        message = "too many CONNECTs came from your address; wait"
        data = {"message": message, "statusCode": 429, "retryAfter": 19}
        assert told == {"name": "Error", "message": message, "data": data}
        await trio.sleep_until(begun + 60)
        await (await server.websocket(f"40{auth}")).until('42["session.joined"')
        assert (await refusal(server, auth))["data"] == {**data, "retryAfter": 21}


async def test_connects_that_are_refused_count_and_bad_ones_do_not_get_through(autojump_clock: MockClock) -> None:
    limits = ConnectionLimits(max_joins_per_minute_per_address=3)
    async with standing(connection_limits=limits, token="right") as server:
        statuses = []
        for _ in range(5):
            data = (await refusal(server, '{"token":"wrong"}'))["data"]
            assert isinstance(data, dict)
            statuses.append(data["statusCode"])
        assert statuses == [401, 401, 401, 429, 429]
