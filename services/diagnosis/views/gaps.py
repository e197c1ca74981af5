"""Open gaps: of one firm, and of the whole program."""

from typing import Any
from uuid import UUID

from services.diagnosis.domain.diagnosis import Diagnosis
from shared.contracts.diagnosis import Severity
from shared.service.http import View


class AskedByView(View):
    """One requirement that names a question."""

    requirement_id: UUID
    anchor_id: UUID | None
    """Null for a firm: whether it may know who asks, matching says."""
    target: int | None
    """Level asked; null where it asks for none by number."""
    must_have: bool


class GapView(View):
    """An open gap of the version that counts."""

    question: str
    level: int
    target: int
    gap: int
    severity: Severity
    anchors_asking: int
    asked_by: tuple[AskedByView, ...] = ()
    """Requirements that the firm's offering meets and that name the question; none: the program asks it, or the law."""
    modules: tuple[str, ...]
    evaluated: bool
    """False: it must be known and is not."""
    evidence: tuple[UUID, ...] = ()
    """Of completed activities, and not returned: the question is ready to be scored again."""

    @classmethod
    def all_of(cls, diagnosis: Diagnosis, *, naming: bool) -> "list[GapView]":
        """In order of priority; none before the first validation. `naming`: whether it says which anchor asks."""
        if diagnosis.locked is None:
            return []
        ready = diagnosis.ready

        def more(question: str) -> dict[str, Any]:
            return {"evidence": ready.get(question, ()), "asked_by": _asking(diagnosis, question, naming=naming)}

        return [cls.of(gap).model_copy(update=more(gap.question)) for gap in diagnosis.locked.result.gaps]


def _asking(diagnosis: Diagnosis, question: str, *, naming: bool) -> tuple[AskedByView, ...]:
    return tuple(
        AskedByView(
            requirement_id=id_,
            anchor_id=ask.anchor_id if naming else None,
            target=ask.targets.get(question),
            must_have=question in ask.must_have,
        )
        for id_, ask in sorted(diagnosis.asks.items())
        if question in ask.targets or question in ask.must_have
    )


class LackView(View):
    """How many firms of the program have an open gap on one question."""

    question: str
    severity: Severity
    suppliers: int
    levels: int
    """Sum of the levels that they are short of."""
