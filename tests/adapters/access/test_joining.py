"""Who may join which session, at every entry point: owners, strangers, roles, guests' tokens once and twice."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from adapters.access.door import MISSING, WRONG, Door
from adapters.access.guests import GuestWish
from adapters.pages import guesttokens
from adapters.settings.access import JwtSettings
from adapters.virtual.server import door_of
from tests.adapters.access.signing import OPERATORS, SECRET, SESSION, door, signed
from tests.adapters.wire.memoryserver import POLLED, MemoryServer, standing
from tests.rawclient import Answer, RawClient

ANN, BOB = "ann-has-this-token", "bob-has-that-token"
OTHER = SESSION.replace("0", "1", 1)
GRACE = 120.0
Auth = Mapping[str, object]


@asynccontextmanager
async def guarded(doorkeeper: Door | None = None) -> AsyncIterator[MemoryServer]:
    """A server on which ann and bob have tokens, and a service signs others."""
    kept = doorkeeper or door(JwtSettings(secret=SECRET), tokens={"ann": ANN, "bob": BOB})
    async with standing(door=kept, pages={guesttokens.PATH: guesttokens.route(kept)}) as server:
        yield server


class Joined:
    """A socket that has asked to join: what it was told, "" and 0 where it is in."""

    def __init__(self, client: RawClient, told: str) -> None:
        self.client = client
        refused = json.loads(told[2:])["data"] if told.startswith("44") else {}
        self.status: int = refused.get("statusCode", 0)
        self.message: str = refused.get("message", "")


async def join(server: MemoryServer, **auth: object) -> Joined:
    """Join over a WebSocket."""
    client = await server.websocket("40" + json.dumps(auth))
    return Joined(client, await client.until("4"))


async def status(server: MemoryServer, **auth: object) -> int:
    """The status of the refusal over a WebSocket, 0 where the socket is let in."""
    return (await join(server, **auth)).status


async def status_on_polling(server: MemoryServer, **auth: object) -> int:
    """The status of the refusal on polling, 0 where the socket is let in."""
    opened = await server.ask("GET", POLLED)
    target = f"{POLLED}&sid={opened.json['sid']}"
    await server.ask("POST", target, b"40" + json.dumps(auth).encode())
    told = (await server.ask("GET", target)).body.decode()
    return json.loads(told[2:])["data"]["statusCode"] if told.startswith("44") else 0


async def ask_for_token(server: MemoryServer, shown: str = OPERATORS, body: object = None, **wish: object) -> Answer:
    """POST /v1/tokens."""
    content = body if isinstance(body, bytes) else json.dumps(wish if body is None else body).encode()
    headers = {"Authorization": f"Bearer {shown}"} if shown else {}
    return await server.ask("POST", "/v1/tokens", content, headers)


async def guest(server: MemoryServer, **wish: object) -> str:
    """A guest's token for SESSION."""
    answer = await ask_for_token(server, body={"role": "both", "sessionId": SESSION, **wish})
    assert answer.status == 201
    return str(answer.json["token"])


async def answer_pings(there: Joined) -> None:
    """Stay, as a client does that lives."""
    while True:
        if await there.client.hear() == "2":
            await there.client.say("3")


async def leave(there: Joined) -> None:
    """Go without a word, and be noticed."""
    assert there.status == 0, there.message
    await trio.aclose_forcefully(there.client.stream)
    await wait_all_tasks_blocked()


# ---- whose session it is


@pytest.mark.parametrize("role", ["sender", "receiver", "both"])
async def test_a_stranger_is_not_let_into_anothers_session(role: str, autojump_clock: MockClock) -> None:
    async with guarded() as server:
        owner = await join(server, token=ANN, sessionId=SESSION, role="receiver")
        assert owner.status == 0
        stranger = await join(server, token=BOB, sessionId=SESSION, role=role)
        assert stranger.status == 403
        assert "somebody else's" in stranger.message
        assert await status_on_polling(server, token=BOB, sessionId=SESSION, role=role) == 403
        assert await status(server, token=signed(sub="carl"), sessionId=SESSION, role=role) == 403
        assert await status(server, token=BOB, sessionId=OTHER, role=role) == 0, "one of his own"


