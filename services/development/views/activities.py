"""Activities of a plan as callers send and see them, with the modules' words."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints, ValidationInfo, field_validator

from services.development.domain.activity import Activity, ActivityStatus
from services.development.domain.evidence import AuthorRole, Evidence, EvidenceKind, JudgeRole, Standing
from services.development.domain.module import ModuleKind, Modules
from services.development.domain.session import Session
from services.development.handlers import published
from services.development.views.cohorts import Words
from shared.attachments.records import Attachment
from shared.contracts.event import Money, Text
from shared.contracts.times import Day
from shared.i18n.fields import wrong
from shared.service.http import Body, OneLine, View


class EvidenceBody(Body):
    kind: EvidenceKind
    description: Words
    reference: Annotated[Text, OneLine] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", max_length=64)] | None = None

    attachment: UUID | None = None
    """A file that was given before, instead of a reference and a digest."""

    @field_validator("attachment")
    @classmethod
    def _either(cls, attachment: UUID | None, others: ValidationInfo) -> UUID | None:
        if attachment is not None and any(others.data.get(name) is not None for name in ("reference", "sha256")):
            raise wrong("fields.evidence")
        return attachment

    def evidence(self, known: Mapping[UUID, Attachment]) -> Evidence:
        """`known`: by id, the attachment that is named."""
        if self.attachment is None:
            return Evidence(self.kind, self.description, self.reference, self.sha256)
        file = known[self.attachment]
        return Evidence(self.kind, self.description, file.name, file.sha256, file.id)


class EvidenceView(View):
    kind: EvidenceKind
    description: str
    reference: str | None
    sha256: str | None
    attachment: UUID | None


class VerdictView(View):
    standing: Standing
    reason: str
    role: JudgeRole
    at: datetime


class GivenView(View):
    """Evidence with what its author is; never who: a subject identifies a person."""

    evidence_id: UUID
    evidence: EvidenceView
    role: AuthorRole
    at: datetime
    standing: Standing
    verdicts: tuple[VerdictView, ...]
    """What was said of it, in order: the last one counts."""


class ReturnBody(Body):
    reason: Words
    """What is wrong with the evidence."""


class RemovalBody(Body):
    reason: Words
    """Why the plan does without the activity."""


class CompletionBody(Body):
    evidence_id: UUID
    """Which of the activity's evidence shows its deliverable."""


class CompletionView(View):
    evidence_id: UUID
    completed_at: datetime


class AttendanceBody(Body):
    came: bool
    note: Text = ""
    """What is worth knowing of it, or why the firm did not come."""


class DelayBody(Body):
    until: Day
    """The next session is in the week of this day."""
    reason: Words


class SessionView(View):
    number: int
    week: date
    """Its Monday."""
    hours: int
    attended: bool | None
    """Null: nobody said so yet."""
    note: str

    @classmethod
    def of_session(cls, session: Session) -> "SessionView":
        return cls(
            number=session.number,
            week=session.week,
            hours=session.hours,
            attended=session.attended,
            note=session.notes[-1].note if session.notes else "",
        )


class DelayView(View):
    until: date
    reason: str
    role: AuthorRole
    at: datetime


class ActivityView(View):
    activity_id: UUID
    module: str
    name: str
    deliverable: str
    kind: ModuleKind
    hours: int
    questions: tuple[str, ...]
    cost_from: Money
    cost_to: Money
    status: ActivityStatus
    evidence: tuple[GivenView, ...]
    """In the order in which it was given."""
    completion: CompletionView | None
    course: str
    """The group that it is held in; empty: no calendar has it."""
    sessions: tuple[SessionView, ...]
    ends_on: date | None
    """The last day of its last session's week: what is planned still is late from then on."""
    delays: tuple[DelayView, ...]

    @classmethod
    def of_activity(cls, activity: Activity, modules: Modules) -> "ActivityView":
        found = {module.code: module for module in modules.modules}.get(activity.module)
        completion = activity.completion
        return cls(
            activity_id=activity.activity_id,
            module=activity.module,
            name="" if found is None else found.name,
            deliverable="" if found is None else found.deliverable,
            kind=activity.kind,
            hours=activity.hours,
            questions=activity.questions,
            cost_from=published.money(activity.cost_from),
            cost_to=published.money(activity.cost_to),
            status=activity.status,
            evidence=tuple(GivenView.of(given) for given in activity.evidence),
            completion=None if completion is None else CompletionView.of(completion),
            course=activity.course,
            sessions=tuple(SessionView.of_session(session) for session in activity.sessions),
            ends_on=activity.ends_on,
            delays=tuple(DelayView.of(delay) for delay in activity.delays),
        )
