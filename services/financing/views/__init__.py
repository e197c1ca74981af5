"""What HTTP callers send and see: never a paper of a consent."""
