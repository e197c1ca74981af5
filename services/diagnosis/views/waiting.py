"""What waits for whom."""

from datetime import datetime
from uuid import UUID

from services.diagnosis.domain.calibration import Standing
from services.diagnosis.domain.diagnosis import Status
from services.diagnosis.store.waiting import Task
from shared.service.http import View


class WaitingView(View):
    """One firm that waits for the caller."""

    supplier_id: UUID
    task: Task
    """`score`: evidence of completed activities waits for an assessor's verdict. `reconcile`: two assessors differ."""
    since: datetime | None
    """When the sheet before was given, or sent back."""
    sent_back: bool
    """The expert wants the assessor's sheet once more."""
    questions: int
    """To score again: those with evidence that nobody looked at."""


class AssignedView(View):
    """Who acts on one firm's diagnosis."""

    supplier_id: UUID
    status: Status
    assessor: str | None
    validator: str | None
    standing: Standing | None
    """Of its calibration; null where it is not assessed twice."""
    second: str | None
    lead: str | None
