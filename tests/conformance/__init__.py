"""Servers to point a conformance suite of Engine.IO or Socket.IO at, on this project's own transport and protocol."""
