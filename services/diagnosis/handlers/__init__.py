"""What the diagnosis stage decides, per event and per command."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.diagnosis.domain import answering, benchmark, calibrating, draft
from services.diagnosis.domain import diagnosis as rules
from services.diagnosis.domain.answers import Answer, Answers
from services.diagnosis.domain.applicability import Offering
from services.diagnosis.domain.assignment import Assignment
from services.diagnosis.domain.assignment import assign as assign_people
from services.diagnosis.domain.calibrating import Calibrators
from services.diagnosis.domain.calibration import Reconciliation, Waiver
from services.diagnosis.domain.demand import Ask
from services.diagnosis.domain.diagnosis import Diagnosis, Reopening, SentBack
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.domain.measurement import Measurement
from services.diagnosis.domain.refusal import Refusal
from services.diagnosis.domain.rescoring import Rescoring
from services.diagnosis.domain.rescoring import rescore as score_again
from services.diagnosis.domain.waiving import waive
from services.diagnosis.handlers import published
from shared.alignment import merge
from shared.contracts.development import ActivityCompleted, ActivityReopened
from shared.contracts.diagnosis import AssessmentReturned, DiagnosisEvent
from shared.contracts.matching import AlignmentChanged, OfferingAligned, OfferingNotAligned
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
    """Somebody asks for what the firm can make; the event says all that is asked."""
    return _told(state or Diagnosis(event.supplier_id), event, (), instruments, whole=True)


def alignment_changed(
    state: Diagnosis | None, event: AlignmentChanged, _: datetime, instruments: Instruments
) -> Decision[Diagnosis]:
    """More or less is asked than before, or the same otherwise."""
    return _told(state or Diagnosis(event.supplier_id), event, event.lost, instruments, whole=False)


def _told(
    state: Diagnosis,
    event: OfferingAligned | AlignmentChanged,
    lost: Collection[UUID],
    instruments: Instruments,
    *,
    whole: bool,
) -> Decision[Diagnosis]:
    """Open the diagnosis, or measure it against what is asked now."""
    if state.withdrawn:
        return unchanged(state)
    met = {each.requirement_id: Ask(each.anchor_id, each.targets, each.must_have) for each in event.requirements}
    heard, asks = merge(state.heard, state.asks, event.revision, met, lost, whole=whole)
    before = replace(state, heard=heard, asks=asks)
    if not asks:
        return _measured(state, rules.misalign(before, instruments))
    after = rules.align(before, asks.values(), instruments)
    if after.locked != before.locked:
        return Decision(after, (published.completed(after),))
    if after.status == "open" and published.opened(after) != published.opened(before):
        return Decision(after, (published.opened(after),))
    return Decision(after)


def offering_not_aligned(
    state: Diagnosis | None, event: OfferingNotAligned, _: datetime, instruments: Instruments
) -> Decision[Diagnosis]:
    """Nobody asks any more: what was answered stays, no further work is expected, and no anchor's target holds."""
    if state is None:
        return unchanged(None)
    heard, asks = merge(state.heard, state.asks, event.revision, {}, whole=True)
    if asks:
        # Told before what was heard already.
        return Decision(replace(state, heard=heard, asks=asks))
    return _measured(state, rules.misalign(replace(state, heard=heard, asks=asks), instruments))


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


def publish(id_: UUID, by: str, at: datetime, known: benchmark.Known) -> Decision[benchmark.Publication]:
    """An operator publishes what may be told of firms like each other."""
    return Decision(benchmark.publish(id_, by, at, known))


def measure(
    state: Diagnosis | None, args: Mapping[str, str], _: datetime, instruments: Instruments
) -> Decision[Diagnosis]:
    """The same levels by the rules of now: the next version where that makes another result, or all are told."""
    if state is None or state.withdrawn:
        return unchanged(state)
    return _measured(state, rules.measured(state, instruments, anyway=TELL_ALL in args))


def assign(state: Diagnosis | None, given: Assignment, by: str, now: datetime) -> Decision[Diagnosis] | Refused:
    """An operator says who assesses and who validates. Told is who scores evidence, of which there is none before a
    version counts.
    """
    before = None if state is None else state.assessor

    def tell(after: Diagnosis) -> tuple[DiagnosisEvent, ...]:
        return () if after.locked is None or after.assessor == before else (published.assigned(after, now),)

    return _decided(state, lambda known: assign_people(known, given, by), tell)


