from contextvars import copy_context
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.registration.domain.offering import Offering, ProcessOffer, SpecialProcess
from services.registration.domain.profile import Contact, Profile
from services.registration.files import suppliers
from services.registration.files.supplier_columns import OPTIONAL, REQUIRED, TEMPLATE
from shared.files.faults import RowFault
from shared.i18n import Catalogue, speak
from tests.files.given import csv_of, read_by, xlsx_of
from tests.registration.files_given import SUPPLIER
from tests.registration.given import TODAY

WHOLE = SUPPLIER | {
    "municipio": "22014",
    "exporta": "si",
    "opinion_32d": "positiva",
    "contacto_nombre": "Persona Ejemplo",
    "contacto_correo": "persona@ejemplo.mx",
    "contacto_telefono": "442 555 0101",
    "contacto_puesto": "dirección",
    "sgc": "iso_9001",
    "sgc_vigencia": "2027-01-31",
    "ppm_12m": "120",
    "otif_pct_12m": "98.25",
    "experiencia": "tier_2",
    "vcr_pct": "62.5",
    "materiales_1": "Acero 1045;Aluminio 6061",
    "fuerza_t_1": "250",
    "largo_mm_1": "800",
    "ancho_mm_1": "500",
    "alto_mm_1": "300",
    "tolerancia_um_1": "10",
    "capacidad_instalada_1": "1200000",
    "capacidad_libre_1": "300000",
    "plazo_dias_1": "21",
    "procesos_especiales_1": "CQI-9:2026-01-15;CQI-11:2026-02-02",
    "area_3": "p18",
}

EXPECTED = Profile(
    rfc="MAB9307148T4",
    legal_name="Maquinados Ejemplo SA de CV",
    contact=Contact(name="Persona Ejemplo", email="persona@ejemplo.mx", phone="442 555 0101", role="management"),
    sector="industry",
    scian="332710",
    state="22",
    municipality="22014",
    operating_since=date(2009, 5, 4),
    exports=True,
    workers=51,
    annual_sales_mxn=Decimal("100000000.00"),
    tax_opinion="positive",
    offering=Offering(
        processes=(
            ProcessOffer(
                area="P14",
                materials=("acero 1045", "aluminio 6061"),
                force_t=250,
                envelope_mm=(800, 500, 300),
                tolerance_um=10,
                installed_capacity=1_200_000,
                free_capacity=300_000,
                lead_time_days=21,
                special_processes=(
                    SpecialProcess(code="CQI-9", assessed_on=date(2026, 1, 15)),
                    SpecialProcess(code="CQI-11", assessed_on=date(2026, 2, 2)),
                ),
            ),
            ProcessOffer(area="P18"),
        ),
        qms="iso_9001",
        qms_valid_to=date(2027, 1, 31),
        ppm_12m=120,
        otif_bp_12m=9_825,
        experience="tier_2",
        regional_value_bp=6_250,
    ),
)


def read(content: bytes) -> tuple[list[tuple[int, Profile]], list[RowFault]]:
    return read_by(partial(suppliers.read, today=TODAY), content, suppliers.wanted(100))


def faults(*rows: dict[str, str]) -> list[tuple[int, str, str]]:
    _, found = read(csv_of(*rows))
    return [(fault.line, fault.column, fault.reason) for fault in found]


def test_a_whole_row() -> None:
    assert read(csv_of(WHOLE)) == ([(2, EXPECTED)], [])


def test_the_columns_are_those_that_operators_were_told() -> None:
    assert len(TEMPLATE.header) == 24 + 2 * (5 + 7 + 4 + 7) + 3 * 30
    assert len(REQUIRED) + len(OPTIONAL) == 24 + 20 * 5 + 30 * 7 + 3 * 4 + 30 * 7 + 35 * 30
    assert {*WHOLE, *TEMPLATE.header} <= {*REQUIRED, *OPTIONAL}


def test_a_workbook_gives_what_a_csv_file_gives() -> None:
    typed = WHOLE | {"trabajadores": 51, "inicio_operaciones": date(2009, 5, 4), "vcr_pct": 62.5, "scian": 332710}
    rows, wrong = read(xlsx_of(list(typed), list(typed.values())))
    assert (rows, wrong) == ([(2, EXPECTED)], [])


def test_the_least_that_a_row_must_say() -> None:
    (((_, firm),), wrong) = read(csv_of(SUPPLIER))
    assert wrong == []
    assert (firm.contact, firm.exports, firm.tax_opinion) == (None, False, "unknown")


def test_a_doubtful_rfc_goes_in_to_be_held() -> None:
    (rows, wrong) = read(csv_of(SUPPLIER | {"rfc": "vace-460910-sx6"}))
    assert ([firm.rfc for _, firm in rows], wrong) == (["VACE460910SX6"], [])


