from dataclasses import replace
from uuid import UUID

from services.development.domain.candidate import Candidate, Match, Referral, with_match, with_referral, without_match
from services.development.domain.diagnosis import newer
from tests.development.given import candidate, diagnosis, requirement, supplier


def test_one_match_a_requirement_the_latest() -> None:
    firm = Candidate(supplier(1))
    for at, score in ((2, 7_000), (1, 8_000), (2, 9_000)):
        firm = with_match(firm, Match(requirement(at), score))
    assert firm.matches == (Match(requirement(1), 8_000), Match(requirement(2), 9_000))
    assert firm.best_match == Match(requirement(2), 9_000)


def test_equal_matches_the_lowest_requirement_is_best() -> None:
    firm = with_match(with_match(Candidate(supplier(1)), Match(requirement(2), 8_000)), Match(requirement(1), 8_000))
    assert firm.best_match == Match(requirement(1), 8_000)


def test_a_lost_match_that_was_never_found_changes_nothing() -> None:
    assert without_match(candidate(), requirement(9)) == candidate()
    assert without_match(candidate(), requirement(1)).best_match is None


def test_one_state_a_referral() -> None:
    sent = Referral(UUID(int=1), "nafin", "factoring", "sent")
    approved = replace(sent, state="approved")
    assert with_referral(with_referral(candidate(), sent), approved).referrals == (approved,)


def test_diagnosed_and_not_selected_awaits_selection() -> None:
    assert candidate().awaits_selection
    assert not candidate(result=None).awaits_selection
    assert not replace(candidate(), cohort_id=UUID(int=1)).awaits_selection


def test_an_older_version_of_a_diagnosis_never_replaces_a_newer_one() -> None:
    first, second = diagnosis(overall=5_000), replace(diagnosis(overall=7_000), version=2)
    assert newer(None, first) == first
    assert newer(first, second) == second
    assert newer(second, first) == second


def test_a_new_diagnosis_starts_its_versions_anew() -> None:
    known = replace(diagnosis(), version=4)
    anew = replace(diagnosis(), diagnosis_id=UUID(int=9), version=1)
    assert newer(known, anew) == anew
