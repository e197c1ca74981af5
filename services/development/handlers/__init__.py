"""What this stage decides: one pure function per event and per command."""
