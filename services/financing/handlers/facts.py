"""What the other stages tell: each event is merged into the case, and the needs are judged again."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.financing.domain.case import Case
from services.financing.domain.facts import Activity, Contract, Diagnosis, Gap, Match, Plan, Profile
from services.financing.domain.money import money
from services.financing.domain.terms import Terms
from services.financing.handlers.settling import settled
from shared.contracts import development, diagnosis, matching, registration
from shared.messaging.decision import Decision, unchanged


def supplier_registered(
    case: Case | None, event: registration.SupplierRegistered, now: datetime, terms: Terms
) -> Decision[Case]:
    known = _case(case, event.supplier_id)
    return settled(case, replace(known, profile=_profile(event), withdrawn=False), now, terms)


def supplier_changed(
    case: Case | None, event: registration.SupplierChanged, now: datetime, terms: Terms
) -> Decision[Case]:
    return settled(case, replace(_case(case, event.supplier_id), profile=_profile(event)), now, terms)


def supplier_withdrawn(
    case: Case | None, event: registration.SupplierWithdrawn, now: datetime, terms: Terms
) -> Decision[Case]:
    """No new referral, no new consent. What was sent goes on: it depends on the firm's consent, which it may revoke,
    not on taking part. What was handed over for more than that goes.
    """
    known = _case(case, event.supplier_id)
    under_way = {referral.consent_id for referral in known.referrals if referral.papers is not None}
    consents = tuple(
        consent if consent.id in under_way else replace(consent, papers=None) for consent in known.consents
    )
    return settled(case, replace(known, withdrawn=True, consents=consents), now, terms)


def diagnosis_completed(
    case: Case | None, event: diagnosis.DiagnosisCompleted, now: datetime, terms: Terms
) -> Decision[Case]:
    known = _case(case, event.supplier_id)
    if known.diagnosis is not None and known.diagnosis.version > event.version:
        return unchanged(case)
    return settled(case, replace(known, diagnosis=_diagnosis(event, dict(event.levels))), now, terms)


def gap_rescored(case: Case | None, event: diagnosis.GapRescored, now: datetime, terms: Terms) -> Decision[Case]:
    known = _case(case, event.supplier_id)
    if known.diagnosis is not None and known.diagnosis.version > event.version:
        return unchanged(case)
    levels = {} if known.diagnosis is None else known.diagnosis.levels
    rescored = _diagnosis(event, {**levels, event.question: event.level_after})
    return settled(case, replace(known, diagnosis=rescored), now, terms)


def match_found(case: Case | None, event: matching.MatchFound, now: datetime, terms: Terms) -> Decision[Case]:
    known = _case(case, event.supplier_id)
    found = Match(event.match_id, event.requirement_id, event.anchor_id, event.score)
    matches = (*_without(known, event.match_id), found)
    best_first = tuple(sorted(matches, key=lambda match: (-match.score, match.id)))
    return settled(case, replace(known, matches=best_first), now, terms)


def match_lost(case: Case | None, event: matching.MatchLost, now: datetime, terms: Terms) -> Decision[Case]:
    known = _case(case, event.supplier_id)
    return settled(case, replace(known, matches=_without(known, event.match_id)), now, terms)


def contract_awarded(case: Case | None, event: matching.ContractAwarded, now: datetime, terms: Terms) -> Decision[Case]:
    known = _case(case, event.supplier_id)
    others = tuple(contract for contract in known.contracts if contract.match_id != event.match_id)
    worth = money(event.annual_value.amount, event.annual_value.currency)
    won = Contract(event.match_id, event.requirement_id, event.anchor_id, event.awarded_at, worth)
    contracts = tuple(sorted((*others, won), key=lambda contract: (contract.awarded_at, contract.match_id)))
    return settled(case, replace(known, contracts=contracts), now, terms)


def contract_ended(case: Case | None, event: matching.ContractEnded, now: datetime, terms: Terms) -> Decision[Case]:
    """What was won is won no more: no new referral leans on it."""
    known = _case(case, event.supplier_id)
    contracts = tuple(contract for contract in known.contracts if contract.match_id != event.match_id)
    return settled(case, replace(known, contracts=contracts), now, terms)


def supplier_selected(
    case: Case | None, event: development.SupplierSelected, now: datetime, terms: Terms
) -> Decision[Case]:
    return settled(case, replace(_case(case, event.supplier_id), cohort_id=event.cohort_id), now, terms)


def plan_agreed(case: Case | None, event: development.PlanAgreed, now: datetime, terms: Terms) -> Decision[Case]:
    """One that was agreed before the newest word on the plan is late: the firm may have left since."""
    known = _case(case, event.supplier_id)
    if known.plan_told_at is not None and event.agreed_at < known.plan_told_at:
        return unchanged(case)
    activities = tuple(
        Activity(item.activity_id, item.module, item.questions, money(item.cost_to.amount, item.cost_to.currency))
        for item in event.activities
    )
    agreed = replace(known, plan=Plan(event.plan_id, activities), plan_told_at=event.agreed_at)
    return settled(case, agreed, now, terms)


def activity_completed(
    case: Case | None, event: development.ActivityCompleted, now: datetime, terms: Terms
) -> Decision[Case]:
    known = _case(case, event.supplier_id)
    completed = tuple(sorted({*known.completed, event.activity_id}))
    return settled(case, replace(known, completed=completed), now, terms)


def activity_reopened(
    case: Case | None, event: development.ActivityReopened, now: datetime, terms: Terms
) -> Decision[Case]:
    """Its completion was taken back: what it costs may be needed still."""
    known = _case(case, event.supplier_id)
    completed = tuple(each for each in known.completed if each != event.activity_id)
    return settled(case, replace(known, completed=completed), now, terms)


def supplier_dropped_out(
    case: Case | None, event: development.SupplierDroppedOut, now: datetime, terms: Terms
) -> Decision[Case]:
    """Its plan has ended; another one may be told already."""
    known = _case(case, event.supplier_id)
    if known.cohort_id == event.cohort_id:
        known = replace(known, cohort_id=None)
    if known.plan is not None and known.plan.id == event.plan_id:
        known = replace(known, plan=None)
    if known.plan_told_at is None or known.plan_told_at < event.dropped_out_at:
        known = replace(known, plan_told_at=event.dropped_out_at)
    return settled(case, known, now, terms)


def supplier_reinstated(
    case: Case | None, event: development.SupplierReinstated, now: datetime, terms: Terms
) -> Decision[Case]:
    """It has its place again; `PlanAgreed` tells the plan once more, as it was agreed then."""
    back = replace(_case(case, event.supplier_id), cohort_id=event.cohort_id, plan_told_at=event.agreed_at)
    return settled(case, back, now, terms)


def _case(case: Case | None, supplier_id: UUID) -> Case:
    return Case(supplier_id) if case is None else case


def _without(case: Case, match_id: UUID) -> tuple[Match, ...]:
    return tuple(match for match in case.matches if match.id != match_id)


def _profile(event: registration.SupplierProfile) -> Profile:
    return Profile(
        kind=event.kind,
        rfc=event.rfc,
        scian=event.scian,
        state=event.state,
        stratum=event.size.stratum,
        operating_since=event.operating_since,
        exports=event.exports,
        tax_opinion=event.screening.tax_opinion,
        list_69b=event.screening.list_69b,
        list_date=event.screening.list_date,
        legal_name=event.legal_name,
    )


def _diagnosis(event: diagnosis.DiagnosisCompleted | diagnosis.GapRescored, levels: dict[str, int | None]) -> Diagnosis:
    result = event.result
    return Diagnosis(
        id=event.diagnosis_id,
        version=event.version,
        grade=result.grade,
        band=result.band,
        overall_bp=result.overall,
        fin_bp=result.dimensions.get("FIN"),
        levels=levels,
        gaps=tuple(Gap(gap.question, gap.severity, gap.modules) for gap in result.gaps),
    )
