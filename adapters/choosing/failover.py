"""Failover: a call goes down a chain of candidates until one of them has done it.

Five modules, each of which knows only those before it:

    candidate    a provider of one kind: its profile, what it offers, why it is set aside
    breaker      circuit breakers: set aside by a failure, brought back by a probe or a call
    attempt      one candidate at work in one call, and what was handed on
    race         one call: retries, the hedged request, patience, the first result decides
    failover     this: which candidates of the chain are asked at all

`standins` puts the three ports in front of it, so that a session sees one engine that seldom fails. A session has one
deadline and one error for each stage, and no name of a provider is in its rules. Adapters do not fail over either: an
adapter makes one try and says what its failure means (`Verdict`). Whether to try again depends on which other
candidates there are, and an adapter does not know that.

Failover stops at the first result that somebody may have been told. Words that were spoken cannot be taken back, and
the next model would say something else, from the beginning; so such a call fails with what was said until then. Where
the results are awaited whole (`stream` false), nobody was told, and the next candidate's results replace them.

A call in which the request itself is at fault (FINAL: no such model, a limit that no model allows) fails at once, and
with the message of the provider that was asked for. Another provider would answer with another model, and the person
would never hear that the setting is wrong.

Terms: docs/glossary.md.
"""

from collections.abc import Sequence
from random import Random

import trio

from actors.ports.calls import EngineFailed
from actors.ports.watching import Watcher, unwatched
from adapters.choosing.attempt import CallResults, T
from adapters.choosing.breaker import CircuitBreaker
from adapters.choosing.candidate import Candidate, E
from adapters.choosing.policy import Policy
from adapters.choosing.race import Ask, R, Race


class Failover:
    """Makes calls along chains of candidates; `random` spreads the waits of retries and probes.

    `watch` is told of the work of each candidate, and of calls that another one did than the one that was asked for.
    """

    def __init__(self, policy: Policy, random: Random, watch: Watcher = unwatched) -> None:
        self._policy = policy
        self._watch = watch
        self._breaker = CircuitBreaker(policy, random)

    def follow(self, policy: Policy) -> None:
        """Make calls by this policy from now on."""
        self._policy = policy

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Probe the candidates that are set aside, for ever. Cancelling ends the probes, and no call."""
        await self._breaker.run(task_status=task_status)

    async def call(self, chain: Sequence[Candidate[E]], ask: Ask[E, T, R], results: CallResults[T]) -> R:
        """Make the call with the first candidate that can do it; `chain[0]` is the one that was asked for.

        Candidates that are set aside are skipped, unless every candidate of the chain is set aside. Raises EngineFailed
        where the chain is empty, and as `Race.run`. Cancelling ends the current attempts.
        """
        if not chain:
            raise EngineFailed("no provider is configured; see the settings under [providers]")
        order = [candidate for candidate in chain if not candidate.aside] or list(chain)
        return await Race[E, T, R](order, chain[0], ask, results, self._policy, self._breaker, self._watch).run()
