"""Which decision answers which event. What is not routed is not for this stage."""

from services.development import handlers
from services.development.store import candidates, modules, requirements
from shared.contracts.diagnosis import DiagnosisCompleted, GapRescored
from shared.contracts.financing import ReferralAnswered, ReferralLapsed, ReferralSent
from shared.contracts.matching import MatchFound, MatchLost, RequirementChanged, RequirementPublished
from shared.contracts.registration import SupplierChanged, SupplierRegistered, SupplierWithdrawn
from shared.messaging.routing import Routes, on

ROUTES: Routes = (
    on(SupplierRegistered, candidates, handlers.supplier_described),
    on(SupplierChanged, candidates, handlers.supplier_described),
    on(SupplierWithdrawn, candidates, handlers.supplier_withdrawn),
    on(MatchFound, candidates, handlers.match_found),
    on(MatchLost, candidates, handlers.match_lost),
    on(DiagnosisCompleted, candidates, handlers.diagnosis_completed, reference=modules),
    on(GapRescored, candidates, handlers.gap_rescored, reference=modules),
    on(ReferralSent, candidates, handlers.referral_sent),
    on(ReferralAnswered, candidates, handlers.referral_answered),
    on(ReferralLapsed, candidates, handlers.referral_lapsed),
    on(RequirementPublished, requirements, handlers.requirement_described),
    on(RequirementChanged, requirements, handlers.requirement_described),
)
