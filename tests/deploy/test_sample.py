"""The sample that the demo and newcomers load: what it promises, and that nobody real is in it."""

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from stdnum.mx import rfc as stdnum_rfc

from deploy.demo.sample import demand, distribution, generate, words
from deploy.demo.sample.plan import SERVICES
from deploy.demo.sample.troubles import LISTED
from shared.areas import CODES
from tests.deploy.sample import DATA, GOOD, INSTRUMENT, ON, PLANNED, REQUIREMENTS, RETC, ROWS, needs_public_data


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
    assert (len(states), areas.total(), set(areas), max(areas.values())) == (16, 56, set(CODES), 3)
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
