"""The sample that the demo and newcomers load: what it promises, and that nobody real is in it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from stdnum.mx import rfc as stdnum_rfc

from deploy.local.sample import demand, diagnosis, distribution, firms, generate, words
from deploy.local.sample.plan import SERVICES
from deploy.local.sample.troubles import BAD_ROWS, LISTED
from services.diagnosis import questionnaires
from services.diagnosis.domain.answers import Answers, fault
from services.diagnosis.domain.demand import Demand
from services.diagnosis.domain.result import Result, result_of

ON = generate.SNAPSHOT_ON
DATA = Path(__file__).parents[3] / "shared" / "data"
RETC = DATA / "retc_manufactura_automotriz_mx_2014_2022.csv"
AGEING = re.compile(r"\d{4}-\d{2}-\d{2}")
GROUPS = range(1, firms.GROUPS + 1)

needs_public_data = pytest.mark.skipif(not RETC.exists(), reason="the public data files are not beside the repository")


def read(name: str) -> list[dict[str, str]]:
    return demand.rows(demand.HERE / name)


ROWS = read("suppliers.csv")
PLANNED = {row["asunto"]: row for row in read("planned.csv")}
BAD_LINES = {int(PLANNED[matter]["linea"]) for matter in BAD_ROWS}
GOOD = [row for line, row in enumerate(ROWS, start=2) if line not in BAD_LINES]
REQUIREMENTS = read("requirements.csv")


def planned(matter: str) -> dict[str, str]:
    return ROWS[int(PLANNED[matter]["linea"]) - 2]


def offers(row: dict[str, str]) -> Iterator[dict[str, str]]:
    for group in GROUPS:
        if row[f"area_{group}"]:
            yield {column: row[f"{column}_{group}"] for column in firms.GROUP_COLUMNS}


# The files and their generator


@pytest.mark.parametrize("name", [*generate.GENERATED, *generate.BY_HAND])
def test_the_committed_files_are_what_the_generator_gives(name: str, tmp_path: Path) -> None:
    generate.generate(ON, tmp_path)
    assert (tmp_path / name).read_bytes() == (demand.HERE / name).read_bytes()


def test_another_day_moves_what_ages_and_nothing_else(tmp_path: Path) -> None:
    later = timedelta(days=483)
    generate.generate(ON + later, tmp_path)
    for row, then in zip(ROWS, demand.rows(tmp_path / "suppliers.csv"), strict=True):
        for column, cell in row.items():
            ages = column == "sgc_vigencia" or column.startswith("procesos_especiales")
            expected = AGEING.sub(lambda day: str(date.fromisoformat(day[0]) + later), cell) if ages else cell
            assert then[column] == expected


def test_another_seed_gives_other_firms_and_the_same_story(tmp_path: Path) -> None:
    generate.generate(ON, tmp_path, seed=7)
    other = demand.rows(tmp_path / "suppliers.csv")
    assert len(other) == len(ROWS)
    assert {row["rfc"] for row in other}.isdisjoint({row["rfc"] for row in ROWS} - {"XAXX010101000"})


def test_files_are_utf8_with_accents_and_unix_lines() -> None:
    for path in demand.HERE.glob("*.csv"):
        assert b"\r" not in path.read_bytes()
    assert {"Bajío", "Ñ"} <= set(re.findall("Bajío|Ñ", (demand.HERE / "suppliers.csv").read_text(encoding="utf-8")))


# Who is in it


def test_four_hundred_firms_can_register_and_six_rows_cannot() -> None:
    assert (len(GOOD), len(ROWS)) == (400, 406)
    assert len({row["rfc"] for row in GOOD}) == 400
    assert len({row["razon_social"] for row in GOOD}) == 400


def test_every_rfc_is_valid_but_the_planned_ones() -> None:
    wrong = [row["rfc"] for row in ROWS if not stdnum_rfc.is_valid(row["rfc"], validate_check_digits=True)]
    assert sorted(wrong) == sorted(
        PLANNED[matter]["rfc"] for matter in ("rfc_formato", "rfc_fecha", "rfc_generico", "digito_verificador")
    )
    assert stdnum_rfc.is_valid(PLANNED["digito_verificador"]["rfc"])


def test_the_planned_rows_show_what_they_are_planned_for() -> None:
    assert all(ROWS[int(row["linea"]) - 2]["rfc"] == row["rfc"] for row in PLANNED.values())
    assert len(planned("rfc_formato")["rfc"]) == 11
    assert planned("rfc_fecha")["rfc"][5:9] == "1332"
    assert planned("rfc_generico")["rfc"] == "XAXX010101000"
    assert [row["rfc"] for row in ROWS].index(PLANNED["duplicado"]["rfc"]) < int(PLANNED["duplicado"]["linea"]) - 2
    assert int(planned("trabajadores_negativos")["trabajadores"]) < 0
    assert planned("area_desconocida")["area_1"] == "P99"


def test_the_list_names_the_planned_firms_and_strangers() -> None:
    listed = {row["rfc"]: row["situacion"] for row in read("screening_69b.csv")}
    assert {matter: listed[PLANNED[matter]["rfc"]] for matter in LISTED} == LISTED
    assert Counter(listed[row["rfc"]] for row in GOOD if row["rfc"] in listed) == Counter(LISTED.values())
    assert all(stdnum_rfc.is_valid(rfc, validate_check_digits=True) for rfc in listed)


def test_every_name_says_that_it_is_invented() -> None:
    assert all(row["razon_social"].endswith((words.MARK_FIRM, words.MARK_PERSON)) for row in ROWS)
    assert all(row["nombre"].endswith(words.MARK_FIRM) for row in read("anchors.csv"))
    assert {row["contacto_correo"].partition("@")[2] for row in ROWS} == {"example.com"}
    assert all(set(row["contacto_nombre"].split()[1:]) <= set(words.SURNAMES) for row in ROWS)


def test_the_readme_tells_every_planned_row() -> None:
    readme = (demand.HERE / "README.md").read_text(encoding="utf-8")
    assert all(f"| {row['linea']} | `{row['rfc']}` |" in readme for row in PLANNED.values())


@needs_public_data
def test_nobody_real_is_in_it() -> None:
    def normal(name: str) -> str:
        bare = re.sub(r"[^A-ZÑ0-9 ]", "", words.plain(name))
        return re.sub(r"\b(SA|SAPI|S|RL|DE|CV|FICTICIA|PERSONA| )+$", "", bare).strip()

    real = {normal(row[column]) for row in demand.rows(RETC) for column in ("razon_social", "planta") if row[column]}
    assert len(real) > 500
    assert real.isdisjoint(normal(row["razon_social"]) for row in ROWS)
    assert real.isdisjoint(normal(row["nombre"]) for row in read("anchors.csv"))


@needs_public_data
def test_no_rfc_is_on_the_real_list() -> None:
    real = {row["rfc"] for row in demand.rows(DATA / "sat_69b_personas_morales_rfc_situacion.csv")}
    assert len(real) == 9_900
    assert real.isdisjoint(row["rfc"] for row in ROWS)
    assert real.isdisjoint(row["rfc"] for row in read("screening_69b.csv"))


# Where it comes from


@needs_public_data
def test_the_distribution_is_what_the_retc_counts(tmp_path: Path) -> None:
    distribution.write_counts(RETC, tmp_path)
    assert (tmp_path / "distribution.csv").read_bytes() == (demand.HERE / "distribution.csv").read_bytes()
    assert sum(distribution.read_counts().values()) == 676


@needs_public_data
def test_the_municipalities_are_inegis(tmp_path: Path) -> None:
    distribution.write_municipalities(DATA / "inegi_municipios.csv", tmp_path)
    assert (tmp_path / "municipalities.csv").read_bytes() == (demand.HERE / "municipalities.csv").read_bytes()


def test_firms_lie_where_the_plants_lie_and_are_what_the_plants_are() -> None:
    counts = distribution.supplier_counts()
    plants = [row for row in GOOD if row["scian"] not in SERVICES]
    found = Counter((row["estado"], row["scian"]) for row in plants)
    share = Decimal(len(plants)) / sum(counts.values())
    assert found.keys() <= counts.keys()
    assert all(abs(found[place] - number * share) < 1 for place, number in counts.items())
    states = Counter(row["estado"] for row in plants)
    assert all(
        abs(states[state] - share * sum(number for (at, _), number in counts.items() if at == state)) < 1
        for state in {state for state, _ in counts}
    )


def test_a_municipality_lies_in_its_state() -> None:
    assert all(row["municipio"] in distribution.municipalities()[row["estado"]] for row in GOOD)


def test_sizes_are_mostly_small_and_medium() -> None:
    scores = [int(row["trabajadores"]) / 10 + float(row["ventas_anuales_mxn"]) * 9e-7 for row in GOOD]
    micro, small, medium = (sum(score <= cap for score in scores) for cap in (4.6, 95, 250))
    assert 30 <= micro <= 60
    assert small - micro > 200
    assert medium - small > 80
    assert 1 <= 400 - medium <= 4


def test_six_are_natural_persons() -> None:
    assert Counter(len(row["rfc"]) for row in GOOD) == {12: 394, 13: 6}


# What is asked and offered


def test_sixteen_anchors_ask_in_all_areas() -> None:
    states = {row["codigo"]: demand.split(row["estados"]) for row in read("anchors.csv")}
    assert len(states) == 16
    assert {row["tractora"] for row in REQUIREMENTS} == states.keys()
    assert len(REQUIREMENTS) == 56
    assert Counter(row["area"] for row in REQUIREMENTS).keys() == {f"P{number:02}" for number in range(1, 36)}
    assert max(Counter(row["area"] for row in REQUIREMENTS).values()) == 3
    assert all(row["estado_planta"] in states[row["tractora"]] for row in REQUIREMENTS)
    assert {row["vigente_hasta"] for row in REQUIREMENTS} == {"2030-12-31"}


def test_requirements_name_questions_that_exist() -> None:
    known = questionnaires.load().current.questions
    for row in REQUIREMENTS:
        targets = dict(part.split(":") for part in demand.split(row["metas"]))
        assert {*targets, *demand.split(row["indispensables"])} <= known.keys()
        assert set(targets.values()) <= set("01234")


def test_nobody_asks_for_the_materials_that_count_as_foreign() -> None:
    for area in demand.areas().values():
        asked = {material for requirement in area.requirements for material in requirement.materials}
        assert asked.isdisjoint(area.foreign_materials)


def test_what_must_be_valid_is_valid_for_a_year() -> None:
    valid = [date.fromisoformat(row["sgc_vigencia"]) for row in GOOD if row["sgc_vigencia"]]
    assert all(day < ON or day >= ON + timedelta(days=365) for day in valid)
    assert 10 <= sum(day < ON for day in valid) <= 20
    assert all((row["sgc"] in demand.CERTIFIED) == bool(row["sgc_vigencia"]) for row in GOOD)


def passes_gates(row: dict[str, str], offer: dict[str, str], asked: dict[str, str]) -> bool:
    """The gates in their plainest reading, apart from what made the rows; what is not stated passes."""
    if offer["area"] != asked["area"]:
        return False
    materials = set(demand.split(asked["materiales"]))
    if materials and materials.isdisjoint(demand.split(offer["materiales"])):
        return False
    sides = ("largo_mm", "ancho_mm", "alto_mm")
    if asked["largo_mm"] and offer["largo_mm"]:
        need, have = (sorted(int(part[side]) for side in sides) for part in (asked, offer))
        if any(small > large for small, large in zip(need, have, strict=True)):
            return False
    assessed = dict(part.split(":") for part in demand.split(offer["procesos_especiales"]))
    recent = {code for code, day in assessed.items() if ON - timedelta(days=365) <= date.fromisoformat(day) <= ON}
    if not set(demand.split(asked["procesos_especiales"])) <= recent:
        return False
    expired = row["sgc_vigencia"] != "" and date.fromisoformat(row["sgc_vigencia"]) < ON
    held = 0 if expired else demand.LADDER.index(row["sgc"])
    return asked["sgc_dispensable"] == "si" or held >= demand.LADDER.index(asked["sgc"])


def aligned_areas(row: dict[str, str]) -> set[str]:
    return {offer["area"] for offer in offers(row) for asked in REQUIREMENTS if passes_gates(row, offer, asked)}


def test_about_three_hundred_firms_align_and_every_area_has_three() -> None:
    candidates = [row for row in GOOD if row["rfc"] != PLANNED["lista_definitivo"]["rfc"]]
    areas = {row["rfc"]: aligned_areas(row) for row in candidates}
    assert 290 <= sum(bool(found) for found in areas.values()) <= 310
    supply = Counter(area for found in areas.values() for area in found)
    assert all(supply[f"P{number:02}"] >= 3 for number in range(1, 36))
    assert all(areas[PLANNED[m]["rfc"]] for m in ("sin_consentimiento", "lista_presunto", "digito_verificador"))


# The diagnosis

INSTRUMENT = questionnaires.load().current
ALIGNED = [row for row in GOOD if aligned_areas(row)]


def result(row: dict[str, str]) -> Result:
    return result_of(INSTRUMENT, diagnosis.assessed_levels(row, INSTRUMENT.questions), Demand())


def test_an_answer_is_complete_and_the_same_each_time() -> None:
    for row in ALIGNED:
        for given in (diagnosis.self_assessed, diagnosis.assessed):
            answered = given(row, INSTRUMENT.questions)
            assert answered == given(row, reversed(list(INSTRUMENT.questions)))
            answers = Answers(answered.levels, answered.reasons, answered.notes, "x", datetime(2026, 11, 1, tzinfo=UTC))
            assert fault(INSTRUMENT, answers) is None


def test_an_answer_agrees_with_the_registration() -> None:
    for row in ALIGNED:
        levels = diagnosis.assessed_levels(row, INSTRUMENT.questions)
        assert (levels["T01"] == 4) == (row["sgc"] == "iatf_16949")
        assert (levels["T12"] is None) == (not any(row[f"procesos_especiales_{group}"] for group in GROUPS))
        assert (levels["F05"] == 0) == (row["opinion_32d"] == "negativa")


def test_the_assessor_says_why_exactly_where_firm_and_assessor_are_far_apart() -> None:
    notes = []
    for row in ALIGNED:
        own = diagnosis.self_levels(row, INSTRUMENT.questions)
        answered = diagnosis.assessed(row, INSTRUMENT.questions)
        apart = {code for code, level in own.items() if abs((level or 0) - (answered.levels[code] or 0)) >= 2}
        assert answered.notes.keys() == apart
        notes.append(len(apart))
    assert sum(notes) < 3 * len(ALIGNED)
    assert 0 in notes


def test_the_bands_are_spread_as_in_the_trade() -> None:
    results = [result(row) for row in ALIGNED]
    bands = Counter(found.band for found in results)
    assert 1 <= bands["A"] <= 2
    assert 3 <= bands["C3"] <= 12
    assert 20 <= bands["B"] <= 45
    assert bands["C1"] + bands["C2"] > 0.75 * len(ALIGNED)
    assert sum(any(gap.severity == "critical" for gap in found.gaps) for found in results) < 0.25 * len(ALIGNED)
    assert sum(found.dimensions["FIN"] >= 5_000 for found in results) > 0.7 * len(ALIGNED)


def test_the_firm_without_consent_could_be_referred_but_for_that() -> None:
    row = planned("sin_consentimiento")
    found = result(row)
    assert row["opinion_32d"] == "positiva"
    assert found.dimensions["FIN"] >= 5_000
    assert found.band in {"C1", "C2"}
    assert not any(gap.severity == "critical" for gap in found.gaps)
    assert (diagnosis.assessed_levels(row, INSTRUMENT.questions)["G01"] or 0) >= 2
