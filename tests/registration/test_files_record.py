"""The file of suppliers holds all of a firm's record: no field is in no column, and what is written is what is read."""

import io
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import fields, replace
from datetime import date
from functools import partial
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from openpyxl.utils import get_column_letter
from pydantic import BaseModel

from services.registration.domain.limits import PartLimits
from services.registration.domain.profile import Profile, faults, tidy
from services.registration.files import suppliers
from services.registration.files.exported import Export, cells_of
from services.registration.files.supplier_columns import CONTACT, GROUPS, OFFERING, OPTIONAL, PROFILE, REQUIRED
from services.registration.views import RegistrationBody, SupplierBody
from shared.files.cells import Column, day, degrees, share, thousandths, values
from shared.files.rows import Row, text_of
from shared.files.sheet import rows
from shared.files.text import plain
from shared.i18n import Catalogue, speak
from tests.files.given import csv_of, read_by, xlsx_of
from tests.registration.bodies_given import WHOLE
from tests.registration.files_given import SUPPLIER
from tests.registration.firms_drawn import FIRM
from tests.registration.given import TODAY, registered

IN_NO_COLUMN = {
    "offering.certificates.sha256": "of a file that is given beside the record; a row leaves the one that is there",
    "privacy_notice": "which notice whoever asks to take part has read, at that moment: no part of the record",
}
"""Fields that people send and no column has, each with its reason."""


def paths_of(model: type[BaseModel], outer: str = "") -> Iterator[str]:
    """Every field that a body has, also those of what it has several of."""
    for name, field in model.model_fields.items():
        inner = [each for each in _within(field.annotation) if issubclass(each, BaseModel)]
        for each in inner:
            yield from paths_of(each, f"{outer}{name}.")
        if not inner:
            yield f"{outer}{name}"


def _within(annotation: Any) -> list[type[Any]]:
    return [annotation] if isinstance(annotation, type) else [a for b in get_args(annotation) for a in _within(b)]


def paths_of_columns() -> set[str]:
    found = {column.field for column in PROFILE}
    found |= {f"contact.{column.field}" for column in CONTACT}
    found |= {f"offering.{column.field}" for column in OFFERING}
    for name, group in GROUPS.items():
        outer = name if name == "plants" else f"offering.{name}"
        found |= {f"{outer}.{column.field.rstrip('.012')}" for column in group.columns}
    return found


def test_every_field_that_http_takes_has_a_column_or_a_reason() -> None:
    asked = set(paths_of(RegistrationBody)) | set(paths_of(SupplierBody))
    # What has fields of its own within a list of them is one cell: a code with its day.
    asked = {path.partition(".special_processes.")[0] + ".special_processes" if ".special_processes." in path else path
             for path in asked}  # fmt: skip
    assert asked - paths_of_columns() == IN_NO_COLUMN.keys()
    assert paths_of_columns() - asked == set()
    assert all(len(reason) > 20 for reason in IN_NO_COLUMN.values())


def test_no_two_columns_are_one_as_headers_are_compared() -> None:
    names = [*REQUIRED, *OPTIONAL]
    assert len({plain(name) for name in names}) == len(names)


def read_back(firm: Profile) -> Profile:
    cells = {name: text_of(cell) for name, cell in cells_of(firm).items()}
    again = suppliers.read(Row(2, cells), TODAY)
    assert isinstance(again, Profile), again
    return again


def vars_of(firm: Profile) -> dict[str, Any]:
    return {field.name: getattr(firm, field.name) for field in fields(Profile)}


@pytest.mark.parametrize("delimiter", [",", ""])
def test_the_whole_record_goes_out_and_comes_back(delimiter: str) -> None:
    """As text and as a workbook. Its contact stays: a row without one leaves the one that is there."""
    firm = tidy(SupplierBody.model_validate(WHOLE).profile(), TODAY)
    file, lines = io.BytesIO(), io.BytesIO()
    export = Export(lines)
    export.add([replace(registered(), **vars_of(firm))])
    export.write(file, delimiter)
    found, wrong = read_by(partial(suppliers.read, today=TODAY), file.getvalue(), suppliers.wanted(10))
    assert (found, wrong) == ([(2, replace(firm, contact=None))], [])


@given(FIRM)
@settings(max_examples=60)
def test_whatever_a_firm_says_is_read_as_it_was_written(said: Profile) -> None:
    firm = tidy(said, TODAY)
    if not list(faults(firm, TODAY)):
        assert read_back(firm) == firm


AROUND = SUPPLIER | {"municipio": "22014", "planta_nombre_1": "Norte", "planta_estado_1": "22", "area_2": "P01"}
AROUND |= {"planta_municipio_1": "22014", "certificado_norma_2": "tisax", "certificado_organismo_2": "TÜV"}
AROUND |= {"certificado_numero_2": "1", "certificado_hasta_2": "2027-01-01", "certificado_planta_2": "Norte"}
AROUND |= {"programa_1": "immex", "programa_modalidad_1": "industrial", "origen_familia_4": "Ejes"}
AROUND |= {"origen_fraccion_4": "8708.50", "origen_lista_4": "otra", "origen_vcr_pct_4": "70"}


def told(*rows: dict[str, str]) -> list[tuple[str, str]]:
    _, wrong = read_by(partial(suppliers.read, today=TODAY), csv_of(*rows), suppliers.wanted(10))
    return [(fault.column, fault.reason) for fault in wrong]


def test_what_stands_around_is_right() -> None:
    assert told(AROUND) == []


