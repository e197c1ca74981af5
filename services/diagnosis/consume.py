"""Which decision answers which event. What is not routed is not for this stage."""

from services.diagnosis import handlers
from services.diagnosis.store import DiagnosisRow, SheetRow, diagnoses, instruments, sheets, validated
from shared.attachments.names import in_clear
from shared.contracts.development import ActivityCompleted, ActivityReopened
from shared.contracts.matching import AlignmentChanged, OfferingAligned, OfferingNotAligned
from shared.contracts.registration import SupplierChanged, SupplierRegistered, SupplierWithdrawn
from shared.messaging.decision import SweepRequest
from shared.messaging.rewriting import rewritten
from shared.messaging.routing import Routes, Sweeps, on, over

ROUTES: Routes = (
    on(SupplierRegistered, diagnoses, handlers.supplier_profiled, reference=instruments),
    on(SupplierChanged, diagnoses, handlers.supplier_profiled, reference=instruments),
    on(OfferingAligned, diagnoses, handlers.offering_aligned, reference=instruments),
    on(AlignmentChanged, diagnoses, handlers.alignment_changed, reference=instruments),
    on(OfferingNotAligned, diagnoses, handlers.offering_not_aligned, reference=instruments),
    on(SupplierWithdrawn, diagnoses, handlers.supplier_withdrawn),
    on(ActivityCompleted, diagnoses, handlers.activity_completed),
    on(ActivityReopened, diagnoses, handlers.activity_reopened),
)

UNNAME_DIAGNOSES, UNNAME_SHEETS = "unname_diagnoses", "unname_sheets"

SWEEPS: Sweeps = (
    over(handlers.MEASURE, diagnoses, handlers.measure, select=validated, reference=instruments),
    rewritten(UNNAME_DIAGNOSES, DiagnosisRow, diagnoses, in_clear(DiagnosisRow)),
    rewritten(UNNAME_SHEETS, SheetRow, sheets, in_clear(SheetRow)),
)

ONCE = (SweepRequest(UNNAME_DIAGNOSES), SweepRequest(UNNAME_SHEETS))
"""What attachments are called is with their records alone by now."""
