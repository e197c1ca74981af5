"""Locked versions, also those that others replaced. Never who made them: a subject identifies a person."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from services.diagnosis.domain.comparison import Comparison, Kinship
from services.diagnosis.store.versions import Version
from shared.contracts.diagnosis import Result
from shared.service.http import View


class VersionView(View):
    """A version as it was told; the last one counts."""

    supplier_id: UUID
    number: int
    because: Literal["validated", "rescored", "measured"]
    """`measured`: the same levels, against what was asked from then on."""
    instrument: str
    levels: dict[str, int | None]
    not_applicable: tuple[str, ...]
    """Questions without a level that are not about the firm."""
    result: Result
    validated_at: datetime
    locked_at: datetime

    @classmethod
    def of_version(cls, supplier_id: UUID, version: Version) -> "VersionView":
        return cls(
            supplier_id=supplier_id,
            number=version.number,
            because=version.because,
            instrument=version.instrument,
            levels=dict(version.levels),
            not_applicable=version.not_applicable,
            result=version.result,
            validated_at=version.validated_at,
            locked_at=version.locked_at,
        )


class ComparedView(View):
    """One question in two versions."""

    question: str
    kinship: Kinship
    """`same`: both ask the same, so that the levels compare; `changed`: they ask otherwise under one code."""
    before: int | None
    after: int | None


class ComparisonView(View):
    """Two versions of one firm's diagnosis."""

    supplier_id: UUID
    first: VersionView
    second: VersionView
    questions: list[ComparedView]
    alike_before: int | None
    """Overall share in basis points over the questions that compare, by the later questionnaire's weights."""
    alike_after: int | None

    @classmethod
    def of_both(cls, supplier_id: UUID, first: Version, second: Version, comparison: Comparison) -> "ComparisonView":
        return cls(
            supplier_id=supplier_id,
            first=VersionView.of_version(supplier_id, first),
            second=VersionView.of_version(supplier_id, second),
            questions=[ComparedView.of(each) for each in comparison.questions],
            alike_before=comparison.alike_before,
            alike_after=comparison.alike_after,
        )
