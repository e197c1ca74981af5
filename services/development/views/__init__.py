"""What HTTP callers send and see. Forms only: the rules are the domain's."""
