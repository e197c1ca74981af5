"""Sheets with who gave them, for the program's own people: a subject identifies a person."""

from datetime import datetime
from uuid import UUID

from services.diagnosis.domain.answers import Why
from services.diagnosis.domain.sheet import Sheet, SheetKind
from services.diagnosis.views.answers import ProofView
from shared.service.http import View


class SheetView(View):
    supplier_id: UUID
    number: int
    """Of the firm's sheets of all kinds, in the order in which they were given."""
    kind: SheetKind
    instrument: str
    levels: dict[str, int | None]
    why: dict[str, Why]
    reasons: dict[str, str]
    notes: dict[str, str]
    evidence: dict[str, tuple[ProofView, ...]]
    by: str
    authors: dict[str, str]
    """By question, who answered it, where that was somebody else."""
    at: datetime

    @classmethod
    def of_sheet(cls, sheet: Sheet) -> "SheetView":
        answers = sheet.answers
        return cls(
            supplier_id=sheet.supplier_id,
            number=sheet.number,
            kind=sheet.kind,
            instrument=sheet.instrument,
            levels=dict(answers.levels),
            why=dict(answers.why),
            reasons=dict(answers.reasons),
            notes=dict(answers.notes),
            evidence={code: tuple(map(ProofView.of, proofs)) for code, proofs in answers.evidence.items()},
            by=answers.by,
            authors=dict(answers.authors),
            at=answers.at,
        )
