"""Behaviour: sessions, pools and connections as Trio actors around pure state machines."""
