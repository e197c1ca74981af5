"""Refused rows as a file in the format in which they were sent: read back it says the same, and nothing in it acts."""

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from shared.files import sheet
from shared.files.formulas import FORMULA
from shared.files.returned import Returned
from shared.files.rows import Header, Row, Wanted
from shared.plain_text import NOT_TEXT
from tests.files.given import csv_of, xlsx_of

WANTED = Wanted(("rfc",), ("nombre", "notas"), 100)
HOSTILE = ["=1+1", "+52 442 555 0101", "-5", "@SUM(A1)", "\t=1", "'=1", "''=1", '=HYPERLINK("http://x","y")', "  =1"]


def given_back(content: bytes, reasons: str = "Línea 2. rfc: es corto.") -> bytes:
    header, lines = sheet.read(io.BytesIO(content), WANTED)
    file = io.BytesIO()
    written = Returned(header, file)
    written.add([(line.sent, reasons) for line in lines])
    written.close()
    return file.getvalue()


def rows(content: bytes) -> list[Row]:
    return list(sheet.rows(io.BytesIO(content), WANTED))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_comes_back_with_its_columns_and_its_delimiter(delimiter: str) -> None:
    cells = {"Notas": "x", "RFC": "ÑAN", "": "", "Nombre": f'Uno "y"\nDos{delimiter}Tres', "Extra": " = "}
    content = csv_of(cells, delimiter=delimiter)
    content = content if delimiter in ",;\t" else f"sep={delimiter}\r\n".encode() + content
    back = given_back(content)
    first, second = (sheet.read(io.BytesIO(each), WANTED)[0] for each in (content, back))
    assert second == Header([*first.sent, "motivo"], [*first.names, ""], first.ignored, delimiter)
    assert [row.cells for row in rows(back)] == [row.cells for row in rows(content)]
    assert [row.sent[:5] for row in rows(back)] == [row.sent for row in rows(content)]
    assert back.decode("utf-8-sig").count("Línea 2. rfc: es corto.") == 1


def test_a_workbook_comes_back_as_one_with_its_numbers() -> None:
    back = given_back(xlsx_of(["RFC", None, "Nombre", "x"], ["A", None, 12.5, True], [17, None, "=1/0", 2**60]))
    assert [row.cells for row in rows(back)] == [{"rfc": "A", "nombre": "12.5"}, {"rfc": "17"}]
    (book,) = load_workbook(io.BytesIO(back)).worksheets
    assert [cell.value for cell in book[2]] == ["A", None, 12.5, "si", "Línea 2. rfc: es corto."]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_be_a_formula_is_text_and_is_read_back_the_same(text: str) -> None:
    content = csv_of({"rfc": text, "nombre": "b"})
    back = given_back(content)
    assert [row.cells for row in rows(back)] == [row.cells for row in rows(content)]
    assert not back.decode("utf-8-sig").splitlines()[1].strip('"').startswith(FORMULA)
    assert [row.cells["rfc"] for row in rows(given_back(xlsx_of(["rfc"], ["'" + text])))] == [("'" + text).strip()]


def test_in_a_workbook_it_stays_text_when_somebody_edits_it() -> None:
    header = Header(["rfc"], ["rfc"])
    file = io.BytesIO()
    written = Returned(header, file)
    written.add([([text], "") for text in ("=1+1", "plain")])
    written.close()
    (book,) = load_workbook(file).worksheets
    assert [(book.cell(line, 1).data_type, book.cell(line, 1).value) for line in (2, 3)] == [
        ("s", "=1+1"),
        ("s", "plain"),
    ]
    assert [book.cell(line, 1).quotePrefix for line in (2, 3)] == [True, False]


def test_reasons_are_replaced_when_a_mended_file_is_refused_again() -> None:
    back = given_back(given_back(csv_of({"rfc": "A", "nombre": "b"}), "viejo"), "nuevo")
    assert back.decode("utf-8-sig").splitlines() == ["rfc,nombre,motivo", "A,b,nuevo"]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda text: not NOT_TEXT.search(text))


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4), st.sampled_from([",", ";", "\t", ""]))
def test_whatever_was_sent_is_read_back_the_same(cells: Sequence[tuple[str, str]], delimiter: str) -> None:
    file = io.BytesIO()
    written = Returned(Header(["rfc", "nombre", "notas"], [], [], delimiter), file)
    written.add([(["A", *each], "x") for each in cells])
    written.close()
    found = [[row.cells.get(name, "") for name in ("rfc", "nombre", "notas")] for row in rows(file.getvalue())]
    if not delimiter:  # XML has one kind of line end.
        cells = [(one_line_end(first), one_line_end(second)) for first, second in cells]
    assert found == [["A", *(text.strip() for text in each)] for each in cells]


def one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
