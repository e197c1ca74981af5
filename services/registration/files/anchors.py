"""The file of anchors: one per row."""

from services.registration.domain.anchor import faults as anchor_faults
from services.registration.handlers import JoinAnchor
from shared.files.cells import Column, states, text, values
from shared.files.faults import RowFault, row_fault
from shared.files.rows import Row, Wanted
from shared.files.template import Template

COLUMNS = (
    Column("codigo", "code", text, required=True, example="ARMADORA-00"),
    Column("nombre", "name", text, required=True, example="Armadora de Ejemplo"),
    Column("estados", "states", states, required=True, example="Querétaro;Guanajuato"),
)
TEMPLATE = Template("anchors", COLUMNS, [column.name for column in COLUMNS])

_COLUMN_OF = {column.field: column.name for column in COLUMNS}


def wanted(max_rows: int) -> Wanted:
    """What the file has to be."""
    return Wanted(tuple(column.name for column in COLUMNS), (), max_rows)


def read(row: Row) -> JoinAnchor | list[RowFault]:
    """The anchor of a row, or all that is wrong with it."""
    found, wrong = values(COLUMNS, row)
    unread = {fault.column for fault in wrong}
    command = JoinAnchor(**{"code": "", "name": "", "states": ()} | found)
    broken = [(_COLUMN_OF[fault.field], fault) for fault in anchor_faults(command.code, command.name, command.states)]
    wrong += [
        row_fault(row.line, column, fault.reason, **fault.params) for column, fault in broken if column not in unread
    ]
    return wrong or command
