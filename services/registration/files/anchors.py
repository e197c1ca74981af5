"""The file of anchors: one per row."""

from services.registration.domain.anchor import faults as anchor_faults
from services.registration.files.states import state
from services.registration.handlers import JoinAnchor
from shared.files.cells import Column, parts, text, values
from shared.files.faults import RowFault, row_fault
from shared.files.rows import Row, Wanted

COLUMNS = (
    Column("codigo", "code", text, required=True),
    Column("nombre", "name", text, required=True),
    Column("estados", "states", lambda cell: tuple(state(part) for part in parts(cell)), required=True),
)

_COLUMN_OF = {column.field: column.name for column in COLUMNS}


def wanted(max_rows: int) -> Wanted:
    """What the file has to be."""
    return Wanted(tuple(column.name for column in COLUMNS), (), max_rows)


def read(row: Row) -> JoinAnchor | list[RowFault]:
    """The anchor of a row, or what is wrong with it."""
    found, wrong = values(COLUMNS, row.cells, row.line)
    if wrong:
        return wrong
    command = JoinAnchor(**found)
    wrong = [
        row_fault(row.line, _COLUMN_OF[fault.field], fault.reason, **fault.params)
        for fault in anchor_faults(command.code, command.name, command.states)
    ]
    return wrong or command
