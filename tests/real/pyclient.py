"""python-socketio at the orders of a test: a JSON order a line comes in, a JSON line goes out for all that happens."""

import asyncio
import base64
import json
import sys
from typing import Any

import socketio


def tell(what: str, name: str, *args: Any) -> None:
    """One line out."""
    print(json.dumps({"what": what, "name": name, "args": pack(args)}), flush=True)


def pack(value: Any) -> Any:
    """`value` as JSON can hold it."""
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, list | tuple):
        return [pack(item) for item in value]
    return {key: pack(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def unpack(value: Any) -> Any:
    """What `pack` made, as it was."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    return {key: unpack(inner) for key, inner in value.items()}


async def main(url: str, transports: list[str]) -> None:
    """Until the orders end."""
    client = socketio.AsyncClient(reconnection=False)
    client.on("*", lambda name, *args: tell("event", name, *args))
    client.on("disconnect", lambda reason: tell("disconnected", str(reason)))
    client.on("connect_error", lambda data: tell("refused", data.get("message", ""), data.get("data")))
    try:
        await client.connect(url, transports=transports, auth={"role": "both"})
    except socketio.exceptions.ConnectionError:
        return
    tell("transport", client.transport())
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        name, args = order["name"], tuple(unpack(order["args"]))
        ack = (lambda *answered, name=name: tell("ack", name, *answered)) if order["ack"] else None
        await client.emit(name, args, callback=ack)
    await client.disconnect()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2].split(",")))
