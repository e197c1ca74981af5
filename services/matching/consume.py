"""What happens without a command: events of other stages, time, and sweeps of what is asked for."""

from services.matching import catalogue
from services.matching.handlers import offerings as offering
from services.matching.handlers import requirements as requirement
from services.matching.store.demand import anchors, demand, publishing, requirements, requirements_of_anchor
from services.matching.store.offerings import all_offerings, offerings, offerings_in_area
from shared.contracts.diagnosis import DiagnosisCompleted, GapRescored
from shared.contracts.registration import (
    AnchorJoined,
    AnchorLeft,
    SupplierChanged,
    SupplierRegistered,
    SupplierWithdrawn,
)
from shared.messaging.decision import SweepRequest
from shared.messaging.routing import Routes, Sweeps, Timers, at, on, over

ROUTES: Routes = (
    on(SupplierRegistered, offerings, offering.supplier_profiled, reference=demand),
    on(SupplierChanged, offerings, offering.supplier_profiled, reference=demand),
    on(SupplierWithdrawn, offerings, offering.supplier_withdrawn, reference=demand),
    on(DiagnosisCompleted, offerings, offering.diagnosis_completed, reference=demand),
    on(GapRescored, offerings, offering.gap_rescored, reference=demand),
    on(AnchorJoined, anchors, requirement.anchor_joined),
    on(AnchorLeft, anchors, requirement.anchor_left),
)

ONCE = (SweepRequest(offering.RULES_CHANGED, {"rules": catalogue.rules().version}),)

TIMERS: Timers = (
    at(offering.CERTIFICATE_EXPIRES, offerings, offering.certificate_expired, reference=demand),
    at(requirement.REQUIREMENT_EXPIRES, requirements, requirement.requirement_expired, reference=publishing),
)

SWEEPS: Sweeps = (
    over(
        requirement.REQUIREMENT_CHANGED,
        offerings,
        offering.requirement_changed,
        select=offerings_in_area,
        reference=demand,
    ),
    over(offering.RULES_CHANGED, offerings, offering.rules_changed, select=all_offerings, reference=demand),
    over(
        requirement.ANCHOR_LEFT,
        requirements,
        requirement.anchor_gone,
        select=requirements_of_anchor,
        reference=publishing,
    ),
)
