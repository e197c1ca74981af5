"""The file of anchors: one per row."""

from services.registration.domain.anchor import faults as anchor_faults
from services.registration.files.states import state
from services.registration.handlers import JoinAnchor
from shared.files.cells import Column, parts, text, values
from shared.files.faults import RowFault, row_fault
from shared.files.rows import Row
from shared.files.table import read

COLUMNS = (
    Column("codigo", "code", text, required=True),
    Column("nombre", "name", text, required=True),
    Column("estados", "states", lambda cell: tuple(state(part) for part in parts(cell)), required=True),
)

_COLUMN_OF = {column.field: column.name for column in COLUMNS}


def read_anchors(content: bytes, *, max_rows: int) -> tuple[list[tuple[int, JoinAnchor]], list[RowFault]]:
    """The anchors that can join with their lines, and what is wrong with the other rows. Raises FileRefusedError."""
    rows: list[tuple[int, JoinAnchor]] = []
    faults: list[RowFault] = []
    seen: set[str] = set()
    required = tuple(column.name for column in COLUMNS)
    for row in read(content, required=required, optional=(), max_rows=max_rows):
        command, wrong = _anchor(row)
        if command is not None and command.code in seen:
            wrong = [row_fault(row.line, "codigo", "anchor_code_repeated")]
        if command is None or wrong:
            faults += wrong
            continue
        seen.add(command.code)
        rows.append((row.line, command))
    return rows, faults


def _anchor(row: Row) -> tuple[JoinAnchor | None, list[RowFault]]:
    found, wrong = values(COLUMNS, row.cells, row.line)
    if wrong:
        return None, wrong
    command = JoinAnchor(**found)
    return command, [
        row_fault(row.line, _COLUMN_OF[fault.field], fault.reason, **fault.params)
        for fault in anchor_faults(command.code, command.name, command.states)
    ]
