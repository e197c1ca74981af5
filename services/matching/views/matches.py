"""Alignment and matches as callers see them, and what a buyer answers."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from pydantic import ConfigDict, model_validator

from services.matching.domain.alignment import Aligned, AlignedRequirement, Alignment, Missing
from services.matching.domain.match import Award, Match, Standing
from services.matching.domain.reasons import DeclineReason
from services.matching.handlers import published
from services.matching.views.requirements import Positive
from shared.contracts import matching as contract
from shared.contracts.event import Money
from shared.i18n.fields import wrong
from shared.service.http import Body, View


class AlignedView(View):
    requirement_id: UUID
    anchor_id: UUID
    area: str
    score: int
    targets: dict[str, int]
    must_have: tuple[str, ...]


class MissingView(View):
    area: str
    requirement_id: UUID | None
    gate: str
    reason: str
    need: str
    offer: str


class AlignmentView(View):
    """What an offering meets, or every gate that it does not pass."""

    supplier_id: UUID
    aligned: bool
    requirements: list[AlignedView]
    missing: list[MissingView]
    rules: str

    @classmethod
    def of_alignment(cls, supplier_id: UUID, alignment: Alignment) -> "AlignmentView":
        requirements: tuple[AlignedRequirement, ...] = ()
        missing: tuple[Missing, ...] = ()
        if isinstance(alignment, Aligned):
            requirements = alignment.requirements
        else:
            missing = alignment.missing
        return cls(
            supplier_id=supplier_id,
            aligned=isinstance(alignment, Aligned),
            requirements=[AlignedView.of(each) for each in requirements],
            missing=[MissingView.of(each) for each in missing],
            rules=alignment.rules,
        )


class AwardView(View):
    annual_value: Money
    annual_volume: int
    awarded_at: datetime

    @classmethod
    def of_award(cls, award: Award) -> "AwardView":
        value = Money(amount=f"{award.annual_value:.2f}", currency=award.currency)
        return cls(annual_value=value, annual_volume=award.annual_volume, awarded_at=award.at)


class MatchView(View):
    id: UUID
    supplier_id: UUID | None
    """None for an anchor while open critical gaps block the match: the firm is not introduced yet."""
    requirement_id: UUID
    anchor_id: UUID
    area: str
    score: int
    grade: str | None
    standing: Standing
    decline_reason: DeclineReason | None
    blocked_by: tuple[str, ...]
    criteria: list[contract.Criterion]
    rules: str
    award: AwardView | None

    @classmethod
    def of_match(cls, match: Match, *, supplier_id: UUID | None, grade: str | None) -> "MatchView":
        return cls(
            id=match.id,
            supplier_id=supplier_id,
            requirement_id=match.requirement_id,
            anchor_id=match.anchor_id,
            area=match.area,
            score=match.score,
            grade=grade,
            standing=match.standing,
            decline_reason=match.decline_reason,
            blocked_by=match.blocked_by,
            criteria=published.criteria(match),
            rules=match.rules,
            award=None if match.award is None else AwardView.of_award(match.award),
        )


class AnswerBody(Body):
    answer: Literal["shortlisted", "declined"]
    reason: DeclineReason | None = None
    """Of a decline; it must be given then, and only then."""

    @model_validator(mode="after")
    def _reason_of_a_decline(self) -> Self:
        if (self.reason is None) == (self.answer == "declined"):
            raise wrong("fields.decline_reason")
        return self


class AskedMoney(Money):
    """Money from outside. An unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


class AwardBody(Body):
    annual_value: AskedMoney
    annual_volume: Positive
    """Pieces per year."""

    @model_validator(mode="after")
    def _something_is_bought(self) -> Self:
        if not self.value:
            raise wrong("fields.annual_value")
        return self

    @property
    def value(self) -> Decimal:
        return Decimal(self.annual_value.amount)
