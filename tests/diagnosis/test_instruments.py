"""A questionnaire's file is checked whole, and a new version stands beside the old."""

import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.development.catalogue import modules
from services.diagnosis import catalogue
from services.diagnosis.catalogue.checking import FALLING, RANGES, faults
from services.diagnosis.domain.answering import assess, reopen, submit, validate
from services.diagnosis.domain.comparison import Scored, compare
from services.diagnosis.domain.diagnosis import Diagnosis, Reopening, align, measured
from services.diagnosis.domain.draft import drafted
from services.diagnosis.domain.gaps import find_gaps
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.domain.refusal import Refusal
from services.diagnosis.domain.rescoring import Rescoring, rescore
from services.diagnosis.domain.result import result_of
from services.diagnosis.handlers import published
from shared.i18n import LANGUAGES, Catalogue
from tests.diagnosis.builders import (
    INSTRUMENT,
    INSTRUMENTS,
    NOW,
    OTHER_ANCHOR,
    answers,
    ask,
    completed,
    done,
    levels_at,
    reassigned,
)

TABLE = json.loads((catalogue.FOLDER / catalogue.CURRENT).read_text(encoding="utf-8"))
MODULES = {module.code for module in modules().modules}
PUBLISHED = {"pdp-54-2026-1": "0bf86085130c0a26"}
"""Digest of all that scores with a version: other content is a new version, or old diagnoses would score otherwise."""

NEW = replace(
    INSTRUMENT,
    version="pdp-53-2027-1",
    rules=replace(INSTRUMENT.rules, default_target=2, legal_floor=3),
    questions={
        **{code: each for code, each in INSTRUMENT.questions.items() if code not in ("O13", "O14")},
        "O15": replace(INSTRUMENT.questions["O14"], code="O15", text="Ciberseguridad"),
        "T08": replace(INSTRUMENT.questions["T08"], text="Capacidad del proceso, otra pregunta"),
    },
)
BOTH = Instruments(NEW, {INSTRUMENT.version: INSTRUMENT, NEW.version: NEW}, INSTRUMENTS.applicability)
AGAIN = Reopening("a year later", "operator", NOW)
ASKED = ask(T04=4)


def changed(change: Callable[[dict[str, Any]], object]) -> list[str]:
    table = deepcopy(TABLE)
    change(table)
    return [each.code.removeprefix("instrument.") for each in faults(table, MODULES)]


def second(level: int = 3) -> Diagnosis:
    """Completed with the old questionnaire, and opened once more with the new."""
    first = replace(completed(levels_at(level), ASKED), asks={OTHER_ANCHOR: ASKED})
    return done(reopen(first, AGAIN, BOTH))


def new_levels(level: int) -> dict[str, int | None]:
    return dict.fromkeys(NEW.questions, level)


def test_the_published_ones_are_sound_and_stay_as_they_are() -> None:
    digests = {}
    for version, each in INSTRUMENTS.versions.items():
        scored = [
            asdict(each.rules),
            [(one.code, one.weight) for one in each.dimensions.values()],
            [
                (one.code, one.dimension, one.weight, one.critical, one.legal, one.levels)
                for one in each.questions.values()
            ],
            each.commitment,
        ]
        digests[version] = hashlib.sha256(json.dumps(scored).encode()).hexdigest()[:16]
    assert digests == PUBLISHED
    assert catalogue.check(TABLE, MODULES) == ()


def test_another_content_under_a_version_that_there_is_is_refused() -> None:
    table = deepcopy(TABLE)
    table["rules"]["grade_a"] = 91
    assert [each.code for each in catalogue.check(table, MODULES)] == ["instrument.version_taken"]
    assert catalogue.check(table | {"version": "pdp-54-2027-1"}, MODULES) == ()


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda t: t.pop("rules"), ["missing"]),
        (lambda t: t.update(colour="red"), ["unknown"]),
        (lambda t: t.update(version=" "), ["text"]),
        (lambda t: t["rules"].pop("apart"), ["rules"]),
        (lambda t: t["rules"].update(points=[0, 4, 3, 8, 10]), ["points"]),
        (lambda t: t["rules"].update(points=[0, 0, 0, 0, 0]), ["points"]),
        (lambda t: t["rules"].update(evaluated_min=[3, 2]), ["share"]),
        (lambda t: t["rules"].update(apart=True), ["range"]),
        (lambda t: t["rules"].update(grade_b=90), ["order"]),
        (lambda t: t["rules"].update(legal_floor=1), ["order"]),
        (lambda t: t.update(dimensions=[]), ["list"]),
        (lambda t: t.update(calibration={"kappa_min": 6000}), ["bounds"]),
        (lambda t: t["calibration"].update(kappa_min=10_001, apart=0), ["range", "range"]),
        (lambda t: t["dimensions"][0].update(code="XXX"), ["dimensions"]),
        (lambda t: t["dimensions"][0].update(weight=29), ["weights"]),
        (lambda t: t["dimensions"][0].update(colour="red"), ["dimension_parts"]),
        (lambda t: t["questions"].append(t["questions"][0]), ["question_twice"]),
        (lambda t: t.update(questions=[q for q in t["questions"] if q["dimension"] != "ASG"]), ["dimension_empty"]),
        (lambda t: t["questions"][1].pop("basis"), ["question_parts"]),
        (lambda t: t["questions"][1].update(code="X01"), ["question_code"]),
        (lambda t: t["questions"][1].update(dimension="XXX"), ["question_dimension"]),
        (lambda t: t["questions"][1].update(weight=0), ["question_weight"]),
        (lambda t: t["questions"][1].update(critical="yes"), ["question_flags"]),
        (lambda t: t["questions"][1].update(text=""), ["question_texts"]),
        (lambda t: t["questions"][1].update(levels=["a"] * 4), ["question_levels"]),
        (lambda t: t["questions"][1].update(modules=["M99"]), ["question_modules"]),
        (lambda t: t.update(commitment="G99"), ["commitment"]),
        (lambda t: t.update(special_process=["T99"]), ["special_process"]),
        (lambda t: t.update(special_process=["F05"]), ["special_process_legal"]),
        (lambda t: (t["rules"].update(apart=9), t["questions"][3].update(weight="1")), ["range", "question_weight"]),
    ],
)
def test_a_file_is_told_all_that_is_wrong_with_it(change: Callable[[dict[str, Any]], object], codes: list[str]) -> None:
    assert changed(change) == codes


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*TABLE, *TABLE["rules"], *TABLE["questions"][0]]), inner, max_size=5)
        ),
        max_leaves=20,
    ),
    st.sampled_from([*TABLE]),
)
def test_no_file_is_too_odd_to_be_told_what_is_wrong_with_it(odd: object, name: str) -> None:
    for table in (odd, TABLE | {name: odd}):
        for fault in faults(table):
            for language in LANGUAGES:
                assert Catalogue("services.diagnosis").text(fault.code, language, **fault.params)


