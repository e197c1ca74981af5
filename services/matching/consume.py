"""What happens without a command: events of other stages, time, and sweeps of what is asked for."""

from services.matching import catalogue
from services.matching.domain import sweeps as kinds
from services.matching.domain.rules import Rules
from services.matching.handlers import offerings as offering
from services.matching.handlers import requirements as requirement
from services.matching.handlers import waivers
from services.matching.store.demand import anchors, publishing, requirements, requirements_of_anchor
from services.matching.store.offerings import all_offerings, offerings
from services.matching.store.rematching import Rematching, demand_by_rules, firms_due, one_rematched
from shared.contracts.diagnosis import DiagnosisCompleted, GapRescored
from shared.contracts.registration import (
    AnchorJoined,
    AnchorLeft,
    SupplierChanged,
    SupplierRegistered,
    SupplierWithdrawn,
)
from shared.messaging.decision import SweepRequest
from shared.messaging.routing import Routes, Slices, Sweeps, Timers, at, on, over
from shared.runtime.database import Connection


async def rules(_: Connection) -> Rules:
    """Reference of decisions that read the rules."""
    return catalogue.rules()


ROUTES: Routes = (
    on(SupplierRegistered, offerings, offering.supplier_profiled, reference=rules),
    on(SupplierChanged, offerings, offering.supplier_profiled, reference=rules),
    on(SupplierWithdrawn, offerings, offering.supplier_withdrawn),
    on(DiagnosisCompleted, offerings, offering.diagnosis_completed),
    on(GapRescored, offerings, offering.gap_rescored),
    on(AnchorJoined, anchors, requirement.anchor_joined),
    on(AnchorLeft, anchors, requirement.anchor_left),
)

ONCE = (SweepRequest(kinds.DEMAND_BY_RULES, {"rules": catalogue.rules().version, "pairs": "2"}),)
"""`pairs`: the version of the rows by which is judged."""

TIMERS: Timers = (
    at(offering.CERTIFICATE_EXPIRES, offerings, offering.certificate_expired, reference=rules),
    at(requirement.REQUIREMENT_EXPIRES, requirements, requirement.requirement_expired),
    at(waivers.WAIVER_EXPIRES, requirements, waivers.waiver_expired),
)

SWEEPS: Sweeps = (
    Slices(kinds.DEMAND_BY_RULES, demand_by_rules),
    Slices(kinds.REQUIREMENT_CHANGED, Rematching()),
    Slices(kinds.REQUIREMENT_WAIVED, one_rematched),
    over(kinds.ANCHOR_LEFT, requirements, requirement.anchor_gone, select=requirements_of_anchor, reference=publishing),
    over(kinds.REQUIREMENT_TOLD, offerings, offering.requirement_told, select=firms_due),
    over(kinds.RULES_CHANGED, offerings, offering.rules_changed, select=all_offerings, reference=rules),
    over(kinds.TELL_ALL, offerings, offering.tell_again, select=all_offerings),
)
