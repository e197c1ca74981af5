"""What each stage's events say of a firm, merged into what people see of it. No event follows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.portal.domain.firm import (
    Activity,
    Aligned,
    Alignment,
    Diagnosis,
    Firm,
    Gap,
    Missing,
    Plan,
    Profile,
    Selection,
)
from shared.alignment import merge
from shared.contracts.development import (
    ActivityCompleted,
    ActivityReopened,
    PlanAgreed,
    PlanCompleted,
    PlanScheduled,
    SupplierDroppedOut,
    SupplierNotSelected,
    SupplierReinstated,
    SupplierSelected,
)
from shared.contracts.diagnosis import (
    AssessmentReturned,
    AssessmentsCompared,
    DiagnosisAssessed,
    DiagnosisCompleted,
    DiagnosisOpened,
    DiagnosisSubmitted,
    GapRescored,
    Result,
)
from shared.contracts.event import EventData, SupplierEvent
from shared.contracts.matching import (
    AlignedRequirement,
    AlignmentChanged,
    OfferingAligned,
    OfferingNotAligned,
)
from shared.contracts.registration import SupplierChanged, SupplierRegistered, SupplierWithdrawn
from shared.introduction import Introducible
from shared.messaging.decision import Decision, unchanged


def described(state: Firm | None, event: SupplierRegistered | SupplierChanged, _: datetime) -> Decision[Firm]:
    told = event.introduction
    profile = Profile(
        folio=event.folio,
        kind=event.kind,
        rfc=event.rfc,
        legal_name=event.legal_name,
        scian=event.scian,
        state=event.state,
        municipality=event.municipality,
        operating_since=event.operating_since,
        exports=event.exports,
        stratum=event.size.stratum,
        list_69b=event.screening.list_69b,
        tax_opinion=event.screening.tax_opinion,
        qms=event.offering.qms,
        qms_valid_to=event.offering.qms_valid_to,
        areas=tuple(sorted(offer.area for offer in event.offering.processes)),
        registered_at=event.registered_at,
        introducible=Introducible(event.kind == "natural", told.everybody, told.anchors, told.contact_role),
    )
    return Decision(replace(known(state, event.supplier_id), profile=profile))


def withdrawn(state: Firm | None, event: SupplierWithdrawn, _: datetime) -> Decision[Firm]:
    return Decision(replace(known(state, event.supplier_id), withdrawn=event.reason))


def aligned(state: Firm | None, event: OfferingAligned, _: datetime) -> Decision[Firm]:
    return _aligned(known(state, event.supplier_id), event, event.requirements, whole=True)


def alignment_changed(state: Firm | None, event: AlignmentChanged, _: datetime) -> Decision[Firm]:
    return _aligned(known(state, event.supplier_id), event, event.requirements, event.lost)


def not_aligned(state: Firm | None, event: OfferingNotAligned, _: datetime) -> Decision[Firm]:
    missing = tuple(
        Missing(each.area, each.requirement_id, each.gate, each.reason, each.need, each.offer) for each in event.missing
    )
    return _aligned(known(state, event.supplier_id), event, (), whole=True, missing=missing)


def _aligned(
    firm: Firm,
    event: OfferingAligned | AlignmentChanged | OfferingNotAligned,
    requirements: Sequence[AlignedRequirement],
    lost: Sequence[UUID] = (),
    *,
    whole: bool = False,
    missing: tuple[Missing, ...] = (),
) -> Decision[Firm]:
    before = firm.alignment or Alignment()
    told = (Aligned(each.requirement_id, each.anchor_id, each.area, each.score, each.unknown) for each in requirements)
    met = {each.requirement_id: each for each in told}
    held = {each.requirement_id: each for each in before.requirements}
    heard, now = merge(before.heard, held, event.revision, met, lost, whole=whole)
    if now is held and firm.alignment:
        return unchanged(firm)
    in_order = tuple(each for _, each in sorted(now.items()))
    lacks = () if now else missing or before.missing
    return Decision(replace(firm, alignment=Alignment(in_order, lacks, heard)))


_MOVED: Mapping[type[EventData], str] = {
    DiagnosisOpened: "opened",
    DiagnosisSubmitted: "submitted",
    AssessmentReturned: "submitted",
    DiagnosisAssessed: "assessed",
}


def diagnosis_moved(
    state: Firm | None,
    event: DiagnosisOpened | DiagnosisSubmitted | DiagnosisAssessed | AssessmentReturned,
    arrived_at: datetime,
    _: datetime,
    __: None,
) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    status = _MOVED[type(event)]
    before = firm.diagnosis or Diagnosis(status, event.instrument, since=arrived_at)
    since = before.since if before.status == status else arrived_at
    # While a second round is on, what counts may answer another questionnaire.
    instrument = before.instrument if before.version else event.instrument
    # A sheet that was sent back and given again changes nothing of what two assessors are apart on.
    held = before.held and status != "opened"
    moved = replace(before, status=status, instrument=instrument, since=since, held=held)
    return Decision(replace(firm, diagnosis=moved))


def assessments_compared(
    state: Firm | None, event: AssessmentsCompared, arrived_at: datetime, _: datetime, __: None
) -> Decision[Firm]:
    """Out of bounds it waits for a lead assessor, and for the expert from then on."""
    firm = known(state, event.supplier_id)
    before = firm.diagnosis or Diagnosis("assessed", event.instrument)
    held = event.standing == "out"
    since = arrived_at if before.held and not held else before.since
    return Decision(replace(firm, diagnosis=replace(before, held=held, since=since)))


def diagnosis_completed(state: Firm | None, event: DiagnosisCompleted, _: datetime) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    before = firm.diagnosis or Diagnosis("completed", event.instrument)
    # A next version of the same validation is measured anew: a round that is on goes on.
    measured = before.validated_at == event.validated_at and event.version > before.version
    status = before.status if measured else "completed"
    completed = replace(before, status=status, instrument=event.instrument, validated_at=event.validated_at)
    return Decision(replace(firm, diagnosis=_with_result(completed, event.version, event.result)))


def gap_rescored(state: Firm | None, event: GapRescored, _: datetime) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    before = firm.diagnosis or Diagnosis("completed", event.instrument)
    return Decision(replace(firm, diagnosis=_with_result(before, event.version, event.result)))


def selected(
    state: Firm | None, event: SupplierSelected | SupplierNotSelected, arrived_at: datetime, _: datetime, __: None
) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    outcome = "selected" if isinstance(event, SupplierSelected) else "not_selected"
    selection = Selection(outcome, event.cohort_id, event.rank, event.score, event.reasons, arrived_at)
    # A place in another cohort begins with no plan; the one before is in the story.
    plan = firm.plan if firm.selection is None or firm.selection.cohort_id == event.cohort_id else None
    return Decision(replace(firm, selection=selection, plan=firm.plan if outcome == "not_selected" else plan))


def dropped_out(state: Firm | None, event: SupplierDroppedOut, _: datetime) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    selection = firm.selection or Selection("dropped_out", event.cohort_id, None, None, ())
    plan = None if firm.plan is None else replace(firm.plan, status="dropped_out")
    return Decision(replace(firm, selection=replace(selection, outcome="dropped_out"), plan=plan))


def reinstated(state: Firm | None, event: SupplierReinstated, _: datetime) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    selection = firm.selection or Selection("selected", event.cohort_id, None, None, ())
    status = "proposed" if event.agreed_at is None else "agreed"
    plan = None if firm.plan is None else replace(firm.plan, status=status)
    return Decision(replace(firm, selection=replace(selection, outcome="selected"), plan=plan))


def plan_agreed(state: Firm | None, event: PlanAgreed, _: datetime) -> Decision[Firm]:
    firm = known(state, event.supplier_id)
    before = firm.plan if firm.plan is not None and firm.plan.plan_id == event.plan_id else None
    seen = {} if before is None else {each.activity_id: each for each in before.activities}
    agreed = (
        Activity(each.activity_id, each.module, each.kind, each.hours, each.questions) for each in event.activities
    )
    activities = tuple(
        replace(each, done=same.done, returned_at=same.returned_at) if (same := seen.get(each.activity_id)) else each
        for each in agreed
    )
    # That its dates moved may not be told yet.
    moved_at = None if before is None else before.moved_at
    plan = Plan(event.plan_id, "agreed", activities, event.uncovered, event.agreed_at, moved_at)
    return Decision(replace(firm, plan=plan))


def plan_scheduled(state: Firm | None, event: PlanScheduled, _: datetime) -> Decision[Firm]:
    """A firm that put something off itself knows."""
    if state is None or state.plan is None or event.by == "supplier":
        return unchanged(state)
    return Decision(replace(state, plan=replace(state.plan, moved_at=event.scheduled_at)))


def activity_completed(state: Firm | None, event: ActivityCompleted, _: datetime) -> Decision[Firm]:
    return _activity(state, event, None)


def activity_reopened(state: Firm | None, event: ActivityReopened, _: datetime) -> Decision[Firm]:
    return _activity(state, event, event.reopened_at)


def plan_completed(state: Firm | None, _: PlanCompleted, __: datetime) -> Decision[Firm]:
    if state is None or state.plan is None:
        return unchanged(state)
    return Decision(replace(state, plan=replace(state.plan, status="completed")))


def only_told(state: Firm | None, _: SupplierEvent, __: datetime) -> Decision[Firm]:
    """It is in the firm's story, and changes nothing that people see beside it."""
    return unchanged(state)


def known(state: Firm | None, supplier_id: UUID) -> Firm:
    """The row is made by whichever event comes first."""
    return state or Firm(supplier_id)


def _with_result(diagnosis: Diagnosis, version: int, result: Result) -> Diagnosis:
    gaps = tuple(
        Gap(each.question, each.level, each.target, each.severity, each.anchors_asking, each.modules, each.evaluated)
        for each in result.gaps
    )
    return replace(
        diagnosis,
        version=version,
        overall=result.overall,
        grade=result.grade,
        band=result.band,
        dimensions=dict[str, int](result.dimensions.items()),
        reasons=result.reasons,
        gaps=gaps,
    )


def _activity(
    state: Firm | None, event: ActivityCompleted | ActivityReopened, returned_at: datetime | None
) -> Decision[Firm]:
    if state is None or state.plan is None:
        return unchanged(state)
    done, about = returned_at is None, event.activity_id
    activities = tuple(
        replace(each, done=done, returned_at=returned_at) if each.activity_id == about else each
        for each in state.plan.activities
    )
    status = "agreed" if state.plan.status == "completed" and not done else state.plan.status
    return Decision(replace(state, plan=replace(state.plan, activities=activities, status=status)))
