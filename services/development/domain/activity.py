"""One module of a plan for one firm: what it closes, what was given for it, and how it was completed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args
from uuid import UUID

from services.development.domain.evidence import Given
from services.development.domain.module import ModuleKind
from shared.state_machine import StateMachine, Transition

ActivityStatus = Literal["planned", "completed", "removed"]

ACTIVITY = StateMachine[ActivityStatus](
    "activity",
    get_args(ActivityStatus),
    "planned",
    (
        Transition("complete", ("planned",), "completed"),
        Transition("take back", ("completed",), "planned"),
        Transition("remove", ("planned",), "removed"),
    ),
    final={"removed": "once that is taken back, its gaps are proposed for anew, as another activity"},
)

MOST_EVIDENCE = 20
"""Of one activity, what was returned apart: a plan is read and written whole."""


@dataclass(frozen=True, slots=True)
class Completion:
    """When an activity was completed, by whom, and on which of its evidence."""

    evidence_id: UUID
    by: str
    completed_at: datetime
    levels: Mapping[str, int] = field(default_factory=dict)
    """By question of the activity, the highest level since."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One module for one firm. Costs in MXN."""

    activity_id: UUID
    module: str
    kind: ModuleKind
    hours: int
    questions: tuple[str, ...]
    """The plan's gaps that it helps to close."""
    cost_from: Decimal
    cost_to: Decimal
    evidence: tuple[Given, ...] = ()
    """In the order in which it was given."""
    completion: Completion | None = None

    @property
    def status(self) -> ActivityStatus:
        return "planned" if self.completion is None else "completed"
