"""Which municipalities and which classes of SCIAN there are, beside the public files where these are there."""

import csv
from pathlib import Path

import pytest

from services.registration.domain.profile import faults
from shared.municipalities import MUNICIPALITIES, OF_STATE
from shared.scian import CLASSES, is_class
from shared.states import STATES
from tests.registration.given import TODAY, profile

PUBLIC = Path(__file__).parents[3] / "shared" / "data"
BESIDE = pytest.mark.skipif(not PUBLIC.exists(), reason="the public files are not here")


def published(name: str, column: str) -> set[str]:
    with (PUBLIC / name).open(encoding="utf-8-sig", newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


def test_each_state_has_municipalities() -> None:
    assert OF_STATE.keys() == STATES
    assert len(MUNICIPALITIES) == 2_478
    assert {key[:2] for key in MUNICIPALITIES} == STATES


@pytest.mark.parametrize(("state", "first", "last"), [("19", "19001", "19051"), ("09", "09002", "09017")])
def test_whoever_gives_none_of_a_state_is_told_its_first_and_last(state: str, first: str, last: str) -> None:
    (fault,) = faults(profile(state=state, municipality=f"{state}999"), TODAY)
    assert (fault.params["first"], fault.params["last"]) == (first, last)


def test_a_number_that_was_given_up_is_none() -> None:
    assert MUNICIPALITIES.isdisjoint({"03004", "07095", "09001"})


@BESIDE
def test_they_are_those_of_inegi() -> None:
    assert published("inegi_municipios.csv", "cvegeo") == MUNICIPALITIES


def test_there_are_as_many_classes_as_inegi_says() -> None:
    assert {edition: len(classes) for edition, classes in CLASSES.items()} == {"2018": 1_084, "2023": 1_086}


@pytest.mark.parametrize("code", ["336370", "332710", "511210", "513210"])
def test_a_class_of_any_edition_is_one(code: str) -> None:
    assert is_class(code)


@pytest.mark.parametrize("code", ["000000", "336371", "33637", "3363700", "336", "", "SCIAN1"])
def test_nothing_else_is_a_class(code: str) -> None:
    assert not is_class(code)


@BESIDE
def test_the_classes_are_those_that_were_published() -> None:
    """The file has a row without a class too for each sector, and one for what is not specified."""
    assert {code for code in published("scian_clases.csv", "scian") if code.isdecimal()} == CLASSES["2023"]


@BESIDE
def test_every_class_of_a_real_plant_is_one() -> None:
    plants = published("retc_manufactura_automotriz_mx_2014_2022.csv", "scian")
    assert {code for code in plants if not is_class(code)} == set()
