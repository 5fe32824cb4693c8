"""A server in virtual time: whole conversations over the real wire, the same each time, in little of real time."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import pytest
import trio
import trio.testing

from actors.ports.catalogue import Catalogue, ProviderEntry
from actors.ports.listening import VoiceActivity
from actors.running.sizes import ConnectionLimits
from actors.running.supervisor import ServerPlan
from adapters.client.packets import Disconnected
from adapters.client.voiceclient import AudioPiece, ConnectRefused
from adapters.listening import models
from adapters.virtual.client import VirtualClient
from adapters.virtual.clock import run_virtually
from adapters.virtual.listening import InlineVoiceActivity, ToldTurnEnd
from adapters.virtual.server import door_of, virtual_server
from adapters.virtual.websocket import UpgradeRefused
from protocol.handsfree import ResponseHeld, SpeechStarted, SpeechStopped
from protocol.messages import CustomError, ResponseCancelled, SessionState, SessionUpdated, TranscribeDone
from tests.adapters.virtual.virtually import engines, silence, vowel

SESSION = "00000000-0000-4000-8000-000000000001"
PCM = {"mediaFormat": "pcm16"}
HANDSHAKEN = SessionState("handshaken")
other_voice = partial(vowel, pitch=210, beat=2.3)
"""No echo of what the avatar sings."""
Told = list[tuple[float, str]]


def told(client: VirtualClient) -> Told:
    """All that the client was told, to the byte, and when."""
    return [(at, repr(message)) for at, message in zip(client.times, client.heard, strict=True)]


async def converse() -> list[Told]:
    """A Sender and two Receivers: a spoken turn, a typed one that is interrupted, and one of an open microphone."""
    async with virtual_server(engines()) as server:
        sender = await VirtualClient.join(server, role="sender", session_id=SESSION)
        mp3 = await VirtualClient.join(server, role="receiver", session_id=SESSION, mouth="ovr")
        wav = await VirtualClient.join(server, role="receiver", session_id=SESSION, client="unreal", holds=True)
        await sender.configure(STT=PCM, LLM={"stream": True}, TTS={"stream": True, "multiple": True})
        await sender.say(vowel(1.0), interval=0.02)
        await sender.until(HANDSHAKEN)
        await sender.voice.text("Tell me more.")
        await mp3.until(AudioPiece)
        await trio.sleep(0.7)
        await sender.say(vowel(0.5))
        await sender.until(ResponseCancelled)
        await sender.until(HANDSHAKEN)
        await sender.configure(STT=PCM, turnDetection={"type": "server_vad"})
        await sender.stream(vowel(0.5) + silence(1.5) + other_voice(0.5) + silence(1.0))
        return [told(client) for client in (sender, mp3, wav)]


def test_twenty_runs_of_one_seed_are_the_same_to_the_byte() -> None:
    first = run_virtually(converse, 7)
    seen = [{message.partition("(")[0] for _, message in heard} for heard in first]
    assert {"SpeechStarted", "SpeechStopped", "ResponseCancelled"} <= seen[0]
    assert {"ResponseMouth", "AudioPiece"} <= seen[1]
    assert "ResponseHeld" in seen[2]
    assert all(run_virtually(converse, 7) == first for _ in range(19))


@pytest.mark.real
@pytest.mark.long
def test_another_process_with_another_hash_of_strings_says_the_same() -> None:
    script = (
        "import hashlib; from tests.adapters.virtual.test_virtual_server import converse, run_virtually\n"
        "print(hashlib.sha256(repr(run_virtually(converse, 7)).encode()).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=120,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def of_this_machine() -> VoiceActivity:
    """The detector with the model of this machine."""
    if models.voice_activity_model() is None:
        pytest.skip("there is no model of voice activity here")
    return InlineVoiceActivity.of_this_machine()


@pytest.mark.parametrize("hears", [lambda: InlineVoiceActivity(None), of_this_machine], ids=["webrtc", "silero"])
def test_an_open_microphone_is_heard_and_answered(hears: Callable[[], VoiceActivity]) -> None:
    async def main() -> None:
        async with virtual_server(engines(hears())) as server:
            client = await VirtualClient.join(server, holds=True)
            await client.configure(STT=PCM, turnDetection={"type": "server_vad", "silenceDurationMs": 500})
            await client.stream(silence(0.5) + vowel(1.0) + silence(2.0))
            turn = await client.until(TranscribeDone)
            [started] = [message for message in turn if isinstance(message, SpeechStarted)]
            [stopped] = [message for message in turn if isinstance(message, SpeechStopped)]
            assert 0 < started.audio_ms < 500 < stopped.audio_ms < 1_700
            await client.until(AudioPiece)

    run_virtually(main, seconds=60)


def test_who_speaks_into_an_answer_holds_it_and_its_own_echo_does_not() -> None:
    async def interrupt(voice: bytes) -> bool:
        async with virtual_server(engines()) as server:
            client = await VirtualClient.join(server, holds=True)
            await client.configure(STT=PCM, turnDetection={"type": "server_vad"})
            await client.voice.text(" ".join(["Tell me something that is long enough."] * 4))
            await client.until(AudioPiece)
            await client.stream(voice)
            await client.until(HANDSHAKEN)
            return any(isinstance(message, ResponseHeld) for message in client.heard)

    assert run_virtually(lambda: interrupt(other_voice(3.0)), seconds=60)
    assert not run_virtually(lambda: interrupt(vowel(3.0)), seconds=60)


def test_who_has_finished_is_told() -> None:
    async def speak(finished: float | None) -> float:
        made = engines(turn_end=ToldTurnEnd(lambda samples: finished))
        async with virtual_server(made) as server:
            client = await VirtualClient.join(server)
            await client.configure(STT=PCM, turnDetection={"type": "semantic_vad"})
            begun = trio.current_time()
            await client.stream(vowel(1.0) + silence(4.0))
            await client.until(SpeechStopped)
            assert made.turn_end.counts.asked > 0
            return (
                next(at for at, m in zip(client.times, client.heard, strict=True) if isinstance(m, SpeechStopped))
                - begun
            )

    sure, unsure = run_virtually(lambda: speak(0.99)), run_virtually(lambda: speak(0.0))
    assert sure < unsure - 0.5


def test_time_passes_only_where_nothing_moves() -> None:
    async def main() -> float:
        async with virtual_server(engines()) as server:
            client = await VirtualClient.join(server)
            await trio.sleep(3_600)
            assert not client.over.is_set(), "its heartbeats were answered for an hour"
            await client.vanish()
            return trio.current_time()

    assert run_virtually(main) == pytest.approx(3_600, abs=1)
    with pytest.raises(trio.TooSlowError):
        run_virtually(main, seconds=60)


def test_sessions_may_name_any_provider_or_those_of_a_catalogue() -> None:
    async def name(catalogue: Catalogue | None) -> SessionUpdated | CustomError:
        async with virtual_server(engines(), catalogue=catalogue) as server:
            client = await VirtualClient.join(server)
            await client.voice.update({"LLM": {"provider": {"name": "anything"}, "model": "any"}})
            *_, updated = await client.until(SessionUpdated, CustomError)
            assert isinstance(updated, SessionUpdated | CustomError)
            return updated

    taken = run_virtually(lambda: name(None))
    assert isinstance(taken, SessionUpdated)
    assert (taken.success, taken.warnings) == (True, ())
    entries = tuple(ProviderEntry("mine", "Mine", kind, configured=True) for kind in ("STT", "LLM", "TTS"))
    refused = run_virtually(lambda: name(Catalogue(entries)))
    assert isinstance(refused, CustomError)
    assert "unknown; there are: mine" in refused.message


def test_a_token_is_asked_for_and_connections_are_bounded() -> None:
    async def main() -> None:
        plan = ServerPlan(connection_limits=ConnectionLimits(max_connections=1))
        async with virtual_server(engines(), plan, door=door_of("secret")) as server:
            with pytest.raises(ConnectRefused):
                await VirtualClient.join(server, token="wrong")
            await trio.testing.wait_all_tasks_blocked()
            client = await VirtualClient.join(server, token="secret")
            with pytest.raises(UpgradeRefused, match=r"503: .*connections already"):
                await VirtualClient.join(server, token="secret")
            await server.hang_up()
            await client.over.wait()
            with pytest.raises(Disconnected, match="ended before"):
                await client.until(HANDSHAKEN)

    run_virtually(main)
