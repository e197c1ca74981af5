"""What became of a plan, in order: who changed it, when and why. A fact stays when what it was about is void."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

What = Literal[
    "proposed",
    "agreed",
    "agreement_void",
    "in_force",
    "revision_proposed",
    "revision_dropped",
    "completed",
    "reopened",
    "all_done",
    "scheduled",
    "put_off",
]
ByRole = Literal["supplier", "mentor", "operator", "assessor", "diagnosis", "selection"]
"""`diagnosis`, `selection`: the rules, on what that says."""


@dataclass(frozen=True, slots=True)
class By:
    """Who changes a plan, and why."""

    role: ByRole
    at: datetime
    subject: str | None = None
    """Of their token, which never leaves the store; None: an event of another stage, or the rules."""
    reason: str = ""
    """Their words; of an event its code."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `modules`: those that it is about."""

    what: What
    by: By
    modules: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Of a revision or another proposal: modules that would go."""
