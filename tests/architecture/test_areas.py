"""One file lists the procurement areas: whatever needs them reads it."""

import re
from pathlib import Path

import pytest

from shared.areas import AREAS, CODES, PATTERN, VERSION, pattern_of, read

ROOT = Path(__file__).parents[2]
KINDS = {".csv", ".html", ".java", ".js", ".json", ".md", ".po", ".py", ".tpl", ".yaml"}
FOLDERS = ("services", "shared", "deploy", "tests", "docs")

LISTS = re.compile(r"range\(1, ?3[56]\)|P\(0\[1-9\]")
"""What spells the codes without naming them."""
MOST = 20
"""Codes that a file may name: beyond, it lists them."""

ALLOWED = {
    "shared/areas_2026.json": "the one definition",
    "services/matching/migrations/versions/0006_pairs_as_rows.py": "other areas share a partition",
    "tests/bench/java/Match.java": "a program of another language, held to the pattern below",
    "services/registration/catalogue/prospect_areas.json": "what a register's classes and words tell of each",
    "deploy/demo/sample/areas.csv": "how many invented firms each has",
    "deploy/demo/sample/scian_areas.csv": "what invented firms of a class make",
    "deploy/demo/sample/requirements.csv": "what is asked in each by the sample",
    "deploy/demo/sample/suppliers.csv": "what each invented firm makes",
}
MADE = ("shared/contracts/schemas/", "docs/events.md")
"""Made from the contracts by `make generate`."""


def lists_areas(text: str) -> bool:
    named = any(name in text for area in AREAS for name in (f'"{area.name}"', f'"{area.name_en}"'))
    return named or bool(LISTS.search(text)) or len(set(re.findall(r"\bP[0-3][0-9]\b", text)) & set(CODES)) > MOST


def files() -> list[Path]:
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in KINDS)
    return [path for path in found if not str(path.relative_to(ROOT)).startswith(MADE)]


def test_nothing_else_lists_areas() -> None:
    listing = {str(path.relative_to(ROOT)) for path in files() if lists_areas(path.read_text(encoding="utf-8"))}
    assert listing == set(ALLOWED)


def test_the_program_of_another_language_takes_the_same_codes() -> None:
    java = (ROOT / "tests/bench/java/Match.java").read_text(encoding="utf-8")
    assert PATTERN.strip("^$") in java.replace(r"\\d", "[0-9]")


def test_each_area_has_all_that_tells_it_apart() -> None:
    assert all(area.name and area.name_en and area.family and area.attributes for area in AREAS)
    assert all(len(area.scian) == len("336370") and area.scian.isdigit() for area in AREAS)
    assert len({area.name for area in AREAS} | {area.name_en for area in AREAS}) == 2 * len(AREAS)
    special = {area.code: area.special_processes for area in AREAS}
    assert (special["P22"], special["P26"]) == (("CQI-9", "CQI-11"), ("CQI-30",))
    assert VERSION == "areas-2026-1"


@pytest.mark.parametrize(
    "codes", [CODES, CODES[:9], ("P01", "P07"), (*CODES, "P36", "P77"), ("P10", "P20", "P30", "P31"), ("P55",)]
)
def test_the_pattern_takes_the_codes_and_nothing_else(codes: tuple[str, ...]) -> None:
    pattern = re.compile(pattern_of(codes))
    every = [f"P{number:02}" for number in range(100)]
    assert [code for code in (*every, "P1", "P010", "p01", "") if pattern.match(code)] == list(codes)


@pytest.mark.parametrize("codes", [["P01", "P01"], ["Q01"], ["P1"]])
def test_a_list_that_contradicts_itself_is_refused(codes: list[str]) -> None:
    row = {"name": "a", "name_en": "a", "family": "f", "scian": "1", "attributes": [], "special_processes": []}
    with pytest.raises(ValueError, match="P and two digits"):
        read({"areas": [row | {"code": code} for code in codes]})
