"""Engines that recognise speech, one file per provider."""
