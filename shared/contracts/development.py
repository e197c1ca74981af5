"""The published language of `development`: who is selected, and what closes the gaps."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import (
    BasisPoints,
    ModuleCode,
    Moment,
    Money,
    Positive,
    Questions,
    ReasonCode,
    Reasons,
    RulesVersion,
    Sha256,
    SupplierEvent,
    Value,
)
from shared.contracts.times import Day

ModuleKind = Literal["training", "mentoring", "consultancy"]


class DevelopmentEvent(SupplierEvent):
    TOPIC: ClassVar[str] = "development.plan.v1"

    cohort_id: UUID
    """The round of the program in which the firm was a candidate."""


class SupplierSelected(DevelopmentEvent):
    """The firm has a place in the cohort."""

    TYPE: ClassVar[str] = "development.supplier-selected"
    ABOUT: ClassVar[tuple[str, ...]] = ("selection",)

    rank: Positive
    """Its place in the ranking; 1 is the first."""
    score: BasisPoints
    """What it was ranked by."""
    reasons: Reasons
    """Why it has the place, with what an operator should look at."""
    rules: RulesVersion
    """Version of the selection rules."""


class SupplierNotSelected(DevelopmentEvent):
    """The firm has no place in the cohort, and why."""

    TYPE: ClassVar[str] = "development.supplier-not-selected"
    ABOUT: ClassVar[tuple[str, ...]] = ("refusal", "cohort_id")

    rank: Positive | None = None
    """Only of firms that met every condition and found the cohort full."""
    score: BasisPoints | None = None
    """What it was ranked by, where it was."""
    reasons: Reasons
    """Every condition that it failed, or that the cohort was full."""
    rules: RulesVersion
    """Version of the selection rules."""


class PlannedActivity(Value):
    """One module of a plan."""

    activity_id: UUID
    """The activity, within every event of its plan."""
    module: ModuleCode
    """What is taught or done."""
    kind: ModuleKind
    """How it is delivered."""
    hours: Annotated[Positive, Field(examples=[24])]
    """Hours that it takes."""
    questions: Questions
    """Gaps that it helps to close."""
    cost_from: Money
    """Lowest cost that the catalogue expects."""
    cost_to: Money
    """Highest cost that the catalogue expects."""
    planned_on: Day | None = None
    """Monday of the week of its first session; null: no calendar has it, as when a plan is first agreed."""


class PlanEvent(DevelopmentEvent):
    """Something about one plan."""

    plan_id: UUID
    """The firm's development plan."""


class PlanAgreed(PlanEvent):
    """Firm and program agreed on the activities; again where a revision was agreed, with all of them."""

    TYPE: ClassVar[str] = "development.plan-agreed"
    ABOUT: ClassVar[tuple[str, ...]] = ("plan",)

    activities: Annotated[tuple[PlannedActivity, ...], Field(max_length=100)]
    """What will be done."""
    uncovered: Questions = ()
    """Gaps that no module closes."""
    modules: RulesVersion
    """Version of the module catalogue."""
    agreed_at: Moment
    """When both had agreed."""


class ScheduledActivity(Value):
    """When one activity of a plan is held."""

    activity_id: UUID
    """The activity, as `PlanAgreed` named it."""
    planned_on: Day | None = None
    """Monday of the week of its first session; null: no calendar has it any more."""
    last_on: Day | None = None
    """Monday of the week of its last session."""


class PlanScheduled(PlanEvent):
    """The weeks in which activities of an agreed plan are held moved: by a calendar, or because one was put off."""

    TYPE: ClassVar[str] = "development.plan-scheduled"
    ABOUT: ClassVar[tuple[str, ...]] = ("schedule", "plan_id")

    activities: Annotated[tuple[ScheduledActivity, ...], Field(max_length=100)]
    """All that are not completed, as they are held now."""
    by: Annotated[ReasonCode, Field(examples=["operator"])]
    """As what somebody moved them: `operator`, `supplier` or `mentor`."""
    scheduled_at: Moment
    """When they moved."""


class ActivityCompleted(PlanEvent):
    """An activity's deliverable is there. The gap stays open until it is scored again."""

    TYPE: ClassVar[str] = "development.activity-completed"
    ABOUT: ClassVar[tuple[str, ...]] = ("activity", "activity_id")

    activity_id: UUID
    """The activity, as `PlanAgreed` named it."""
    module: ModuleCode
    """What was taught or done."""
    questions: Questions
    """Gaps that it helps to close."""
    evidence_id: UUID
    """The deliverable, as development keeps it."""
    sha256: Sha256 | None = None
    """Digest of its file, where one was given. The file stays in the stage."""
    planned_on: Day | None = None
    """Monday of the week of its first session; null: no calendar had it."""
    held_on: Day | None = None
    """Monday of the week of the last session to which the firm came; null: nobody noted that it came to one."""
    completed_at: Moment
    """When the evidence was recorded."""


class PlanCompleted(PlanEvent):
    """Every activity is done."""

    TYPE: ClassVar[str] = "development.plan-completed"
    ABOUT: ClassVar[tuple[str, ...]] = ("completion", "plan_id")

    closed: Questions
    """Gaps of the plan that were closed by a new score."""
    open: Questions
    """Gaps of the plan that are still open."""
    completed_at: Moment
    """When the last activity was done."""


class ActivityReopened(PlanEvent):
    """The evidence on which an activity was completed is not enough: that is taken back, and with it the plan's."""

    TYPE: ClassVar[str] = "development.activity-reopened"
    ABOUT: ClassVar[tuple[str, ...]] = ("activity", "activity_id")

    activity_id: UUID
    """The activity, as `PlanAgreed` named it."""
    module: ModuleCode
    """What was taught or done."""
    evidence_id: UUID
    """The evidence that was returned."""
    by: Annotated[ReasonCode, Field(examples=["mentor"])]
    """As what somebody returned it: `mentor` or `assessor`."""
    reopened_at: Moment
    """When it was returned."""


class SupplierDroppedOut(PlanEvent):
    """The firm gave its place back. Its plan ends as it is, and it may contend for another place."""

    TYPE: ClassVar[str] = "development.supplier-dropped-out"
    ABOUT: ClassVar[tuple[str, ...]] = ("selection",)

    dropped_out_at: Moment
    """When the firm said so, or the second of two operators."""


class SupplierReinstated(PlanEvent):
    """That the firm dropped out was a mistake: it has its place again, which nobody else had taken, and its plan.

    `PlanAgreed` with all activities follows where the plan is agreed.
    """

    TYPE: ClassVar[str] = "development.supplier-reinstated"
    ABOUT: ClassVar[tuple[str, ...]] = ("selection",)

    agreed_at: Moment | None = None
    """When firm and program agreed on the plan; none: it is proposed."""
    reinstated_at: Moment
    """When an operator recorded it."""
