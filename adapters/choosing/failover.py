"""What happens when a provider fails: it is set aside and probed, and the next one is asked instead.

Providers that are set aside are skipped, unless every provider of a chain is set aside. What becomes of one call on its
way along the chain is in `race`.
"""

import logging
from collections.abc import Sequence
from random import Random
from typing import Any

import trio

from actors.ports.calls import EngineFailed
from adapters.choosing.candidate import Candidate, E
from adapters.choosing.policy import Policy
from adapters.choosing.race import Attempt, R, Race
from adapters.reach.contract import Listed, ProviderFailed, Verdict

log = logging.getLogger(__name__)
_SHOWN = 300


class Failover:
    """Who is set aside, and the calls along chains. `random` spreads the waits."""

    def __init__(self, policy: Policy, random: Random) -> None:
        self._policy = policy
        self._random = random
        self._nursery: trio.Nursery | None = None
        self._absent: set[Candidate[Any]] = set()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Probe whoever is set aside, until cancelled."""
        async with trio.open_nursery() as self._nursery:
            task_status.started()
            await trio.sleep_forever()

    async def call(self, chain: Sequence[Candidate[E]], attempt: Attempt[E, R]) -> R:
        """Make the call with the first candidate that can do it; see `race` for the order.

        Raises as `Race.run`. Cancelling ends the calls at hand.
        """
        if not chain:
            raise EngineFailed("no provider is configured; see the settings under [providers]")
        order = [candidate for candidate in chain if not candidate.aside] or list(chain)
        return await Race[E, R](order, chain[0], attempt, self._policy, self).run()

    def pause(self, failed: ProviderFailed, number: int) -> float:
        """Seconds until a provider is asked again after its try of this `number` failed."""
        return max(failed.retry_after, self._jittered(self._policy.pause * 2 ** (number - 1)))

    def _jittered(self, mean: float) -> float:
        return mean * self._random.uniform(0.5, 1.5)

    # ---- set aside

    def set_aside(self, candidate: Candidate[Any], failed: ProviderFailed) -> None:
        """Do not ask it for the time being; it is probed from now on."""
        if candidate.listed is None or self._nursery is None:
            return  # nobody would find out that it is in order again
        was_aside, candidate.aside = candidate.aside, str(failed)[:_SHOWN]
        self._absent = {each for each in self._absent if each.aside}
        if failed.verdict is Verdict.ABSENT:
            self._absent.add(candidate)
        if was_aside:
            return
        log.warning("%s: %s is set aside: %s", candidate.kind, candidate.title, candidate.aside)
        first = self._policy.probe_refused if failed.verdict is Verdict.REFUSED else self._policy.probe_first
        first = min(max(first, candidate.wait, failed.retry_after), self._policy.probe_after)
        candidate.probing = trio.CancelScope()
        may_refuse = candidate.has_succeeded and failed.verdict is not Verdict.REFUSED
        self._nursery.start_soon(self._probe, candidate, candidate.listed, first, candidate.probing, may_refuse)

    def is_missing(self, candidate: Candidate[Any]) -> bool:
        """Whether nobody was there when the same provider was asked for work of another kind."""
        return any(each.aside and each.name == candidate.name for each in self._absent)

    def restore(self, candidate: Candidate[Any]) -> None:
        """A call succeeded."""
        candidate.wait, candidate.lost, candidate.has_succeeded = 0.0, 0, True
        if candidate.aside:
            candidate.aside = ""
            candidate.probing.cancel()
            log.info("%s: %s answers again", candidate.kind, candidate.title)

    async def _probe(
        self, candidate: Candidate[Any], listed: Listed, pause: float, probing: trio.CancelScope, may_refuse: bool
    ) -> None:
        """Check the candidate now and then until it is in order, a call has shown that it is, or it is gone.

        What is checked is cheap, and may be in order while calls fail: so the waits grow until a call succeeds. It
        `may_refuse` to be checked where calls have succeeded and were not refused: many a key cannot list models.
        """
        with probing:
            while candidate.aside:
                await trio.sleep(self._jittered(pause))
                pause = min(pause * 2, self._policy.probe_last)
                why = candidate.aside
                if candidate.is_gone:
                    return
                with trio.move_on_after(self._policy.probe_within):
                    why = await _fault(listed, may_refuse=may_refuse)
                if probing.cancel_called:
                    return  # meanwhile a call has succeeded
                candidate.aside = why
            candidate.wait = pause
            log.info("%s: %s answers again", candidate.kind, candidate.title)


async def _fault(listed: Listed, *, may_refuse: bool) -> str:
    """What is wrong with a provider, "" where it answers; a call that it refuses for itself is an answer as well."""
    try:
        await listed.check()
    except ProviderFailed as failed:
        is_answer = failed.verdict is Verdict.FINAL or (failed.verdict is Verdict.REFUSED and may_refuse)
        return "" if is_answer else str(failed)[:_SHOWN]
    except EngineFailed as failed:
        return str(failed)[:_SHOWN]
    return ""
