"""Locked versions, also those that others replaced. Never who made them: a subject identifies a person."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from services.diagnosis.store import Version
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
