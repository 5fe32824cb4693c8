"""Benchmarks of the whole server against others that do the same exchange; see README.md."""
