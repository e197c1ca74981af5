"""The best cohort of a call, proven: who, how good it could be at most, and why each firm is in or out.

It takes seconds and a processor: never within a transaction, nor on an event loop.
"""

from services.development.solver.conflicts import Conflict, conflicts
from services.development.solver.optimum import Optimum, UnsolvedError, optimum
from services.development.solver.reasons import Reason, reasons

__all__ = ["Conflict", "Optimum", "Reason", "UnsolvedError", "conflicts", "optimum", "reasons"]
