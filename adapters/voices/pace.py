"""The pace of a voice model: words a minute on the wire between the processes, and the speed that it stands for."""

NORMAL_PACE = 168
"""Words a minute that stand for a voice's own pace."""
SLOWEST, FASTEST = 0.25, 4.0
"""The speeds that are taken."""


def pace_of(speed: float) -> int:
    """The pace for `speed`, 1 being normal, within what is taken."""
    return round(NORMAL_PACE * min(max(speed, SLOWEST), FASTEST))
