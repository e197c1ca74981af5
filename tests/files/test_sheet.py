import contextlib
import io
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.files import delimited, sheet
from shared.files.faults import FileRefusedError
from shared.files.rows import MAX_CELL, Header, Row, Wanted
from tests.files.given import book_of, csv_of, xlsx_of

WANTED = Wanted(required=("rfc",), optional=("razon_social",), max_rows=10)


def rows(content: bytes, wanted: Wanted = WANTED) -> list[Row]:
    return list(sheet.rows(io.BytesIO(content), wanted))


def refusal(content: bytes, wanted: Wanted = WANTED) -> str:
    with pytest.raises(FileRefusedError) as caught:
        rows(content, wanted)
    return caught.value.reason


def test_a_csv_file_with_its_lines() -> None:
    content = b"rfc,razon_social\r\nA,Uno\r\n,\r\nB,\r\n"
    assert rows(content) == [Row(2, {"rfc": "A", "razon_social": "Uno"}), Row(4, {"rfc": "B"})]


def test_a_cell_of_several_lines_counts_them() -> None:
    assert [row.line for row in rows(b'rfc,razon_social\nA,"Uno\nDos"\nB,x\n')] == [2, 4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_encodings_and_delimiters_of_spreadsheet_programs(encoding: str, delimiter: str) -> None:
    cells = {"rfc": "ÑAN9307148T4", "razon_social": "“Uno”; Dos – Tres, SA"}
    assert rows(csv_of(cells, delimiter=delimiter, encoding=encoding)) == [Row(2, cells)]


def test_bytes_that_mean_nothing_in_windows_1252() -> None:
    assert rows(b"rfc,razon_social\nA,x\x81y\n") == [Row(2, {"rfc": "A", "razon_social": "x\x81y"})]


def test_the_delimiter_that_the_file_names_counts_as_a_line() -> None:
    assert rows(b"sep=;\r\nrfc;razon_social\r\nA;b,c\r\n") == [Row(3, {"rfc": "A", "razon_social": "b,c"})]


def test_headers_as_people_write_them() -> None:
    for header in (" RFC ,Razón  Social", "rfc*,RAZON_SOCIAL", ["R.F.C.,Razón-social", "obligatoria)"][0]):
        assert rows(f"{header}\nA,Uno\n".encode()) == [Row(2, {"rfc": "A", "razon_social": "Uno"})]


def test_titles_above_the_header() -> None:
    titles = "Información actualizada al 30 de septiembre,,\nListado completo (Artículo 69-B),,\n".encode("cp1252")
    assert rows(titles + b"rfc,razon_social\nA,Uno\n") == [Row(4, {"rfc": "A", "razon_social": "Uno"})]


def test_of_several_sheets_the_one_with_the_header() -> None:
    book = book_of([["Escriba una empresa por fila"], ["columna", "qué es"]], [["rfc"], ["A"]], [["rfc"], ["B"]])
    assert rows(book) == [Row(2, {"rfc": "A"})]


def test_a_workbook_as_a_person_reads_it() -> None:
    lines: list[list[Any]] = [
        ["rfc", "razon_social"],
        [None, None],
        ["A", 12.0],
        ["B", 0.1 + 0.2],
        ["C", date(2026, 5, 1)],
        ["D", datetime(2026, 5, 1, 12)],  # noqa: DTZ001 - as a sheet has it
        ["E", True],
        [17, "  x "],
        ["F", "=1/0"],
    ]
    found = {row.cells["rfc"]: row.cells.get("razon_social") for row in rows(xlsx_of(*lines))}
    assert found == {
        "A": "12", "B": "0.3", "C": "2026-05-01", "D": "2026-05-01", "E": "si", "17": "x", "F": None,
    }  # fmt: skip
    assert [row.line for row in rows(xlsx_of(*lines))] == [3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("number", "format_", "seen"),
    [
        (0.97, "0%", "97%"),
        (0.9725, "0.00%", "97.25%"),
        (0.57, "0.0 %", "57%"),
        (1, "0%", "100%"),
        (1e-4, "0.00%", "0.01%"),
        (0, "0%", "0%"),
        (97, "0", "97"),
        (97, '0" %"', "97"),
        (97, r"0\%", "97"),
        (97, "General", "97"),
    ],
)
def test_a_percentage_of_a_workbook_is_what_people_see(number: float, format_: str, seen: str) -> None:
    book = xlsx_of(["rfc", "razon_social"], ["A", number], formats={"B2": format_})
    assert rows(book) == [Row(2, {"rfc": "A", "razon_social": seen})]


def test_blank_rows_above_the_header_keep_the_line_numbers() -> None:
    assert rows(xlsx_of([None], ["rfc"], ["A"])) == [Row(3, {"rfc": "A"})]
    assert rows(b"\n,\nrfc\nA\n") == [Row(4, {"rfc": "A"})]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_empty"),
        (b"rfc\n", "file_empty"),
        (b"razon_social\nUno\n", "file_column_missing"),
        (b"x\n" * 20 + b"rfc\nA\n", "file_column_missing"),
        (b"rfc,razon_social,Razon-Social\nA,Uno,x\n", "file_column_repeated"),
        (b"rfc,R.F.C.\nA,B\n", "file_column_repeated"),
        (b"rfc,rfc\nA,B\n", "file_column_repeated"),
        (b"rfc\nA\x00\n", "file_format"),
        (b"\xd0\xcf\x11\xe0\x00\x00", "file_format"),
        (b"\x89PNG\r\n\x1a\n\x1f", "file_format"),
        (b"\x9a\xe1\x07k\xd2\n\xb3\x15", "file_format"),
        (b"\xff\xfer\x00f\x00c\x00\x00\x00", "file_format"),
        (b"PK\x03\x04 not a zip", "file_format"),
        (b"rfc\n" + b"x" * 200_000 + b"\n", "file_format"),
    ],
)
def test_a_file_that_cannot_be_read(content: bytes, reason: str) -> None:
    assert refusal(content) == reason


