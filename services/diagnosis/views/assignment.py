"""Who is assigned to a diagnosis, for the program's own people: a subject identifies a person."""

from uuid import UUID

from services.diagnosis.domain.assignment import Assignment
from services.diagnosis.domain.diagnosis import Diagnosis
from shared.service.callers import Subject
from shared.service.http import Body, View


class AssignmentBody(Body):
    """Two people, by the subjects of their tokens; null: nobody."""

    assessor: Subject | None
    validator: Subject | None

    def given(self) -> Assignment:
        return Assignment(self.assessor, self.validator)


class AssignmentView(View):
    supplier_id: UUID
    assessor: str | None
    validator: str | None

    @classmethod
    def of_diagnosis(cls, diagnosis: Diagnosis) -> "AssignmentView":
        return cls(supplier_id=diagnosis.id, assessor=diagnosis.assessor, validator=diagnosis.validator)
