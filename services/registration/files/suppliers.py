"""The file of suppliers: one firm per row, up to three procurement areas each."""

from dataclasses import replace
from datetime import date

from services.registration.domain import profile as profiles
from services.registration.domain import rfc as rfcs
from services.registration.domain.fault import Fault
from services.registration.domain.offering import Offering, ProcessOffer, SpecialProcess
from services.registration.domain.profile import Contact, Profile
from services.registration.domain.rfc import RefusedRfc
from shared.files.cells import (
    QMS,
    YES_NO,
    Column,
    Digits,
    amount,
    area,
    choice,
    day,
    pairs,
    parts,
    share,
    state,
    text,
    values,
    whole,
)
from shared.files.faults import RowFault, row_fault
from shared.files.rows import Row, Wanted
from shared.files.template import Template

GROUPS = ("_1", "_2", "_3")

_SECTORS = {"industria": "industry", "comercio": "trade", "servicios": "services"}
_OPINIONS = {
    "positiva": "positive",
    "negativa": "negative",
    "negativa_con_plan": "negative_with_plan",
    "en_suspension": "in_suspension",
    "inscrito_sin_obligaciones": "registered_without_obligations",
    "desconocida": "unknown",
}
_EXPERIENCE = {
    "ninguna": "none",
    "repuesto": "aftermarket",
    "tier_3": "tier_3",
    "tier_2": "tier_2",
    "tier_1": "tier_1",
}

_ROLES = {
    "dueno": "owner",
    "direccion": "management",
    "ventas": "sales",
    "calidad": "quality",
    "ingenieria": "engineering",
    "produccion": "production",
    "otro": "other",
}

PROFILE = (
    Column("rfc", "rfc", text, required=True, example="EJE1503109X1"),
    Column("razon_social", "legal_name", text, required=True, example="Maquinados Ejemplo del Bajío, S.A. de C.V."),
    Column("sector", "sector", choice(_SECTORS), required=True, example="industria"),
    Column("scian", "scian", text, required=True, example="332710"),
    Column("estado", "state", state, required=True, example="Querétaro"),
    Column("municipio", "municipality", Digits(5), example="22014"),
    Column("inicio_operaciones", "operating_since", day, required=True, example="2015-03-10"),
    Column("trabajadores", "workers", whole, required=True, example="48"),
    Column("ventas_anuales_mxn", "annual_sales_mxn", amount, required=True, example="62500000"),
    Column("exporta", "exports", YES_NO, example="si"),
    Column("opinion_32d", "tax_opinion", choice(_OPINIONS), example="positiva"),
)
CONTACT = (
    Column("contacto_nombre", "name", text, required=True, example="Persona de Ejemplo"),
    Column("contacto_correo", "email", text, required=True, example="ventas@ejemplo.example"),
    Column("contacto_telefono", "phone", text, example="442 555 0101 ext. 12"),
    Column("contacto_puesto", "role", choice(_ROLES), example="ventas"),
)
OFFERING = (
    Column("sgc", "qms", QMS, example="iso_9001"),
    Column("sgc_vigencia", "qms_valid_to", day, example="2028-06-30"),
    Column("ppm_12m", "ppm_12m", whole, example="120"),
    Column("otif_pct_12m", "otif_bp_12m", share, example="96.5"),
    Column("experiencia", "experience", choice(_EXPERIENCE), example="tier_2"),
    Column("vcr_pct", "regional_value_bp", share, example="62.5"),
)
PROCESS = (
    Column("area", "area", area, required=True, example="P14 Maquinado CNC de precisión"),
    Column("materiales", "materials", parts, example="acero 1045;aluminio 6061"),
    Column("fuerza_t", "force_t", whole),
    Column("tolerancia_um", "tolerance_um", whole, example="20"),
    Column("capacidad_instalada", "installed_capacity", whole, example="400000"),
    Column("capacidad_libre", "free_capacity", whole, example="120000"),
    Column("plazo_dias", "lead_time_days", whole, example="30"),
    Column("procesos_especiales", "special_processes", pairs, example="CQI-9:2026-02-15"),
)
SIDES = (
    Column("largo_mm", "length", whole, required=True, example="800"),
    Column("ancho_mm", "width", whole, required=True, example="500"),
    Column("alto_mm", "height", whole, required=True, example="400"),
)

