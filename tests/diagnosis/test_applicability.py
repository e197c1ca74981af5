"""What is not about a firm is told by what it makes; what nobody knows of it is another thing."""

from dataclasses import replace

import pytest

from services.diagnosis import handlers
from services.diagnosis.domain.answering import submit, validate
from services.diagnosis.domain.answers import Answers, fault
from services.diagnosis.domain.applicability import Offering
from services.diagnosis.domain.diagnosis import Diagnosis, profiled
from services.diagnosis.domain.gaps import Gap
from services.diagnosis.domain.refusal import Refusal
from services.diagnosis.domain.rescoring import Rescoring, rescore
from shared.areas import CODES
from shared.contracts.diagnosis import DiagnosisCompleted
from shared.contracts.registration import SupplierChanged, SupplierProfile, SupplierRegistered
from tests.diagnosis.builders import (
    INSTRUMENT,
    INSTRUMENTS,
    NOW,
    SUPPLIER,
    answers,
    ask,
    assessed,
    completed,
    done,
    levels_at,
    opened,
    withdrawn,
)
from tests.matching import given as matching

PLAIN = Offering(("P04",), ())
SPECIAL = Offering(("P04",), ("CQI-15",))
TABLE = INSTRUMENTS.applicability
MUST_HAVE = ask(must_have=("T12",))


def event(*special: str, kind: type[SupplierProfile] = SupplierRegistered) -> SupplierProfile:
    process = {"area": "P04", "special_processes": [{"code": code, "assessed_on": "2026-01-01"} for code in special]}
    return matching.profiled(kind, processes=[process]).model_copy(update={"supplier_id": SUPPLIER})


def known(diagnosis: Diagnosis, offering: Offering | None = PLAIN) -> Diagnosis:
    return replace(diagnosis, offering=offering)


def silent(levels: dict[str, int | None], by: str) -> Answers:
    """Without a word on what has no level."""
    return replace(answers(levels, by), reasons={}, why={})


def gap(diagnosis: Diagnosis) -> Gap | None:
    assert diagnosis.locked is not None
    return diagnosis.locked.result.gap("T12")


def test_the_table_is_of_the_areas_that_name_a_cqi_and_has_no_legal_question() -> None:
    assert {"P08", "P22", "P31"} <= TABLE.special_areas < set(CODES)
    assert set(TABLE.special_process) <= INSTRUMENT.questions.keys() - set(INSTRUMENT.legal)


@pytest.mark.parametrize(
    ("offering", "left_out"),
    [
        (PLAIN, ("T12",)),
        (SPECIAL, ()),
        (Offering(("P04", "P18"), ()), ()),
        (Offering((), ()), ()),
        (None, ()),
    ],
    ids=["none", "states one", "works in such an area", "states nothing", "not told"],
)
def test_a_question_about_special_processes_is_not_about_a_firm_that_has_none(
    offering: Offering | None, left_out: tuple[str, ...]
) -> None:
    assert INSTRUMENTS.not_applicable(INSTRUMENT.version, offering) == left_out
    assert INSTRUMENTS.not_applicable("", offering) == ()


def test_what_is_not_about_the_firm_needs_no_word_and_is_counted_nowhere() -> None:
    three = levels_at(3, T13=None, O13=None, C07=None)
    without = answers({code: level for code, level in three.items() if code != "T12"}, "firm")
    assert isinstance(submit(opened(), without, INSTRUMENTS), Refusal)
    given = done(submit(known(opened()), without, INSTRUMENTS))
    assert given.self_assessment is not None
    assert given.self_assessment.levels["T12"] is None
    four = ("F01", "F02", "F03", "T12")
    unsaid = silent(levels_at(3, **dict.fromkeys(four)), "firm")
    assert fault(INSTRUMENT, unsaid, four) is None
    refusal = fault(INSTRUMENT, unsaid, four[1:])
    assert refusal is not None
    assert (refusal.reason, refusal.params) == ("reason_missing", {"questions": "F01"})


