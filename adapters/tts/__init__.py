"""Engines that speak, one file per provider."""
