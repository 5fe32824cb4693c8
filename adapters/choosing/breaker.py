"""Circuit breakers, one for each candidate: they set failing candidates aside, and probes bring those back.

In the field's terms: a circuit is closed while calls go through, open while they do not (the candidate is set aside:
`Candidate.aside` says why), and it is closed again by a probe or by a call that succeeds.

What is different here, and why:

* One failure opens the circuit, not a number of failures in a time. A call has tried more than once by then, the next
  candidate is there, and a person waits: a second call that fails the same way costs a second again.
* There is no half-open state, in which a call of a person is the test. The test is the provider's own `check`: the list
  of its models, which costs nothing. It is cheap, so it may succeed while calls fail (a model that is broken, credit
  that is used up). That is why the waits between probes grow until a *call* succeeds, not until a probe does.
* A key may not be allowed to list models and yet do everything else. So a probe that is refused counts as an answer
  where calls have succeeded before and it was not a refusal that opened the circuit.
* Where every candidate of a chain is set aside, all of them are asked (see `failover`): an answer that may fail is
  better than none, and such a call is the fastest probe.
* A candidate that cannot be probed is never set aside, because nothing would find out that it works again.
* A turn asks the same provider for recognition, answer and speech, each with a candidate of its own. Where nobody was
  there for one of them (`is_missing`), the race does not wait for the others: without that a provider that is away cost
  a turn three waits.

Terms: docs/glossary.md.
"""

import logging
from random import Random
from typing import Any

import trio

from actors.ports.calls import EngineFailed
from adapters.choosing.candidate import Candidate
from adapters.choosing.policy import Policy
from adapters.reach.contract import Listed, ProviderFailed, Verdict

log = logging.getLogger(__name__)
SHOWN = 300
"""Characters of a failure's message that are kept."""


class CircuitBreaker:
    """Sets candidates aside and probes them; `random` spreads the waits."""

    def __init__(self, policy: Policy, random: Random) -> None:
        self._policy = policy
        self._random = random
        self._nursery: trio.Nursery | None = None
        self._absent: set[Candidate[Any]] = set()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Probe the candidates that are set aside, for ever. Cancelling ends the probes; the circuits stay as they are.

        Nothing is set aside while this does not run.
        """
        async with trio.open_nursery() as self._nursery:
            task_status.started()
            await trio.sleep_forever()

    def jittered(self, mean: float) -> float:
        """A wait in seconds, so spread that many clients of a provider do not come back in the same moment."""
        return mean * self._random.uniform(0.5, 1.5)

    def set_aside(self, candidate: Candidate[Any], failed: ProviderFailed) -> None:
        """Open the circuit: the candidate is skipped, and probed from now on."""
        if candidate.listed is None or self._nursery is None:
            return
        was_aside, candidate.aside = candidate.aside, str(failed)[:SHOWN]
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

    def restore(self, candidate: Candidate[Any]) -> None:
        """Close the circuit: a call succeeded."""
        candidate.wait, candidate.lost, candidate.has_succeeded = 0.0, 0, True
        if candidate.aside:
            candidate.aside = ""
            candidate.probing.cancel()
            log.info("%s: %s answers again", candidate.kind, candidate.title)

    def is_missing(self, candidate: Candidate[Any]) -> bool:
        """Whether the same provider was absent when it was asked for work of another kind."""
        return any(each.aside and each.name == candidate.name for each in self._absent)

    async def _probe(
        self, candidate: Candidate[Any], listed: Listed, pause: float, probing: trio.CancelScope, may_refuse: bool
    ) -> None:
        """Check the candidate again and again until it is in order, a call has succeeded, or the provider is gone."""
        with probing:
            while candidate.aside:
                await trio.sleep(self.jittered(pause))
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
    """The fault of a provider, "" where it answers; refusing the checking call itself counts as an answer."""
    try:
        await listed.check()
    except ProviderFailed as failed:
        is_answer = failed.verdict is Verdict.FINAL or (failed.verdict is Verdict.REFUSED and may_refuse)
        return "" if is_answer else str(failed)[:SHOWN]
    except EngineFailed as failed:
        return str(failed)[:SHOWN]
    return ""
