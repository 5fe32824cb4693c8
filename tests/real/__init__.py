"""Tests with real clients and real servers, each a program of its own, on the real clock."""
