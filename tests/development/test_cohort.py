from services.development.domain.cohort import Cohort, close, with_override, without_override
from tests.development.given import LATER, NOW, REVIEWER, cohort, override, supplier


def sure(outcome: Cohort | str) -> Cohort:
    assert isinstance(outcome, Cohort), outcome
    return outcome


def test_a_later_word_on_the_same_firm_replaces_the_earlier_one() -> None:
    changed = sure(with_override(cohort(55, override(1, "in")), override(1, "out")))
    assert [each.direction for each in changed.overrides] == ["out"]


def test_overrides_are_kept_in_the_order_of_their_firms() -> None:
    one = sure(with_override(sure(with_override(cohort(), override(2, "in"))), override(1, "out")))
    other = sure(with_override(sure(with_override(cohort(), override(1, "out"))), override(2, "in")))
    assert one == other


def test_no_more_places_are_given_than_there_are() -> None:
    full = cohort(1, override(1, "in"))
    assert with_override(full, override(2, "in")) == "overrides_exceed_capacity"
    assert sure(with_override(full, override(2, "out"))).direction(supplier(2)) == "out"
    assert sure(with_override(full, override(1, "in"))) == full


def test_taking_a_word_back() -> None:
    taken_back = sure(without_override(cohort(55, override(1, "in")), supplier(1), "operator-2"))
    assert (taken_back.overrides, taken_back.took_part.subjects) == ((), ("operator-1", "operator-2"))
    assert without_override(cohort(), supplier(1), "operator-2") == "override_not_found"


def test_a_selection_is_final() -> None:
    selected = sure(close(cohort(), REVIEWER, LATER))
    assert (selected.status, selected.selected_at) == ("selected", LATER)
    assert close(selected, REVIEWER, NOW) == "cohort_already_selected"
    assert with_override(selected, override(1, "in")) == "cohort_already_selected"
    assert without_override(selected, supplier(1), REVIEWER) == "cohort_already_selected"
