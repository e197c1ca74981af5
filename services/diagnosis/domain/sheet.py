"""Every sheet that anybody gave, also one that another replaced: facts, which nothing that is derived takes away."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid5

from services.diagnosis.domain.answers import Answers
from services.diagnosis.domain.diagnosis import Diagnosis

SheetKind = Literal["self_assessment", "assessment", "second_assessment", "validation"]


@dataclass(frozen=True, slots=True)
class Sheet:
    id: UUID
    supplier_id: UUID
    number: int
    """Of the diagnosis's sheets of all kinds, from 1 in the order in which they were given."""
    kind: SheetKind
    instrument: str
    answers: Answers


def given(before: Diagnosis, after: Diagnosis) -> Sheet | None:
    """The sheet that made `after` of `before`, if one did."""
    if after.sheets == before.sheets:
        return None
    kinds: dict[SheetKind, tuple[Answers | None, Answers | None]] = {
        "self_assessment": (before.self_assessment, after.self_assessment),
        "assessment": (before.assessment, after.assessment),
        "second_assessment": (_second(before), _second(after)),
        "validation": (before.validation, after.validation),
    }
    kind, answers = next((kind, now) for kind, (was, now) in kinds.items() if now is not None and now is not was)
    id_ = uuid5(after.id, f"sheet:{after.sheets}")
    return Sheet(id_, after.id, after.sheets, kind, after.instrument, answers)


def _second(diagnosis: Diagnosis) -> Answers | None:
    return None if diagnosis.calibration is None else diagnosis.calibration.sheet
