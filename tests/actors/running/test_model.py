"""Random clients, engines and clocks around a whole server: one conversation as the protocol document says, step for
step, and any number of things at once without breaking what it promises.

A long search: `pytest tests/actors/running/test_model.py --hypothesis-profile=search`. A failure prints its script,
`>>` for what was done and `<<` for what a client was told.
"""

import trio
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from actors.deciding.limits import Limits
from actors.running.sizes import PoolSizes
from adapters.virtual.clock import reseed
from protocol.timing import Timing
from tests.harness import serving
from tests.scripted import ScriptedEngines
from tests.stage import CALLS, CROWDED, STATES, ClientStage, Paced
from tests.steps import Step, scripts


def perform(seed: int, limits: Limits, steps: list[Step], exact: bool) -> None:
    """A whole server, from its start to its end; the script is printed where it fails."""
    script: list[str] = []
    wrong: list[AssertionError] = []

    async def evening() -> None:
        engines = ScriptedEngines()
        engines.tts.script = Paced(engines.tts.script.usual)
        usual = {kind: engine.usual for kind, engine in engines.scripts.items()}
        timing = Timing(ping_timeout=20.0)
        async with (
            serving(engines, limits=limits, pools=PoolSizes(1, 1, limits.parts_ahead, 0), timing=timing) as server,
            trio.open_nursery() as nursery,
        ):
            try:
                stage = ClientStage(server, nursery, limits, script, exact)
                await stage.play(steps)
                await stage.end(usual)
            except AssertionError as error:
                wrong.append(error)
            nursery.cancel_scope.cancel()

    reseed(seed)
    try:
        trio.run(evening, clock=MockClock(autojump_threshold=0))
    finally:
        note("\n".join(script))
    if wrong:
        raise wrong[0]


SETTINGS = settings(suppress_health_check=list(HealthCheck), max_examples=2 * settings().max_examples)
LIMITS = st.sampled_from([CALLS, STATES])


@SETTINGS
@given(seed=st.integers(0, 99), limits=LIMITS, steps=scripts(deaf=False))
def test_everybody_is_told_what_the_protocol_document_says(seed: int, limits: Limits, steps: list[Step]) -> None:
    perform(seed, limits, steps, exact=True)


@SETTINGS
@given(seed=st.integers(0, 99), limits=LIMITS | st.just(CROWDED), steps=scripts(deaf=True))
def test_nothing_that_happens_at_once_breaks_what_is_promised(seed: int, limits: Limits, steps: list[Step]) -> None:
    perform(seed, limits, steps, exact=False)
