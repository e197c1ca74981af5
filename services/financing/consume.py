"""Which decision answers which event, timer and sweep."""

from services.financing.domain.terms import Terms
from services.financing.handlers import answers, consents, facts
from services.financing.handlers import timers as timer_handlers
from services.financing.handlers.partners import PARTNER_CHANGED
from services.financing.handlers.settling import CASE_DEADLINE
from services.financing.handlers.trials import tried_or
from services.financing.store.cases import cases, cases_with_needs, suppliers_of_referrals
from services.financing.store.sealing import papers_sealed
from services.financing.store.texts import cases_without_text
from shared.contracts.development import (
    ActivityCompleted,
    ActivityReopened,
    PlanAgreed,
    SupplierDroppedOut,
    SupplierReinstated,
    SupplierSelected,
)
from shared.contracts.diagnosis import DiagnosisCompleted, GapRescored
from shared.contracts.matching import ContractAwarded, ContractEnded, MatchFound, MatchLost
from shared.contracts.registration import SupplierChanged, SupplierRegistered, SupplierWithdrawn
from shared.messaging.decision import SweepRequest
from shared.messaging.routing import Reference, Routes, Sweeps, Timers, at, on, on_arrival, over

TEXT_LACKING = "text_lacking"
"""Over the cases of before texts were kept."""


def routes(terms: Reference[Terms]) -> Routes:
    """Facts find their case by supplier, answers by referral: both decide the same row under the same lock."""
    of_referral = suppliers_of_referrals
    return (
        on(SupplierRegistered, cases, facts.supplier_registered, reference=terms),
        on(SupplierChanged, cases, facts.supplier_changed, reference=terms),
        on(SupplierWithdrawn, cases, facts.supplier_withdrawn, reference=terms),
        on(DiagnosisCompleted, cases, facts.diagnosis_completed, reference=terms),
        on(GapRescored, cases, facts.gap_rescored, reference=terms),
        on(MatchFound, cases, facts.match_found, reference=terms),
        on(MatchLost, cases, facts.match_lost, reference=terms),
        on(ContractAwarded, cases, facts.contract_awarded, reference=terms),
        on(ContractEnded, cases, facts.contract_ended, reference=terms),
        on(SupplierSelected, cases, facts.supplier_selected, reference=terms),
        on(PlanAgreed, cases, facts.plan_agreed, reference=terms),
        on(ActivityCompleted, cases, facts.activity_completed, reference=terms),
        on(ActivityReopened, cases, facts.activity_reopened, reference=terms),
        on(SupplierDroppedOut, cases, facts.supplier_dropped_out, reference=terms),
        on(SupplierReinstated, cases, facts.supplier_reinstated, reference=terms),
        *(
            on_arrival(event, cases, tried_or(judge), resolve=of_referral, reference=terms)
            for event, judge in answers.JUDGES.items()
        ),
    )


def timers(terms: Reference[Terms]) -> Timers:
    return (at(CASE_DEADLINE, cases, timer_handlers.deadline_reached, reference=terms),)


def sweeps(terms: Reference[Terms]) -> Sweeps:
    return (
        over(PARTNER_CHANGED, cases, timer_handlers.reassess, select=cases_with_needs, reference=terms),
        over(TEXT_LACKING, cases, consents.keep_text, select=cases_without_text, reference=terms),
        papers_sealed,
    )


ONCE = (SweepRequest(TEXT_LACKING),)
