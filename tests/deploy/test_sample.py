"""The sample that the demo and newcomers load: what it promises, and that nobody real is in it."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from uuid import UUID

import pytest
from stdnum.mx import rfc as stdnum_rfc

from deploy.demo.sample import demand, diagnosis, distribution, generate, words
from deploy.demo.sample.plan import SERVICES
from deploy.demo.sample.troubles import BAD_ROWS, LISTED
from services.diagnosis.catalogue import instruments
from services.diagnosis.domain.answers import Answers, Why, fault
from services.diagnosis.domain.demand import Ask, merge
from services.diagnosis.domain.result import Result, result_of
from services.diagnosis.explain import explain_diagnosis
from services.matching.catalogue import rules
from services.matching.domain.requirement import Demand, Requirement
from services.matching.explain import explain_match
from services.matching.files import requirements as requirement_file
from services.matching.handlers.offerings import supplier_profiled
from services.registration.domain.profile import Profile
from services.registration.domain.screening import Listing, gather
from services.registration.domain.supplier import Registry, Supplier
from services.registration.explain import explain_rfc, explain_size
from services.registration.files import screening as list_file
from services.registration.files import suppliers as supplier_file
from services.registration.handlers import Register, register, release
from shared.contracts.matching import OfferingAligned, OfferingNotAligned
from shared.contracts.registration import SupplierRegistered
from shared.files.faults import RowFault
from shared.messaging.decision import Decision
from tests.files.given import read_by

ON = generate.SNAPSHOT_ON
NOW = datetime(ON.year, ON.month, ON.day, 18, tzinfo=UTC)
DATA = Path(__file__).parents[3] / "shared" / "data"
RETC = DATA / "retc_manufactura_automotriz_mx_2014_2022.csv"
needs_public_data = pytest.mark.skipif(not RETC.exists(), reason="the public data files are not beside the repository")

ROWS = demand.rows(demand.HERE / "suppliers.csv")
REQUIREMENTS = demand.rows(demand.HERE / "requirements.csv")
PLANNED = {row["asunto"]: (int(row["linea"]), row["rfc"]) for row in demand.rows(demand.HERE / "planned.csv")}
GOOD = {row["rfc"]: row for line, row in enumerate(ROWS, 2) if line not in {PLANNED[matter][0] for matter in BAD_ROWS}}
AREAS = {f"P{number:02}" for number in range(1, 36)}
INSTRUMENT = instruments().current


@pytest.mark.parametrize("name", generate.GENERATED)
def test_the_committed_files_are_what_the_generator_gives(name: str, tmp_path: Path) -> None:
    generate.generate(ON, tmp_path)
    assert (tmp_path / name).read_bytes() == (demand.HERE / name).read_bytes()


def test_another_day_moves_what_ages_and_nothing_else(tmp_path: Path) -> None:
    later = timedelta(days=483)
    generate.generate(ON + later, tmp_path)
    for row, then in zip(ROWS, demand.rows(tmp_path / "suppliers.csv"), strict=True):
        for column, cell in row.items():
            ages = column == "sgc_vigencia" or column.startswith("procesos_especiales")
            dates = r"\d{4}-\d{2}-\d{2}" if ages else "no date"
            assert then[column] == re.sub(dates, lambda day: str(date.fromisoformat(day[0]) + later), cell)


def test_files_are_utf8_with_unix_lines() -> None:
    for path in demand.HERE.glob("*.csv"):
        assert "\r" not in path.read_bytes().decode("utf-8")


def test_every_rfc_is_valid_but_the_planned_ones() -> None:
    wrong = {row["rfc"] for row in ROWS if not stdnum_rfc.is_valid(row["rfc"], validate_check_digits=True)}
    planned = ("rfc_formato", "rfc_fecha", "rfc_generico", "digito_verificador")
    assert wrong == {PLANNED[matter][1] for matter in planned}
    assert stdnum_rfc.is_valid(PLANNED["digito_verificador"][1])


def test_the_list_names_the_planned_firms_and_strangers() -> None:
    listed = {row["rfc"]: row["situacion"] for row in demand.rows(demand.HERE / "screening_69b.csv")}
    assert {rfc: state for rfc, state in listed.items() if rfc in GOOD} == {
        PLANNED[matter][1]: state for matter, state in LISTED.items()
    }
    assert set(Counter(listed.values())) == set(LISTED.values())
    assert all(stdnum_rfc.is_valid(rfc, validate_check_digits=True) for rfc in listed)


def test_every_name_says_that_it_is_invented() -> None:
    assert all(row["razon_social"].endswith((words.MARK_FIRM, words.MARK_PERSON)) for row in ROWS)
    assert all(row["nombre"].endswith(words.MARK_FIRM) for row in demand.rows(demand.HERE / "anchors.csv"))
    assert {row["contacto_correo"].partition("@")[2] for row in ROWS} == {"example.com"}
    assert all(set(row["contacto_nombre"].split()[1:]) <= set(words.SURNAMES) for row in ROWS)


def test_the_readme_tells_every_planned_row() -> None:
    readme = (demand.HERE / "README.md").read_text(encoding="utf-8")
    assert all(f"| {line} | `{rfc}` |" in readme for line, rfc in PLANNED.values())
    assert all(ROWS[line - 2]["rfc"] == rfc for line, rfc in PLANNED.values())


@needs_public_data
def test_nobody_real_is_in_it() -> None:
    def normal(name: str) -> str:
        bare = re.sub(r"[^A-ZÑ0-9 ]", "", words.plain(name))
        return re.sub(r"( (SA|SAPI|S|RL|DE|CV|FICTICIA|PERSONA))+$", "", bare).strip()

    real = {normal(row[column]) for row in demand.rows(RETC) for column in ("razon_social", "planta") if row[column]}
    assert "AUNDE MEXICO" in real
    assert real.isdisjoint(normal(row["razon_social"]) for row in ROWS)
    assert real.isdisjoint(normal(row["nombre"]) for row in demand.rows(demand.HERE / "anchors.csv"))


@needs_public_data
def test_no_rfc_is_on_the_real_list() -> None:
    real = {row["rfc"] for row in demand.rows(DATA / "sat_69b_personas_morales_rfc_situacion.csv")}
    assert len(real) == 9_900
    assert real.isdisjoint(row["rfc"] for row in [*ROWS, *demand.rows(demand.HERE / "screening_69b.csv")])


@needs_public_data
def test_the_counts_and_municipalities_are_those_of_the_public_data(tmp_path: Path) -> None:
    distribution.write_counts(RETC, tmp_path)
    distribution.write_municipalities(DATA / "inegi_municipios.csv", tmp_path)
    for name in ("distribution.csv", "municipalities.csv"):
        assert (tmp_path / name).read_bytes() == (demand.HERE / name).read_bytes()
    assert sum(distribution.read_counts().values()) == 676


def test_firms_lie_where_the_plants_lie_and_are_what_the_plants_are() -> None:
    counts = distribution.supplier_counts()
    found = Counter((row["estado"], row["scian"]) for row in GOOD.values() if row["scian"] not in SERVICES)
    share = found.total() / sum(counts.values())
    assert found.keys() <= counts.keys()
    assert all(abs(found[place] - number * share) < 1 for place, number in counts.items())
    for state in {state for state, _ in counts}:
        firms, plants = (sum(n for (at, _), n in each.items() if at == state) for each in (found, counts))
        assert abs(firms - plants * share) < 1
    towns = distribution.municipalities()
    assert all(row["municipio"] in towns[row["estado"]] for row in GOOD.values())


def test_sixteen_anchors_ask_in_all_areas_by_questions_that_exist() -> None:
    states = {row["codigo"]: demand.split(row["estados"]) for row in demand.rows(demand.HERE / "anchors.csv")}
    areas = Counter(row["area"] for row in REQUIREMENTS)
    assert (len(states), areas.total(), set(areas), max(areas.values())) == (16, 56, AREAS, 3)
    assert {row["tractora"] for row in REQUIREMENTS} == states.keys()
    assert all(row["estado_planta"] in states[row["tractora"]] for row in REQUIREMENTS)
    for row in REQUIREMENTS:
        targets = {part.partition(":")[0] for part in demand.split(row["metas"])}
        assert {*targets, *demand.split(row["indispensables"])} <= INSTRUMENT.questions.keys()


def test_certificates_are_valid_for_a_year_or_expired_on_purpose() -> None:
    last_days = [date.fromisoformat(row["sgc_vigencia"]) for row in GOOD.values() if row["sgc_vigencia"]]
    assert all(day < ON or day >= ON + timedelta(days=365) for day in last_days)
    assert 10 <= sum(day < ON for day in last_days) <= 20


# The files through the stages' own decisions


@cache
def read_suppliers() -> tuple[list[tuple[int, Profile]], list[RowFault]]:
    content = (demand.HERE / "suppliers.csv").read_bytes()
    return read_by(partial(supplier_file.read, today=ON), content, supplier_file.wanted(1_000))


@cache
def registered() -> dict[str, tuple[Supplier, SupplierRegistered]]:
    """By RFC, every firm as registration takes it in, and its event, once an operator releases those that are held."""
    entries, _ = read_by(list_file.read, (demand.HERE / "screening_69b.csv").read_bytes(), list_file.wanted(100))
    listing = Listing(ON, gather((entry.rfc, entry.state) for _, entry in entries if entry.rfc is not None))
    rows, _ = read_suppliers()
    found: dict[str, tuple[Supplier, SupplierRegistered]] = {}
    for line, firm in rows:
        if firm.rfc in found:
            continue
        command = Register(id=UUID(int=line), folio="", profile=firm)
        taken = register(command, NOW, Registry({}, listing))
        assert isinstance(taken, Decision)
        assert taken.state is not None
        done = release(taken.state, taken.state.holds, "operator", NOW) if taken.state.holds else taken
        assert isinstance(done, Decision)
        (event,) = done.events
        assert isinstance(event, SupplierRegistered)
        found[firm.rfc] = taken.state, event
    return found


@cache
def alignments() -> dict[str, OfferingAligned | OfferingNotAligned]:
    """By RFC, what matching says of every firm."""
    content = (demand.HERE / "requirements.csv").read_bytes()
    rows, faults = read_by(requirement_file.read, content, requirement_file.wanted(100))
    assert faults == []
    asked = [Requirement(UUID(int=line), UUID(int=line), row.asked.specification()) for line, row in rows]
    wanted = Demand.of(asked, rules())
    found: dict[str, OfferingAligned | OfferingNotAligned] = {}
    for rfc, (_, event) in registered().items():
        (told,) = supplier_profiled(None, event, NOW, wanted).events
        assert isinstance(told, OfferingAligned | OfferingNotAligned)
        found[rfc] = told
    return found


def aligned() -> dict[str, OfferingAligned]:
    return {rfc: told for rfc, told in alignments().items() if isinstance(told, OfferingAligned)}


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
    assert set(supply) == AREAS
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
