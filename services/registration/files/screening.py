"""The list of article 69-B as SAT publishes it: lines above the header and further columns, the names of the listed
among them, are not read.
"""

import re
from dataclasses import dataclass
from datetime import date

from services.registration.domain import rfc as rfcs
from services.registration.domain.rfc import RefusedRfc, Verdict
from services.registration.domain.screening import ListState, gather, situation
from shared.files.faults import FileRefusedError
from shared.files.rows import Row
from shared.files.table import read

SITUATION = ("situacion", "situacion_69b", "situacion_del_contribuyente")

MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)

TITLE_BYTES = 4_096

_UP_TO_DATE = re.compile(rb"actualizada\s+al\s+(\d{1,2})\s+de\s+([a-z]{4,10})\s+de\s+(\d{4})", re.IGNORECASE)
"""SAT's title; it is the same bytes in UTF-8 and in Windows-1252."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """What a file says, by RFC."""

    entries: dict[str, ListState]
    left_out: int
    """Rows whose RFC SAT redacted, or that is nobody's."""


def read_list(content: bytes, *, max_rows: int) -> ListFile:
    """Read a list. Raises FileRefusedError: a situation that is unknown might be one that excludes."""
    rows = read(content, required=("rfc",), optional=SITUATION, max_rows=max_rows, others="ignored")
    found = [_entry(row) for row in rows]
    entries = [(verdict.rfc, state) for verdict, state in found if not isinstance(verdict, RefusedRfc)]
    return ListFile(gather(entries), len(found) - len(entries))


def date_of(content: bytes) -> date | None:
    """The date that the title of a .csv file says; None where it says none."""
    said = _UP_TO_DATE.search(content[:TITLE_BYTES])
    month = said[2].decode().lower() if said else ""
    if said is None or month not in MONTHS:
        return None
    try:
        return date(int(said[3]), MONTHS.index(month) + 1, int(said[1]))
    except ValueError:
        return None


def _entry(row: Row) -> tuple[Verdict, ListState]:
    state = next((situation(row.cells[name]) for name in SITUATION if name in row.cells), None)
    if state is None:
        raise FileRefusedError("situation_unknown", line=row.line)
    return rfcs.judge(row.cells.get("rfc", "")), state
