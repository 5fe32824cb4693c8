"""How long and how often providers are asked."""

import msgspec


class Policy(msgspec.Struct, frozen=True):
    """How long and how often, in seconds and counts."""

    tries: int = 3
    """How often one provider is asked in one call."""
    pause: float = 0.25
    """The mean wait before the second try; it doubles with each."""
    retrying: float = 5.0
    """How long after a provider's first failure it is still asked again."""
    slow: float = 3.0
    """A try that took longer before it failed is not repeated while there is another provider."""
    slowest: float = 10.0
    """A try that took longer is not repeated at all: too little is left of the time that a session gives a stage."""
    hedge: float = 1.0
    """How long a provider may be silent before the next one is begun beside it."""
    patience: float = 10.0
    """How long a provider may take for its first result while there is another one."""
    probe_first: float = 1.0
    """The mean wait before a provider that was set aside is probed; it doubles with each, until a call succeeds."""
    probe_last: float = 60.0
    """The longest such wait."""
    probe_refused: float = 30.0
    """The first such wait for one that refused the key."""
    probe_after: float = 600.0
    """The longest first wait, whatever a provider says of when to come again."""
    probe_within: float = 20.0
    """How long a probe may take."""
