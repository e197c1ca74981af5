from dataclasses import replace
from random import Random
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.development.domain.candidate import Awaited, Candidate, ListState, Standing, TaxOpinion
from services.development.domain.cohort import Cohort
from services.development.domain.diagnosis import Diagnosis
from services.development.domain.place import DropOut, Reinstatement
from services.development.domain.selection import NotSelected, Selected
from tests.development.given import NOW, candidate, cohort, diagnosis, gap, override, supplier
from tests.development.pools import chosen, cohorts, only, pools, reasoned


@given(pools(), cohorts())
def test_never_gives_more_places_than_there_are(pool: list[Candidate], round_: Cohort) -> None:
    assert sum(isinstance(each, Selected) for each in chosen(pool, round_)) <= round_.capacity


@given(pools(), cohorts(), st.randoms())
def test_order_of_the_input_changes_nothing(pool: list[Candidate], round_: Cohort, random: Random) -> None:
    shuffled = list(pool)
    random.shuffle(shuffled)
    assert chosen(pool, round_) == chosen(shuffled, round_)


@given(pools(), cohorts())
def test_every_candidate_gets_exactly_one_placement_with_a_reason(pool: list[Candidate], round_: Cohort) -> None:
    placements = chosen(pool, round_)
    assert sorted(each.candidate.id for each in placements) == sorted(each.id for each in pool)
    assert all(each.reasons for each in placements)


@given(pools(), st.integers(1, 10))
def test_a_better_firm_is_never_out_for_capacity_while_a_worse_one_is_in(pool: list[Candidate], capacity: int) -> None:
    placements = chosen(pool, cohort(capacity))
    inside = [each.score.total for each in placements if isinstance(each, Selected)]
    outside = [each.score.total for each in placements if isinstance(each, NotSelected) and each.rank is not None]
    assert min(inside, default=10_000) >= max(outside, default=0)
    assert not outside or len(inside) == capacity


@given(pools(), cohorts())
def test_no_override_stands_above_an_exclusion(pool: list[Candidate], round_: Cohort) -> None:
    for each in chosen(pool, round_):
        if isinstance(each, Selected):
            firm = each.candidate
            assert not firm.withdrawn
            assert firm.standing is not None
            assert firm.standing.list_69b != "definitive"
            assert firm.standing.tax_opinion != "negative"


@given(pools(), cohorts())
def test_an_operator_who_keeps_a_firm_out_keeps_it_out(pool: list[Candidate], round_: Cohort) -> None:
    for each in chosen(pool, round_):
        if round_.direction(each.candidate.id) == "out":
            assert isinstance(each, NotSelected)
            assert "override_out" in each.reasons


@given(pools(), cohorts())
def test_ranks_count_up_from_one_over_all_who_compete(pool: list[Candidate], round_: Cohort) -> None:
    ranks = sorted(each.rank for each in chosen(pool, round_) if each.rank is not None)
    assert ranks == list(range(1, len(ranks) + 1))


def test_meets_every_condition() -> None:
    placement = only(candidate())
    assert isinstance(placement, Selected)
    assert placement.rank == 1
    assert placement.reasons == ("meets_every_condition",)


@pytest.mark.parametrize(
    ("list_69b", "tax_opinion", "reason"),
    [
        ("definitive", "positive", "list_69b_definitive"),
        ("not_listed", "negative", "tax_opinion_negative"),
    ],
)
def test_exclusions_hold_over_an_override(list_69b: ListState, tax_opinion: TaxOpinion, reason: str) -> None:
    placement = only(candidate(standing=Standing(list_69b, tax_opinion, looked_up=True)), cohort(55, override(1, "in")))
    assert isinstance(placement, NotSelected)
    assert placement.reasons == (reason,)
    assert placement.rank is None


def test_a_firm_whose_registration_is_not_known_here_yet_is_not_selected() -> None:
    assert only(candidate(standing=None), cohort(55, override(1, "in"))).reasons == ("registration_unknown",)


