"""Which decision answers which event. What is not routed is not for this stage."""

from services.diagnosis import handlers
from services.diagnosis.store import diagnoses, instruments, validated
from shared.contracts.development import ActivityCompleted, ActivityReopened
from shared.contracts.matching import AlignmentChanged, OfferingAligned, OfferingNotAligned
from shared.contracts.registration import SupplierChanged, SupplierRegistered, SupplierWithdrawn
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

SWEEPS: Sweeps = (over(handlers.MEASURE, diagnoses, handlers.measure, select=validated, reference=instruments),)
