"""How a firm delivers what was awarded to it, as callers send and see it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.matching.domain.match import match_id
from services.matching.domain.performance import Figures, Report, Verdict
from services.matching.domain.reasons import ContestReason, RetractReason
from services.matching.domain.rematch import Offering
from services.matching.views.requirements import Measure
from shared.contracts.event import BasisPoints
from shared.contracts.performance import Month, Ppm
from shared.i18n.fields import wrong
from shared.service.http import Body, View


class ReportBody(Body):
    """One month of deliveries."""

    ppm: Annotated[int, Field(ge=0, le=1_000_000)]
    """Defective parts per million delivered."""
    otif_bp: BasisPoints
    """Deliveries on time in full."""
    delivered: Measure
    """Pieces. Of a month without any there is nothing to report."""

    @property
    def figures(self) -> Figures:
        return Figures(self.ppm, self.otif_bp, self.delivered)


class RetractionBody(Body):
    reason: Literal["other_month", "other_firm", "mistyped", "other"]


class ReplyBody(Body):
    answer: Literal["accepted", "contested"]
    reason: ContestReason | None = Field(default=None, validate_default=True)
    """What is contested; it must be given then, and only then."""

    @field_validator("reason")
    @classmethod
    def _reason_of_a_contest(cls, reason: ContestReason | None, others: ValidationInfo) -> ContestReason | None:
        if "answer" in others.data and (reason is None) == (others.data["answer"] == "contested"):
            raise wrong("fields.contest_reason")
        return reason


class ReportView(View):
    """What an anchor reported of one month."""

    match_id: UUID
    requirement_id: UUID
    anchor_id: UUID
    month: Month
    ppm: Ppm
    otif_bp: BasisPoints
    delivered: int
    """Pieces."""
    reported_at: datetime
    replaced: bool
    """Whether other figures of this month were reported later."""
    answer: Verdict | None
    """What the firm says of it; null: nothing yet."""
    reason: ContestReason | None
    """What it contests."""
    answered_at: datetime | None
    retraction: RetractReason | None
    """Why the anchor took it back; null: it did not."""
    retracted_at: datetime | None

    @classmethod
    def of_report(cls, supplier_id: UUID, report: Report, *, replaced: bool) -> Self:
        figures, reply, retraction = report.figures, report.reply, report.retraction
        return cls(
            match_id=match_id(supplier_id, report.requirement_id),
            requirement_id=report.requirement_id,
            anchor_id=report.anchor_id,
            month=f"{report.month:%Y-%m}",
            ppm=figures.ppm,
            otif_bp=figures.otif_bp,
            delivered=figures.delivered,
            reported_at=report.at,
            replaced=replaced,
            answer=reply and reply.verdict,
            reason=reply and reply.reason,
            answered_at=reply and reply.at,
            retraction=retraction and retraction.reason,
            retracted_at=retraction and retraction.at,
        )


def reports_of(supplier_id: UUID, reports: Iterable[Report]) -> list[ReportView]:
    """All that was reported, the latest month first, and of one month what was reported last."""
    given = tuple(reports)
    last = {report.about: report for report in given}
    latest = sorted(given, key=lambda report: (report.month, report.at), reverse=True)
    return [ReportView.of_report(supplier_id, each, replaced=each is not last[each.about]) for each in latest]


class WorstView(View):
    """The worst months of those that count, each of all anchors together."""

    ppm: Ppm
    ppm_in: Month
    otif_bp: BasisPoints
    otif_in: Month


class MeasuredView(View):
    """What a firm's anchors measured together, each month weighted by its volume."""

    ppm: Ppm
    otif_bp: BasisPoints
    anchors: int
    """How many of them reported."""
    months: int
    """How many months they reported of."""
    until: date
    """The last day on which it counts instead of what the firm states."""
    worst: WorstView | None = None
    """Null: reckoned before this was kept."""


class PerformanceView(View):
    """How a firm delivers: what counts, what it states, and every report."""

    supplier_id: UUID
    measured: MeasuredView | None
    """Null while fewer than two reports count: what the firm states counts then."""
    ppm_12m: int | None
    """As the firm states it, as the one below."""
    otif_bp_12m: int | None
    reports: list[ReportView]

    @classmethod
    def of_offering(cls, offering: Offering) -> Self:
        profile = offering.profile
        measured = profile.measured if profile else None
        return cls(
            supplier_id=offering.id,
            measured=measured and MeasuredView.of(measured),
            ppm_12m=profile.ppm_12m if profile else None,
            otif_bp_12m=profile.otif_bp_12m if profile else None,
            reports=reports_of(offering.id, offering.performance),
        )
