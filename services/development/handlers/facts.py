"""What the other stages tell: each event is merged into the candidate's row, or into what is known of a requirement."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.development.domain import candidate as candidates
from services.development.domain import delivery
from services.development.domain import effect as effects
from services.development.domain.bankable import is_bankable
from services.development.domain.candidate import Candidate, Match, Referral, Standing
from services.development.domain.closing import with_closed
from services.development.domain.diagnosis import COMMITMENT, Diagnosis, Gap, newer
from services.development.domain.effect import Award, Traits
from services.development.domain.evidence import Verdict
from services.development.domain.history import By
from services.development.domain.module import Modules
from services.development.domain.plan import Plan
from services.development.domain.requirement import Requirement
from services.development.domain.revision import followed
from services.development.handlers.plans import changed
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
from shared.messaging.decision import Decision, unchanged


def supplier_described(
    state: Candidate | None, event: SupplierRegistered | SupplierChanged, _: datetime
) -> Decision[Candidate]:
    screening, known = event.screening, _known(state, event.supplier_id)
    traits = Traits(event.state, event.size.stratum, event.women_led, event.exports)
    described = replace(
        known,
        effect=replace(known.effect, traits=traits),
        folio=event.folio,
        legal_name=event.legal_name,
        state=event.state,
        standing=Standing(screening.list_69b, screening.tax_opinion, screening.list_date is not None),
    )
    return Decision(described)


def supplier_withdrawn(state: Candidate | None, event: SupplierWithdrawn, now: datetime) -> Decision[Candidate]:
    """For good: a firm that comes back registers under another id."""
    gone = replace(_known(state, event.supplier_id), withdrawn=True)
    under_way = gone.plan is not None and gone.plan.status != "completed"
    return Decision(candidates.at_point(gone, "T1", now, retained=False) if under_way else gone)


def contract_awarded(state: Candidate | None, event: ContractAwarded, _: datetime) -> Decision[Candidate]:
    firm = _known(state, event.supplier_id)
    return Decision(replace(firm, effect=effects.awarded(firm.effect, Award(event.match_id, event.awarded_at))))


def contract_ended(state: Candidate | None, event: ContractEnded, _: datetime) -> Decision[Candidate]:
    firm, mistyped = _known(state, event.supplier_id), event.reason == "mistyped"
    after = effects.award_ended(firm.effect, event.match_id, event.ended_at, mistyped=mistyped)
    return Decision(replace(firm, effect=after))


def match_found(state: Candidate | None, event: MatchFound, _: datetime) -> Decision[Candidate]:
    match = Match(event.requirement_id, event.score, event.blocked_by, event.standing)
    return Decision(candidates.with_match(_known(state, event.supplier_id), match))


def match_answered(state: Candidate | None, event: MatchAnswered, _: datetime) -> Decision[Candidate]:
    return Decision(candidates.with_answer(_known(state, event.supplier_id), event.requirement_id, event.answer))


def match_lost(state: Candidate | None, event: MatchLost, _: datetime) -> Decision[Candidate]:
    return Decision(candidates.without_match(_known(state, event.supplier_id), event.requirement_id))


def diagnosis_completed(
    state: Candidate | None, event: DiagnosisCompleted, now: datetime, modules: Modules
) -> Decision[Candidate]:
    candidate = replace(_known(state, event.supplier_id), assessor=event.assessor)
    commitment = event.levels.get(event.commitment or COMMITMENT)
    levels = {code: level for code, level in event.levels.items() if level is not None}
    learned = _diagnosis(event, commitment, event.validated_at, levels)
    # Without another validation the levels are the same ones, measured against something else.
    measured = candidate.diagnosis is not None and candidate.diagnosis.validated_at == event.validated_at
    by = By("diagnosis", now, reason="diagnosis_completed")
    return _diagnosed(candidate if measured else candidates.with_validated(candidate), learned, modules, by)


def assessor_assigned(state: Candidate | None, event: AssessorAssigned, _: datetime) -> Decision[Candidate]:
    """Another person scores its evidence."""
    return Decision(replace(_known(state, event.supplier_id), assessor=event.assessor))


def gap_rescored(state: Candidate | None, event: GapRescored, now: datetime, modules: Modules) -> Decision[Candidate]:
    candidate = _known(state, event.supplier_id)
    known = candidate.diagnosis
    commitment, validated_at = (None, None) if known is None else (known.commitment, known.validated_at)
    levels = {**({} if known is None else known.levels), event.question: event.level_after}
    if event.question == (event.commitment or COMMITMENT):
        commitment = event.level_after
    learned = _diagnosis(event, commitment, validated_at, levels)
    scored = candidates.with_scored(_accepted(candidate, event), event.question, event.evidence_id)
    return _diagnosed(scored, learned, modules, By("diagnosis", now, reason="gap_rescored"))


def evidence_returned(state: Candidate | None, event: EvidenceReturned, _: datetime) -> Decision[Candidate]:
    """An assessor saw nothing in it: its activity is to be mended, where it is of the plan that the firm has now."""
    if state is None:
        return unchanged(None)
    plan = state.plan
    activity_id = None if plan is None else delivery.activity_of(plan, event.evidence_id)
    verdict = Verdict("returned", event.reason, None, "assessor", event.returned_at)
    if plan is None or activity_id is None:
        return Decision(candidates.with_late_verdict(state, event.evidence_id, verdict))
    mended = delivery.return_evidence(plan, activity_id, event.evidence_id, verdict)
    if not isinstance(mended, Plan):
        return unchanged(state)
    return changed(state, mended, By("assessor", event.returned_at, reason=event.reason))


def referral_sent(state: Candidate | None, event: ReferralSent, _: datetime) -> Decision[Candidate]:
    return Decision(_referred(state, event, "sent"))


def referral_answered(state: Candidate | None, event: ReferralAnswered, _: datetime) -> Decision[Candidate]:
    told = _referred(state, event, event.state)
    return Decision(told if event.for_plan else candidates.without_refusal(told, event.referral_id))


def consent_revoked(state: Candidate | None, event: ConsentRevoked, _: datetime) -> Decision[Candidate]:
    return Decision(None if state is None else candidates.without_refusals(state, event.partner))


def referral_lapsed(state: Candidate | None, event: ReferralLapsed, _: datetime) -> Decision[Candidate]:
    return Decision(_referred(state, event, "lapsed"))


def requirement_described(
    _: Requirement | None, event: RequirementPublished | RequirementChanged | RequirementReopened, __: datetime
) -> Decision[Requirement]:
    asked = event.specification
    return Decision(Requirement(event.requirement_id, asked.area, asked.title, event.anchor_id))


def _known(state: Candidate | None, supplier_id: UUID) -> Candidate:
    """The row is made by whichever event comes first."""
    return state or Candidate(supplier_id)


def _diagnosis(
    event: DiagnosisCompleted | GapRescored,
    commitment: int | None,
    validated_at: datetime | None,
    levels: Mapping[str, int],
) -> Diagnosis:
    result = event.result
    gaps = tuple(Gap(gap.question, gap.severity, gap.level, gap.target) for gap in result.gaps)
    return Diagnosis(
        event.diagnosis_id,
        event.version,
        result.overall,
        result.grade,
        result.band,
        commitment,
        gaps,
        validated_at,
        {str(code): share for code, share in result.dimensions.items()},
        levels,
    )


def _diagnosed(candidate: Candidate, learned: Diagnosis, modules: Modules, by: By) -> Decision[Candidate]:
    """The plan follows the diagnosis."""
    diagnosis = newer(candidate.diagnosis, learned)
    after = replace(candidate, diagnosis=diagnosis)
    if candidate.plan is None:
        return Decision(after)
    before = () if candidate.diagnosis is None else candidate.diagnosis.gaps
    bankable = is_bankable(diagnosis, modules.bankable)
    known = with_closed(candidate.plan, diagnosis.gap_questions, by.at)
    plan = followed(known, before, diagnosis.gaps, modules, by.at, bankable=bankable)
    return changed(after, plan, by)


def _accepted(candidate: Candidate, event: GapRescored) -> Candidate:
    """The firm whose evidence an assessor scored on, after they had returned it."""
    if event.evidence_id is None:
        return candidate
    verdict = Verdict("accepted", "", None, "assessor", event.rescored_at)
    plan = None if candidate.plan is None else delivery.recorded(candidate.plan, event.evidence_id, verdict)
    return candidates.with_late_verdict(replace(candidate, plan=plan), event.evidence_id, verdict)


def _referred(
    state: Candidate | None, event: ReferralSent | ReferralAnswered | ReferralLapsed, referral_state: str
) -> Candidate:
    candidate = _known(state, event.supplier_id)
    known = any(each.referral_id == event.referral_id for each in candidate.referrals)
    if known and isinstance(event, ReferralSent):
        return candidate
    practices = event.for_plan if isinstance(event, ReferralAnswered) else ()
    referral = Referral(event.referral_id, event.partner, event.product, referral_state, practices)
    return candidates.with_referral(candidate, referral)
