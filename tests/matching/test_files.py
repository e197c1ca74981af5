from contextvars import copy_context
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.requirement import Specification, YearVolume
from services.matching.files import requirements
from services.matching.files.requirements import COLUMNS, OPTIONAL, RequirementRow, lacking
from shared.files.faults import FileRefusedError, RowFault
from shared.i18n import Catalogue, speak
from tests.files.given import csv_of, read_by, xlsx_of

FULL: dict[str, str] = {
    "tractora": "tractora-1",
    "area": "p01",
    "titulo": "Soporte de motor",
    "materiales": "acero; aluminio A380",
    "fuerza_t": "1,200",
    "largo_mm": "300",
    "ancho_mm": "200",
    "alto_mm": "100",
    "tolerancia_um": "50",
    "volumen_anual": "120,000",
    "plazo_dias": "45",
    "sgc": "IATF 16949",
    "sgc_dispensable": "No",
    "procesos_especiales": "CQI-9;CQI-11",
    "ppm_max": "50",
    "otif_pct_min": "95.5",
    "vcr_pct_min": "75%",
    "estado_planta": "1",
    "metas": "T04:4;O01:3",
    "indispensables": "T04;O02",
    "vigente_hasta": "2026-12-31",
    "deseables": "Fuerza; sgc",
    "inicio_produccion": "2028-01-15",
    "rampa": "2028:10000;2029:40000",
    "tolerancia_indispensable": "sí",
    "peso_pieza_g": "850",
    "pedido_minimo_max": "5,000",
    "ppap_min": "3",
    "diseno_min": "codiseño",
    "entregas": "JIT; fca",
    "edi": "si",
    "certificados": "ISO 14001;tisax",
    "programas": "C-TPAT",
    "idiomas": "EN",
    "planta_latitud": "20,5888",
    "planta_longitud": "-100.3899",
    "distancia_km_max": "120",
    "clave": "ab 12",
    "nuevo": "no",
}
NUMBERS = ("part_thickness_um", "part_diameter_um", "surface_ra_nm_max", "salt_spray_h_min")
"""That are asked of no row above."""
LEAST = {name: FULL[name] for name in ("area", "titulo", "volumen_anual", "estado_planta", "vigente_hasta")}


def read_requirements(content: bytes, *, max_rows: int) -> tuple[list[tuple[int, RequirementRow]], list[RowFault]]:
    return read_by(requirements.read, content, requirements.wanted(max_rows))


def specification(content: bytes) -> Specification:
    ((_, row),), faults = read_requirements(content, max_rows=10)
    assert faults == []
    return row.asked.specification()


def faults(**changes: str) -> list[tuple[int, str, str]]:
    rows, found = read_requirements(csv_of(FULL | changes), max_rows=10)
    assert rows == []
    return [(fault.line, fault.column, fault.reason) for fault in found]


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefusedError) as refused:
        read_requirements(content, max_rows=2)
    return refused.value.reason


EXPECTED = Specification(
    area="P01",
    title="Soporte de motor",
    materials=("acero", "aluminio A380"),
    force_t=1200,
    envelope_mm=(300, 200, 100),
    tolerance_um=50,
    annual_volume=120_000,
    lead_time_days=45,
    qms="iatf_16949",
    qms_waivable=False,
    special_processes=("CQI-9", "CQI-11"),
    ppm_max=50,
    otif_bp_min=9550,
    regional_value_bp_min=7500,
    plant_state="01",
    targets={"T04": 4, "O01": 3},
    must_have=("T04", "O02"),
    open_until=date(2026, 12, 31),
    wishes=("force", "qms"),
    production_start=date(2028, 1, 15),
    ramp=(YearVolume(2028, 10_000), YearVolume(2029, 40_000)),
    tolerance_must=True,
    part_weight_g=850,
    minimum_order_max=5_000,
    ppap_level_min=3,
    design_min="co_design",
    deliveries=("jit", "fca"),
    edi=True,
    certificates=("iso_14001", "tisax"),
    programs=("c_tpat",),
    languages=("en",),
    plant_latitude_e6=20_588_800,
    plant_longitude_e6=-100_389_900,
    distance_km_max=120,
)


def test_a_distance_from_nowhere_is_told_beside_other_faults() -> None:
    found = faults(volumen_anual="0", planta_longitud="")
    assert {column for _, column, _ in found} == {"volumen_anual", "distancia_km_max"}


def test_every_column_that_is_not_there_is_named() -> None:
    """Whatever can be asked of a requirement, a file without its column takes nothing of it away."""
    least, all_ = specification(csv_of(LEAST)), frozenset(column.name for column in COLUMNS)
    more: dict[str, Any] = dict.fromkeys(NUMBERS, 7) | {"apqp": True, "named": True}
    every = replace(EXPECTED, **more)
    optional = {*OPTIONAL} - {"tractora", "version", "clave", "nuevo"}
    assert set(lacking(every, least, all_ - optional)) == optional
    for name in optional:
        assert lacking(every, least, all_ - {name}) == [name]
    assert lacking(every, least, all_) == []


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_every_column_of_a_csv_file(delimiter: str) -> None:
    assert specification(csv_of(FULL, delimiter=delimiter)) == EXPECTED
    ((line, row),), _ = read_requirements(csv_of(FULL, delimiter=delimiter), max_rows=10)
    assert (line, row.reference, row.new) == (2, "AB 12", False)


