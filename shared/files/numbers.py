"""Numbers as people write them in Mexico and elsewhere, read only where one reading is possible.

`1,250.50`, `1.250,50`, `1 250.50` and `1'250,000.00` are clear by themselves. A comma before three digits is one of
thousands, as everywhere in Mexico; a single point before three digits (`1.250`) may be of thousands or of decimals, and
is no number here.
"""

import re
from decimal import Decimal

from shared.files.faults import CellRefusedError

MAX_DIGITS = 18
"""Longer numbers are beyond every range here, and slow to parse."""

_SPACES = "  \u2009\u202f"
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_COMMAS = re.compile(rf"[0-9]{{1,3}}(?:[,'’´{_SPACES}][0-9]{{3}})+(?:\.[0-9]+)?")
"""Thousands by commas, apostrophes or spaces, decimals by a point."""
_POINTS = re.compile(rf"[0-9]{{1,3}}(?:[.{_SPACES}][0-9]{{3}})+,[0-9]+|[0-9]{{1,3}}(?:\.[0-9]{{3}}){{2,}}")
"""Thousands by points or spaces, decimals by a comma."""
_COMMA = re.compile(r"[0-9]+,[0-9]{1,2}")
"""Decimals by a comma: of thousands it would have three digits behind it."""
_EITHER = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")


def number(cell: str, message: str) -> Decimal:
    """The number that is written, not below zero. `message` says what is right where it is none. Raises
    CellRefusedError.
    """
    if len(cell) > 2 * MAX_DIGITS:
        raise CellRefusedError("cell_number", message=message)
    if _EITHER.fullmatch(cell):
        raise CellRefusedError("cell_number", message="cell_number.either")
    if _PLAIN.fullmatch(cell):
        return Decimal(cell)
    if _COMMAS.fullmatch(cell):
        return Decimal(re.sub(r"[^0-9.]", "", cell))
    if _POINTS.fullmatch(cell) or _COMMA.fullmatch(cell):
        return Decimal(re.sub(r"[^0-9,]", "", cell).replace(",", "."))
    raise CellRefusedError("cell_number", message=message)
