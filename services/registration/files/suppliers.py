"""The file of suppliers: one firm per row, up to three procurement areas each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.registration.domain import profile as profiles
from services.registration.domain import rfc as rfcs
from services.registration.domain.fault import Fault
from services.registration.domain.offering import Offering, ProcessOffer, SpecialProcess
from services.registration.domain.profile import Contact, Profile
from services.registration.domain.rfc import RefusedRfc
from services.registration.files.states import state
from shared.files.cells import Column, amount, choice, day, digits, pairs, parts, share, text, values, whole
from shared.files.faults import RowFault, row_fault
from shared.files.rows import Row, Wanted

GROUPS = ("_1", "_2", "_3")

_YES = {"si": True, "no": False}
_SECTORS = {"industria": "industry", "comercio": "trade", "servicios": "services"}
_OPINIONS = {
    "positiva": "positive",
    "negativa": "negative",
    "negativa_con_plan": "negative_with_plan",
    "en_suspension": "in_suspension",
    "inscrito_sin_obligaciones": "registered_without_obligations",
    "desconocida": "unknown",
}
_QMS = {"ninguno": "none", "documentado": "documented", "iso_9001": "iso_9001", "iatf_16949": "iatf_16949"}
_EXPERIENCE = {
    "ninguna": "none",
    "repuesto": "aftermarket",
    "tier_3": "tier_3",
    "tier_2": "tier_2",
    "tier_1": "tier_1",
}

PROFILE = (
    Column("rfc", "rfc", text, required=True),
    Column("razon_social", "legal_name", text, required=True),
    Column("sector", "sector", choice(_SECTORS), required=True),
    Column("scian", "scian", text, required=True),
    Column("estado", "state", state, required=True),
    Column("municipio", "municipality", digits(5)),
    Column("inicio_operaciones", "operating_since", day, required=True),
    Column("trabajadores", "workers", whole, required=True),
    Column("ventas_anuales_mxn", "annual_sales_mxn", amount, required=True),
    Column("exporta", "exports", choice(_YES)),
    Column("opinion_32d", "tax_opinion", choice(_OPINIONS)),
)
CONTACT = (
    Column("contacto_nombre", "name", text, required=True),
    Column("contacto_correo", "email", text, required=True),
    Column("contacto_telefono", "phone", text),
)
OFFERING = (
    Column("sgc", "qms", choice(_QMS)),
    Column("sgc_vigencia", "qms_valid_to", day),
    Column("ppm_12m", "ppm_12m", whole),
    Column("otif_pct_12m", "otif_bp_12m", share),
    Column("experiencia", "experience", choice(_EXPERIENCE)),
    Column("vcr_pct", "regional_value_bp", share),
)
PROCESS = (
    Column("area", "area", str.upper, required=True),
    Column("materiales", "materials", parts),
    Column("fuerza_t", "force_t", whole),
    Column("tolerancia_um", "tolerance_um", whole),
    Column("capacidad_instalada", "installed_capacity", whole),
    Column("capacidad_libre", "free_capacity", whole),
    Column("plazo_dias", "lead_time_days", whole),
    Column("procesos_especiales", "special_processes", pairs),
)
SIDES = (
    Column("largo_mm", "length", whole, required=True),
    Column("ancho_mm", "width", whole, required=True),
    Column("alto_mm", "height", whole, required=True),
)

REQUIRED = tuple(column.name for column in PROFILE if column.required)
OPTIONAL = (
    *(column.name for column in (*PROFILE, *CONTACT, *OFFERING) if column.name not in REQUIRED),
    *(column.name + suffix for column in (*PROCESS, *SIDES) for suffix in GROUPS),
)


def wanted(max_rows: int) -> Wanted:
    """What the file has to be."""
    return Wanted(REQUIRED, OPTIONAL, max_rows)


def read(row: Row, today: date) -> Profile | list[RowFault]:
    """The firm of a row, or what is wrong with it."""
    found, wrong = values(PROFILE, row.cells, row.line)
    contact, contact_wrong = _contact(row)
    offering, suffixes, offering_wrong = _offering(row)
    wrong += contact_wrong + offering_wrong
    if wrong:
        return wrong
    verdict = rfcs.judge(found["rfc"])
    profile = profiles.tidy(Profile(**found | {"rfc": verdict.rfc}, contact=contact, offering=offering))
    if isinstance(verdict, RefusedRfc):
        wrong += [row_fault(row.line, "rfc", reason) for reason in verdict.reasons]
    wrong += [
        row_fault(row.line, _column_of(fault, suffixes), fault.reason, **fault.params)
        for fault in profiles.faults(profile, today)
    ]
    return wrong or profile


def _contact(row: Row) -> tuple[Contact | None, list[RowFault]]:
    if not any(column.name in row.cells for column in CONTACT):
        return None, []
    found, wrong = values(CONTACT, row.cells, row.line)
    return (None if wrong else Contact(**found)), wrong


def _offering(row: Row) -> tuple[Offering, list[str], list[RowFault]]:
    """The offering, the column suffix of each of its processes, and what is wrong."""
    found, wrong = values(OFFERING, row.cells, row.line)
    processes: list[ProcessOffer] = []
    suffixes: list[str] = []
    for suffix in GROUPS:
        if not any(column.name + suffix in row.cells for column in (*PROCESS, *SIDES)):
            continue
        fields, process_wrong = _process(row, suffix)
        wrong += process_wrong
        if not process_wrong:
            processes.append(ProcessOffer(**fields))
            suffixes.append(suffix)
    return Offering(processes=tuple(processes), **found), suffixes, wrong


def _process(row: Row, suffix: str) -> tuple[Mapping[str, Any], list[RowFault]]:
    found, wrong = values(PROCESS, row.cells, row.line, suffix)
    special = [SpecialProcess(code=code, assessed_on=on) for code, on in found.get("special_processes", ())]
    fields = found | {"special_processes": tuple(special)}
    if any(side.name + suffix in row.cells for side in SIDES):
        sides, sides_wrong = values(SIDES, row.cells, row.line, suffix)
        wrong += sides_wrong
        fields["envelope_mm"] = tuple(sides.values())
    return fields, wrong


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
