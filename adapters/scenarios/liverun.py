"""Scenarios against a running server: its own providers, and the real clock."""

import trio

from actors.deciding.limits import Limits
from adapters.client.packets import Unreachable
from adapters.client.voiceclient import connect
from adapters.scenarios.caller import Caller
from adapters.scenarios.callersvoice import Voices
from adapters.scenarios.performance import Performance
from adapters.scenarios.scenario import Scenario
from adapters.scenarios.tape import MicrophoneTape
from adapters.settings.errors import StartupFailed, first_of


def perform(scenario: Scenario, voices: Voices, url: str, token: str = "") -> Performance:
    """Perform a scenario against the server at `url`. Raises StartupFailed where that is not reached.

    What only a script or the server's own settings can make happen is not judged: see `judging`.
    """
    if scenario.limits != Limits():
        return _not_run("[limits] are a server's own, and cannot be set from outside")
    if scenario.recording is not None:
        return _not_run("a recording is played in virtual time; vivavoce replay plays it against a server")

    async def run() -> Performance:
        return await Caller(scenario, lambda auth: connect(url, auth), voices, MicrophoneTape(), token).perform()

    try:
        return trio.run(run)
    except* Unreachable as group:
        raise StartupFailed(str(first_of(group))) from None


def _not_run(why: str) -> Performance:
    return Performance((), (), None, 0.0, not_run=why)
