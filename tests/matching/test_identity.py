"""Which requirement a row of a file is about."""

from dataclasses import replace
from typing import Any

import pytest

from services.matching.domain.identity import Held, Meant, identify, imported_id
from services.matching.domain.requirement import Requirement
from tests.matching.given import ANCHOR, an_id, need

KNOWN = Requirement(imported_id(ANCHOR, "P01", "Soporte de motor"), ANCHOR, need(title="Soporte de motor"), version=3)


def row(title: str = "Soporte de motor", **changes: Any) -> Meant:
    own = {name: changes.pop(name) for name in ("reference", "based_on", "new") if name in changes}
    return Meant(ANCHOR, need(title=title, **changes), **own)


def about(row: Meant, *known: Requirement, named: tuple[Requirement, ...] = ()) -> object:
    """The requirement, `held`, or `new`."""
    found = identify(row, known or (KNOWN,), {each.id for each in named})
    if isinstance(found, Held):
        return "held"
    meant = [each for each in known or (KNOWN,) if each.id == found]
    return meant[0] if meant else "new"


def test_an_imported_requirement_is_known_by_anchor_area_and_title() -> None:
    assert imported_id(ANCHOR, "P01", "Soporte  de motor") == imported_id(ANCHOR, "P01", " soporte de Motor")
    assert imported_id(ANCHOR, "P01", "Soporte") != imported_id(ANCHOR, "P02", "Soporte")
    assert imported_id(ANCHOR, "P01", "Soporte") != imported_id(an_id("other"), "P01", "Soporte")


def test_the_same_title_is_the_same_requirement_whatever_else_is_asked() -> None:
    assert about(row(annual_volume=7, force_t=5)) == KNOWN
    assert about(row(" soporte  DE motor")) == KNOWN
    assert about(row(area="P02")) == "new"
    assert about(row(), replace(KNOWN, status="closed")) == replace(KNOWN, status="closed")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, "held"),
        ({"annual_volume": 120_000}, "held"),
        ({"annual_volume": 120_000, "force_t": 50, "tolerance_um": 9}, "new"),
        ({"area": "P02"}, "new"),
        ({"new": True}, "new"),
        ({"based_on": 2}, "held"),
    ],
)
def test_a_corrected_title_is_held(changes: dict[str, Any], found: str) -> None:
    assert about(row("Soporte del motor", **changes)) == found


def test_the_version_says_that_it_is_the_same() -> None:
    assert about(row("Soporte del motor", based_on=3)) == KNOWN
    assert about(row("Soporte del motor", based_on=3, annual_volume=120_000)) == KNOWN
    twin = replace(KNOWN, id=an_id("twin"))
    assert about(row("Soporte del motor", based_on=3), KNOWN, twin) == "held", "of two nobody can tell"


def test_all_the_same_under_quite_another_title_is_held_too() -> None:
    assert about(row("Brida")) == "held"
    assert about(row("Brida", annual_volume=7)) == "new"
    assert about(row("Brida"), replace(KNOWN, status="closed")) == "new"
    assert about(row("Brida"), replace(KNOWN, anchor_id=an_id("other"))) == "new"


def test_what_another_row_of_the_file_is_about_is_no_likeness() -> None:
    assert about(row("Brida"), KNOWN, named=(KNOWN,)) == "new"


def test_the_reference_says_it_whatever_the_title() -> None:
    known = replace(KNOWN, reference="A-1")
    assert about(row("Brida", area="P02", reference="A-1"), known) == known
    assert about(row(reference="B-2"), known) == "new", "another reference is another requirement"
    assert about(row("Soporte del motor", reference="B-2"), known) == "new"
    assert about(row(), known) == known
    assert about(row(reference="A-1")) == KNOWN, "the title has it, and no reference yet"
    assert about(row("Soporte del motor", reference="A-1")) == "held"


def test_a_title_that_another_one_once_had_is_held() -> None:
    renamed = replace(KNOWN, specification=need(title="Brida", force_t=5, tolerance_um=9, ppm_max=2))
    assert about(row(), renamed) == "held"
    assert about(row(new=True), renamed) == "new"
    assert about(row("Brida"), renamed) == renamed