@pytest.mark.parametrize(
    ("more", "column", "reason"),
    [
        ({"planta_nombre_1": ""}, "planta_nombre_1", "cell_missing"),
        ({"planta_estado_1": "19", "planta_municipio_1": "19039"}, "planta_estado_1", "main_plant_elsewhere"),
        ({"planta_estado_1": "Texas"}, "planta_estado_1", "state_unknown"),
        ({"planta_latitud_1": "20.5"}, "planta_longitud_1", "coordinates_incomplete"),
        ({"planta_latitud_1": "20.5", "planta_longitud_1": "100.4"}, "planta_longitud_1", "coordinates_abroad"),
        ({"planta_latitud_1": "norte", "planta_longitud_1": "-100.4"}, "planta_latitud_1", "cell_number"),
        ({"certificado_planta_2": "Sur"}, "certificado_planta_2", "site_unknown"),
        ({"certificado_norma_2": "ISO 9001:2008"}, "certificado_norma_2", "cell_choice"),
        ({"certificado_desde_2": "2026-12-01"}, "certificado_desde_2", "certificate_in_future"),
        ({"certificado_numero_5": "7"}, "certificado_norma_5", "cell_missing"),
        ({"programa_1": "maquila"}, "programa_1", "cell_choice"),
        ({"programa_2": "immex"}, "programa_2", "repeated"),
        ({"programa_1": "oea"}, "programa_modalidad_1", "modality_of_immex"),
        ({"origen_fraccion_4": "87"}, "origen_fraccion_4", "hs_code_form"),
        ({"origen_vcr_pct_4": "0.7"}, "origen_vcr_pct_4", "cell_share"),
        ({"idiomas": "english"}, "idiomas", "language_form"),
        ({"plazo_pago_dias": "2000000001"}, "plazo_pago_dias", "measure_range"),
        ({"peso_g_min_2": "5", "peso_g_max_2": "4"}, "peso_g_min_2", "interval_backwards"),
        ({"peso_g_min_2": "5"}, "peso_g_max_2", "cell_missing"),
        ({"espesor_mm_max_2": "1.255"}, "espesor_mm_max_2", "cell_number"),
        ({"espesor_mm_max_2": "1.2555"}, "espesor_mm_max_2", "cell_number"),
        ({"ppap_nivel_2": "6"}, "ppap_nivel_2", "number_range"),
        ({"entregas_2": "dap;fob"}, "entregas_2", "cell_choice"),
        ({"entregas_2": "dap;dap"}, "entregas_2", "repeated"),
        ({"area_35": "P99"}, "area_35", "area_unknown"),
    ],
)
def test_a_fault_of_the_record_is_reported_at_its_cell_alone(more: dict[str, str], column: str, reason: str) -> None:
    wrong = told(AROUND | more)
    of_the_row = [each for each in wrong if each[1] != "cell_missing" or each[0] == column]
    assert of_the_row == [(column, reason)], wrong
    if not column.startswith(("certificado_norma_5", "planta_nombre_1")):
        assert wrong == [(column, reason)]


def test_an_interval_of_which_only_the_end_is_known_begins_at_zero() -> None:
    found, wrong = read_by(
        partial(suppliers.read, today=TODAY), csv_of(AROUND | {"diametro_mm_max_2": "1.2550"}), suppliers.wanted(10)
    )
    assert wrong == []
    assert found[0][1].offering.processes[1].parts == PartLimits(diameter_um=(0, 1_255))


def test_every_fault_of_a_record_has_a_column_and_words() -> None:
    """A path for which there were no column would stop an import."""
    wild = dict.fromkeys((*REQUIRED, *OPTIONAL), "-")

    def all_told() -> list[str]:
        speak("en", Catalogue("services.registration", "shared.files"))
        found = suppliers.read(Row(2, wild), TODAY)
        assert isinstance(found, list)
        assert {fault.column for fault in found} <= {*REQUIRED, *OPTIONAL}
        return [fault.detail for fault in found]

    assert all(detail.endswith(".") for detail in copy_context().run(all_told))


def typed_in_a_workbook(column: Column) -> tuple[object, str, object]:
    """What a person types into its cell, its number format there, and what is read of it; nothing where it is text."""
    kinds: dict[Any, tuple[object, str, object]] = {
        share: (0.6525, "0.00%", 6_525),
        thousandths: (1.255, "General", 1_255),
        degrees: (-100.3899021234, "General", -100_389_902),
        day: (date(2027, 3, 4), "dd/mm/yyyy", date(2027, 3, 4)),
    }
    return next((typed for parse, typed in kinds.items() if parse is column.parse), (None, "", None))


def test_numbers_and_dates_of_a_workbook_have_one_reading_in_every_column_of_their_kind() -> None:
    """A percent cell is a fraction in the file (calamine #424), and `1.255` in text may be thousands."""
    of_groups = [(f"{c.name}_1", c) for group in GROUPS.values() for c in group.columns]
    columns = [(c.name, c) for c in (*PROFILE, *OFFERING)] + of_groups
    named = [(name, column) for name, column in columns if typed_in_a_workbook(column)[0] is not None]
    assert len(named) > 15
    header = [*REQUIRED, *(name for name, _ in named if name not in REQUIRED)]
    line = [SUPPLIER[name] for name in REQUIRED] + [None] * (len(header) - len(REQUIRED))
    formats = {}
    for name, column in named:
        line[header.index(name)], form, _ = typed_in_a_workbook(column)  # type: ignore[call-overload]
        formats[f"{get_column_letter(header.index(name) + 1)}2"] = form
    (row,) = rows(io.BytesIO(xlsx_of(header, line, formats=formats)), suppliers.wanted(10))
    for name, column in named:
        found, wrong = values([replace(column, name=name)], row)
        assert (found[column.field], wrong) == (typed_in_a_workbook(column)[2], []), name
