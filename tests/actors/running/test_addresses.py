"""The network that an address is counted for, and which connection of a crowd is closed first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.running.addresses import MOST_NETWORKS, EvictionOrder, RateByNetwork, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("memory", "memory"),
        ("", ""),
    ],
)
def test_an_ipv6_address_is_counted_for_its_64(address: str, network: str) -> None:
    assert network_of(address) == network


def expected(members: list[tuple[int, str]], arrivals: dict[str, int]) -> int | None:
    """Who gives way, looked up the long way; `arrivals`: when each network came to have so many as it has."""
    if not members:
        return None
    counts = {network: sum(1 for _, other in members if other == network) for _, network in members}
    most = max(counts.values())
    network = min((network for network in counts if counts[network] == most), key=lambda network: arrivals[network])
    return next(member for member, other in members if other == network)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 11), st.sampled_from("abcd")), max_size=60))
def test_the_oldest_of_the_network_with_most_is_closed_first(steps: list[tuple[bool, int, str]]) -> None:
    crowd: EvictionOrder[int] = EvictionOrder()
    members: list[tuple[int, str]] = []
    arrivals: dict[str, int] = {}
    for now, (comes, member, network) in enumerate(steps):
        known = dict(members)
        if comes:
            crowd.add(member, network)
            if member not in known:
                members.append((member, network))
                arrivals[network] = now
        else:
            crowd.discard(member)
            if member in known:
                members.remove((member, known[member]))
                arrivals[known[member]] = now
        assert len(crowd) == len(members)
        assert crowd.oldest_of_most() == expected(members, arrivals)
    for member, _ in members:
        crowd.discard(member)
    assert (crowd._network, crowd._members, crowd._by_count, crowd._most) == ({}, {}, {}, 0)


# ---- how often a network asks


def test_a_network_asks_so_often_within_any_minute() -> None:
    rate = RateByNetwork(2)
    assert [rate.count("192.0.2.1", now) for now in (0.0, 20.0, 59.0)] == [0.0, 0.0, 1.0]
    assert rate.count("192.0.2.1", 60.0) == 0.0
    assert rate.count("192.0.2.1", 60.0) == 20.0, "what was refused does not count"


def test_a_64_is_one_network_and_another_address_is_counted_for_itself() -> None:
    rate = RateByNetwork(1)
    assert rate.count("2001:db8::1", 0.0) == rate.count("2001:db8:0:1::1", 0.0) == rate.count("192.0.2.1", 0.0) == 0.0
    assert rate.count("2001:db8::2", 0.0) == 60.0


def test_the_network_that_asked_longest_ago_is_forgotten_at_the_bound() -> None:
    rate = RateByNetwork(1)
    for number in range(MOST_NETWORKS):
        assert rate.count(f"host{number}", 0.0) == 0.0
    assert rate.count("host0", 1.0) == 59.0, "it is known, and asked last now"
    assert rate.count("one more", 1.0) == 0.0
    assert len(rate) == MOST_NETWORKS
    assert rate.count("host0", 1.0) == 59.0
    assert rate.count("host1", 1.0) == 0.0


def test_without_a_bound_nothing_is_kept() -> None:
    rate = RateByNetwork(0)
    assert [rate.count("192.0.2.1", 0.0) for _ in range(3)] == [0.0] * 3
    assert not len(rate)
