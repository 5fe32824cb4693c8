"""Tests that the readers of `frames` read what is measured."""

import pytest

from bench.frames import READERS, measure


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_reads_every_frame_of_each_stream(reader: str) -> None:
    cost = measure(reader, 120)
    assert min(cost.us_binary, cost.us_binary_apart, cost.us_base64) > 0
