"""Long runs of random conversations and faults, held to the protocol."""
