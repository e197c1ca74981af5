from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.domain.screening import (
    NO_LIST,
    Entries,
    Listing,
    ListState,
    Screening,
    ScreeningList,
    gather,
    list_id,
    loaded,
    situation,
)
from tests.registration.given import LATER, NOW

FIRST = date(2026, 2, 1)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Presunto", "presumed"),
        ("DEFINITIVO", "definitive"),
        (" Desvirtuado ", "disproved"),
        ("sentencia  favorable", "favourable_ruling"),
        ("Sentencia", None),
        ("", None),
    ],
)
def test_the_four_situations_and_no_other(text: str, state: ListState | None) -> None:
    assert situation(text) == state


def test_a_firm_that_is_not_on_the_list_is_clear_as_of_the_lists_date() -> None:
    listing = Listing(FIRST, {"MAB9307148T4": "definitive"})
    assert listing.look_up("MAB9307148T4") == Screening("definitive", FIRST)
    assert listing.look_up("TME840315KT6") == Screening("not_listed", FIRST)


def test_without_a_list_the_date_says_that_nothing_was_looked_up() -> None:
    assert NO_LIST.look_up("MAB9307148T4") == Screening("not_listed", None)


@given(st.permutations(["disproved", "favourable_ruling", "presumed", "definitive"]))
def test_of_several_proceedings_the_gravest_counts_whatever_their_order(states: list[ListState]) -> None:
    assert gather([("A", state) for state in states] + [("B", "disproved")]) == {"A": "definitive", "B": "disproved"}


def test_presumed_again_is_graver_than_an_earlier_favourable_ruling() -> None:
    assert gather([("A", "presumed"), ("A", "favourable_ruling")]) == {"A": "presumed"}


def test_loading_the_same_list_again_changes_nothing() -> None:
    first = loaded(None, Entries(uuid4(), 1, "A presumed"), FIRST, NOW)
    assert first.id == list_id(FIRST)
    assert loaded(first, Entries(uuid4(), 1, "A presumed"), FIRST, LATER) is first


def test_loading_a_date_again_with_other_entries_corrects_it() -> None:
    first = loaded(None, Entries(uuid4(), 1, "A presumed"), FIRST, NOW)
    other = Entries(uuid4(), 1, "A definitive")
    assert loaded(first, other, FIRST, LATER) == ScreeningList(first.id, FIRST, LATER, *other)