async def test_a_stranger_does_not_have_the_owner_pinged(autojump_clock: MockClock) -> None:
    async with guarded() as server:
        owner = await join(server, token=ANN, sessionId=SESSION)
        begun = trio.current_time()
        assert await status(server, token=BOB, sessionId=SESSION) == 403
        assert trio.current_time() == begun
        assert owner.status == 0


async def test_its_subject_and_the_operator_may_join_it(autojump_clock: MockClock) -> None:
    async with guarded() as server:
        await join(server, token=ANN, sessionId=SESSION, role="sender")
        assert await status(server, token=ANN, sessionId=SESSION, role="receiver") == 0
        assert await status(server, token=OPERATORS, sessionId=SESSION, role="receiver") == 0
        assert await status_on_polling(server, token=OPERATORS, sessionId=SESSION, role="receiver") == 0
        assert await status(server, token=signed(sub="ann"), sessionId=SESSION, role="receiver") == 0


async def test_the_operators_session_is_the_operators(autojump_clock: MockClock) -> None:
    async with guarded() as server:
        await join(server, token=OPERATORS, sessionId=SESSION, role="sender")
        assert await status(server, token=ANN, sessionId=SESSION, role="receiver") == 403


async def test_without_credentials_all_are_one_subject(autojump_clock: MockClock) -> None:
    async with guarded(door_of("")) as server:
        assert await status(server, sessionId=SESSION, role="sender") == 0
        assert await status(server, sessionId=SESSION, role="receiver", token="whatever") == 0


async def test_a_claim_opens_the_session_that_it_names_and_no_other(autojump_clock: MockClock) -> None:
    async with guarded() as server:
        await join(server, token=ANN, sessionId=SESSION, role="sender")
        for sid in (SESSION, [OTHER, SESSION]):
            assert await status(server, token=signed(sub="bob", sid=sid), sessionId=SESSION, role="receiver") == 0
        assert await status(server, token=signed(sub="ann", sid=OTHER), sessionId=SESSION, role="receiver") == 403
        assert (await join(server, token=signed(sid=[OTHER, SESSION]))).message.startswith("the token is for several")


async def test_a_claim_of_one_role_is_for_no_other(autojump_clock: MockClock) -> None:
    async with guarded() as server:
        token = signed(role="receiver")
        for role, expected in (("sender", 403), ("both", 403), ("receiver", 0)):
            assert await status(server, token=token, role=role) == expected
            assert await status_on_polling(server, token=token, role=role) == expected
        refused = await join(server, token=token)
        assert "for the role receiver, and both came" in refused.message


async def test_a_token_that_expires_leaves_the_connection_alone(autojump_clock: MockClock) -> None:
    async with guarded(door(JwtSettings(secret=SECRET, leeway=200))) as server:
        token = signed(life=-100)  # dates are of the real clock, so both are far from the leeway's end
        there = await join(server, token=token, sessionId=SESSION)
        await there.client.until('42["session.joined"')
        assert await status(server, token=signed(life=-300), sessionId=SESSION, role="receiver") == 401
        await there.client.say('42["session.update",{}]')
        await there.client.until('42["session.state",{"state":"handshaken"')


# ---- guests' tokens