@pytest.mark.parametrize(
    ("more", "column", "reason"),
    [
        ({"rfc": "XAXX010101000"}, "rfc", "rfc_generic"),
        ({"rfc": ""}, "rfc", "cell_missing"),
        ({"scian": "33"}, "scian", "scian_form"),
        ({"municipio": "11007"}, "municipio", "municipality_of_other_state"),
        ({"sector": "minería"}, "sector", "cell_choice"),
        ({"ventas_anuales_mxn": "100000.005"}, "ventas_anuales_mxn", "annual_sales_range"),
        ({"ventas_anuales_mxn": "31.5"}, "ventas_anuales_mxn", "annual_sales_in_millions"),
        ({"inicio_operaciones": "2031-01-01"}, "inicio_operaciones", "operating_since_in_future"),
        ({"contacto_correo": "a@b.mx"}, "contacto_nombre", "cell_missing"),
        ({"contacto_nombre": "Ana", "contacto_correo": "nada"}, "contacto_correo", "contact_email"),
        ({"otif_pct_12m": "100.01"}, "otif_pct_12m", "share_range"),
        ({"area_1": ""}, "area_1", "processes_missing"),
        ({"area_1": "P99"}, "area_1", "area_unknown"),
        ({"area_1": "", "fuerza_t_1": "5"}, "area_1", "cell_missing"),
        ({"area_3": "P14"}, "area_3", "area_repeated"),
        ({"largo_mm_1": "5", "ancho_mm_1": "5"}, "alto_mm_1", "cell_missing"),
        ({"largo_mm_1": "5", "ancho_mm_1": "5", "alto_mm_1": "0"}, "largo_mm_1", "measure_range"),
        (
            {"area_3": "P18", "capacidad_instalada_3": "1", "capacidad_libre_3": "2"},
            "capacidad_libre_3",
            "free_above_installed",
        ),
        ({"procesos_especiales_1": "CQI-9:2030-01-01"}, "procesos_especiales_1", "special_process_in_future"),
    ],
)
def test_a_fault_is_reported_at_its_cell(more: dict[str, str], column: str, reason: str) -> None:
    assert faults(SUPPLIER | more) == [(2, column, reason)]


ALONE = {
    "rfc": ("XAXX010101000", "rfc_generic"),
    "razon_social": ("x" * 251, "legal_name_length"),
    "sector": ("minería", "cell_choice"),
    "scian": ("33", "scian_form"),
    "estado": ("Texas", "state_unknown"),
    "inicio_operaciones": ("2031-01-01", "operating_since_in_future"),
    "trabajadores": ("muchos", "cell_number"),
    "ventas_anuales_mxn": ("1.250", "cell_number"),
    "contacto_nombre": ("", "cell_missing"),
    "contacto_correo": ("nada", "contact_email"),
    "contacto_telefono": ("1", "contact_phone"),
    "sgc": ("ISO 9001:2008", "cell_choice"),
    "otif_pct_12m": ("0.97", "cell_share"),
    "area_1": ("P99", "area_unknown"),
    "materiales_1": ("x" * 61, "materials_form"),
    "fuerza_t_1": ("-", "cell_number"),
    "largo_mm_1": ("0", "measure_range"),
    "ancho_mm_1": ("uno", "cell_number"),
    "procesos_especiales_1": ("CQI-9:2030-01-01", "special_process_in_future"),
    "area_2": ("", "cell_missing"),
    "capacidad_libre_2": ("9", "free_above_installed"),
}
"""What a cell of `AROUND` may be, and what is wrong with it then, whatever else is wrong in its row."""
AROUND = WHOLE | {"area_2": "P01", "capacidad_instalada_2": "1", "capacidad_libre_2": "1"}


@given(st.sets(st.sampled_from(sorted(ALONE)), min_size=1))
@example(set(ALONE))
def test_a_row_tells_at_once_what_is_wrong_with_each_of_its_cells(columns: set[str]) -> None:
    """Whether a cell cannot be read, or what it says cannot be."""
    told = faults(AROUND | {column: ALONE[column][0] for column in columns})
    assert sorted(told) == sorted((2, column, ALONE[column][1]) for column in columns)


def test_what_is_right_of_a_row_is_not_blamed_for_what_is_not() -> None:
    assert faults(WHOLE | {"estado": "", "trabajadores": "?", "capacidad_instalada_1": "?"}) == [
        (2, "estado", "cell_missing"),
        (2, "trabajadores", "cell_number"),
        (2, "capacidad_instalada_1", "cell_number"),
    ]


def test_the_others_go_in() -> None:
    rows, wrong = read(csv_of(SUPPLIER, SUPPLIER | {"scian": "1", "rfc": "TME840315KT6"}, WHOLE))
    assert [line for line, _ in rows] == [2, 4]
    assert [(fault.line, fault.reason) for fault in wrong] == [(3, "scian_form")]


def test_no_report_quotes_a_cell() -> None:
    secret = "Perez Secreto"
    row = dict.fromkeys((*REQUIRED, *OPTIONAL), secret)

    def told() -> list[str]:
        speak(None, Catalogue("services.registration", "shared.files"))
        return [fault.detail for fault in read(csv_of(row))[1]]

    wrong = copy_context().run(told)
    assert wrong
    assert all(detail.endswith(".") and "Perez" not in detail for detail in wrong)
