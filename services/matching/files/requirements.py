"""The file of requirements: one per row, its columns in Spanish."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from services.matching.domain.requirement import Specification
from services.matching.views.requirements import MOST_REFERENCE, AskedSpecification
from shared.files.cells import (
    YES_NO,
    Choice,
    Column,
    Several,
    area,
    codes,
    day,
    degrees,
    languages,
    levels,
    parts,
    share,
    state,
    text,
    values,
    whole,
)
from shared.files.faults import CellRefusedError, RowFault, row_fault
from shared.files.rows import Row, Wanted
from shared.files.template import Template
from shared.files.trade import DELIVERIES, DESIGN, PROGRAM, QMS, STANDARD
from shared.i18n import said
from shared.i18n.fields import fault

ANCHOR = "tractora"
VERSION = "version"
REFERENCE = "clave"
NEW = "nuevo"

_YEAR = re.compile(r"([0-9]{4}) ?: ?([0-9]{1,10})")

WISHES: Mapping[str, str] = {
    "materiales": "materials",
    "tamaño": "envelope",
    "fuerza": "force",
    "procesos_especiales": "special_process",
    "sgc": "qms",
    "tolerancia": "tolerance",
    "limites_pieza": "part_limits",
    "pedido_minimo": "minimum_order",
    "ppap": "ppap",
    "diseño": "design",
    "entrega": "delivery",
    "certificados": "certificates",
    "programas": "programs",
    "idiomas": "languages",
    "distancia": "distance",
}
"""What can be only wished, as a file calls it."""


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """A row that can go in: what is asked. For whom is the importer's to know."""

    asked: AskedSpecification
    based_on: int | None = None
    """The version of the requirement that it changes; None: not said."""
    reference: str | None = None
    """The anchor's own name of it."""
    new: bool = False
    """Whether it is one of its own, whatever it looks like."""


def wanted(max_rows: int) -> Wanted:
    """What the file has to be."""
    return Wanted(REQUIRED, OPTIONAL, max_rows, days=("vigente_hasta", "inicio_produccion"))


def read(row: Row) -> RequirementRow | list[RowFault]:
    """What a row asks for, or all that is wrong with it: of a cell that cannot be read, that it cannot be."""
    found, wrong = values(SPECIFICATION, row)
    which, which_wrong = values(WHICH, row)
    wrong += which_wrong
    if any(side.name in row.cells for side in SIDES):
        sides, sides_wrong = values(SIDES, row)
        wrong += sides_wrong
        if not sides_wrong:
            found["envelope_mm"] = tuple(sides.values())
    unread = {fault.column for fault in wrong}
    wrong = [_as_told(fault) for fault in wrong]
    try:
        asked = AskedSpecification.model_validate(found)
    except ValidationError as error:
        found_wrong = [fault for fault in _faults(error, found, row.line) if fault.column not in unread]
        return wrong + [fault for fault in found_wrong if unread.isdisjoint(_GOES_WITH.get(fault.column, ()))]
    return wrong or RequirementRow(asked, **which)


def lacking(said: Specification, asked: Specification, columns: Collection[str]) -> Sequence[str]:
    """The columns that a row would need beside these: what is `said` of a requirement and has none, it takes away."""
    fields = [(column.name, column.field) for column in SPECIFICATION] + [(side.name, "envelope_mm") for side in SIDES]
    absent = ((name, field) for name, field in fields if name not in columns)
    return [name for name, field in absent if getattr(said, field) != getattr(asked, field)]


def _as_told(fault: RowFault) -> RowFault:
    """A cell of the wrong form and a value out of its range are one thing to whoever asks: their reason is one."""
    return fault if fault.reason == "cell_missing" else replace(fault, reason="cell_value")


def _faults(error: ValidationError, given: dict[str, Any], line: int) -> list[RowFault]:
    """The first fault of each column, and what the rules say of the others."""
    found = error.errors(include_url=False, include_input=False)
    wrong = {_COLUMN_OF[str(each["loc"][0])]: fault(each) for each in reversed(found)}
    told = AskedSpecification.broken(given, [each["loc"] for each in found])
    wrong |= {_COLUMN_OF[field]: said(code, **params) for field, code, params in told}
    return [row_fault(line, column, "cell_value", problem=problem) for column, problem in wrong.items()]


def _wishes(cell: str) -> tuple[str, ...]:
    """What is only wished: `fuerza;sgc`."""
    found = [WISHES.get(" ".join(part.lower().split()).replace(" ", "_")) for part in parts(cell)]
    if None in found:
        raise CellRefusedError("cell_value", message="cell_value.wishes", known=", ".join(WISHES))
    return tuple(gate for gate in found if gate)


def _ramp(cell: str) -> list[dict[str, int]]:
    """Pieces of single years: `2028:10000;2029:40000`."""
    years = [_YEAR.fullmatch(part) for part in parts(cell)]
    if None in years:
        raise CellRefusedError("cell_pairs", message="cell_pairs.years")
    return [{"year": int(year[1]), "pieces": int(year[2])} for year in years if year]


