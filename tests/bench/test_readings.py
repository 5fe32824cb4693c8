"""Tests of what counts of a comparison, and of how it is shown."""

from xml.etree import ElementTree

import pytest

from bench import compare, plot
from bench.readings import Comparison, Quantity, Ratio, Reading

CHUNK = Quantity("a chunk", "µs", aim="0.8× Node")
WAIT = Quantity("a wait", "ms", is_wall=True)


def compared(*rounds: tuple[Reading, Reading], realtime: bool = True) -> Comparison:
    """Rounds of two servers, with a reading each."""
    return Comparison({"node": [(one,) for one, _ in rounds], "ours": [(one,) for _, one in rounds]}, realtime)


def test_ratios_are_those_of_the_same_rounds() -> None:
    pairs = ((100.0, 50.0), (200.0, 120.0), (300.0, 210.0))
    comparison = compared(*[(Reading(CHUNK, (base,)), Reading(CHUNK, (own,))) for base, own in pairs])
    assert comparison.median("node", CHUNK) == 200
    assert comparison.median("ours", CHUNK) == 120
    assert comparison.ratio("ours", "node", CHUNK) == Ratio(0.6, 0, 3)


def test_a_round_in_which_the_ratios_of_the_windows_differ_is_dropped_and_counted() -> None:
    # A machine that is slower in one window is slower for both, and the ratio stands.
    steady = Reading(CHUNK, (100.0, 300.0, 200.0)), Reading(CHUNK, (50.0, 150.0, 129.0))
    wild = Reading(CHUNK, (100.0, 100.0, 100.0)), Reading(CHUNK, (84.0, 100.0, 116.0))
    comparison = compared(steady, wild)
    assert comparison.ratio("ours", "node", CHUNK) == Ratio(0.5, 1, 2)
    all_dropped = compared(wild).ratio("ours", "node", CHUNK)
    assert (str(all_dropped), all_dropped.is_kept) == ("(1.00×)", False)


@pytest.mark.parametrize(("realtime", "share", "counts"), [(True, 0.69, True), (True, 0.7, False), (False, 0.1, False)])
def test_a_wall_time_counts_in_real_time_and_beside_an_idle_load(realtime: bool, share: float, counts: bool) -> None:
    reading = Reading(WAIT, (5.0,), share)
    comparison = compared((reading, reading), realtime=realtime)
    assert (comparison.median("ours", WAIT) is not None) is counts
    assert ("–" in comparison.table("ours")) is not counts


def test_processor_time_counts_whatever_the_load_did() -> None:
    reading = Reading(CHUNK, (5.0,), 0.99)
    assert compared((reading, reading), realtime=False).median("ours", CHUNK) == 5


def test_a_round_that_failed_leaves_the_others() -> None:
    comparison = Comparison({"node": [(Reading(CHUNK, (4.0,)),), ()], "ours": [(), (Reading(CHUNK, (3.0,)),)]}, True)
    assert comparison.median("ours", CHUNK) == 3
    assert comparison.ratio("ours", "node", CHUNK) == Ratio(None, 0, 0)
    assert Comparison({"node": [()], "ours": [()]}, True).load()


def test_the_table_has_a_row_for_each_quantity() -> None:
    comparison = compared((Reading(CHUNK, (1_234.0,)), Reading(CHUNK, (617.0,))))
    head, line, row = comparison.table("ours").splitlines()
    assert head == "|  | node | ours | to node | dropped | aim |"
    assert line.count("|") == head.count("|")
    assert row == "| a chunk, µs | 1,234 | 617 | 0.50× | 0 of 1 | 0.8× Node |"


def test_what_is_told_of_the_load_is_its_worst() -> None:
    comparison = compared((Reading(CHUNK, (1.0,), 0.2, 0.004), Reading(WAIT, (1.0,), 0.61)))
    assert "at most 61% of its core (a wait)" in comparison.load()
    assert "4.0 ms late (a chunk)" in comparison.load()


def test_plots_are_drawn_of_what_counts() -> None:
    one = Reading(compare.CONNECT, (2.0,)), Reading(compare.CONNECT, (1.0,))
    bars = plot.bars("Cost", compare.ratios(compared(one)))
    series = {"ours, a second": [10.0, 12.5], "node": [9.0, 8.0]}
    for drawing in (bars, plot.lines("Growth & more", (10, 1_000), series)):
        assert ElementTree.fromstring(drawing).tag.endswith("svg")
    assert ">0.50×<" in bars
