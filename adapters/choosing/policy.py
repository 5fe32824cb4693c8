"""The policy of failover: how long and how often candidates are asked, and when they are probed."""

import msgspec


class Policy(msgspec.Struct, frozen=True):
    """Times in seconds, and counts. Two of them are settings, `providers.hedge` and `providers.patience`."""

    tries: int = 3
    """Tries of one candidate in one call."""
    pause: float = 0.25
    """The mean wait before the second try; it doubles with each further one."""
    retrying: float = 5.0
    """How long after its first failure in a call a candidate is still asked again."""
    slow: float = 3.0
    """A try that took longer than this before it failed is not repeated while there is another candidate."""
    slowest: float = 10.0
    """A try that took longer than this is not repeated at all: too little is left of the session's deadline."""
    hedge: float = 1.0
    """How long a candidate may be silent before the next one is begun beside it (the hedged request)."""
    patience: float = 10.0
    """How long a candidate may take for its first result while there is another one."""
    probe_first: float = 1.0
    """The mean wait before a candidate that was set aside is probed; it doubles with each, until a call succeeds."""
    probe_last: float = 60.0
    """The longest wait between two probes."""
    probe_refused: float = 30.0
    """The first wait where the provider refused the key."""
    probe_after: float = 600.0
    """The longest first wait, whatever the provider says of when to come again."""
    probe_within: float = 20.0
    """How long a probe may take."""
