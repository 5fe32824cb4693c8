"""The tests of the protocol layer: the wire formats byte for byte, and what no peer may bring about."""
