"""Rules of this stage on given values, step by step, without a store."""

from services.development.explain.plan import explain_plan
from services.development.explain.selection import explain_selection

__all__ = ["explain_plan", "explain_selection"]
