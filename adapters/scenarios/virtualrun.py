"""Scenarios in virtual time: the true server in this process, with the providers of the scenario."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
from msgspec.structs import replace

from actors.running.supervisor import ServerPlan
from adapters.client.voiceclient import VoiceClient
from adapters.scenarios.caller import Caller
from adapters.scenarios.callersvoice import Voices
from adapters.scenarios.performance import Performance
from adapters.scenarios.scenario import Scenario
from adapters.scenarios.scriptengines import QuestionLog, ScriptRecogniser, ScriptSynthesiser, model_of
from adapters.scenarios.tape import MicrophoneTape
from adapters.virtual.client import open_websocket
from adapters.virtual.clock import run_virtually
from adapters.virtual.engines import VirtualEngines
from adapters.virtual.listening import InlineVoiceActivity
from adapters.virtual.server import virtual_server
from protocol.connecting import Auth


def perform(scenario: Scenario, voices: Voices, seed: int = 0) -> Performance:
    """Perform a scenario, with tasks in the order that the seed gives; the same seed is the same to the last byte.

    Speech is found by WebRTC's detector, on every machine, and silence alone ends a turn: so what passes here passes
    everywhere.
    """
    return run_virtually(lambda: _perform(scenario, voices), seed)


async def _perform(scenario: Scenario, voices: Voices) -> Performance:
    tape = MicrophoneTape()
    model = QuestionLog(model_of(scenario.file))
    recogniser = ScriptRecogniser(scenario.file.recogniser, tape.words_in)
    synthesiser = ScriptSynthesiser(scenario.file.synthesiser)
    engines = VirtualEngines(recogniser, model, synthesiser, voice_activity=InlineVoiceActivity(None))
    async with virtual_server(engines, ServerPlan(limits=scenario.limits)) as server:

        @asynccontextmanager
        async def dial(auth: Auth) -> AsyncIterator[VoiceClient]:
            stream = server.dial()
            try:
                yield await VoiceClient.join(await open_websocket(server, stream), auth)
            finally:
                await trio.aclose_forcefully(stream)

        caller = Caller(scenario, dial, voices, tape)
        model.clock = caller.now
        performed = await caller.perform()
        server.nursery.cancel_scope.cancel()
    return replace(performed, asked=tuple(model.asked))
