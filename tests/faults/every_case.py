"""All cases: each module adds its own to the list."""

from tests.faults import hostile_cases, more_cases, store_cases, time_cases
from tests.faults.cases import CASES

__all__ = ["CASES", "hostile_cases", "more_cases", "store_cases", "time_cases"]