def test_a_workbook_with_numbers_and_dates_and_spanish_headers() -> None:
    numbers = FULL | {"fuerza_t": 1200, "volumen_anual": 120_000.0, "estado_planta": 1, "otif_pct_min": 95.5}
    values: dict[str, Any] = numbers | {"vigente_hasta": date(2026, 12, 31), "sgc_dispensable": False}
    values["Título "] = values.pop("titulo")
    values["Ppm Max"] = values.pop("ppm_max")
    assert specification(xlsx_of(list(values), list(values.values()))) == EXPECTED


def test_what_may_be_left_out() -> None:
    asked = specification(csv_of(LEAST))
    assert (asked.qms, asked.qms_waivable, asked.materials, asked.targets) == ("iso_9001", True, (), {})


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"area": "P36"}, "area", "cell_value"),
        ({"titulo": ""}, "titulo", "cell_missing"),
        ({"fuerza_t": "-1"}, "fuerza_t", "cell_value"),
        ({"fuerza_t": "9999999999"}, "fuerza_t", "cell_value"),
        ({"volumen_anual": "0"}, "volumen_anual", "cell_value"),
        ({"volumen_anual": "12.5"}, "volumen_anual", "cell_value"),
        ({"ancho_mm": ""}, "ancho_mm", "cell_missing"),
        ({"largo_mm": "0"}, "largo_mm", "cell_value"),
        ({"largo_mm": "x"}, "largo_mm", "cell_value"),
        ({"sgc": "iso 14001"}, "sgc", "cell_value"),
        ({"sgc_dispensable": "quizá"}, "sgc_dispensable", "cell_value"),
        ({"procesos_especiales": "CQI9"}, "procesos_especiales", "cell_value"),
        ({"otif_pct_min": "95.555"}, "otif_pct_min", "cell_value"),
        ({"otif_pct_min": "101"}, "otif_pct_min", "cell_value"),
        ({"estado_planta": "33"}, "estado_planta", "cell_value"),
        ({"metas": "T04=4"}, "metas", "cell_value"),
        ({"metas": "T04:5"}, "metas", "cell_value"),
        ({"metas": "T04:3;T04:4"}, "metas", "cell_value"),
        ({"indispensables": "X01"}, "indispensables", "cell_value"),
        ({"vigente_hasta": "2026-02-30"}, "vigente_hasta", "cell_value"),
        ({"deseables": "color"}, "deseables", "cell_value"),
        ({"rampa": "2028"}, "rampa", "cell_value"),
        ({"planta_latitud": "20°35'"}, "planta_latitud", "cell_value"),
        ({"distancia_km_max": "501"}, "distancia_km_max", "cell_value"),
        ({"planta_longitud": ""}, "distancia_km_max", "cell_value"),
        ({"entregas": "burro"}, "entregas", "cell_value"),
        ({"certificados": "iso_9001"}, "certificados", "cell_value"),
        ({"rampa": "2028:1;2028:2"}, "rampa", "cell_value"),
        ({"clave": "x" * 61}, "clave", "cell_value"),
        ({"nuevo": "quizá"}, "nuevo", "cell_value"),
        ({"vigente_hasta": "12/31/2026"}, "vigente_hasta", "cell_value"),
    ],
)
def test_a_wrong_cell_is_reported_by_line_and_column(changes: dict[str, str], column: str, reason: str) -> None:
    assert faults(**changes) == [(2, column, reason)]


def test_a_row_tells_at_once_all_that_is_wrong() -> None:
    """Whether a cell cannot be read, or what it says cannot be."""
    wrong = {
        "area": "P36",
        "titulo": "",
        "volumen_anual": "0",
        "ancho_mm": "",
        "sgc": "ISO 9001:2008",
        "metas": "T04:5",
    }
    told = faults(**wrong)
    assert {column for _, column, _ in told} == wrong.keys()
    assert len(told) == len(wrong)


def test_the_rows_that_are_right_go_in_beside_those_that_are_wrong() -> None:
    rows, found = read_requirements(csv_of(FULL, FULL | {"area": "X"}, LEAST), max_rows=10)
    assert [line for line, _ in rows] == [2, 4]
    assert [fault.line for fault in found] == [3]


def test_no_detail_quotes_a_cell() -> None:
    def told() -> list[str]:
        speak(None, Catalogue("services.matching", "shared.files"))
        _, found = read_requirements(csv_of(dict.fromkeys(FULL, "Sra. Ejemplo 55 1234 5678")), max_rows=10)
        return [fault.detail for fault in found]

    details = copy_context().run(told)
    assert len(details) > 10
    assert all(detail.endswith(".") and "Ejemplo" not in detail for detail in details)


def test_files_that_cannot_be_read() -> None:
    header = ",".join(LEAST)
    assert refusal(b"") == "file_empty"
    assert refusal(header.encode()) == "file_empty"
    assert refusal(b"area,titulo\nP01,x") == "file_column_missing"
    assert refusal(f"{header},area\n".encode()) == "file_column_repeated"
    assert refusal(csv_of(FULL, FULL, FULL)) == "file_too_many_rows"
    assert refusal(b"\x00\x01") == "file_format"
    assert refusal(b"PK\x03\x04 no archive") == "file_format"


def test_latin_1_is_read_too() -> None:
    assert specification(csv_of(FULL | {"titulo": "Cigüeñal"}).decode().encode("latin-1")).title == "Cigüeñal"


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(FileRefusedError):
        read_requirements(content, max_rows=10)


@given(st.fixed_dictionaries({column.name: st.text(max_size=12) for column in COLUMNS}))
def test_any_cells_are_read_or_reported(cells: dict[str, str]) -> None:
    plain = {name: text.replace('"', "").replace("\x00", "") for name, text in cells.items()}
    try:
        read_requirements(csv_of(plain), max_rows=10)
    except FileRefusedError:
        assert not any(text.strip() for text in plain.values())
