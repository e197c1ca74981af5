"""The cell of a state."""

from shared.files.faults import CellRefusedError
from shared.states import state_key


def state(cell: str) -> str:
    """Key of a state from its key or its name."""
    key = state_key(cell)
    if key is None:
        raise CellRefusedError("state_unknown", message="state_unknown.cell")
    return key
