"""The list of article 69-B as SAT publishes it: lines above the header and further columns, the names of the listed
among them, are not read.
"""

from dataclasses import dataclass

from services.registration.domain import rfc as rfcs
from services.registration.domain.rfc import RefusedRfc, Verdict
from services.registration.domain.screening import ListState, gather, situation
from shared.files.faults import FileRefusedError
from shared.files.rows import Row
from shared.files.table import read

SITUATION = ("situacion", "situacion_69b", "situacion_del_contribuyente")


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


def _entry(row: Row) -> tuple[Verdict, ListState]:
    state = next((situation(row.cells[name]) for name in SITUATION if name in row.cells), None)
    if state is None:
        raise FileRefusedError("situation_unknown", line=row.line)
    return rfcs.judge(row.cells.get("rfc", "")), state
