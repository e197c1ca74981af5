"""Which decision answers which event. What is not routed is not for this stage."""

from services.development.handlers import cohorts as cohort_handlers
from services.development.handlers import facts
from services.development.store import CandidateRow, candidates, cohorts, modules, requirements
from shared.attachments.names import in_clear
from shared.contracts.diagnosis import AssessorAssigned, DiagnosisCompleted, EvidenceReturned, GapRescored
from shared.contracts.financing import ConsentRevoked, ReferralAnswered, ReferralLapsed, ReferralSent
from shared.contracts.matching import (
    ContractAwarded,
    ContractEnded,
    MatchAnswered,
    MatchFound,
    MatchLost,
    RequirementChanged,
    RequirementPublished,
    RequirementReopened,
)
from shared.contracts.registration import SupplierChanged, SupplierRegistered, SupplierWithdrawn
from shared.messaging.decision import SweepRequest
from shared.messaging.rewriting import rewritten
from shared.messaging.routing import Routes, Sweeps, Timers, at, on

ROUTES: Routes = (
    on(SupplierRegistered, candidates, facts.supplier_described),
    on(SupplierChanged, candidates, facts.supplier_described),
    on(SupplierWithdrawn, candidates, facts.supplier_withdrawn),
    on(MatchFound, candidates, facts.match_found),
    on(MatchAnswered, candidates, facts.match_answered),
    on(MatchLost, candidates, facts.match_lost),
    on(ContractAwarded, candidates, facts.contract_awarded),
    on(ContractEnded, candidates, facts.contract_ended),
    on(DiagnosisCompleted, candidates, facts.diagnosis_completed, reference=modules),
    on(AssessorAssigned, candidates, facts.assessor_assigned),
    on(GapRescored, candidates, facts.gap_rescored, reference=modules),
    on(EvidenceReturned, candidates, facts.evidence_returned),
    on(ReferralSent, candidates, facts.referral_sent),
    on(ReferralAnswered, candidates, facts.referral_answered),
    on(ReferralLapsed, candidates, facts.referral_lapsed),
    on(ConsentRevoked, candidates, facts.consent_revoked),
    on(RequirementPublished, requirements, facts.requirement_described),
    on(RequirementChanged, requirements, facts.requirement_described),
    on(RequirementReopened, requirements, facts.requirement_described),
)

TIMERS: Timers = (at(cohort_handlers.APPEALS_END, cohorts, cohort_handlers.appeals_ended),)

UNNAME_CANDIDATES = "unname_candidates"

SWEEPS: Sweeps = (rewritten(UNNAME_CANDIDATES, CandidateRow, candidates, in_clear(CandidateRow)),)

ONCE = (SweepRequest(UNNAME_CANDIDATES),)
"""What attachments are called is with their records alone by now."""