def test_a_withdrawn_firm_is_not_selected() -> None:
    assert only(candidate(withdrawn=True)).reasons == ("withdrawn",)


@pytest.mark.parametrize("list_69b", ["not_listed", "disproved", "favourable_ruling"])
@pytest.mark.parametrize("tax_opinion", ["positive", "negative_with_plan", "in_suspension", "unknown"])
def test_only_definitive_and_negative_without_plan_exclude(list_69b: ListState, tax_opinion: TaxOpinion) -> None:
    assert isinstance(only(candidate(standing=Standing(list_69b, tax_opinion, looked_up=True))), Selected)


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing("presumed", "positive", looked_up=True), "list_69b_presumed"),
        (Standing("not_listed", "positive"), "list_69b_unchecked"),
    ],
)
def test_who_is_presumed_and_who_was_in_no_list_yet_wait_for_an_operator(standing: Standing, reason: str) -> None:
    """Seen: they had a place like any other."""
    placement = only(candidate(standing=standing))
    assert (isinstance(placement, Selected), placement.reasons) == (False, (reason,))
    overridden = only(candidate(standing=standing), cohort(55, override(1, "in")))
    assert (isinstance(overridden, Selected), overridden.reasons) == (True, ("override_in", reason))


def test_an_unknown_tax_opinion_is_told_and_does_not_exclude() -> None:
    """Seen: unknown was as good as positive, and nobody was told."""
    placement = only(candidate(standing=Standing("not_listed", "unknown", looked_up=True)))
    assert isinstance(placement, Selected)
    assert placement.reasons == ("meets_every_condition", "tax_opinion_unknown")


UNKNOWN: dict[str, tuple[Candidate, str]] = {
    "Candidate.standing": (candidate(standing=None), "registration_unknown"),
    "Diagnosis.commitment": (candidate(result=diagnosis(commitment=None)), "commitment_below_minimum"),
}
DECIDES_NOTHING = {
    "Candidate.folio",
    "Candidate.legal_name",
    "Candidate.diagnosis",  # who was not diagnosed takes no part in a selection
    "Candidate.cohort_id",
    "Candidate.plan",
    "Candidate.mentor",
    "Candidate.assessor",
    "Candidate.state",  # it counts for no minimum then
    "Diagnosis.validated_at",
}


def test_whatever_may_be_unknown_of_a_firm_keeps_it_from_a_place() -> None:
    """Every field that may be None of what a selection reads; a new one says here what that means."""
    optional = {
        f"{kind.__name__}.{name}"
        for kind in (Candidate, Standing, Diagnosis)
        for name, type_ in get_type_hints(kind).items()
        if type(None) in get_args(type_)
    }
    assert optional == {*UNKNOWN, *DECIDES_NOTHING}
    for firm, reason in UNKNOWN.values():
        placement = only(firm)
        assert (isinstance(placement, NotSelected), placement.reasons) == (True, (reason,))
    assert only(candidate(match=None)).reasons == ("no_match_at_threshold",)


EVIDENCE = UUID(int=0xE1)


@pytest.mark.parametrize(
    "waits",
    [{"awaited": (Awaited("C02", EVIDENCE), Awaited("T05", EVIDENCE))}, {"unscored": ("C02", "T05")}],
    ids=["by evidence", "stored before each was told apart"],
)
def test_evidence_of_the_last_plan_that_waits_for_a_verdict_is_judged_first(waits: dict[str, Any]) -> None:
    waiting = replace(candidate(), **waits)
    placement = only(waiting)
    assert (isinstance(placement, Selected), placement.reasons) == (False, ("evidence_awaits_verdict",))
    assert only(waiting, cohort(55, override(1, "in"))).reasons == ("override_in", "evidence_awaits_verdict")
    closed = replace(waiting, diagnosis=diagnosis(gaps=(gap("O03", "minor", 2),)))
    assert only(closed).reasons == ("meets_every_condition",)