def test_the_columns_that_the_best_header_lacks_are_named() -> None:
    with pytest.raises(FileRefusedError) as caught:
        rows(b"Lista;de;firmas\nrfc;razon_social\n", WANTED._replace(required=("rfc", "razon_social", "scian")))
    assert caught.value.params == {"columns": "scian"}


def test_as_many_rows_as_allowed_and_no_more() -> None:
    content = b"rfc\n" + b"A\n" * 10
    assert len(rows(content)) == 10
    assert refusal(content, WANTED._replace(max_rows=9)) == "file_too_many_rows"


def test_one_text_in_very_many_cells_is_counted_as_often_as_it_comes() -> None:
    book = xlsx_of(["rfc"], *[["x" * 30_000]] * 3_000)
    assert len(book) < 200_000
    assert refusal(book, WANTED._replace(max_rows=10_000)) == "file_too_large"


def test_further_columns_can_be_ignored() -> None:
    content = b"No,rfc,Nombre\n1,A,Persona\n"
    assert rows(content, Wanted(("rfc",), (), 5, "ignored")) == [Row(2, {"rfc": "A"})]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for start in (b"", b"rfc\n", b"PK\x03\x04"):
        with contextlib.suppress(FileRefusedError):
            rows(start + content, WANTED._replace(max_rows=1_000))


@pytest.mark.parametrize("where", ["rfc,{}\nA,B\n", "{},x\nrfc,razon_social\nA,B\n", "rfc,other\nA,{}\n", "rfc\n{}\n"])
def test_a_cell_has_at_most_what_a_sheet_has(where: str) -> None:
    wanted = WANTED._replace(others="ignored")
    assert rows(where.format("x" * MAX_CELL).encode(), wanted)
    assert refusal(where.format("x" * (MAX_CELL + 1)).encode(), wanted) == "file_cell_too_long"


@pytest.mark.parametrize("said", [b'sep="\nrfc\nA\n', b"sep=\r\nrfc\nA\n", b"sep=\r\r\nrfc\nA\n", b"sep=\n\nrfc\nA\n"])
def test_a_delimiter_that_is_none_is_not_taken(said: bytes) -> None:
    """Seen: a quote, of which Python 3.13 says that it is no delimiter, was an error of ours."""
    assert delimited._SAID.match(said.decode()) is None
    with contextlib.suppress(FileRefusedError):
        assert [row.cells for row in rows(said)] == [{"rfc": "A"}]


def header(content: bytes, wanted: Wanted = WANTED) -> Header:
    return sheet.read(io.BytesIO(content), wanted)[0]


def test_columns_that_nobody_reads_are_named_by_their_place() -> None:
    content = "Notas;RFC;;Razón social;Teléfono;Motivo\nx;A;;Uno;5;y\n".encode()
    assert header(content) == Header(
        sent=["Notas", "RFC", "", "Razón social", "Teléfono", "Motivo"],
        names=["", "rfc", "", "razon_social", "", ""],
        ignored=[1, 5],
        delimiter=";",
    )
    assert header(content, WANTED._replace(others="ignored")).ignored == []
    assert header(xlsx_of(["rfc"], ["A"])).delimiter == ""


def test_a_row_keeps_its_cells_as_they_were_sent() -> None:
    (row,) = rows(b"x;rfc;razon_social\n no ; A;'=1+1\n")
    assert (row.cells, [*row.sent]) == ({"rfc": "A", "razon_social": "=1+1"}, [" no ", " A", "=1+1"])
    (row,) = rows(xlsx_of(["rfc", "razon_social", "x", "y"], [17, 0.5, "  t ", 2**60]))
    assert [*row.sent] == [17, 0.5, "  t ", str(2**60)]
    assert row.cells == {"rfc": "17", "razon_social": "0.5"}


def test_what_people_send_goes_in_together() -> None:
    """A title and a legend above the header, a blank row, further columns, tabs, UTF-16 with its mark."""
    content = "Padrón 2026\t\t\n(una empresa por fila)\t\t\n\t\t\nNotas\tRFC\tRazón Social\nx\tA\tUno\n"
    assert rows(content.encode("utf-16")) == [Row(5, {"rfc": "A", "razon_social": "Uno"})]


def test_a_cell_far_away_in_each_row_is_counted_with_the_blanks_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them would be some 50 kB of what the reader says."""
    monkeypatch.setattr(sheet, "MAX_TEXT", 100_000)
    near, far = [*[["A", "x"]] * 10], [*[["A", *[None] * 16_000, "x"]] * 10]
    assert len(rows(xlsx_of(["rfc"], *near))) == 10
    assert refusal(xlsx_of(["rfc"], *far)) == "file_too_large"
