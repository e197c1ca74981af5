"""Decisions of the stage, one per event and per command: pure and synchronous."""
