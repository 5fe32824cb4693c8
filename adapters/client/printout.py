"""The output of `vivavoce talk`: lines with the time since the beginning, and a bar for each stage of a turn."""

import trio
from rich.bar import Bar
from rich.console import Console
from rich.table import Table
from rich.text import Text

from protocol.messages import Metrics

_BAR = 48
_INDENT = 12


class Printout:
    """Lines with the time since the beginning, in colour where the console has it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun = trio.current_time()

    def line(self, subject: str, words: str, style: str = "") -> None:
        """Print one line; what a terminal would obey is taken out of it."""
        clean = "".join(letter if letter.isprintable() else " " for letter in words)
        time = f"{trio.current_time() - self._begun:7.2f} s  "
        self._console.print(Text.assemble((time, "dim"), (f"{subject:<13}", "cyan"), (clean, style)), soft_wrap=True)

    def error(self, words: str) -> None:
        """Print one line that stands out."""
        self.line("error", words, "bold red")

    def ledger(self, metrics: Metrics) -> None:
        """A bar for each stage that gave a result, from when the one before it did to when it did itself."""
        stages = [(name, at) for name, at in _stages(metrics) if at >= 0]
        if not stages:
            return
        self.line("server", f"turn {metrics.turn}, in ms since the commit", "dim")
        table = Table.grid(padding=(0, 1))
        whole, before = max(1, *(at for _, at in stages)), 0
        for name, at in stages:
            begin, before = before, max(before, at)
            bar = Bar(whole, begin, at, width=_BAR, color="cyan")
            table.add_row(" " * _INDENT + f"{name:<11}", bar, f"{at:>6} ms", f"(+{max(0, at - begin)})")
        self._console.print(table)


def _stages(metrics: Metrics) -> tuple[tuple[str, int], ...]:
    """The durations that the server measured, in the order of the stages."""
    return (
        ("transcript", metrics.transcript),
        ("first token", metrics.first_token),
        ("first part", metrics.first_part),
        ("first audio", metrics.first_audio),
        ("last audio", metrics.last_audio),
    )
