"""What the stages decide on the sample: who is registered, aligned, diagnosed."""

import json
from collections import Counter

from deploy.demo.sample import demand, diagnosis
from services.diagnosis.domain.answers import Answers, Why, fault
from services.diagnosis.domain.demand import Ask, merge
from services.diagnosis.domain.result import Result, result_of
from services.diagnosis.explain import explain_diagnosis
from services.matching.explain import explain_match
from services.registration.explain import explain_rfc, explain_size
from shared.areas import CODES
from shared.contracts.matching import OfferingNotAligned
from tests.deploy.sample import (
    GOOD,
    INSTRUMENT,
    NOW,
    PLANNED,
    ROWS,
    aligned,
    alignments,
    read_suppliers,
    registered,
)


def test_registration_refuses_the_planned_rows_and_holds_two_firms() -> None:
    rows, faults = read_suppliers()
    lines = {firm.rfc: line for line, firm in reversed(rows)}
    assert [line for line, firm in rows if lines[firm.rfc] != line] == [PLANNED["duplicado"][0]]
    assert [(fault.line, fault.reason) for fault in faults] == [
        (PLANNED["rfc_formato"][0], "rfc_length"),
        (PLANNED["rfc_fecha"][0], "rfc_date"),
        (PLANNED["rfc_generico"][0], "rfc_generic"),
        (PLANNED["trabajadores_negativos"][0], "cell_number"),
        (PLANNED["area_desconocida"][0], "area_unknown"),
    ]
    assert Counter(len(rfc) for rfc in registered()) == {12: 394, 13: 6}
    assert set(registered()) == set(GOOD)
    assert {rfc: supplier.holds for rfc, (supplier, _) in registered().items() if supplier.holds} == {
        PLANNED["digito_verificador"][1]: ("rfc_check_digit",),
        PLANNED["lista_presunto"][1]: ("list_69b_presumed",),
    }


def test_sizes_are_mostly_small_and_medium() -> None:
    strata = Counter(supplier.size.stratum for supplier, _ in registered().values())
    assert strata["small"] > 200 > strata["medium"] > 100 > strata["micro"] > 25
    assert strata["large"] == 4


def test_about_three_hundred_firms_align_and_every_area_has_three() -> None:
    assert 290 <= len(aligned()) <= 310
    assert PLANNED["lista_definitivo"][1] not in aligned()
    assert {PLANNED[m][1] for m in ("sin_consentimiento", "lista_presunto", "digito_verificador")} <= aligned().keys()
    supply = Counter(area for told in aligned().values() for area in {asked.area for asked in told.requirements})
    assert set(supply) == set(CODES)
    assert min(supply.values()) >= 3


def test_firms_fail_for_every_reason_that_a_firm_can_do_something_about() -> None:
    failed = [told for told in alignments().values() if isinstance(told, OfferingNotAligned)]
    quality = {"qms_below_ladder", "certificate_expired", "cqi_missing", "cqi_expired"}
    process = {"no_common_material", "part_too_large", "force_too_low"}
    assert {gap.reason for told in failed for gap in told.missing} == quality | process | {"listed_definitive"}


def test_more_firms_reach_the_threshold_than_a_cohort_takes_and_not_all_do() -> None:
    best = [max(asked.score for asked in told.requirements) for told in aligned().values()]
    assert 120 <= sum(score >= 7_000 for score in best) <= 220
    assert sum(score < 5_000 for score in best) >= 10


def assessed(rfc: str) -> Result:
    """The result as measured against what the requirements ask that the firm's offering meets."""
    asks = [Ask(asked.anchor_id, asked.targets, asked.must_have) for asked in aligned()[rfc].requirements]
    levels = diagnosis.assessed_levels(GOOD[rfc], INSTRUMENT.questions)
    return result_of(INSTRUMENT, levels, merge(INSTRUMENT, asks))


def is_critical(result: Result) -> bool:
    return any(gap.severity == "critical" for gap in result.gaps)


def test_answers_are_complete_repeatable_and_agree_with_the_registration() -> None:
    for row in (GOOD[rfc] for rfc in aligned()):
        for given in (diagnosis.self_assessed, diagnosis.assessed):
            answered = given(row, INSTRUMENT.questions)
            assert answered == given(row, reversed(list(INSTRUMENT.questions)))
            why: dict[str, Why] = dict.fromkeys(answered.reasons, "not_applicable")
            assert fault(INSTRUMENT, Answers(answered.levels, answered.reasons, answered.notes, "", NOW, why)) is None
            assert (answered.levels["T01"] == 4) == (row["sgc"] == "iatf_16949")
            assert (answered.levels["F05"] == 0) == (row["opinion_32d"] == "negativa")


def test_the_assessor_says_why_exactly_where_firm_and_assessor_are_far_apart() -> None:
    notes = []
    for row in (GOOD[rfc] for rfc in aligned()):
        own = diagnosis.self_levels(row, INSTRUMENT.questions)
        answered = diagnosis.assessed(row, INSTRUMENT.questions)
        apart = {code for code, level in own.items() if abs((level or 0) - (answered.levels[code] or 0)) >= 2}
        assert answered.notes.keys() == apart
        notes.append(len(apart))
    assert min(notes) == 0
    assert len(notes) < sum(notes) < 3 * len(notes)


def test_the_bands_are_spread_and_most_firms_are_bankable() -> None:
    results = [assessed(rfc) for rfc in aligned()]
    bands = Counter(result.band for result in results)
    assert 1 <= bands["A"] <= 2 < bands["C3"] < 15 < bands["B"] < 50
    assert bands["C1"] + bands["C2"] > 0.75 * len(results)
    assert sum(map(is_critical, results)) < 0.25 * len(results)
    assert sum(result.dimensions["FIN"] >= 5_000 for result in results) > 0.7 * len(results)


def test_the_firm_without_consent_could_be_referred_but_for_that() -> None:
    result = assessed(PLANNED["sin_consentimiento"][1])
    assert (result.band in {"C1", "C2"}, is_critical(result), result.dimensions["FIN"] >= 5_000) == (True, False, True)


def test_the_inputs_for_explanations_are_the_first_firms() -> None:
    given = {path.stem: json.loads(path.read_text("utf-8")) for path in (demand.HERE / "explain").iterdir()}
    assert explain_rfc(given["rfc"])["rfc"] == ROWS[0]["rfc"]
    assert explain_size(given["size"])["stratum"] == registered()[ROWS[0]["rfc"]][0].size.stratum
    assert explain_diagnosis(given["diagnosis"])["band"] == assessed(ROWS[0]["rfc"]).band
    scores = {asked.score for asked in aligned()[ROWS[0]["rfc"]].requirements}
    assert explain_match(given["match"])["score"] == max(scores)