REQUIRED = tuple(column.name for column in PROFILE if column.required)
OPTIONAL = (
    *(column.name for column in (*PROFILE, *CONTACT, *OFFERING) if column.name not in REQUIRED),
    *(column.name + suffix for column in (*PROCESS, *SIDES) for suffix in GROUPS),
)


TEMPLATE = Template("suppliers", (*PROFILE, *CONTACT, *OFFERING), REQUIRED, (*PROCESS, *SIDES), GROUPS)

DAYS = (
    *("inicio_operaciones", "sgc_vigencia"),
    *(f"procesos_especiales{suffix}" for suffix in GROUPS),
)


def wanted(max_rows: int) -> Wanted:
    """What the file has to be."""
    return Wanted(REQUIRED, OPTIONAL, max_rows, days=DAYS)


def read(row: Row, today: date) -> Profile | list[RowFault]:
    """The firm of a row, or all that is wrong with it: of a cell that cannot be read, that it cannot be."""
    found, wrong = values(PROFILE, row)
    contact, contact_wrong = _contact(row)
    offering, suffixes, offering_wrong = _offering(row)
    wrong += contact_wrong + offering_wrong
    unread = {fault.column for fault in wrong}
    verdict = rfcs.judge(found.get("rfc", ""))
    profile = profiles.tidy(profiles.in_part(found | {"contact": contact, "offering": offering}, today), today)
    if isinstance(verdict, RefusedRfc):
        wrong += [row_fault(row.line, "rfc", reason) for reason in verdict.reasons if "rfc" not in unread]
    broken = [(_column_of(fault, suffixes), fault) for fault in profiles.faults(profile, today)]
    wrong += [
        row_fault(row.line, column, fault.reason, **fault.params) for column, fault in broken if column not in unread
    ]
    return wrong or replace(profile, rfc=verdict.rfc)


def _contact(row: Row) -> tuple[Contact | None, list[RowFault]]:
    if not any(column.name in row.cells for column in CONTACT):
        return None, []
    found, wrong = values(CONTACT, row)
    return Contact(**{"name": "", "email": ""} | found), wrong


def _offering(row: Row) -> tuple[Offering, list[str], list[RowFault]]:
    """The offering, the column suffix of each of its processes, and what is wrong."""
    found, wrong = values(OFFERING, row)
    processes: list[ProcessOffer] = []
    suffixes: list[str] = []
    for suffix in GROUPS:
        if any(column.name + suffix in row.cells for column in (*PROCESS, *SIDES)):
            process, process_wrong = _process(row, suffix)
            processes.append(process)
            suffixes.append(suffix)
            wrong += process_wrong
    return Offering(processes=tuple(processes), **found), suffixes, wrong


def _process(row: Row, suffix: str) -> tuple[ProcessOffer, list[RowFault]]:
    found, wrong = values(PROCESS, row, suffix)
    special = [SpecialProcess(code=code, assessed_on=on) for code, on in found.get("special_processes", ())]
    fields = {"area": ""} | found | {"special_processes": tuple(special)}
    if any(side.name + suffix in row.cells for side in SIDES):
        sides, sides_wrong = values(SIDES, row, suffix)
        wrong += sides_wrong
        fields["envelope_mm"] = tuple(sides.values())
    return ProcessOffer(**fields), wrong


_COLUMN_OF = {
    **{column.field: column.name for column in (*PROFILE, *OFFERING, *PROCESS)},
    **{f"contact.{column.field}": column.name for column in CONTACT},
    "envelope_mm": "largo_mm",
    "processes": "area_1",
}


def _column_of(fault: Fault, suffixes: list[str]) -> str:
    """The column that fills the field of a fault."""
    group, _, rest = fault.field.partition(".")
    if group != "processes" or not rest:
        return _COLUMN_OF[fault.field]
    number, _, field = rest.partition(".")
    return _COLUMN_OF[field] + suffixes[int(number)]
