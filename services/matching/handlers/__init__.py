"""What this stage decides: one pure function per event, timer, sweep and command."""
