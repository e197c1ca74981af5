import json
from dataclasses import replace
from pathlib import Path

import pytest

from services.diagnosis import catalogue
from tests.diagnosis.builders import INSTRUMENT, INSTRUMENTS, small_instrument

CATALOGUE = json.loads((catalogue.FOLDER / catalogue.CURRENT).read_text(encoding="utf-8"))


def test_structure_is_six_dimensions_and_54_questions_of_which_14_are_critical() -> None:
    by_dimension = [question.dimension for question in INSTRUMENT.questions.values()]
    counts = {code: by_dimension.count(code) for code in INSTRUMENT.dimensions}
    assert counts == {"TEC": 15, "OPE": 14, "COM": 8, "FIN": 6, "GES": 6, "ASG": 5}
    assert {code: dimension.weight for code, dimension in INSTRUMENT.dimensions.items()} == {
        "TEC": 30,
        "OPE": 25,
        "COM": 15,
        "FIN": 10,
        "GES": 10,
        "ASG": 10,
    }
    assert {code for code, question in INSTRUMENT.questions.items() if question.critical} == {
        *("T01", "T02", "T05", "T06", "T10", "T12", "T15", "O02", "O04", "O12", "C02", "F05", "A01", "A03")
    }
    assert {code for code, question in INSTRUMENT.questions.items() if question.legal} == {"A01", "A03", "F05"}


def test_texts_stay_in_spanish() -> None:
    assert INSTRUMENT.questions["F05"].text == "Cumplimiento fiscal y de seguridad social"
    assert INSTRUMENT.questions["T08"].levels[2] == "1.00<=Cpk<1.33"


def test_every_question_has_a_module() -> None:
    assert all(question.modules for question in INSTRUMENT.questions.values())


def test_it_is_read_once() -> None:
    assert catalogue.instruments() is INSTRUMENTS


def test_instruments_are_found_by_version() -> None:
    assert INSTRUMENTS.of("pdp-54-2026-1") is INSTRUMENT
    with pytest.raises(KeyError):
        INSTRUMENTS.of("pdp-54-1999-1")


def test_a_code_twice_is_refused(tmp_path: Path) -> None:
    twice = {**CATALOGUE, "questions": [*CATALOGUE["questions"], CATALOGUE["questions"][0]]}
    path = tmp_path / "questionnaire.json"
    path.write_text(json.dumps(twice), encoding="utf-8")
    with pytest.raises(ValueError, match="twice"):
        catalogue.read(path)


def test_parts_that_do_not_fit_are_refused() -> None:
    sound = small_instrument(("T01", "TEC", 1))
    with pytest.raises(ValueError, match="dimensions"):
        replace(sound, dimensions={})
    with pytest.raises(ValueError, match="weight"):
        replace(sound, questions={"T01": replace(sound.questions["T01"], weight=0)})
    with pytest.raises(ValueError, match="points"):
        replace(sound, rules=replace(sound.rules, points=(0, 4, 3, 8, 10)))
    with pytest.raises(ValueError, match="five levels"):
        replace(sound, questions={"T01": replace(sound.questions["T01"], levels=("0",))})