def submit(
    state: Diagnosis | None, answers: Answers, instruments: Instruments, share: int = 0
) -> Decision[Diagnosis] | Refused:
    """The firm assesses itself. `share`: basis points of all rounds that are assessed twice."""
    return _decided(state, lambda known: answering.submit(known, answers, instruments, share), published.submitted)


def answer_question(
    state: Diagnosis | None, question: str, given: Answer, instruments: Instruments
) -> Decision[Diagnosis] | Refused:
    """One of the firm's people answers one question of its next sheet."""
    return _decided(state, lambda known: draft.answer(known, question, given, instruments))


def submit_draft(
    state: Diagnosis | None, by: str, at: datetime, instruments: Instruments, share: int = 0
) -> Decision[Diagnosis] | Refused:
    """The firm assesses itself with what its people answered."""
    return _decided(state, lambda known: draft.submit_draft(known, by, at, instruments, share), published.submitted)


def assess(state: Diagnosis | None, answers: Answers, instruments: Instruments) -> Decision[Diagnosis] | Refused:
    """An assessor visited the plant."""
    tell = published.assessed(state, answers.by, instruments)
    return _decided(state, lambda known: answering.assess(known, answers, instruments), tell)


def see(
    state: Diagnosis | None, question: str, given: Answer, instruments: Instruments
) -> Decision[Diagnosis] | Refused:
    """The assessor answers one question of their next sheet."""
    return _decided(state, lambda known: draft.see(known, question, given, instruments))


def end_visit(
    state: Diagnosis | None, by: str, at: datetime, instruments: Instruments
) -> Decision[Diagnosis] | Refused:
    """The assessor gives what they answered on the visit as their sheet."""
    tell = published.assessed(state, by, instruments)
    return _decided(state, lambda known: draft.end_visit(known, by, at, instruments), tell)


def send_back(state: Diagnosis | None, back: SentBack) -> Decision[Diagnosis] | Refused:
    """The expert wants the assessor's sheet once more."""
    return _decided(
        state,
        lambda known: answering.send_back(known, back),
        lambda after: (AssessmentReturned(**published.identity(after), returned_at=back.at),),
    )


def validate(state: Diagnosis | None, answers: Answers, instruments: Instruments) -> Decision[Diagnosis] | Refused:
    """An expert locks a version; the same levels again are another sheet and no other version."""
    before = None if state is None else state.locked
    return _decided(
        state,
        lambda known: answering.validate(known, answers, instruments),
        lambda after: () if after.locked == before else (published.completed(after),),
    )


def assign_calibrators(state: Diagnosis | None, given: Calibrators, by: str) -> Decision[Diagnosis] | Refused:
    """An operator says who assesses for the second time, and who leads."""
    return _decided(state, lambda known: calibrating.assign_calibrators(known, given, by))


def reconcile(
    state: Diagnosis | None, given: Reconciliation, instruments: Instruments
) -> Decision[Diagnosis] | Refused:
    """The lead assessor says which levels hold where the two are apart."""
    tell = published.compared(state, instruments)
    return _decided(state, lambda known: calibrating.reconcile(known, given, instruments), tell)


def waive_second(state: Diagnosis | None, given: Waiver, instruments: Instruments) -> Decision[Diagnosis] | Refused:
    """An operator lets a drawn round go on without its second assessor. What the first gave is told by then."""
    return _decided(state, lambda known: waive(known, given), lambda after: published.waived(after, given, instruments))


def reopen(state: Diagnosis | None, reopening: Reopening, instruments: Instruments) -> Decision[Diagnosis] | Refused:
    """An operator lets firm, assessor and expert answer once more."""
    return _decided(
        state,
        lambda known: answering.reopen(known, reopening, instruments),
        lambda after: (published.opened(after),),
    )


def rescore(state: Diagnosis | None, asked: Rescoring, instruments: Instruments) -> Decision[Diagnosis] | Refused:
    """An assessor scores one question again, and says of the evidence whether it is enough."""
    return _decided(state, lambda known: score_again(known, asked, instruments), published.rescored)


def _measured(before: Diagnosis, after: Diagnosis) -> Decision[Diagnosis]:
    """Tell the next version, where there is one."""
    return Decision(after) if after.locked == before.locked else Decision(after, (published.completed(after),))


def _offering(event: SupplierProfile) -> Offering:
    processes = event.offering.processes
    special = {each.code for process in processes for each in process.special_processes}
    areas = tuple(sorted({process.area for process in processes}))
    return Offering(areas, tuple(sorted(special)), event.size.stratum, event.state)


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
