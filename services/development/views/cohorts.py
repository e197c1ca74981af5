"""Cohorts and their selection, as callers send and see them. Shares are basis points."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.development.domain.candidate import Candidate
from services.development.domain.cohort import CohortStatus, Direction
from services.development.domain.outcome import Outcome, Result, result
from services.development.domain.place import LeaverRole, PlaceStatus
from services.development.store import Line, OutcomeRow
from shared.service.http import Body, Named, View

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class CohortBody(Body):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=120), Named]
    capacity: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Places; the program's usual number where absent."""


class OverrideBody(Body):
    supplier_id: UUID
    direction: Direction
    reason: Words


class OverrideView(View):
    supplier_id: UUID
    direction: Direction
    reason: str
    by: str
    at: datetime


class PastOverrideView(OverrideView):
    """An override that counts no more."""

    ended_by: str
    """Who took it back, or gave another one in its place."""
    ended_at: datetime


class ProposedView(View):
    """What an operator said of a firm that is to drop out."""

    reason: str
    by: str
    at: datetime


class ReinstatementView(ProposedView):
    """The firm has its place again, and why."""


class DropOutView(View):
    """A place that became free, and who has it since."""

    supplier_id: UUID
    status: PlaceStatus
    reason: str
    by: str
    role: LeaverRole
    """As what `by` did it: the firm itself, or the second of two operators."""
    at: datetime
    proposed: ProposedView | None
    """By the first of two operators."""
    replaced_by: UUID | None
    selected_by: str | None
    reinstated: ReinstatementView | None


class ReinstatementBody(Body):
    supplier_id: UUID
    reason: Words


class CohortView(View):
    id: UUID
    name: str
    capacity: int
    status: CohortStatus
    created_at: datetime
    selected_at: datetime | None
    overrides: tuple[OverrideView, ...]
    drop_outs: tuple[DropOutView, ...]


class SelectionView(View):
    cohort: CohortView
    candidates: int
    selected: int
    reasons: dict[str, int]
    """How many firms each reason was given to."""


class CandidateView(View):
    """One firm in a selection, and why it is in or out."""

    line: int
    supplier_id: UUID
    folio: str | None = None
    legal_name: str | None = None
    selected: bool
    """Whether it has a place now."""
    outcome: Result = "not_selected"
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
        return cls._named(row, named)

    @classmethod
    def supposed(cls, outcome: Outcome, firm: Candidate, titles: Mapping[UUID, str]) -> "CandidateView":
        title = None if outcome.requirement_id is None else titles.get(outcome.requirement_id)
        named = {"folio": firm.folio, "legal_name": firm.legal_name, "requirement_title": title}
        return cls._named(outcome, named)

    @classmethod
    def _named(cls, said: Outcome | OutcomeRow, named: dict[str, str | None]) -> "CandidateView":
        became = result(said.reasons, selected=said.selected)
        return cls.of(said).model_copy(update=named | {"outcome": became})
