"""What waits for a mentor, and who is whose."""

from uuid import UUID

from services.development.domain.plan import PlanStatus
from shared.service.http import View


class WaitingView(View):
    """One firm that waits for its mentor."""

    supplier_id: UUID
    folio: str | None
    legal_name: str | None
    plan_status: PlanStatus
    evidence: int
    """Pieces that the firm gave and nobody looked at."""
    proposal: bool
    """A plan that the mentor has not agreed to."""
    revision: bool
    """A change of the plan that the mentor has not agreed to."""


class MentoredView(View):
    """Whose firm it is."""

    supplier_id: UUID
    folio: str | None
    legal_name: str | None
    plan_status: PlanStatus
    mentor: str | None
