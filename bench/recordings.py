"""What recording costs: chunks and turns of a server that records its sessions, beside one that does not.

The processor time is that of the whole process: the thread that writes is in it.
"""

import shutil
from functools import partial

from bench import compare
from bench.alternating import alternate
from bench.process import OURS, OURS_RECORDING, RECORDINGS, take_realtime
from bench.readings import Comparison, Round


def run(core: int, rounds: int, amounts: compare.Amounts) -> Comparison:
    """Measure both, each a fresh process on `core`, so often."""
    realtime = take_realtime()
    measured: dict[str, list[Round]] = {OURS: [], OURS_RECORDING: []}
    load = partial(compare.measure_speaking, amounts=amounts)
    for number in range(rounds):
        print(f"round {number + 1}", flush=True)
        for server, readings in alternate(core, {server: (server, load) for server in measured}).items():
            measured[server].append(readings)
    shutil.rmtree(RECORDINGS, ignore_errors=True)
    return Comparison(measured, realtime)
