"""Open gaps: of one firm, and of the whole program."""

from uuid import UUID

from services.diagnosis.domain.diagnosis import Diagnosis
from shared.contracts.diagnosis import Severity
from shared.service.http import Body


class GapView(Body):
    question: str
    level: int
    target: int
    gap: int
    severity: Severity
    anchors_asking: int
    modules: tuple[str, ...]
    evidence: tuple[UUID, ...] = ()
    """Of completed activities, not yet looked at: the question is ready to be scored again."""


class GapsView(Body):
    """Open gaps of the locked version, in order of priority."""

    version: int
    """0: nothing is validated yet."""
    gaps: list[GapView]

    @classmethod
    def of_gaps(cls, diagnosis: Diagnosis) -> "GapsView":
        if diagnosis.locked is None:
            return cls(version=0, gaps=[])
        ready = diagnosis.ready
        gaps = [
            GapView.model_validate(gap).model_copy(update={"evidence": ready.get(gap.question, ())})
            for gap in diagnosis.locked.result.gaps
        ]
        return cls(version=diagnosis.locked.version, gaps=gaps)


class LackView(Body):
    """How many firms of the program have an open gap on one question."""

    question: str
    severity: Severity
    suppliers: int
    levels: int
    """Sum of the levels that they are short of."""
