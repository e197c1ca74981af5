"""What the other stages tell, merged in any order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid5

from hypothesis import given
from hypothesis import strategies as st

from services.financing.domain import eligibility
from services.financing.domain.case import Case
from services.financing.handlers import facts
from shared.contracts import development, diagnosis, matching, registration
from shared.contracts import offering as offers
from shared.contracts.event import Money
from shared.contracts.financing import NeedIdentified
from shared.messaging.decision import Decision
from tests.financing.given import ANCHOR, MATCH, NOW, REQUIREMENT, SUPPLIER, TERMS, of_type, state, types

COHORT, PLAN, DIAGNOSIS = (uuid5(SUPPLIER, name) for name in ("cohort", "plan", "d"))
PROFILE: dict[str, Any] = {
    "supplier_id": SUPPLIER,
    "folio": "PDP-0001",
    "kind": "legal",
    "rfc": "TME840315KT6",
    "sector": "industry",
    "scian": "332710",
    "state": "19",
    "operating_since": date(2015, 1, 1),
    "exports": True,
    "size": registration.Size(stratum="small", score="32.55", rules="size-2009.1"),
    "screening": registration.Screening(list_69b="not_listed", list_date=date(2026, 2, 1), tax_opinion="positive"),
    "offering": offers.Offering(processes=()),
    "registered_at": NOW,
}
REGISTERED = registration.SupplierRegistered(**PROFILE)
MATCHED: dict[str, Any] = {
    "supplier_id": SUPPLIER,
    "match_id": MATCH,
    "requirement_id": REQUIREMENT,
    "anchor_id": ANCHOR,
    "area": "P14",
}
FOUND = matching.MatchFound(**MATCHED, score=8200, criteria=(), rules="match-1")
LOST = matching.MatchLost(**MATCHED, reason="requirement_closed")
AWARDED = matching.ContractAwarded(
    **MATCHED, annual_value=Money(amount="1000000.00"), annual_volume=100, awarded_at=NOW
)
SELECTED = development.SupplierSelected(
    supplier_id=SUPPLIER, cohort_id=COHORT, rank=1, score=8000, reasons=(), rules="selection-1"
)
ACTIVITY = development.PlannedActivity(
    activity_id=uuid5(SUPPLIER, "M01"),
    module="M01",
    kind="consultancy",
    hours=120,
    questions=("T01", "G05"),
    cost_from=Money(amount="180000.00"),
    cost_to=Money(amount="420000.00"),
)
AGREED = development.PlanAgreed(
    supplier_id=SUPPLIER, cohort_id=COHORT, plan_id=PLAN, activities=(ACTIVITY,), modules="modules-1", agreed_at=NOW
)
DONE = development.ActivityCompleted(
    supplier_id=SUPPLIER,
    cohort_id=COHORT,
    plan_id=PLAN,
    activity_id=ACTIVITY.activity_id,
    module="M01",
    questions=("T01",),
    evidence_id=uuid5(SUPPLIER, "evidence"),
    completed_at=NOW,
)

REOPENED = development.ActivityReopened(
    supplier_id=SUPPLIER,
    cohort_id=COHORT,
    plan_id=PLAN,
    activity_id=ACTIVITY.activity_id,
    module="M01",
    evidence_id=uuid5(SUPPLIER, "evidence"),
    by="mentor",
    reopened_at=NOW,
)
DROPPED_OUT = development.SupplierDroppedOut(supplier_id=SUPPLIER, cohort_id=COHORT, plan_id=PLAN, dropped_out_at=NOW)


def result(*gaps: diagnosis.Gap, fin: int = 7000) -> diagnosis.Result:
    return diagnosis.Result(dimensions={"FIN": fin}, overall=6800, grade="C", band="C1", gaps=gaps)


GAP = diagnosis.Gap(question="T01", level=1, target=3, gap=2, severity="major", modules=("M01",))
DIAGNOSED: dict[str, Any] = {"supplier_id": SUPPLIER, "diagnosis_id": DIAGNOSIS, "instrument": "instrument-1"}
COMPLETED = diagnosis.DiagnosisCompleted(
    **DIAGNOSED,
    version=1,
    levels={"T01": 1, "F05": 3, "A01": 3, "A03": 3, "T12": None},
    result=result(GAP),
    validated_at=NOW,
)
RESCORED = diagnosis.GapRescored(
    **DIAGNOSED, version=2, question="T01", level_before=1, level_after=3, closed=True, result=result(), rescored_at=NOW
)

HANDLERS: dict[type, Callable[..., Decision[Case]]] = {
    registration.SupplierRegistered: facts.supplier_registered,
    registration.SupplierChanged: facts.supplier_changed,
    registration.SupplierWithdrawn: facts.supplier_withdrawn,
    diagnosis.DiagnosisCompleted: facts.diagnosis_completed,
    diagnosis.GapRescored: facts.gap_rescored,
    matching.MatchFound: facts.match_found,
    matching.MatchLost: facts.match_lost,
    matching.ContractAwarded: facts.contract_awarded,
    matching.ContractEnded: facts.contract_ended,
    development.SupplierSelected: facts.supplier_selected,
    development.PlanAgreed: facts.plan_agreed,
    development.ActivityCompleted: facts.activity_completed,
    development.ActivityReopened: facts.activity_reopened,
    development.SupplierDroppedOut: facts.supplier_dropped_out,
    development.SupplierReinstated: facts.supplier_reinstated,
}


def take(case: Case | None, event: Any) -> Decision[Case]:
    return HANDLERS[type(event)](case, event, NOW, TERMS)


def walk(*events: Any) -> Case:
    case: Case | None = None
    for event in events:
        case = take(case, event).state
    assert case is not None
    return case


def test_any_order_of_topics_ends_in_the_same_case() -> None:
    streams = ((REGISTERED,), (COMPLETED,), (FOUND, AWARDED), (SELECTED, AGREED))
    ends = {walk(*(event for stream in order for event in stream)).wake_at for order in permutations(streams)}
    cases = [walk(*(event for stream in order for event in stream)) for order in permutations(streams)]
    assert all(case == cases[0] for case in cases)
    assert len(ends) == 1


@given(st.sampled_from([REGISTERED, COMPLETED, FOUND, AWARDED, SELECTED, AGREED, DONE, LOST, RESCORED]))
def test_the_same_fact_twice_tells_nothing_new(event: Any) -> None:
    before = walk(REGISTERED, COMPLETED, FOUND, AWARDED, SELECTED, AGREED)
    once = take(before, event)
    twice = take(once.state, event)
    assert twice.state == once.state
    assert (twice.events, twice.timers) == ((), ())


def test_a_critical_gap_that_nobody_asks_for_any_more_blocks_no_longer() -> None:
    """The requirement behind it closed: the diagnosis is measured anew, as its next version."""
    critical = GAP.model_copy(update={"severity": "critical"})
    blocked = walk(REGISTERED, FOUND, SELECTED, COMPLETED.model_copy(update={"result": result(critical)}))
    assert "critical_gap_open" in eligibility.of_firm(blocked, TERMS.bankable)
    free = take(blocked, COMPLETED.model_copy(update={"version": 2})).state
    assert free is not None
    assert eligibility.of_firm(free, TERMS.bankable) == ()


def test_any_single_fact_makes_the_case() -> None:
    for event in (REGISTERED, COMPLETED, RESCORED, FOUND, LOST, AWARDED, SELECTED, AGREED, DONE):
        assert walk(event).id == SUPPLIER


def test_the_last_fact_to_arrive_tells_the_needs() -> None:
    waiting = walk(REGISTERED, COMPLETED, FOUND)
    assert waiting.needs == ()
    told = of_type(take(waiting, SELECTED), NeedIdentified)
    assert [(need.purpose, need.questions, need.products) for need in told] == [
        ("certification", ("T01",), TERMS.version)
    ]
    first = told[0].options[0]
    assert (first.product, first.eligible, first.reasons) == ("nafin-guaranteed-simple", True, ())


def test_a_need_is_told_again_only_when_it_changed() -> None:
    case = walk(REGISTERED, COMPLETED, FOUND, SELECTED)
    assert types(take(case, FOUND.model_copy(update={"score": 9000}))) == []
    priced = of_type(take(case, AGREED), NeedIdentified)
    assert [need.amount for need in priced] == [Money(amount="420000.00")]


def test_a_closed_gap_is_told() -> None:
    case = walk(REGISTERED, COMPLETED, SELECTED)
    told = of_type(take(case, RESCORED), NeedIdentified)
    assert [option.reasons for option in told[0].options] == [("need_met",)] * len(told[0].options)


def test_a_rescore_changes_one_level_and_keeps_the_others() -> None:
    rescored = walk(COMPLETED, RESCORED).diagnosis
    assert rescored is not None
    assert (rescored.version, rescored.levels, rescored.gaps) == (
        2,
        {"T01": 3, "F05": 3, "A01": 3, "A03": 3, "T12": None},
        (),
    )


def test_an_activity_that_was_taken_back_is_not_done() -> None:
    before = walk(REGISTERED, COMPLETED, SELECTED, AGREED)
    done = take(before, DONE).state
    assert done is not None
    assert (done.activities_done, take(done, REOPENED).state) == (1, before)
    assert take(done, DONE).state == done


def test_a_firm_that_dropped_out_has_no_plan_unless_it_has_another_by_now() -> None:
    case = walk(REGISTERED, COMPLETED, SELECTED, AGREED)
    after = take(case, DROPPED_OUT).state
    assert after is not None
    assert (after.cohort_id, after.plan) == (None, None)
    other = DROPPED_OUT.model_copy(update={"cohort_id": uuid5(SUPPLIER, "other"), "plan_id": uuid5(SUPPLIER, "p")})
    assert take(case, other).state == case


def test_a_plan_that_is_told_late_is_not_given_back_to_who_dropped_out() -> None:
    left = DROPPED_OUT.model_copy(update={"dropped_out_at": NOW + timedelta(days=1)})
    assert walk(REGISTERED, left, AGREED).plan is None
    anew = AGREED.model_copy(update={"plan_id": uuid5(SUPPLIER, "anew"), "agreed_at": NOW + timedelta(days=2)})
    plan = walk(REGISTERED, AGREED, left, anew, AGREED).plan
    assert plan is not None
    assert plan.id == anew.plan_id


def test_a_firm_that_is_reinstated_has_its_plan_again_as_it_is_told_once_more() -> None:
    case = walk(REGISTERED, COMPLETED, SELECTED, AGREED, DONE)
    left = DROPPED_OUT.model_copy(update={"dropped_out_at": NOW + timedelta(days=1)})
    ids: dict[str, Any] = {"supplier_id": SUPPLIER, "cohort_id": COHORT, "plan_id": PLAN}
    told = ids | {"reinstated_at": NOW + timedelta(days=2)}
    back = development.SupplierReinstated(**told, agreed_at=AGREED.agreed_at)
    gone = take(case, left).state
    assert walk(REGISTERED, COMPLETED, SELECTED, AGREED, DONE, left, back, AGREED) == case
    assert gone is not None
    proposed = take(gone, development.SupplierReinstated(**told)).state
    assert proposed is not None
    assert (proposed.cohort_id, proposed.plan) == (COHORT, None)


def test_an_older_version_changes_nothing() -> None:
    case = walk(COMPLETED, RESCORED)
    assert take(case, COMPLETED).state == case
    assert take(case, RESCORED.model_copy(update={"version": 1, "level_after": 0})).state == case


def test_a_contract_that_ended_is_won_no_more() -> None:
    ended = matching.ContractEnded(**MATCHED, reason="completed", ended_at=NOW)
    assert walk(REGISTERED, FOUND, AWARDED, ended).contracts == ()
    assert walk(ended, AWARDED).contracts != ()


def test_a_lost_match_goes_and_a_signed_contract_stays() -> None:
    case = walk(FOUND, AWARDED, LOST)
    assert case.matches == ()
    assert [contract.match_id for contract in case.contracts] == [MATCH]
    assert case.requirement_id == REQUIREMENT


def test_the_best_match_is_first() -> None:
    better = FOUND.model_copy(
        update={"match_id": uuid5(MATCH, "b"), "requirement_id": uuid5(MATCH, "r"), "score": 9900}
    )
    assert walk(FOUND, better).requirement_id == better.requirement_id


def test_a_firm_that_leaves_has_no_option_until_it_comes_back() -> None:
    case = walk(REGISTERED, COMPLETED, SELECTED)
    left = registration.SupplierWithdrawn(supplier_id=SUPPLIER, reason="own_wish", withdrawn_at=NOW)
    gone = take(case, left)
    assert of_type(gone, NeedIdentified)[0].options[0].reasons == ("supplier_withdrawn",)
    changed = registration.SupplierChanged(**PROFILE)
    assert not state(take(gone.state, changed)).needs[0].options[0].eligible
    assert state(take(gone.state, REGISTERED)).needs[0].options[0].eligible


def test_progress_counts_only_activities_of_the_plan() -> None:
    unplanned = DONE.model_copy(update={"activity_id": uuid5(SUPPLIER, "other")})
    assert walk(AGREED, DONE, unplanned).activities_done == 1


def test_a_young_firm_is_looked_at_again_on_the_day_it_is_old_enough() -> None:
    young = REGISTERED.model_copy(update={"operating_since": date(2025, 6, 1)})
    decision = take(walk(COMPLETED, SELECTED), young)
    assert [(timer.kind, timer.at and timer.at.date()) for timer in decision.timers] == [
        ("case_deadline", date(2026, 6, 1))
    ]
    assert state(decision).wake_at == decision.timers[0].at


def test_a_natural_persons_rfc_is_not_known_here() -> None:
    person = replace(state(take(None, REGISTERED.model_copy(update={"kind": "natural", "rfc": None}))), needs=())
    assert person.profile is not None
    assert person.profile.rfc is None