class OtherStandards(Several):
    """What certificates may be asked for beside those of the quality system, which has a column of its own."""

    def __call__(self, cell: str) -> tuple[str, ...]:
        found = super().__call__(cell)
        if of_ladder := [code for code in found if code not in self.of.options]:
            raise CellRefusedError("cell_value", message="cell_value.sgc", named=", ".join(of_ladder))
        return found


def reference(cell: str) -> str:
    """The anchor's own name of a requirement, in capitals."""
    if len(cell) > MOST_REFERENCE:
        raise CellRefusedError("cell_value", message="cell_value.reference", most=MOST_REFERENCE)
    return " ".join(cell.upper().split())


CERTIFICATES = OtherStandards(
    Choice({name: name for name in STANDARD.options if name not in QMS.options}, STANDARD.known)
)
SPECIFICATION = (
    Column("area", "area", area, required=True, example="P14 Maquinado CNC de precisión"),
    Column("titulo", "title", text, required=True, example="Soporte de motor, aluminio maquinado"),
    Column("materiales", "materials", parts, example="aluminio A380;aluminio 6061"),
    Column("fuerza_t", "force_t", whole, example="250"),
    Column("tolerancia_um", "tolerance_um", whole, example="50"),
    Column("volumen_anual", "annual_volume", whole, required=True, example="120000"),
    Column("plazo_dias", "lead_time_days", whole, example="45"),
    Column("sgc", "qms", QMS, example="iso_9001"),
    Column("sgc_dispensable", "qms_waivable", YES_NO, example="no"),
    Column("procesos_especiales", "special_processes", codes, example="CQI-9;CQI-11"),
    Column("ppm_max", "ppm_max", whole, example="50"),
    Column("otif_pct_min", "otif_bp_min", share, example="95.5"),
    Column("vcr_pct_min", "regional_value_bp_min", share, example="75"),
    Column("estado_planta", "plant_state", state, required=True, example="Querétaro"),
    Column("metas", "targets", levels, example="T04:4;O01:3"),
    Column("indispensables", "must_have", codes, example="T04;O02"),
    Column("vigente_hasta", "open_until", day, required=True, example="2029-12-31"),
    Column("deseables", "wishes", _wishes, example="fuerza;sgc", form="form.wishes"),
    Column("inicio_produccion", "production_start", day, example="2028-01-15"),
    Column("rampa", "ramp", _ramp, example="2028:60000;2029:120000", form="form.ramp"),
    Column("se_nombra", "named", YES_NO, example="no"),
    Column("tolerancia_indispensable", "tolerance_must", YES_NO, example="no"),
    Column("peso_pieza_g", "part_weight_g", whole, example="850"),
    Column("espesor_pieza_um", "part_thickness_um", whole, example="2500"),
    Column("diametro_pieza_um", "part_diameter_um", whole),
    Column("rugosidad_ra_nm_max", "surface_ra_nm_max", whole, example="1600"),
    Column("niebla_salina_h_min", "salt_spray_h_min", whole, example="240"),
    Column("pedido_minimo_max", "minimum_order_max", whole, example="5000"),
    Column("ppap_min", "ppap_level_min", whole, example="3"),
    Column("apqp", "apqp", YES_NO, example="si"),
    Column("diseno_min", "design_min", DESIGN, example="codiseno"),
    Column("entregas", "deliveries", DELIVERIES, example="jit;fca"),
    Column("edi", "edi", YES_NO, example="si"),
    Column("certificados", "certificates", CERTIFICATES, example="iso_14001"),
    Column("programas", "programs", Several(PROGRAM), example="immex"),
    Column("idiomas", "languages", languages, example="en"),
    Column("planta_latitud", "plant_latitude_e6", degrees, example="20.5888"),
    Column("planta_longitud", "plant_longitude_e6", degrees, example="-100.3899"),
    Column("distancia_km_max", "distance_km_max", whole, example="120"),
)
SIDES = (
    Column("largo_mm", "largo_mm", whole, required=True, example="300"),
    Column("ancho_mm", "ancho_mm", whole, required=True, example="200"),
    Column("alto_mm", "alto_mm", whole, required=True, example="100"),
)
"""Of the part: all or none of them."""
WHICH = (
    Column(VERSION, "based_on", whole),
    Column(REFERENCE, "reference", reference, form="form.text"),
    Column(NEW, "new", YES_NO),
)
"""Which requirement the row is about."""
COLUMNS = (*SPECIFICATION, *SIDES, *WHICH)

REQUIRED = tuple(column.name for column in SPECIFICATION if column.required)
OPTIONAL = (ANCHOR, *(column.name for column in COLUMNS if column.name not in REQUIRED))

TEMPLATE = Template("requirements", (Column(ANCHOR, ANCHOR, text), *SPECIFICATION, *SIDES, *WHICH), REQUIRED)

_GOES_WITH: Mapping[str, tuple[str, ...]] = {"distancia_km_max": ("planta_latitud", "planta_longitud")}
"""What is all given or none: of the one nothing is said while another one cannot be read."""

_COLUMN_OF = {column.field: column.name for column in SPECIFICATION} | {"envelope_mm": SIDES[0].name}
