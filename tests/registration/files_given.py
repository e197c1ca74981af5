"""Files as operators give them."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

SUPPLIER = {
    "rfc": "MAB9307148T4",
    "razon_social": "Maquinados Ejemplo SA de CV",
    "sector": "industria",
    "scian": "332710",
    "estado": "22",
    "inicio_operaciones": "2009-05-04",
    "trabajadores": "51",
    "ventas_anuales_mxn": "100000000.00",
    "area_1": "P14",
}


def csv_of(*rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """The header row is of every column that any row has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    return "\r\n".join(quoted).encode(encoding)


def xlsx_of(*lines: Sequence[Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(list(line))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx_with_a_stray_cell(place: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["rfc"])
    sheet[place] = "stray"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
