"""Materials of `domain/materials.py`, by the catalogue in force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching import catalogue
from services.matching.domain.materials import named, words_of

MATERIALS = catalogue.materials()
NAMES = st.sampled_from(sorted(" ".join(words) for words in MATERIALS.names))


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("PA6-GF30", "PA6-GF30", ()),
        ("pa 6 gf30", "PA6-GF30", ()),
        ("Nylon 6, 30% GF", "PA6-GF30", ()),
        ("PA6.6 GF30 negro", "PA66-GF30", ("negro",)),
        ("PP+TD20", "PP-TD20", ()),
        ("Polipropileno con talco", "PP", ("con", "talco")),
        ("acero inoxidable AISI 304", "SAE 304", ()),
        ("1.4301", "SAE 304", ()),
        ("42CrMo4", "SAE 4140", ()),
        ("Acero SAE-1045", "SAE 1045", ()),
        ("lámina de acero inoxidable", "steel-stainless", ()),
        ("ALUMÍNIO A-380", "A380", ()),
        ("304 inoxidable", "SAE 304", ()),
        ("acero 9999", "steel", ("9999",)),
    ],
)
def test_what_a_text_names(text: str, code: str, rest: tuple[str, ...]) -> None:
    found = named(MATERIALS, text)
    assert (found.line[0], found.rest) == (code, rest)


@pytest.mark.parametrize("text", ["", " / ", "de", "ace", "xyz 30"])
def test_what_the_catalogue_does_not_map(text: str) -> None:
    found = named(MATERIALS, text)
    assert not found.line


@pytest.mark.parametrize(
    ("needed", "offered", "found"),
    [
        ("acero", "ACERO ", "met"),
        ("Aluminio", "alumínio", "met"),
        ("acero inoxidable", "acero", "met"),
        ("acero", "acero inoxidable", "met"),
        ("aluminio A380", "aluminio A356", "not_met"),
        ("aluminio/A380", "aluminio A380", "met"),
        ("acero aleado", "acero 4140", "met"),
        ("acero bajo carbono", "acero hsla", "not_met"),
        ("PA6-GF30", "PA6-GF15", "not_met"),
        ("PA6-GF30", "PA6", "met"),
        ("PA6", "PA66", "not_met"),
        ("PA6", "PA6.6", "not_met"),
        ("aluminio 9Z9", "aluminio A380", "unknown"),
        ("aleación K", "aleación K", "met"),
        ("aleación K", "aluminio", "unknown"),
        ("acero", "/", "unknown"),
    ],
)
def test_materials_are_compared_by_family_with_the_grade_optional(needed: str, offered: str, found: str) -> None:
    assert MATERIALS.compare([needed], [offered]) == found
    assert MATERIALS.compare([offered], [needed]) == found


def test_one_common_material_is_enough_and_one_unknown_keeps_the_question_open() -> None:
    assert MATERIALS.compare(["zinc", "acero"], ["cobre", "acero"]) == "met"
    assert MATERIALS.compare(["zinc"], ["cobre", "quién sabe"]) == "unknown"
    assert MATERIALS.compare(["zinc"], ["cobre", "acero"]) == "not_met"


@given(NAMES, NAMES)
def test_what_the_catalogue_has_is_always_known(one: str, other: str) -> None:
    assert all(found.line and not found.rest for found in (named(MATERIALS, one), named(MATERIALS, other)))
    assert MATERIALS.compare([one], [one]) == "met"
    assert MATERIALS.compare([one], [other]) == MATERIALS.compare([other], [one]) != "unknown"


@given(st.text(max_size=30))
def test_how_a_text_is_written_does_not_matter(text: str) -> None:
    assert words_of(text.replace(" ", "-")) == words_of(text)
    assert MATERIALS.compare([text], [text]) in {"met", "unknown"}


def test_every_family_is_in_the_catalogue() -> None:
    assert {family for family in MATERIALS.families.values() if family} <= MATERIALS.families.keys()
    assert MATERIALS.filled in MATERIALS.families
