"""Visits of clients that are slow, that die, that flood, or that are none at all."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress

import trio

from tests.rawclient import Closed, RawClient, frames, request
from tests.real.recordings import DEVICES
from tests.soak.lines import POLLING, WEBSOCKET, NotServed, dial, hang_up
from tests.soak.providers import next_number
from tests.soak.settings import SERVER, TOKEN
from tests.soak.visited import Caller
from tests.soak.visits import Visiting, configuration, configure
from tests.soak.watched import WatchedClient

FLOOD_SECONDS = 1.5
MOST_FLOOD = 3_000_000
"""Bytes that one flood sends at most: the soak is to leave the machine some of its time."""
OTHER_HOSTS = ("127.0.0.2", "127.0.0.3")
"""Where those come from who break rules: bounds by address are theirs alone."""
STORY = "Tell me all that you know about number {}, from the beginning to the end."


def _elsewhere(caller: Caller) -> None:
    caller.host = caller.random.choice(OTHER_HOSTS)


async def be_slow(caller: Caller) -> None:
    """Ask for much, read nothing for a while, and then all of it; the server may have closed the connection by then."""
    _elsewhere(caller)
    auth = caller.auth(audio_format="wav", is_base64=caller.random.random() < 0.5)
    async with caller.joined(auth, listens=False, keeps_rules=False) as client:
        if client is None:
            return
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_read_slowly, caller, client)
            with trio.move_on_after(12):
                if await configure(client, configuration(caller, "pcm16")):
                    for _ in range(caller.random.randint(1, 4)):
                        await client.send("input.text", {"text": STORY.format(next_number())})
                        await trio.sleep(caller.random.uniform(0.2, 1.5))
                    await client.until(lambda: client.state == "handshaken")
            nursery.cancel_scope.cancel()


async def _read_slowly(caller: Caller, client: WatchedClient) -> None:
    quick = caller.random.randint(1, 6)
    while not client.is_over:
        for _ in range(quick):
            if not client.is_over:
                await client.hear()
        await trio.sleep(caller.random.choice((0.0, 0.1, 0.5, 3.0)))


async def die(caller: Caller) -> None:
    """Be gone in the midst: of a frame, of an event and its attachments, of an utterance, of an answer."""
    _elsewhere(caller)
    way = caller.random.choice(("websocket", "websocket", "polling"))
    async with caller.joined(caller.auth(), way, keeps_rules=False) as client:
        if client is None or not await configure(client, configuration(caller, "mp3")):
            return
        with trio.move_on_after(6):
            await _begin(caller, client)
        client.was_leaving = True
        await _last_bytes(caller, client)
        if caller.random.random() < 0.3:  # nothing is closed: a machine that lost its network
            await trio.sleep(float(str(SERVER["ping_timeout"])) * 1.2)
        await client.line.drop(reset=caller.random.random() < 0.5)


async def _begin(caller: Caller, client: WatchedClient) -> None:
    """What it does before it dies."""
    match caller.random.choice(("nothing", "utterance", "transcribing", "answer", "answer")):
        case "utterance" | "transcribing" as how:
            data = caller.random.choice(caller.visited.spoken).files["mp3"]
            await client.send("input.buffer.append", data[: len(data) // 2])
            if how == "transcribing":
                await client.send("input.buffer.commit")
            await trio.sleep(caller.random.uniform(0, 0.2))
        case "answer":
            await client.send("input.text", {"text": f"And number {next_number()}?"})
            await client.until(lambda: client.state == caller.random.choice(("responding", "speaking")))
            await trio.sleep(caller.random.uniform(0, 0.5))


async def _last_bytes(caller: Caller, client: WatchedClient) -> None:
    """Half of something."""
    line = client.line
    stream = line.client.stream if hasattr(line, "client") else None
    if stream is None:
        return
    event = '451-["input.buffer.append",{"_placeholder":true,"num":0}]'
    last = caller.random.choice(
        (
            frames(event),
            frames(event)[:9],
            frames(event, bytes(20_000))[:-700],
            frames('42["input.text",{"text":"half'),
            b"\x81",
            b"",
        )
    )
    with suppress(trio.BrokenResourceError, trio.ClosedResourceError, trio.BusyResourceError):
        await stream.send_all(last)


# ---- floods


async def flood(caller: Caller) -> None:
    """Send as much as is taken: chunks, events, garbage; or break the rules of every layer."""
    _elsewhere(caller)
    how = caller.random.choice((*_FLOODS, *_BREAKS))
    if how in _FLOODS:
        await _flood_session(caller, how)
    else:
        await _break_off(caller, _BREAKS[how])


async def _flood_session(caller: Caller, how: str) -> None:
    media = DEVICES["pcm16"].media
    async with caller.joined(caller.auth(), keeps_rules=False) as client:
        if client is None or not await configure(client, configuration(caller, media)):
            return
        sent = frames(*_FLOODS[how])
        stream = client.line.client.stream  # type: ignore[union-attr]
        client.was_leaving = True
        left = MOST_FLOOD
        with trio.move_on_after(FLOOD_SECONDS), suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while left > 0 and not client.is_over:
                client.facts.chunk_at = trio.current_time()
                await stream.send_all(sent)
                left -= len(sent)
        await client.line.drop()


_EVENTS = ('42["input.text",{"text":"again and again"}]', '42["response.cancel"]', '42["input.buffer.clear"]')
_FLOODS: Mapping[str, Sequence[str | bytes]] = {
    "chunks": ('451-["input.buffer.append",{"_placeholder":true,"num":0}]', bytes(3_200)) * 10,
    "base64 chunks": (f'42["input.buffer.append","{"QUJD" * 800}"]',) * 10,
    "bad base64": ('42["input.buffer.append","***not base64***"]',) * 20,
    "events": _EVENTS * 10,
    "unknown events": ('42["no.such.event",{"deep":[[[[[[1]]]]]]}]',) * 20,
    "updates": ('42["session.update",{"LLM":{"temperature":7}}]', '42["session.update",{"TTS":"x"}]') * 10,
    "acks": ('4217["session.update",{}]', '423["input.buffer.commit"]') * 10,
    "commits": (*('451-["input.buffer.append",{"_placeholder":true,"num":0}]', bytes(320)), '42["input.buffer.commit"]')
    * 6,
    "positions": ('42["playback.position",{"turn":1,"id":0,"ms":5,"playing":true}]',) * 20,
    "pongs": ("3",) * 50,
}
_CONNECT = "40" + json.dumps({"token": TOKEN})
_BREAKS: Mapping[str, Sequence[bytes]] = {
    "unmasked": (b"\x81\x05hello",),
    "reserved bits": (b"\xf1\x85\0\0\0\0hello",),
    "bad opcode": (b"\x83\x80\0\0\0\0",),
    "not UTF-8": (b"\x81\x82\0\0\0\0\xff\xfe",),
    "a long control frame": (b"\x89\xfe\x00\xff\0\0\0\0" + bytes(255),),
    "an endless message": (b"\x01\x85\0\0\0\0hello", *([b"\x00\x85\0\0\0\0hello"] * 60_000)),
    "oversize": (frames("4" + "x" * (int(str(SERVER["max_payload"])) + 10)),),
    "a huge length": (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",),
    "deep JSON": (frames(_CONNECT), frames('42["session.update",' + "[" * 5_000 + "]" * 5_000 + "]")),
    "many placeholders": (frames(_CONNECT), frames('4999-["input.buffer.append",{"_placeholder":true,"num":0}]')),
    "binary out of nowhere": (frames(_CONNECT), frames(b"\0\1\2")),
    "Engine.IO nonsense": (frames("9"), frames("2probe")),
    "a CONNECT again and again": tuple(frames(_CONNECT) for _ in range(50)),
    "a namespace": (frames("40/admin,{}"),),
}


async def _break_off(caller: Caller, sent: Sequence[bytes]) -> None:
    """Break a rule of WebSocket, Engine.IO or Socket.IO, and wait until the server closes, as it should soon."""
    try:
        client = await dial(caller.visited.port, caller.host)
    except NotServed:
        caller.refused("HTTP 0", is_wrong=False)
        return
    with trio.move_on_after(10), suppress(Closed, trio.BrokenResourceError):
        answer = await client.upgrade(WEBSOCKET)
        if answer.status == 101:
            for piece in sent:
                await client.send(piece)
            await client.close_code()
    await hang_up(client.stream, reset=caller.random.random() < 0.3)


# ---- strangers: no clients of the protocol at all


async def be_a_stranger(caller: Caller) -> None:
    """Pages and probes, half requests, requests that are none, bad handshakes, wrong tokens, a second Sender."""
    if caller.random.random() < 0.5:
        await _look_around(caller)
        return
    _elsewhere(caller)
    opened: list[RawClient] = []
    for _ in range(caller.random.randint(1, 12)):
        with suppress(NotServed):
            opened.append(await dial(caller.visited.port, caller.host))
    for client in opened:
        with trio.move_on_after(2), suppress(Closed, trio.BrokenResourceError):
            await client.send(caller.random.choice(_HALF))
    await trio.sleep(caller.random.uniform(0, 2))
    for client in opened:
        await hang_up(client.stream, reset=caller.random.random() < 0.5)


_HALF = (
    b"",
    b"GET / HT",
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nhalf",
    b"GET " + b"/" * 20_000 + b" HTTP/1.1\r\n\r\n",
    request("POST", POLLING, b"4" * 200_000),
    request("GET", f"{POLLING}&sid=no-such-sid"),
    request("GET", "/socket.io/?EIO=3&transport=polling"),
    request("POST", POLLING + "&sid=x", b"b!!!!"),
)
_PATHS = ("/", "/healthz", "/readyz", "/docs", "/asyncapi.json", "/inspect", "/v1/catalogue", "/nowhere", "/metrics")


async def _look_around(caller: Caller) -> None:
    try:
        client = await dial(caller.visited.port, caller.host)
    except NotServed:
        caller.refused("HTTP 0", is_wrong=True)
        return
    with suppress(Closed, trio.BrokenResourceError), trio.move_on_after(20) as net:
        for _ in range(caller.random.randint(2, 6)):
            path = caller.random.choice(_PATHS)
            answer = await client.ask("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
            if answer.status >= 500 and path not in ("/healthz", "/readyz"):
                caller.visited.findings.add(caller.name, f"{path} is answered: HTTP {answer.status}")
    if net.cancelled_caught:
        caller.visited.findings.add(caller.name, "pages are answered within 20 s")
    await hang_up(client.stream)


HOSTILE: Mapping[str, Visiting] = {"slow": be_slow, "dying": die, "flooding": flood, "stranger": be_a_stranger}
