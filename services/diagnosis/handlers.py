"""What the diagnosis stage decides, per event and per command."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from services.diagnosis.domain import answering, draft
from services.diagnosis.domain import diagnosis as rules
from services.diagnosis.domain import result as scored
from services.diagnosis.domain.answers import Answer, Answers
from services.diagnosis.domain.applicability import Offering
from services.diagnosis.domain.assignment import Assignment
from services.diagnosis.domain.assignment import assign as assign_people
from services.diagnosis.domain.demand import Ask
from services.diagnosis.domain.diagnosis import Diagnosis, Locked, Reopening, SentBack
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.domain.measurement import Measurement
from services.diagnosis.domain.refusal import Refusal
from services.diagnosis.domain.rescoring import Rescoring
from services.diagnosis.domain.rescoring import rescore as score_again
from shared.contracts.development import ActivityCompleted, ActivityReopened
from shared.contracts.diagnosis import (
    AssessmentReturned,
    DiagnosisAssessed,
    DiagnosisCompleted,
    DiagnosisEvent,
    DiagnosisOpened,
    DiagnosisSubmitted,
    EvidenceReturned,
    GapRescored,
    Result,
)
from shared.contracts.matching import OfferingAligned, OfferingNotAligned
from shared.contracts.registration import SupplierProfile, SupplierWithdrawn
from shared.messaging.decision import Decision, Refused, SweepRequest, unchanged

MEASURE = "measure"
"""The sweep over every validated diagnosis."""

TELL_ALL = "tell_all"
"""Its argument where results are told that stay as they are too."""

NOT_FOUND = Refused("not_found", "diagnosis_not_found")


def supplier_profiled(
    state: Diagnosis | None, event: SupplierProfile, _: datetime, instruments: Instruments
) -> Decision[Diagnosis]:
    """What a firm makes says which questions are about it; it may be told before or after somebody asks for it."""
    before = state or Diagnosis(event.supplier_id)
    return _measured(before, rules.profiled(before, _offering(event), instruments))


def offering_aligned(
    state: Diagnosis | None, event: OfferingAligned, _: datetime, instruments: Instruments
) -> Decision[Diagnosis]:
    """Open the diagnosis, or measure it against what is asked now."""
    before = state or Diagnosis(event.supplier_id)
    asks = [Ask(asked.anchor_id, asked.targets, asked.must_have) for asked in event.requirements]
    after = rules.align(before, asks, instruments)
    if after.locked != before.locked:
        return Decision(after, (_completed(after),))
    if after.status == "open" and _opened(after) != _opened(before):
        return Decision(after, (_opened(after),))
    return Decision(after)


def offering_not_aligned(
    state: Diagnosis | None, _: OfferingNotAligned, __: datetime, instruments: Instruments
) -> Decision[Diagnosis]:
    """Nobody asks any more: what was answered stays, no further work is expected, and no anchor's target holds."""
    if state is None:
        return unchanged(None)
    return _measured(state, rules.misalign(state, instruments))


def supplier_withdrawn(state: Diagnosis | None, event: SupplierWithdrawn, _: datetime) -> Decision[Diagnosis]:
    """Close it for good; also before it opens, since the alignment may arrive later."""
    return Decision(replace(state or Diagnosis(event.supplier_id), withdrawn=True, required=False))


def activity_completed(state: Diagnosis | None, event: ActivityCompleted, _: datetime) -> Decision[Diagnosis]:
    """Evidence that an assessor can re-score on."""
    known = state or Diagnosis(event.supplier_id)
    return Decision(rules.receive_evidence(known, event.questions, event.evidence_id))


def activity_reopened(state: Diagnosis | None, event: ActivityReopened, _: datetime) -> Decision[Diagnosis]:
    """Its evidence was returned where it was given: what no re-score looked at waits for none any more."""
    return unchanged(None) if state is None else Decision(rules.forget_evidence(state, event.evidence_id))


def measure_all(measurement: Measurement) -> Decision[Measurement]:
    """Judge every validated diagnosis by the rules of now."""
    args = {TELL_ALL: "yes"} if measurement.tell_all else {}
    return Decision(measurement, sweeps=(SweepRequest(MEASURE, args),))


def measure(
    state: Diagnosis | None, args: Mapping[str, str], _: datetime, instruments: Instruments
) -> Decision[Diagnosis]:
    """The same levels by the rules of now: the next version where that makes another result, or all are told."""
    if state is None or state.withdrawn:
        return unchanged(state)
    return _measured(state, rules.measured(state, instruments, anyway=TELL_ALL in args))


def assign(state: Diagnosis | None, given: Assignment, by: str) -> Decision[Diagnosis] | Refused:
    """An operator says who assesses and who validates."""
    return _decided(state, lambda known: assign_people(known, given, by))


def submit(state: Diagnosis | None, answers: Answers, instruments: Instruments) -> Decision[Diagnosis] | Refused:
    """The firm assesses itself."""
    return _decided(state, lambda known: answering.submit(known, answers, instruments), _submitted)


def answer_question(
    state: Diagnosis | None, question: str, given: Answer, instruments: Instruments
) -> Decision[Diagnosis] | Refused:
    """One of the firm's people answers one question of its next sheet."""
    return _decided(state, lambda known: draft.answer(known, question, given, instruments))


def submit_draft(
    state: Diagnosis | None, by: str, at: datetime, instruments: Instruments
) -> Decision[Diagnosis] | Refused:
    """The firm assesses itself with what its people answered."""
    return _decided(state, lambda known: draft.submit_draft(known, by, at, instruments), _submitted)


