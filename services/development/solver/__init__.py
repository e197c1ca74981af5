"""The best cohort of a call, proven: who, how good it could be at most, and why each firm is in or out.

It takes seconds and a processor: never within a transaction, nor on an event loop. A service has a process of its own
solve (`process`); only that one imports the solver.
"""
