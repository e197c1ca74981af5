"""What this stage decides: one pure function per event, due moment, sweep and command."""
