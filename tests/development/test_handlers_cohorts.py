from dataclasses import replace
from typing import get_args
from uuid import UUID

import pytest

from services.development.domain.candidate import Awaited, Standing
from services.development.domain.reasons import REFUSALS, Refusal
from services.development.domain.selection import Place
from services.development.handlers import cohorts, places
from shared.contracts.development import (
    SupplierNotSelected,
    SupplierSelected,
)
from shared.messaging.decision import Refused
from tests.development import given
from tests.development.decided import chosen, code, plan_of, selected, sure, with_plan


def test_selection_tells_every_firm_its_outcome() -> None:
    pool = [given.candidate(1), given.candidate(2, match=6_000), given.candidate(3, match=9_000)]
    events = {line.supplier_id: decision.events for decision, line in selected(pool, given.cohort(1))}
    assert events[given.supplier(3)] == (
        SupplierSelected(
            supplier_id=given.supplier(3),
            cohort_id=given.COHORT_ID,
            rank=1,
            score=8_300,
            reasons=("meets_every_condition",),
            rules="call-2026-1",
        ),
    )
    assert events[given.supplier(1)] == (
        SupplierNotSelected(
            supplier_id=given.supplier(1),
            cohort_id=given.COHORT_ID,
            rank=2,
            score=7_800,
            reasons=("capacity_full",),
            rules="call-2026-1",
        ),
    )
    (missed,) = events[given.supplier(2)]
    assert isinstance(missed, SupplierNotSelected)
    assert (missed.rank, missed.reasons) == (None, ("no_match_at_threshold",))


def test_selection_keeps_a_line_of_record_per_firm() -> None:
    pool = [given.candidate(1), given.candidate(2, match=6_000)]
    lines = [line for _, line in selected(pool, given.cohort())]
    assert [(line.supplier_id, line.line, line.selected, line.rank) for line in lines] == [
        (given.supplier(1), 1, True, 1),
        (given.supplier(2), 2, False, None),
    ]
    assert (lines[0].best_match, lines[0].readiness, lines[0].closability) == (8_000, 6_000, 10_000)
    first = Place(given.supplier(1), 1, selected=True, why=lines[0].why)
    supposed = cohorts.suppose_place(given.cohort(), pool[0], first, 1, given.BASIS, given.NOW)
    assert supposed == lines[0]


def test_a_selected_firm_has_a_proposed_plan_at_once_and_the_others_keep_their_row() -> None:
    firm = with_plan("T04", "A01")
    assert firm.cohort_id == given.COHORT_ID
    assert (plan_of(firm).status, plan_of(firm).modules) == ("proposed", "modules-22-2026-2")
    missed = given.candidate(match=100)
    assert chosen(missed).state == missed


def test_selecting_twice_is_refused() -> None:
    closed = replace(given.cohort(), status="selected")
    assert code(cohorts.close_cohort(closed, given.REVIEWER, given.NOW)) == "cohort_already_selected"
    assert code(cohorts.close_cohort(None, given.REVIEWER, given.NOW)) == "cohort_not_found"


def test_an_override_is_recorded_with_its_reason() -> None:
    word = given.override(1, "in")
    assert sure(cohorts.override(given.cohort(), given.candidate(), word)).overrides == (word,)


def test_overrides_that_could_have_no_effect_are_refused() -> None:
    word = given.override(1, "in")
    placed = replace(given.candidate(), cohort_id=UUID(int=1))
    assert code(cohorts.override(None, given.candidate(), word)) == "cohort_not_found"
    assert code(cohorts.override(given.cohort(), None, word)) == "candidate_not_found"
    assert code(cohorts.override(given.cohort(), given.candidate(result=None), word)) == "candidate_not_diagnosed"
    assert code(cohorts.override(given.cohort(), placed, word)) == "candidate_already_selected"


def test_nobody_is_put_in_who_is_left_out_whatever_is_said() -> None:
    """Seen: it took a place, and the selection left the firm out all the same."""
    gone = replace(given.candidate(), withdrawn=True)
    refused = cohorts.override(given.cohort(), gone, given.override(1, "in"))
    assert code(refused) == "candidate_excluded"
    assert isinstance(refused, Refused)
    assert [each["code"] for each in refused.params["why"]] == ["withdrawn"]
    word = given.override(1, "out")
    assert sure(cohorts.override(given.cohort(), gone, word)).overrides == (word,)


def test_taking_an_override_back() -> None:
    cohort = given.cohort(55, given.override(1, "in"))
    assert sure(cohorts.take_back_override(cohort, given.supplier(1), "operator-3")).overrides == ()
    assert code(cohorts.take_back_override(given.cohort(), given.supplier(1), "operator-3")) == "override_not_found"
    assert code(cohorts.take_back_override(None, given.supplier(1), "operator-3")) == "cohort_not_found"


def test_whoever_proposed_an_override_does_not_select() -> None:
    cohort = given.cohort(55, given.override(1, "in"))
    taken_back = sure(cohorts.take_back_override(cohort, given.supplier(1), "operator-3"))
    for by in ("operator-1", "operator-3"):
        outcome = cohorts.close_cohort(taken_back, by, given.NOW)
        assert isinstance(outcome, Refused)
        assert (outcome.kind, outcome.code) == ("forbidden", "same_person")
    assert sure(cohorts.close_cohort(taken_back, given.REVIEWER, given.NOW)).status == "selected"


def test_a_freed_place_goes_to_no_firm_that_meets_the_conditions_no_more() -> None:
    round_ = given.cohort(55, given.override(2, "in"))
    [(_, said)] = selected([given.candidate(1)], round_)
    assert places.waiting(given.candidate(1), round_, given.BASIS) == said.contender
    for worse in (
        given.candidate(1, match=None),
        given.candidate(1, result=given.diagnosis(commitment=0)),
        given.candidate(1, result=given.diagnosis(band="C3")),
        given.candidate(1, withdrawn=True),
        given.candidate(1, result=None),
        given.candidate(1, standing=Standing("presumed", "positive", looked_up=True)),
        replace(given.candidate(1), awaited=(Awaited("T05", UUID(int=0xE1)),)),
    ):
        assert places.waiting(worse, round_, given.BASIS) is None
    put_in = places.waiting(given.candidate(2, match=None), round_, given.BASIS)
    assert put_in is not None
    assert put_in.put_in


@pytest.mark.parametrize("reason", get_args(Refusal))
def test_every_refusal_has_its_kind(reason: Refusal) -> None:
    assert REFUSALS[reason] in ("invalid", "not_found", "conflict", "forbidden")
