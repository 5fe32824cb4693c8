"""What a subject may use, in a server: shared by its sessions, whatever the order in which tasks run."""

from collections.abc import Sequence

import pytest
import trio
from trio.testing import MockClock

from actors.deciding.limits import Limits, SubjectDefaults
from actors.ports.access import Grant, SubjectLimits
from adapters.client.voiceclient import ConnectRefused
from protocol.connecting import Auth
from protocol.errors import ErrorId
from protocol.messages import CustomError, ResponseStarted, TextDone
from tests.harness import Client, Server, serving, state
from tests.scripted import Act, ScriptedEngines

SECOND = b"\xff\xfb" + bytes(31_998)
"""A second of sound, for a codec to which samples of 16 kHz and files are the same."""


class ByName:
    """A doorkeeper to whom a token is its subject, who may have `limits`."""

    def __init__(self, **limits: SubjectLimits) -> None:
        self._limits = limits

    async def admit(self, shown: Sequence[str]) -> Grant:
        """Whoever says who it is."""
        await trio.lowlevel.checkpoint()
        return Grant(shown[0], limits=self._limits.get(shown[0], SubjectLimits()))

    async def admit_operator(self, shown: Sequence[str]) -> Grant:
        """Nobody asks."""
        raise NotImplementedError


def admit_by_name(server: Server, **limits: SubjectLimits) -> None:
    """From now on a client's token is the name of its subject."""
    registry = server.session_registry
    registry.shared = registry.shared._replace(doorkeeper=ByName(**limits))


async def refusal(client: Client) -> CustomError:
    """The next error that the client gets."""
    return next(message for message in await client.until(CustomError) if isinstance(message, CustomError))


async def test_all_sessions_of_a_subject_share_its_turns(clock: MockClock) -> None:
    limits = Limits(subject=SubjectDefaults(turns_per_minute=4))
    async with serving(limits=limits) as server:
        admit_by_name(server)
        own = [await server.join(Auth(token="anna")) for _ in range(3)]
        other = await server.join(Auth(token="ben"))
        for client in (*own, other):
            await client.configure()
        begun = trio.current_time()
        async with trio.open_nursery() as nursery:
            for client in own:
                for _ in range(2):
                    nursery.start_soon(client.voice.text, "Hello")
        await server.settle()
        errors = [one for client in own for one in client.heard if isinstance(one, CustomError)]
        assert [error.error_id for error in errors] == [ErrorId.RATE_LIMIT] * 2
        assert {error.retry_after for error in errors} == {60}
        await other.check_a_turn_works()
        await trio.sleep_until(begun + 59.9)
        own[0].rest()
        await own[0].voice.text("Too early")
        assert (await refusal(own[0])).retry_after == 1
        await trio.sleep_until(begun + 60)
        await own[0].voice.text("In time")
        await own[0].until(TextDone)
        for client in (*own, other):
            await client.vanish()


async def test_a_subject_has_so_many_sessions_and_those_in_their_grace_make_room(clock: MockClock) -> None:
    async with serving(limits=Limits(grace=50.0)) as server:
        admit_by_name(server, anna=SubjectLimits(sessions=2))
        first = await server.join(Auth(token="anna"))
        await first.configure()
        second = await server.join(Auth(token="anna"))
        with pytest.raises(ConnectRefused, match="you have 2 sessions already") as refused:
            await server.join(Auth(token="anna"))
        assert refused.value.status == 429
        others = [await server.join(Auth(token="ben")) for _ in range(3)]
        await first.vanish()
        await server.settle()
        third = await server.join(Auth(token="anna"))
        assert len(server.session_registry) == 5
        await others[0].configure()
        await others[0].vanish()
        await server.settle()
        with pytest.raises(ConnectRefused):
            await server.join(Auth(token="anna"))
        assert len(server.session_registry) == 5, "another subject's session does not make room"
        for client in (second, third, *others):
            await client.vanish()
        await trio.sleep(60)
        again = await server.join(Auth(token="anna"))
        assert len(server.session_registry) == 1
        await again.vanish()
        await server.check_nothing_is_left()


async def test_a_limit_that_is_lower_than_before_is_kept(clock: MockClock) -> None:
    """Another token of the subject may say less; so may settings that are read again."""
    async with serving(limits=Limits(grace=50.0)) as server:
        admit_by_name(server)
        clients = [await server.join(Auth(token="anna")) for _ in range(4)]
        for client in clients:
            await client.configure()
        for client in clients[:2]:
            await client.vanish()
        await server.settle()
        for most in (0, 1, 2):
            admit_by_name(server, anna=SubjectLimits(sessions=most))
            with pytest.raises(ConnectRefused, match=f"you have {most} sessions already"):
                await server.join(Auth(token="anna"))
            assert len(server.session_registry) == 4, "none is ended in vain"
        admit_by_name(server, anna=SubjectLimits(sessions=3))
        another = await server.join(Auth(token="anna"))
        assert len(server.session_registry) == 3
        for client in (*clients[2:], another):
            await client.vanish()


async def test_a_receiver_that_is_refused_begins_no_session(clock: MockClock) -> None:
    async with serving(limits=Limits(receivers=0)) as server:
        with pytest.raises(ConnectRefused, match="0 Receivers already"):
            await server.join()
        assert len(server.session_registry) == 0


@pytest.mark.parametrize("accepts", [frozenset(), frozenset({"mp3"})])
async def test_a_file_over_the_days_seconds_is_measured_and_not_recognised(
    clock: MockClock, accepts: frozenset[str]
) -> None:
    engines = ScriptedEngines()
    engines.stt.accepts = accepts
    seconds = 2.0 if accepts else 1.0  # it is decoded at 8 kHz there
    async with serving(engines, limits=Limits(subject=SubjectDefaults(audio_seconds_per_day=2.5 * seconds))) as server:
        client = await server.join()
        await client.configure()
        await client.say(SECOND, SECOND)
        await client.until(state("handshaken"))
        await client.say(SECOND)
        error = await refusal(client)
        assert (error.error_id, error.retry_after) == (ErrorId.RATE_LIMIT, 86_398), "two seconds have been spoken"
        assert f"of which {0.5 * seconds:g} are left" in error.message
        await client.until(state("handshaken"))
        assert len(engines.stt.script.calls) == 1
        assert not server.seats
        await client.voice.text("Typed turns have no seconds, but there have to be some left")
        await client.until(TextDone)
        await client.vanish()


async def test_an_answer_in_which_the_limit_is_reached_is_finished(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.llm.script.usual = Act(("One sentence is here. ", "Another one follows. ", "And the last one."), delay=1.0)
    limits = Limits(subject=SubjectDefaults(speech_chars_per_day=5))
    async with serving(engines, limits=limits) as server:
        client = await server.join()
        await client.configure(LLM={"stream": True}, TTS={"responseType": "multiple"})
        await client.voice.text("Hello")
        await client.until(ResponseStarted)
        await client.until(state("handshaken"))
        assert not [one for one in client.heard if isinstance(one, CustomError)]
        assert (client.pieces[-1].done, client.pieces[-1].total_number) == (True, 3)
        await client.voice.text("More")
        assert (await refusal(client)).error_id == ErrorId.RATE_LIMIT
        await client.vanish()
