"""Activities of a plan as callers send and see them, with the modules' words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints, ValidationInfo, field_validator

from services.development.domain.activity import Activity, ActivityStatus
from services.development.domain.evidence import AuthorRole, Evidence, EvidenceKind, JudgeRole, Standing
from services.development.domain.module import ModuleKind, Modules
from services.development.handlers import published
from services.development.views.cohorts import Words
from shared.attachments.records import Attachment
from shared.contracts.event import Money, Text
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
        )
