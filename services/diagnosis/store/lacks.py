"""What the firms in the program lack, all together."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.diagnosis.store import DiagnosisRow, GapRow


@dataclass(frozen=True, slots=True)
class Lack:
    """How many firms of the program have an open gap on one question."""

    question: str
    severity: str
    suppliers: int
    levels: int
    """Sum of the levels that they are short of."""


async def lacks(session: AsyncSession) -> list[Lack]:
    """What the firms in the program lack, by question and severity."""
    suppliers, levels = func.count(), func.sum(col(GapRow.target) - col(GapRow.level))
    query = (
        select(GapRow.question, GapRow.severity, suppliers, levels)
        .join(DiagnosisRow, col(DiagnosisRow.id) == col(GapRow.supplier_id))
        .where(col(DiagnosisRow.withdrawn).is_(False))
        .group_by(col(GapRow.question), col(GapRow.severity))
        .order_by(col(GapRow.question), col(GapRow.severity))
    )
    return [Lack(*row) for row in (await session.exec(query)).all()]