async def test_a_guests_token_is_for_its_session_and_role(autojump_clock: MockClock) -> None:
    async with guarded() as server:
        answer = await ask_for_token(server, role="receiver")
        assert answer.headers["cache-control"] == "no-store"
        assert set(answer.json) == {"token", "expiresAt", "sessionId"}
        lasts = datetime.fromisoformat(answer.json["expiresAt"]) - datetime.now(UTC)
        assert 50 < lasts.total_seconds() <= 60
        assert answer.json["expiresAt"].endswith("Z")
        token, session_id = answer.json["token"], answer.json["sessionId"]
        there = await join(server, token=token, role="receiver")
        assert session_id in await there.client.until('42["session.joined"')
        assert await status(server, token=token, role="receiver", sessionId=session_id) == 0
        assert await status_on_polling(server, token=token, role="receiver") == 0
        assert await status(server, token=token, role="sender", sessionId=session_id) == 403
        assert await status(server, token=token, role="receiver", sessionId=OTHER) == 403


async def test_guests_meet_in_the_session_that_the_operator_named(autojump_clock: MockClock) -> None:
    async with guarded() as server:
        sender = await guest(server, role="sender", subject="phone")
        assert await status(server, token=sender, role="sender") == 0
        for _ in range(2):
            assert await status(server, token=await guest(server, role="receiver"), role="receiver") == 0
        assert await status(server, token=ANN, sessionId=SESSION, role="receiver") == 403


async def test_one_for_a_single_use_lets_in_once(autojump_clock: MockClock) -> None:
    async with guarded() as server:
        token = await guest(server, singleUse=True, role="receiver")
        async with trio.open_nursery() as nursery:
            first = await join(server, token=token, role="receiver")
            nursery.start_soon(answer_pings, first)
            second = await join(server, token=token, role="receiver")
            assert (first.status, second.status, "one connection at a time" in second.message) == (0, 401, True)
            assert await status_on_polling(server, token=token, role="receiver") == 401
            another = await guest(server, singleUse=True, role="receiver")
            assert await status(server, token=another, role="receiver") == 0
            nursery.cancel_scope.cancel()


@pytest.mark.parametrize("role", ["sender", "receiver", "both"])
async def test_its_connection_may_come_back_within_the_grace(role: str, autojump_clock: MockClock) -> None:
    async with guarded() as server:
        token = await guest(server, singleUse=True, role=role)
        for _ in range(3):
            there = await join(server, token=token, role=role)
            assert there.status == 0, there.message
            await leave(there)
            await trio.sleep(GRACE - 1)
        await trio.sleep(2)
        late = await join(server, token=token, role=role)
        assert (late.status, "has been used" in late.message) == (401, True)


@pytest.mark.parametrize("role", ["sender", "receiver"])
async def test_it_takes_the_place_of_its_connection_that_is_dead(role: str, autojump_clock: MockClock) -> None:
    """A phone that changes networks comes back before the server has noticed that it is gone."""
    async with guarded() as server:
        token = await guest(server, singleUse=True, role=role)
        dead = await join(server, token=token, role=role)  # it answers no ping from now on
        back = await join(server, token=token, role=role)
        assert (dead.status, back.status) == (0, 0)
        assert await status(server, token=token, role=role) == 0, "the one before is silent, too"


