"""One module of a plan for one firm: what it closes, what was given for it, and how it was completed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, get_args
from uuid import UUID

from services.development.domain.evidence import Given
from services.development.domain.module import ModuleKind
from services.development.domain.session import Delay, Session, Unplaced
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
    unplaced: Unplaced | None = None
    """Why the last calendar gave it no sessions; None: it did, or none was planned since it is in the plan."""
    course: str = ""
    """The group that it is held in, as `M04-2`; none: no calendar has it."""
    sessions: tuple[Session, ...] = ()
    """In order. Those that nobody noted anything of move with the calendar."""
    delays: tuple[Delay, ...] = ()
    """In the order in which they were told."""
    begun_at: datetime | None = None
    """When both had agreed on it; None: not yet, or before that was kept."""
    closed_at: datetime | None = None
    """When the last of its questions had no gap any more, since which none has one."""

    @property
    def ahead(self) -> tuple[Session, ...]:
        """Sessions that nobody noted anything of."""
        return tuple(session for session in self.sessions if session.attended is None)

    @property
    def planned_on(self) -> date | None:
        """The Monday of its first session."""
        return min((session.week for session in self.sessions), default=None)

    @property
    def held_on(self) -> date | None:
        """The Monday of the last session to which the firm came."""
        return max((session.week for session in self.sessions if session.attended), default=None)

    @property
    def ends_on(self) -> date | None:
        """The last day of the week of its last session: from then on it is late, unless it is completed."""
        return None if self.last_on is None else self.last_on + timedelta(days=6)

    @property
    def last_on(self) -> date | None:
        """The Monday of its last session."""
        return max((session.week for session in self.sessions), default=None)

    @property
    def status(self) -> ActivityStatus:
        return "planned" if self.completion is None else "completed"
