"""What an adapter adds to reading a stream is less than a millisecond of processor time a chunk."""

import pytest

from bench.providers import ANTHROPIC, HTTPX, OPENAI, measure

pytestmark = pytest.mark.real
CHUNKS = 200


@pytest.mark.parametrize("reader", [OPENAI, ANTHROPIC])
def test_an_adapter_adds_little_to_a_chunk(reader: str) -> None:
    ours, peer = measure(reader, CHUNKS), measure(HTTPX, CHUNKS)
    assert peer.us_a_chunk > 0
    assert ours.us_a_chunk - peer.us_a_chunk < 1_000
