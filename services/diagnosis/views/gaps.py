"""Open gaps: of one firm, and of the whole program."""

from uuid import UUID

from services.diagnosis.domain.diagnosis import Diagnosis
from shared.contracts.diagnosis import Severity
from shared.service.http import View


class GapView(View):
    """An open gap of the version that counts."""

    question: str
    level: int
    target: int
    gap: int
    severity: Severity
    anchors_asking: int
    modules: tuple[str, ...]
    evaluated: bool
    """False: it must be known and is not."""
    evidence: tuple[UUID, ...] = ()
    """Of completed activities, and not returned: the question is ready to be scored again."""

    @classmethod
    def all_of(cls, diagnosis: Diagnosis) -> "list[GapView]":
        """In order of priority; none before the first validation."""
        if diagnosis.locked is None:
            return []
        ready = diagnosis.ready
        return [
            cls.of(gap).model_copy(update={"evidence": ready.get(gap.question, ())})
            for gap in diagnosis.locked.result.gaps
        ]


class LackView(View):
    """How many firms of the program have an open gap on one question."""

    question: str
    severity: Severity
    suppliers: int
    levels: int
    """Sum of the levels that they are short of."""
