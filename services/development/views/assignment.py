"""Who is a firm's mentor, for the program's own people: a subject identifies a person."""

from uuid import UUID

from services.development.domain.candidate import Candidate
from shared.service.callers import Subject
from shared.service.http import Body, View


class AssignmentBody(Body):
    mentor: Subject | None
    """By the subject of their token; null: nobody."""


class AssignmentView(View):
    supplier_id: UUID
    mentor: str | None

    @classmethod
    def of_firm(cls, candidate: Candidate) -> "AssignmentView":
        return cls(supplier_id=candidate.id, mentor=candidate.mentor)
