"""Versioned rule tables as data, and their reading."""
