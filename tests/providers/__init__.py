"""Tests of the adapters to providers, against servers on loopback that answer as the providers document."""
