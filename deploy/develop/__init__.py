"""What helps who changes the program; nothing here runs in production."""
