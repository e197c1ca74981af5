import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from services.development import catalogue
from services.development.catalogue import calls, modules
from services.development.domain.module import Module, Modules
from shared.contracts.event import QuestionCode

LAST = {"T": 15, "O": 14, "C": 8, "F": 6, "G": 6, "A": 5}
QUESTIONS = [f"{dimension}{number:02}" for dimension, last in LAST.items() for number in range(1, last + 1)]


def test_twenty_two_modules_with_a_version() -> None:
    assert modules().version == "modules-22-2026-2"
    assert [module.code for module in modules().modules] == [f"M{number:02}" for number in range(1, 23)]


def test_every_question_of_the_instrument_has_a_module() -> None:
    assert len(QUESTIONS) == 54
    assert [code for code in QUESTIONS if not modules().close(code)] == []


def test_modules_name_questions_that_the_published_language_knows() -> None:
    adapter = TypeAdapter(QuestionCode)
    for module in modules().modules:
        for code in module.questions:
            assert adapter.validate_python(code) in QUESTIONS


def test_first_module_as_in_the_programs_table() -> None:
    first = modules().modules[0]
    assert (first.code, first.kind, first.hours, first.questions) == ("M01", "consultancy", 120, ("T01", "G05"))
    assert (first.cost_from, first.cost_to) == (Decimal(180_000), Decimal(420_000))
    assert first.name == "Ruta ISO 9001 → IATF 16949"


def test_kinds() -> None:
    kinds = [module.kind for module in modules().modules]
    assert (kinds.count("training"), kinds.count("mentoring"), kinds.count("consultancy")) == (10, 5, 7)


def test_what_builds_on_what_as_a_trainer_would_have_it() -> None:
    assert modules().before("M03") == {"M02", "M04", "M05", "M06"}
    assert modules().before("M08") == {"M07", "M04"}
    assert {code: {*modules().before(code)} for code in ("M01", "M13", "M16", "M18", "M19", "M20")} == {
        "M01": {"M21"},
        "M13": {"M12"},
        "M16": {"M15"},
        "M18": {"M17"},
        "M19": {"M17"},
        "M20": set(),
    }


def test_groups_are_trained_and_one_firm_is_mentored() -> None:
    assert {module.places > 1 for module in modules().modules if module.kind == "training"} == {True}
    assert {module.places for module in modules().modules if module.kind != "training"} == {1}


@pytest.mark.parametrize(("requires", "said"), [(("M02", "M02"), "each other: M01, M02"), (("M23", ""), "require M23")])
def test_a_circle_and_an_unknown_module_are_refused(requires: tuple[str, str], said: str) -> None:
    first, second = modules().modules[:2]
    there = tuple(code for code in requires[:1])
    back = ("M01",) if requires[1] else ()
    with pytest.raises(ValueError, match=said):
        Modules("broken", {}, (replace(first, requires=there), replace(second, requires=back)))


def test_rules_of_the_selection() -> None:
    rules = calls().current
    assert (rules.version, rules.match_min, rules.bands, rules.commitment_min) == (
        "call-2026-1",
        7_000,
        ("B", "C1", "C2"),
        2,
    )
    weights = rules.weights
    assert (weights.best_match, weights.readiness, weights.closability) == (50, 30, 20)


def test_read_once() -> None:
    assert modules() is modules()


def test_a_code_twice_is_refused() -> None:
    module = modules().modules[0]
    with pytest.raises(ValueError, match="twice"):
        Modules("broken", {}, (module, module))


@pytest.mark.parametrize("wrong", [{"session_hours": 0}, {"places": 0}, {"places": 2, "kind": "mentoring"}])
def test_impossible_sessions_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="M02"):
        replace(modules().modules[1], **wrong)


@pytest.mark.parametrize(("hours", "low", "high"), [(0, 1, 2), (8, 3, 2), (8, -1, 2)])
def test_impossible_modules_are_refused(hours: int, low: int, high: int) -> None:
    with pytest.raises(ValueError, match="M99"):
        Module("M99", "x", "training", hours, "x", Decimal(low), Decimal(high), ())


def test_files_are_plain_data() -> None:
    for path in Path(catalogue.__file__).parent.glob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["version"]
