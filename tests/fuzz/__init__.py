"""Coverage-guided search for bytes that break the protocol layer; needs the extra `long`."""
