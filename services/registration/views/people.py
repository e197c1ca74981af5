"""The people of a firm."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registration.domain.person import Person, PersonStatus
from services.registration.views.offers import Line
from shared.service.callers import Subject
from shared.service.http import Body, View


class InvitationBody(Body):
    email: Line
    """Where the invitation is mailed to."""


class AcceptanceBody(Body):
    code: Line
    """What was mailed to the invited."""


class PersonView(View):
    """One of a firm's people, or somebody who is invited."""

    id: UUID
    supplier_id: UUID
    status: PersonStatus
    email: Annotated[str, Field(max_length=300)] | None
    """Where the invitation went; null once they are no longer of the firm."""
    invited_at: datetime
    expires_at: datetime | None
    """Until then the invitation may be accepted; null once it was."""
    joined_at: datetime | None
    ended_at: datetime | None
    subject: Subject | None
    """By which the identity provider knows them; for operators alone."""

    @classmethod
    def of_person(cls, person: Person) -> "PersonView":
        return cls._of(person, None)

    @classmethod
    def for_operators(cls, person: Person) -> "PersonView":
        return cls._of(person, person.subject)

    @classmethod
    def _of(cls, person: Person, subject: str | None) -> "PersonView":
        return cls(
            id=person.id,
            supplier_id=person.supplier_id,
            status=person.status,
            email=person.email,
            invited_at=person.invited_at,
            expires_at=person.code.expires_at if person.status == "invited" else None,
            joined_at=person.joined_at,
            ended_at=person.ended_at,
            subject=subject,
        )
