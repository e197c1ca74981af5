"""The list of article 69-B as SAT publishes it: lines above the header and further columns, the names of the listed
among them, are not read.
"""

import re
from dataclasses import dataclass
from datetime import date

from services.registration.domain import rfc as rfcs
from services.registration.domain.rfc import RefusedRfc
from services.registration.domain.screening import ListState, situation
from shared.files.faults import FileRefusedError
from shared.files.rows import Row, Wanted

SITUATION = ("situacion", "situacion_69b", "situacion_del_contribuyente")

MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)

TITLE_BYTES = 4_096

_UP_TO_DATE = re.compile(rb"actualizada\s+al\s+(\d{1,2})\s+de\s+([a-z]{4,10})\s+de\s+(\d{4})", re.IGNORECASE)
"""SAT's title; it is the same bytes in UTF-8 and in Windows-1252."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row says."""

    rfc: str | None
    """None where SAT redacted it, or it is nobody's: the row is left out."""
    state: ListState


def wanted(max_rows: int) -> Wanted:
    """What the file has to be."""
    return Wanted(("rfc",), SITUATION, max_rows, "ignored")


def read(row: Row) -> Entry:
    """What a row says. Raises FileRefusedError: a situation that is unknown might be one that excludes."""
    state = next((situation(row.cells[name]) for name in SITUATION if name in row.cells), None)
    if state is None:
        raise FileRefusedError("situation_unknown", line=row.line)
    verdict = rfcs.judge(row.cells.get("rfc", ""))
    return Entry(None if isinstance(verdict, RefusedRfc) else verdict.rfc, state)


def date_of(start: bytes) -> date | None:
    """The date that the title of a .csv file says, by its first bytes; None where it says none."""
    said = _UP_TO_DATE.search(start[:TITLE_BYTES])
    month = said[2].decode().lower() if said else ""
    if said is None or month not in MONTHS:
        return None
    try:
        return date(int(said[3]), MONTHS.index(month) + 1, int(said[1]))
    except ValueError:
        return None