def assess(state: Diagnosis | None, answers: Answers, instruments: Instruments) -> Decision[Diagnosis] | Refused:
    """An assessor visited the plant."""
    return _decided(state, lambda known: answering.assess(known, answers, instruments), _assessed)


def see(
    state: Diagnosis | None, question: str, given: Answer, instruments: Instruments
) -> Decision[Diagnosis] | Refused:
    """The assessor answers one question of their next sheet."""
    return _decided(state, lambda known: draft.see(known, question, given, instruments))


def end_visit(
    state: Diagnosis | None, by: str, at: datetime, instruments: Instruments
) -> Decision[Diagnosis] | Refused:
    """The assessor gives what they answered on the visit as their sheet."""
    return _decided(state, lambda known: draft.end_visit(known, by, at, instruments), _assessed)


def send_back(state: Diagnosis | None, back: SentBack) -> Decision[Diagnosis] | Refused:
    """The expert wants the assessor's sheet once more."""
    return _decided(
        state,
        lambda known: answering.send_back(known, back),
        lambda after: (AssessmentReturned(**_identity(after), returned_at=back.at),),
    )


def validate(state: Diagnosis | None, answers: Answers, instruments: Instruments) -> Decision[Diagnosis] | Refused:
    """An expert locks a version; the same levels again are another sheet and no other version."""
    before = None if state is None else state.locked
    return _decided(
        state,
        lambda known: answering.validate(known, answers, instruments),
        lambda after: () if after.locked == before else (_completed(after),),
    )


def reopen(state: Diagnosis | None, reopening: Reopening) -> Decision[Diagnosis] | Refused:
    """An operator lets firm, assessor and expert answer once more."""
    return _decided(state, lambda known: answering.reopen(known, reopening), lambda after: (_opened(after),))


def rescore(state: Diagnosis | None, asked: Rescoring, instruments: Instruments) -> Decision[Diagnosis] | Refused:
    """An assessor scores one question again, and says of the evidence whether it is enough."""
    return _decided(state, lambda known: score_again(known, asked, instruments), _rescored)


def _measured(before: Diagnosis, after: Diagnosis) -> Decision[Diagnosis]:
    """Tell the next version, where there is one."""
    return Decision(after) if after.locked == before.locked else Decision(after, (_completed(after),))


def _offering(event: SupplierProfile) -> Offering:
    processes = event.offering.processes
    special = {each.code for process in processes for each in process.special_processes}
    return Offering(tuple(sorted({process.area for process in processes})), tuple(sorted(special)))


def _nothing(_: Diagnosis) -> tuple[DiagnosisEvent, ...]:
    return ()


def _decided(
    state: Diagnosis | None,
    rule: Callable[[Diagnosis], Diagnosis | Refusal],
    tell: Callable[[Diagnosis], tuple[DiagnosisEvent, ...]] = _nothing,
) -> Decision[Diagnosis] | Refused:
    """Apply a command's rule, and tell of it when it changed something that readers hear of."""
    if state is None:
        return NOT_FOUND
    after = rule(state)
    if isinstance(after, Refusal):
        return Refused(after.kind, after.reason, params=after.params)
    if after == state:
        return unchanged(state)
    return Decision(after, tell(after))


def _opened(diagnosis: Diagnosis) -> DiagnosisOpened:
    return DiagnosisOpened(
        **_identity(diagnosis), targets=dict(diagnosis.demand.targets), must_have=diagnosis.demand.must_have
    )


def _completed(diagnosis: Diagnosis) -> DiagnosisCompleted:
    locked = _locked(diagnosis)
    return DiagnosisCompleted(
        **_identity(diagnosis),
        version=locked.version,
        levels=dict(locked.levels),
        result=_result(locked.result),
        validated_at=locked.validated_at,
        not_applicable=locked.not_applicable,
        applicability=locked.applicability,
    )


def _rescored(diagnosis: Diagnosis) -> tuple[DiagnosisEvent, ...]:
    locked, done = _locked(diagnosis), diagnosis.rescores[-1]
    rescored = GapRescored(
        **_identity(diagnosis),
        version=locked.version,
        question=done.question,
        level_before=done.level_before or 0,
        level_after=done.level_after,
        evidence_id=done.evidence_id,
        closed=locked.result.gap(done.question) is None,
        result=_result(locked.result),
        rescored_at=done.at,
    )
    verdict = diagnosis.verdicts[-1] if done.evidence_id is not None and diagnosis.verdicts else None
    if verdict is None or verdict.because is None:
        return (rescored,)
    returned = EvidenceReturned(
        **_identity(diagnosis),
        question=verdict.question,
        evidence_id=verdict.evidence_id,
        reason=verdict.because,
        returned_at=verdict.at,
    )
    return rescored, returned


def _assessed(diagnosis: Diagnosis) -> tuple[DiagnosisEvent, ...]:
    return (DiagnosisAssessed(**_identity(diagnosis), differences=len(diagnosis.differences)),)


def _submitted(diagnosis: Diagnosis) -> tuple[DiagnosisEvent, ...]:
    sheet = diagnosis.self_assessment
    if sheet is None:
        raise ValueError("only a sheet is told of")
    skipped = len(sheet.not_evaluated)
    answered = len(sheet.levels) - skipped
    return (DiagnosisSubmitted(**_identity(diagnosis), answered=answered, not_evaluated=skipped),)


def _identity(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "supplier_id": diagnosis.id,
        "diagnosis_id": diagnosis.diagnosis_id,
        "instrument": diagnosis.instrument,
    }


def _locked(diagnosis: Diagnosis) -> Locked:
    if diagnosis.locked is None:
        raise ValueError("only a locked version is told of")
    return diagnosis.locked


def _result(result: scored.Result) -> Result:
    return Result.model_validate(asdict(result))