@pytest.mark.parametrize(("role", "again"), [("free", False), ("replaced", False), ("taken", True)])
def test_who_dropped_out_of_a_cohort_contends_for_no_place_of_it(role: str, again: bool) -> None:
    left = DropOut(supplier(1), "Cambió de giro", "operator-1", NOW)
    if role == "taken":
        left = replace(left, reinstated=Reinstatement("Fue un error", "operator-2", NOW))
    if role == "replaced":
        left = replace(left, replaced_by=supplier(2))
    assert left.status == role
    placement = only(candidate(), replace(cohort(), drop_outs=(left,)))
    assert isinstance(placement, Selected) == again
    assert ("dropped_out" in placement.reasons) != again


def test_a_match_blocked_by_a_critical_gap_counts_and_is_noted() -> None:
    assert only(candidate(blocked_by=("A01",))).reasons == ("meets_every_condition", "match_blocked")


@pytest.mark.parametrize(("match", "enters"), [(6_999, False), (7_000, True), (None, False)])
def test_threshold_of_the_best_match(match: int | None, enters: bool) -> None:
    placement = only(candidate(match=match))
    assert isinstance(placement, Selected) == enters
    assert ("no_match_at_threshold" in placement.reasons) != enters


@pytest.mark.parametrize(
    ("band", "reason"),
    [("A", "already_grade_a"), ("C3", "band_below_minimum"), ("B", None), ("C1", None), ("C2", None)],
)
def test_bands(band: str, reason: str | None) -> None:
    placement = only(candidate(result=diagnosis(band=band)))
    assert placement.reasons == (reason or "meets_every_condition",)


@pytest.mark.parametrize(("level", "enters"), [(None, False), (0, False), (1, False), (2, True), (4, True)])
def test_the_management_must_be_committed(level: int | None, enters: bool) -> None:
    placement = only(candidate(result=diagnosis(commitment=level)))
    assert isinstance(placement, Selected) == enters
    assert ("commitment_below_minimum" in placement.reasons) != enters


def test_every_failed_condition_is_named() -> None:
    placement = only(candidate(match=100, result=diagnosis(band="C3", commitment=1)))
    assert placement.reasons == ("no_match_at_threshold", "band_below_minimum", "commitment_below_minimum")


def test_override_in_takes_a_place_over_failed_conditions_and_a_better_firm() -> None:
    better, worse = candidate(1, match=9_000), candidate(2, match=5_000)
    first, second = reasoned([better, worse], cohort(1, override(2, "in")))
    assert isinstance(first, Selected)
    assert first.candidate == worse
    assert first.rank == 2
    assert first.reasons == ("override_in", "no_match_at_threshold")
    assert isinstance(second, NotSelected)
    assert second.rank == 1
    assert second.reasons == ("capacity_full",)


def test_ties_are_broken_by_id() -> None:
    first, second = reasoned([candidate(2), candidate(1)], cohort(1))
    assert (first.candidate.id, second.candidate.id) == (supplier(1), supplier(2))
    assert second.reasons == ("capacity_full",)


def test_a_difference_that_rounding_hides_still_ranks() -> None:
    # 7,800.5 and 7,800.6: both are published as 7,801.
    low = candidate(1, match=8_001, result=diagnosis(overall=6_000))
    high = candidate(2, match=8_000, result=diagnosis(overall=6_002))
    first, second = reasoned([low, high], cohort())
    assert (first.candidate, second.candidate) == (high, low)
    assert first.score.basis_points == second.score.basis_points == 7_801


def test_undiagnosed_firms_and_those_of_an_earlier_cohort_take_no_part() -> None:
    undiagnosed = candidate(1, result=None)
    placed = replace(candidate(2), cohort_id=UUID(int=1))
    assert chosen([undiagnosed, placed], cohort(55, override(1, "in"))) == ()
