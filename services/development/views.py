"""What HTTP callers send, and what they see of cohorts and modules. Shares are basis points, costs MXN."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.development import published
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import CohortStatus, Direction
from services.development.domain.module import Module, ModuleKind, Modules
from services.development.domain.outcome import Outcome
from services.development.domain.plan import Evidence, EvidenceKind
from services.development.store import Line
from shared.contracts.event import Money, Text
from shared.service.http import Body

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CohortBody(Body):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=120)]
    capacity: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Places; the stage's default where absent."""


class OverrideBody(Body):
    supplier_id: UUID
    direction: Direction
    reason: Words


class AgreementBody(Body):
    activity_ids: tuple[UUID, ...] | None = None
    """The activities that the caller read: a plan proposed anew in between is then not agreed unread."""


class EvidenceBody(Body):
    kind: EvidenceKind
    description: Words
    reference: Text | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None

    def evidence(self) -> Evidence:
        return Evidence(self.kind, self.description, self.reference, self.sha256)


class OverrideView(_View):
    supplier_id: UUID
    direction: Direction
    reason: str
    by: str
    at: datetime


class CohortView(_View):
    id: UUID
    name: str
    capacity: int
    status: CohortStatus
    created_at: datetime
    selected_at: datetime | None
    overrides: tuple[OverrideView, ...]


class SelectionView(BaseModel):
    cohort: CohortView
    candidates: int
    selected: int
    reasons: dict[str, int]
    """How many firms each reason was given to."""


class CandidateView(_View):
    """One firm in a selection, and why it is in or out."""

    line: int
    supplier_id: UUID
    folio: str | None = None
    legal_name: str | None = None
    selected: bool
    rank: int | None
    score: int
    best_match: int
    readiness: int
    closability: int
    requirement_id: UUID | None
    requirement_title: str | None = None
    reasons: tuple[str, ...]
    rules: str
    decided_at: datetime

    @classmethod
    def stored(cls, line: Line) -> "CandidateView":
        row, folio, legal_name, title = line
        named = {"folio": folio, "legal_name": legal_name, "requirement_title": title}
        return cls.model_validate(row).model_copy(update=named)

    @classmethod
    def supposed(cls, outcome: Outcome, firm: Candidate, titles: Mapping[UUID, str]) -> "CandidateView":
        title = None if outcome.requirement_id is None else titles.get(outcome.requirement_id)
        named = {"folio": firm.folio, "legal_name": firm.legal_name, "requirement_title": title}
        return cls.model_validate(outcome).model_copy(update=named)


class CandidatePage(BaseModel):
    items: tuple[CandidateView, ...]
    next: int | None
    """Value of `after` for the next page; None at the end."""


class ModuleView(BaseModel):
    code: str
    name: str
    kind: ModuleKind
    hours: int
    deliverable: str
    cost_from: Money
    cost_to: Money
    questions: tuple[str, ...]

    @classmethod
    def of(cls, module: Module) -> "ModuleView":
        return cls(
            code=module.code,
            name=module.name,
            kind=module.kind,
            hours=module.hours,
            deliverable=module.deliverable,
            cost_from=published.money(module.cost_from),
            cost_to=published.money(module.cost_to),
            questions=module.questions,
        )


class ModulesView(BaseModel):
    version: str
    modules: tuple[ModuleView, ...]

    @classmethod
    def of(cls, modules: Modules) -> "ModulesView":
        return cls(version=modules.version, modules=tuple(ModuleView.of(module) for module in modules.modules))