def test_a_must_have_that_is_not_about_the_firm_is_left_out_and_no_gap() -> None:
    levels = levels_at(3, T12=None)
    refusal = validate(assessed(levels, MUST_HAVE), answers(levels, "expert"), INSTRUMENTS)
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.params) == ("must_be_evaluated", {"questions": "T12"})
    after = done(validate(known(assessed(levels, MUST_HAVE)), silent(levels, "expert"), INSTRUMENTS))
    assert after.locked is not None
    assert (after.locked.result.gaps, after.locked.not_applicable) == ((), ("T12",))
    assert after.locked.applicability == TABLE.version


@pytest.mark.parametrize("offering", [SPECIAL, None])
def test_nobody_says_by_hand_that_a_must_have_is_not_about_the_firm(offering: Offering | None) -> None:
    levels = levels_at(3, T12=None)
    refusal = validate(known(assessed(levels, MUST_HAVE), offering), answers(levels, "expert"), INSTRUMENTS)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "must_be_evaluated"


def test_what_a_firm_makes_from_now_on_is_the_next_version_either_way() -> None:
    levels = levels_at(3, T12=None)
    plain = done(validate(known(assessed(levels, MUST_HAVE)), answers(levels, "expert"), INSTRUMENTS))
    decision = handlers.supplier_profiled(plain, event("CQI-15", kind=SupplierChanged), NOW, INSTRUMENTS)
    (told,) = decision.events
    assert isinstance(told, DiagnosisCompleted)
    assert (told.version, told.not_applicable, told.applicability) == (2, (), TABLE.version)
    assert [(each.question, each.severity, each.evaluated) for each in told.result.gaps] == [("T12", "critical", False)]
    back = handlers.supplier_profiled(decision.state, event(kind=SupplierChanged), NOW, INSTRUMENTS)
    (told,) = back.events
    assert isinstance(told, DiagnosisCompleted)
    assert (told.version, told.not_applicable, told.result.gaps) == (3, ("T12",), ())
    assert handlers.supplier_profiled(back.state, event(), NOW, INSTRUMENTS).events == ()


def test_what_was_left_out_before_the_firm_told_what_it_makes_is_told_once_it_does() -> None:
    """Its readers took it for unknown."""
    decision = handlers.supplier_profiled(completed(levels_at(3, T12=None)), event(), NOW, INSTRUMENTS)
    (told,) = decision.events
    assert isinstance(told, DiagnosisCompleted)
    assert (told.version, told.not_applicable) == (2, ("T12",))


def test_a_level_that_somebody_gave_stays_whatever_the_firm_states() -> None:
    seen = completed(levels_at(3, T12=1), MUST_HAVE)
    after = profiled(seen, PLAIN, INSTRUMENTS)
    assert (after.locked, gap(after)) == (seen.locked, gap(seen))
    assert gap(seen) is not None


def test_a_level_for_what_was_not_about_the_firm_is_a_level() -> None:
    levels = levels_at(3, T12=None)
    plain = done(validate(known(assessed(levels)), silent(levels, "expert"), INSTRUMENTS))
    asked = Rescoring("T12", 1, None, "a welding cell", "assessor", NOW, NOW.date())
    after = done(rescore(plain, asked, INSTRUMENTS))
    assert after.locked is not None
    assert (after.locked.levels["T12"], after.locked.not_applicable) == (1, ())
    assert gap(after) is not None


def test_a_firm_is_known_by_what_it_makes_before_anybody_asks_and_after_it_left() -> None:
    decision = handlers.supplier_profiled(None, event("CQI-15"), NOW, INSTRUMENTS)
    assert (decision.state, decision.events) == (
        Diagnosis(SUPPLIER, offering=replace(SPECIAL, size="small", state="11")),
        (),
    )
    gone = withdrawn(completed(levels_at(3, T12=None)))
    assert handlers.supplier_profiled(gone, event(), NOW, INSTRUMENTS).events == ()