def test_every_threshold_is_checked() -> None:
    numbers = {name for name, value in TABLE["rules"].items() if isinstance(value, int)}
    assert RANGES.keys() == numbers
    assert {name for pair in FALLING for name in pair} <= numbers


def test_what_is_open_goes_on_with_the_questionnaire_that_it_opened_with() -> None:
    before = completed(levels_at(3), ASKED)
    assert align(before, [ASKED, ask(OTHER_ANCHOR)], BOTH).instrument == INSTRUMENT.version
    assert measured(before, BOTH) == before


def test_what_counts_is_read_with_its_own_questionnaire_while_a_second_round_is_on() -> None:
    again = second()
    assert (again.status, again.instrument, again.measured_by) == ("open", NEW.version, INSTRUMENT.version)
    assert (again.self_assessment, again.assessment, again.validation, drafted(again)) == (None, None, None, {})
    assert again.who_validated.subjects == ("expert",)
    assert measured(again, BOTH) == again
    # Default target 3 by the old one; by the new one O13 would not even be there.
    more = {OTHER_ANCHOR: ask(O13=4)}
    asked = align(replace(again, asks=more), more.values(), BOTH)
    assert asked.locked is not None
    assert [(gap.question, gap.target) for gap in asked.locked.result.gaps] == [("O13", 4)]
    assert asked.demand.targets == {}
    assert published.completed(asked).instrument == INSTRUMENT.version
    scored = done(rescore(asked, Rescoring("O13", 2, None, "fell", "assessor", NOW), BOTH))
    assert published.rescored(scored)[0].instrument == INSTRUMENT.version


def test_a_second_diagnosis_is_answered_and_scored_with_the_new_one() -> None:
    again, levels = reassigned(second(), validator="expert"), new_levels(2)
    refused = submit(again, answers(levels_at(3), "firm"), BOTH)
    assert isinstance(refused, Refusal)
    assert refused.reason == "unknown_question"
    given_ = done(submit(again, answers(levels, "firm"), BOTH))
    given_ = done(assess(given_, answers(levels, "assessor"), BOTH))
    after = done(validate(given_, answers(levels, "expert"), BOTH))
    assert after.locked is not None
    assert (after.locked.version, after.measured_by, after.locked.commitment) == (2, NEW.version, "G01")
    # By the new rules 2 is asked, of legal questions 3, of T04 4 by the anchor.
    assert {gap.question for gap in after.locked.result.gaps} == {"F05", "A01", "A03", "T04"}


def test_the_same_levels_under_another_questionnaire_are_another_version() -> None:
    twin = replace(INSTRUMENT, version="pdp-54-2027-1")
    both = Instruments(twin, {INSTRUMENT.version: INSTRUMENT, twin.version: twin}, INSTRUMENTS.applicability)
    again = done(reopen(completed(levels_at(3)), AGAIN, both))
    given_ = done(
        assess(done(submit(again, answers(levels_at(3), "firm"), both)), answers(levels_at(3), "assessor"), both)
    )
    after = done(validate(given_, answers(levels_at(3), "expert"), both))
    assert after.locked is not None
    assert (after.locked.version, after.measured_by) == (2, twin.version)


def test_versions_of_two_questionnaires_compare_by_what_both_ask_alike() -> None:
    found = compare(Scored(INSTRUMENT, levels_at(2)), Scored(NEW, new_levels(3)))
    kin = {each.question: each.kinship for each in found.questions}
    assert (kin["O13"], kin["O15"], kin["T08"], kin["T01"]) == ("gone", "new", "changed", "same")
    assert (found.alike_before, found.alike_after) == (6000, 8000)
    nothing = compare(Scored(INSTRUMENT, dict.fromkeys(INSTRUMENT.questions)), Scored(NEW, new_levels(3)))
    assert (nothing.alike_before, nothing.alike_after) == (None, None)


@pytest.mark.parametrize("version", [*INSTRUMENTS.versions])
@given(levels=st.lists(st.integers(0, 4), min_size=54, max_size=54))
def test_an_old_version_always_reads_the_same(version: str, levels: list[int]) -> None:
    instrument = INSTRUMENTS.of(version)
    given_ = dict(zip(instrument.questions, levels, strict=False))
    demand = completed(levels_at(3)).demand
    before = result_of(instrument, given_, demand)
    assert result_of(BOTH.of(version), given_, demand) == before
    assert find_gaps(BOTH.of(version), given_, demand) == before.gaps