async def test_an_expired_one_lets_in_nobody_but_its_connection(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = door(JwtSettings(secret=SECRET))
    ago = datetime.now(UTC).timestamp() - 61
    once, often = (
        kept.credentials.guests.make(GuestWish("both", single_use=is_once), ago).token for is_once in (True, False)
    )
    async with guarded(kept) as server:
        for token in (once, often):
            refused = await join(server, token=token)
            assert (refused.status, refused.message) == (401, "the token has expired; get a new one")
        with monkeypatch.context() as earlier:
            earlier.setattr("actors.running.singleuse.time.time", lambda: ago)
            await leave(await join(server, token=once))
        assert await status(server, token=once) == 0, "it comes back"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({}, "role"),
        ({"role": "avatar"}, "role: Invalid enum value 'avatar'; it may be sender, receiver or both"),
        ({"role": "both", "ttlSeconds": 0}, "ttlSeconds: "),
        ({"role": "both", "ttlSeconds": 86_401}, "ttlSeconds: "),
        ({"role": "both", "ttlSeconds": "60"}, "ttlSeconds: "),
        ({"role": "both", "sessionId": "seven"}, "sessionId: "),
        ({"role": "both", "singleUse": 1}, "singleUse: "),
        ({"role": "both", "limits": {"sessions": -1}}, "limits.sessions: "),
        (b'{"role": "both", "limits": {"audioSecondsPerDay": 1e308}}', "limits.audioSecondsPerDay: "),
        ({"role": "both", "limits": {"turns": 1}}, "`turns`; there are turnsPerMinute, audioSecondsPerDay"),
        ({"role": "both", "ttl": 60}, "`ttl`; there are role, sessionId, character, ttlSeconds"),
        ({"role": "both", "subject": ""}, "subject: "),
        ({"role": "both", "subject": "operator"}, "subject: "),
        ({"role": "both", "character": "x" * 201}, "character: "),
        (["role"], "object"),
        (b"{", "no JSON object"),
        (b"[" * 9_000, "object"),
        (b"\xff", "no JSON object"),
        (b"", "no JSON object"),
    ],
)
async def test_a_wish_that_cannot_be_granted_names_the_field(
    wish: object, words: str, autojump_clock: MockClock
) -> None:
    async with guarded() as server:
        answer = await ask_for_token(server, body=wish)
        assert (answer.status, words in str(answer.json["message"])) == (400, True), answer.json


async def test_only_the_operator_gets_them(autojump_clock: MockClock) -> None:
    async with guarded() as server:
        assert [(await ask_for_token(server, shown, role="both")).status for shown in ("", "wrong", OPERATORS)] == [
            401, 401, 201,
        ]  # fmt: skip
        for shown in (ANN, signed(), await guest(server)):
            answer = await ask_for_token(server, shown, role="both")
            assert (answer.status, "not the operator's" in answer.json["message"]) == (403, True)
        for shown, words in (("", MISSING), ("wrong", WRONG)):
            assert (await ask_for_token(server, shown)).json["message"] == words
        assert (await ask_for_token(server, signed(life=-60))).status == 401


async def test_other_methods_and_long_bodies_are_told_so(autojump_clock: MockClock) -> None:
    async with guarded() as server:
        for method in ("GET", "PUT", "DELETE"):
            answer = await server.ask(method, "/v1/tokens", headers={"Authorization": f"Bearer {OPERATORS}"})
            assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")
        assert (await server.ask("OPTIONS", "/v1/tokens")).status == 204
        assert (await ask_for_token(server, body=b" " * 10_001)).status == 413


async def test_on_an_open_server_a_guests_token_still_leads_to_its_session(autojump_clock: MockClock) -> None:
    kept = door_of("")
    async with guarded(kept) as server:
        answer = await ask_for_token(server, kept.credentials.operator, role="receiver", sessionId=SESSION)
        there = await join(server, token=answer.json["token"], role="receiver")
        assert SESSION in await there.client.until('42["session.joined"')
        assert await status(server, sessionId=SESSION, role="sender") == 0


# ---- what its token allows it


async def limited(server: MemoryServer, kind: str) -> str:
    """A token with which one turn may begin within a minute."""
    limits = {"turnsPerMinute": 1}
    return signed(sub="carl", limits=limits) if kind == "JWT" else await guest(server, limits=limits)


@pytest.mark.parametrize("kind", ["JWT", "guest"])
async def test_the_limits_of_a_token_hold_in_its_session(kind: str, autojump_clock: MockClock) -> None:
    async with guarded() as server:
        there = await join(server, token=await limited(server, kind), sessionId=SESSION)
        assert there.status == 0, there.message
        await there.client.say('42["session.update",{}]', '42["input.text",{"text":"one"}]')
        await there.client.until('42["session.state",{"state":"responding"}]')
        await there.client.say('42["input.text",{"text":"two"}]')
        told = await there.client.until('42["custom.error"')
        assert json.loads(told[2:])[1] | {"message": ""} == {"message": "", "errorId": 1006, "retryAfter": 60}
