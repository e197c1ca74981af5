"""What several routes begin with."""

from collections.abc import Callable
from uuid import UUID

from services.diagnosis import catalogue, handlers, store
from services.diagnosis.domain.diagnosis import Diagnosis
from services.diagnosis.views.diagnoses import DiagnosisView
from shared.runtime.database import Database
from shared.service.callers import Caller
from shared.service.http import accepted


async def known(database: Database, supplier_id: UUID) -> Diagnosis:
    """Raises the problem of a firm without a diagnosis."""
    async with database.connection() as connection:
        return accepted(await store.diagnosis_of(connection, supplier_id) or handlers.NOT_FOUND)


def view(caller: Caller) -> Callable[[Diagnosis], DiagnosisView]:
    """A diagnosis as the caller may see it."""
    return lambda diagnosis: DiagnosisView.of_diagnosis(diagnosis, catalogue.instruments(), caller.subject)
