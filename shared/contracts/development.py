"""The published language of `development`: who is selected, and what closes the gaps."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import BasisPoints, Moment, Money, QuestionCode, ReasonCode, SupplierEvent, Value

ModuleKind = Literal["training", "mentoring", "consultancy"]


class DevelopmentEvent(SupplierEvent):
    TOPIC: ClassVar[str] = "development.plan.v1"

    cohort_id: UUID


class SupplierSelected(DevelopmentEvent):
    """The firm has a place in the cohort."""

    TYPE: ClassVar[str] = "development.supplier-selected"

    rank: Annotated[int, Field(ge=1)]
    score: BasisPoints
    reasons: tuple[ReasonCode, ...]
    rules: str


class SupplierNotSelected(DevelopmentEvent):
    """The firm has no place in the cohort, and why."""

    TYPE: ClassVar[str] = "development.supplier-not-selected"

    rank: Annotated[int, Field(ge=1)] | None = None
    """Only of firms that met every condition and found the cohort full."""
    score: BasisPoints | None = None
    reasons: tuple[ReasonCode, ...]
    rules: str


class PlannedActivity(Value):
    """One module of a plan."""

    activity_id: UUID
    module: str
    kind: ModuleKind
    hours: Annotated[int, Field(gt=0)]
    questions: tuple[QuestionCode, ...]
    """Gaps that it helps to close."""
    cost_from: Money
    cost_to: Money


class PlanEvent(DevelopmentEvent):
    plan_id: UUID


class PlanAgreed(PlanEvent):
    """Firm and program agreed on the activities."""

    TYPE: ClassVar[str] = "development.plan-agreed"

    activities: tuple[PlannedActivity, ...]
    uncovered: tuple[QuestionCode, ...] = ()
    """Gaps that no module closes."""
    modules: str
    """Version of the module catalogue."""
    agreed_at: Moment


class ActivityCompleted(PlanEvent):
    """An activity's deliverable is there. The gap stays open until it is scored again."""

    TYPE: ClassVar[str] = "development.activity-completed"

    activity_id: UUID
    module: str
    questions: tuple[QuestionCode, ...]
    evidence_id: UUID
    completed_at: Moment


class PlanCompleted(PlanEvent):
    """Every activity is done."""

    TYPE: ClassVar[str] = "development.plan-completed"

    closed: tuple[QuestionCode, ...]
    open: tuple[QuestionCode, ...]
    completed_at: Moment
