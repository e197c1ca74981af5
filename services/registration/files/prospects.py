"""Files of public registers, recognised by their columns: SEMARNAT's RETC and INEGI's DENUE, a plant per row.

Only what is named here is read. DENUE's telephones, mail addresses and streets never are, and of a row whose firm has
no company form, which may be a natural person, neither names nor the place are kept.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from services.registration.domain.firm_name import parted
from services.registration.domain.prospect import RegisterEntry, Source
from shared.files.cells import ERRORS, Column, state, text, values
from shared.files.faults import RowFault, row_fault
from shared.files.rows import Row, Wanted
from shared.plain_text import is_text

LONGEST = 300
"""Characters of a text that are kept."""
LONGEST_ID = 60


class Register(NamedTuple):
    """The columns of one register."""

    source: Source
    ids: tuple[str, ...]
    """Its own number of a plant: the first that a row has."""
    legal_name: str
    plant: str
    scian: str
    scian_title: str
    activity: str = ""
    branch: str = ""
    workers: str = ""
    latitude: str = ""
    longitude: str = ""
    edition: str = ""
    automotive: str = ""


RETC = Register(
    "retc",
    ("nra",),
    legal_name="razon_social",
    plant="planta",
    scian="scian",
    scian_title="scian_desc",
    activity="actividad",
    branch="subsector",
    latitude="lat",
    longitude="lon",
    edition="ultimo_anio",
    automotive="es_automotriz",
)
DENUE = Register(
    "denue",
    ("id", "clee"),
    legal_name="raz_social",
    plant="nom_estab",
    scian="codigo_act",
    scian_title="nombre_act",
    workers="per_ocu",
    latitude="latitud",
    longitude="longitud",
)
REGISTERS = (RETC, DENUE)
TEXTS = tuple(Register.__annotations__)[2:]

STATE, MUNICIPALITY = "cve_ent", "municipio"
_STATE = Column(STATE, "state", state, required=True)

_SCIAN = re.compile(r"[0-9]{6}")
_WORKERS = re.compile(r"([0-9]{1,6}) (?:a ([0-9]{1,6})|y m[aá]s) personas", re.IGNORECASE)
_EDITION = re.compile(r"[0-9]{4}(?:-[0-9]{2})?")
_LATITUDES, _LONGITUDES = (Decimal(14), Decimal(33)), (Decimal(-119), Decimal(-86))
"""Between which Mexico lies."""
_PLACES = Decimal("0.00001")
"""A metre."""


def wanted(max_rows: int) -> Wanted:
    """What the file has to be."""
    names = {name for each in REGISTERS for name in (*each.ids, *each[2:]) if name}
    return Wanted((STATE, MUNICIPALITY), sorted(names), max_rows, "ignored")


def read(row: Row, edition: str | None) -> RegisterEntry | list[RowFault]:
    """The plant of a row, or what is wrong with it. `edition`: of a register that does not say it itself.

    A row is whole where it has its register's number and its state; whatever else cannot be read is left out.
    """
    register = next((each for each in REGISTERS if any(name in row.cells for name in each.ids)), None)
    if register is None:
        return [row_fault(row.line, "/".join(name for each in REGISTERS for name in each.ids), "register_unknown")]
    number = next(name for name in register.ids if name in row.cells)
    columns = (Column(number, "source_id", text, required=True), _STATE)
    found, wrong = values(columns, row)
    if not wrong and len(found["source_id"]) > LONGEST_ID:
        wrong = [row_fault(row.line, number, "register_number_long", most=LONGEST_ID)]
    return wrong or RegisterEntry(source=register.source, **found, **_facts(register, row.cells, edition))


def _facts(register: Register, cells: Mapping[str, str], edition: str | None) -> dict[str, Any]:
    said = {field: _said(cells, column) for field, column in zip(TEXTS, register[2:], strict=True)}
    name, plant = _named(*_whole(said["legal_name"], said["plant"]))
    workers = _WORKERS.match(said["workers"])
    return {
        "edition": said["edition"] if _EDITION.fullmatch(said["edition"]) else edition,
        "name": name,
        "plant": plant,
        "scian": said["scian"] if _SCIAN.fullmatch(said["scian"]) else None,
        **{field: said[field] for field in ("scian_title", "activity", "branch")},
        "workers_from": int(workers[1]) if workers else None,
        "workers_to": int(workers[2]) if workers and workers[2] else None,
        "municipality": _said(cells, MUNICIPALITY) or None,
        "latitude": _degrees(said["latitude"], *_LATITUDES) if name else None,
        "longitude": _degrees(said["longitude"], *_LONGITUDES) if name else None,
        "automotive": {"1": True, "0": False}.get(said["automotive"]),
    }


def _said(cells: Mapping[str, str], column: str) -> str:
    cell = cells.get(column, "")
    return "" if cell in ERRORS or not is_text(cell) else " ".join(cell.split())[:LONGEST]


def _named(legal_name: str, plant: str) -> tuple[str | None, str | None]:
    """The names that are kept: of legal persons alone, by their company form."""
    legal = parted(legal_name)
    if legal.form and legal.key:
        return legal_name, plant or None
    of_plant = parted(plant)
    return (plant, None) if of_plant.is_unmistakable and of_plant.key else (None, None)


def _whole(legal_name: str, plant: str) -> tuple[str, str]:
    """The two names, where the first was cut off at letters that look like a form: `SA | N LUIS TROQUELES SA DE CV`."""
    if not legal_name.endswith("SA") or all(parted(legal_name)):
        return legal_name, plant
    parts = plant.split(",")
    for end in range(1, len(parts) + 1):
        if parted(",".join(parts[:end])).is_unmistakable:
            return legal_name + ",".join(parts[:end]), ",".join(parts[end:]).strip()
    return legal_name, plant


def _degrees(cell: str, least: Decimal, most: Decimal) -> Decimal | None:
    try:
        found = Decimal(cell[:20]).quantize(_PLACES)
    except InvalidOperation:
        return None
    return found if least <= found <= most else None
