"""Alignment and matches as callers see them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from services.matching.domain.alignment import AlignedRequirement, Missing
from services.matching.domain.answers import Act, Answer, Answers, Standing
from services.matching.domain.candidate import Candidate
from services.matching.domain.reasons import AnswerReason, DeclineReason, HiddenReason
from services.matching.handlers import published
from services.matching.views.offers import OfferView
from services.matching.views.performance import MeasuredView, ReportView, reports_of
from services.matching.views.reading import GateView
from shared.contracts import matching as contract
from shared.contracts.event import Money
from shared.contracts.specification import YearVolume
from shared.service.http import View


class AlignedView(View):
    requirement_id: UUID
    anchor_id: UUID | None
    """Null for a firm where who asks did not choose to be named, and does not know the firm."""
    area: str
    score: int
    targets: dict[str, int]
    must_have: tuple[str, ...]
    unknown: tuple[str, ...]
    """Gates of which nobody knows: the firm has to state it."""


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
    def of_alignment(
        cls, supplier_id: UUID, met: Sequence[AlignedRequirement], missing: Sequence[Missing], rules: str
    ) -> "AlignmentView":
        return cls(
            supplier_id=supplier_id,
            aligned=bool(met),
            requirements=[AlignedView.of(each) for each in met],
            missing=[MissingView.of(each) for each in missing],
            rules=rules,
        )


class AwardView(View):
    annual_value: Money
    annual_volume: int
    awarded_at: datetime
    """A correction does not move it."""

    @classmethod
    def of_answers(cls, answers: Answers) -> "AwardView | None":
        award, at = answers.award, answers.awarded_at
        if award is None or at is None:
            return None
        return cls(annual_value=published.money(award), annual_volume=award.annual_volume, awarded_at=at)


WHO = ("name", "folio", "state", "contact_role")
"""What is told of a firm to the anchors that know it."""


class MatchView(View):
    """A match, and what the anchor says of it. One that was lost has neither score nor criteria."""

    id: UUID
    supplier_id: UUID | None
    """None for an anchor to which the firm is not introduced; `hidden` says why. So are the four below."""
    name: str | None
    """Of a legal person: a natural person's stays in registration."""
    folio: str | None
    state: str | None
    """INEGI key."""
    contact_role: str | None
    """What the firm's contact does in it; nobody's name."""
    hidden: HiddenReason | None
    """Why the firm is not introduced to the anchor."""
    requirement_id: UUID
    anchor_id: UUID | None
    """Null for a firm where who asks did not choose to be named, and does not know the firm."""
    area: str
    holds: bool
    """Whether the firm matches the requirement now. What was answered stays, and counts again when it does again."""
    score: int | None
    grade: str | None
    standing: Standing
    decline_reason: DeclineReason | None
    blocked_by: tuple[str, ...]
    not_evaluated: tuple[str, ...]
    """Those of them that nobody evaluated."""
    unknown: tuple[str, ...]
    """Gates of which nobody knows: to be confirmed before an award."""
    criteria: list[contract.Criterion]
    rules: str | None
    award: AwardView | None
    production_start: date | None
    """When series production starts, as it is asked; so is the one below."""
    ramp: tuple[YearVolume, ...]
    """Pieces of single years, where they differ from the annual volume."""

    @classmethod
    def of_candidate(cls, candidate: Candidate, *, hidden: bool = False) -> Self:
        """`hidden`: without who the firm is."""
        return cls(**_match(candidate, hidden=hidden))


class AnswerView(View):
    """One thing that a buyer said."""

    act: Act
    standing: Standing
    """The candidate's after it."""
    by: str
    at: datetime
    reason: AnswerReason | None
    annual_value: Money | None
    annual_volume: int | None
    confirmed: tuple[str, ...]

    @classmethod
    def of_answer(cls, answer: Answer) -> "AnswerView":
        award = answer.award
        return cls(
            act=answer.act,
            standing=answer.standing,
            by=answer.by,
            at=answer.at,
            reason=answer.reason,
            annual_value=None if award is None else published.money(award),
            annual_volume=None if award is None else award.annual_volume,
            confirmed=answer.confirmed,
        )


class CandidateView(MatchView):
    """A match with all that was ever said of it, and what the firm can show."""

    requirement_version: int
    """Of the requirement as it is asked now: what changes in it changes the candidate too, and so its `ETag`."""
    answers: list[AnswerView]
    """Oldest first."""
    offer: OfferView | None
    """None for an anchor while the firm is not introduced."""
    conceded: list[GateView]
    """Gates of which the firm falls short, and that bar it from nothing: only wished, or waived. None of a firm that is
    not introduced.
    """
    measured: MeasuredView | None
    """What anchors measured, where that counts in the score and not what the firm states."""
    performance: list[ReportView]
    """How it delivered what was awarded to it, the latest month first."""

    @classmethod
    def of_candidate(cls, candidate: Candidate, *, hidden: bool = False) -> Self:
        said = [AnswerView.of_answer(answer) for answer in candidate.answers.said]
        offer = None if hidden else OfferView.of_candidate(candidate)
        performance, measured = reports_of(candidate.supplier_id, candidate.reports), candidate.measured
        return cls(
            **_match(candidate, hidden=hidden),
            requirement_version=candidate.requirement.version,
            answers=said,
            offer=offer,
            conceded=[] if hidden else [GateView.of_gate(gate) for gate in candidate.conceded],
            measured=measured and MeasuredView.of(measured),
            performance=performance,
        )


def _who(candidate: Candidate, *, hidden: bool) -> dict[str, Any]:
    """Which firm it is; nothing of it where it is `hidden`."""
    profile = candidate.profile
    if hidden or profile is None:
        return {"supplier_id": None if hidden else candidate.supplier_id, **dict.fromkeys(WHO)}
    role = profile.introducible and profile.introducible.contact_role
    found = (profile.legal_name, profile.folio, profile.state, role)
    return {"supplier_id": candidate.supplier_id, **dict(zip(WHO, found, strict=True))}


def _match(candidate: Candidate, *, hidden: bool) -> dict[str, Any]:
    match, answers, asked = candidate.match, candidate.answers, candidate.requirement.specification
    return {
        "id": candidate.id,
        **_who(candidate, hidden=hidden),
        "hidden": candidate.hidden,
        "requirement_id": answers.requirement_id,
        "anchor_id": answers.anchor_id,
        "area": candidate.requirement.area,
        "holds": match is not None,
        "score": match.score if match else None,
        "grade": candidate.grade,
        "standing": answers.standing,
        "decline_reason": answers.reason if answers.standing == "declined" else None,
        "blocked_by": match.blocked_by if match else (),
        "not_evaluated": match.not_evaluated if match else (),
        "unknown": match.unknown if match else (),
        "criteria": published.criteria(candidate.criteria),
        "rules": match.rules if match else None,
        "award": AwardView.of_answers(answers),
        "production_start": asked.production_start,
        "ramp": tuple(YearVolume(year=year, pieces=pieces) for year, pieces in asked.ramp),
    }
