"""Firms in a selection, as operators see them. Shares are basis points."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict

from services.development.domain.candidate import Candidate
from services.development.domain.outcome import Outcome, Result, result
from services.development.store import OutcomeRow
from services.development.store.rounds import Line
from services.development.views.cohorts import Mxn
from shared.service.http import View

InOrder = Annotated[tuple[str, ...], BeforeValidator(sorted)]


class ContenderView(View):
    """A firm as the best cohort is found by."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    areas: InOrder
    anchors: InOrder
    state: str | None
    cost: Mxn
    """MXN that its plan takes at most."""


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
    contender: ContenderView | None
    """What it counted with; null: it did not compete."""
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
