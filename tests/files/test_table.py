import contextlib
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.files.faults import FileRefusedError
from shared.files.table import Row, read
from tests.files.given import csv_of, xlsx_of


def rows(content: bytes, max_rows: int = 10) -> list[Row]:
    return read(content, required=("rfc",), optional=("razon_social",), max_rows=max_rows)


def refusal(content: bytes, max_rows: int = 10) -> str:
    with pytest.raises(FileRefusedError) as caught:
        rows(content, max_rows)
    return caught.value.reason


def test_a_csv_file_with_its_lines() -> None:
    content = b"rfc,razon_social\r\nA,Uno\r\n,\r\nB,\r\n"
    assert rows(content) == [Row(2, {"rfc": "A", "razon_social": "Uno"}), Row(4, {"rfc": "B"})]


def test_a_cell_of_several_lines_counts_them() -> None:
    assert [row.line for row in rows(b'rfc,razon_social\nA,"Uno\nDos"\nB,x\n')] == [2, 4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_the_encodings_and_delimiters_of_spreadsheet_programs(encoding: str, delimiter: str) -> None:
    content = csv_of({"rfc": "ÑAN9307148T4", "razon_social": "Uno; Dos, SA"}, delimiter=delimiter, encoding=encoding)
    assert rows(content) == [Row(2, {"rfc": "ÑAN9307148T4", "razon_social": "Uno; Dos, SA"})]


def test_headers_as_people_write_them() -> None:
    assert rows(" RFC ,Razón  Social\nA,Uno\n".encode()) == [Row(2, {"rfc": "A", "razon_social": "Uno"})]


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
    ]
    found = {row.cells["rfc"]: row.cells["razon_social"] for row in rows(xlsx_of(*lines))}
    assert found == {"A": "12", "B": "0.3", "C": "2026-05-01", "D": "2026-05-01", "E": "si", "17": "x"}
    assert [row.line for row in rows(xlsx_of(*lines))] == [3, 4, 5, 6, 7, 8]


def test_blank_rows_above_the_header_keep_the_line_numbers() -> None:
    assert rows(xlsx_of([None], ["rfc"], ["A"])) == [Row(3, {"rfc": "A"})]
    assert rows(b"\n,\nrfc\nA\n") == [Row(4, {"rfc": "A"})]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_empty"),
        (b"rfc\n", "file_empty"),
        (b"razon_social\nUno\n", "file_column_missing"),
        (b"rfc,razon_social,notas\nA,Uno,x\n", "file_column_unknown"),
        (b"rfc,rfc\nA,B\n", "file_column_repeated"),
        (b"rfc\nA\x00\n", "file_format"),
        (b"\xd0\xcf\x11\xe0\x00\x00", "file_format"),
        (b"PK\x03\x04 not a zip", "file_format"),
        (b"rfc\n" + b"x" * 200_000 + b"\n", "file_format"),
    ],
)
def test_a_file_that_cannot_be_read(content: bytes, reason: str) -> None:
    assert refusal(content) == reason


def test_as_many_rows_as_allowed_and_no_more() -> None:
    content = b"rfc\n" + b"A\n" * 10
    assert len(rows(content, max_rows=10)) == 10
    assert refusal(content, max_rows=9) == "file_too_many_rows"


def test_further_columns_can_be_ignored() -> None:
    content = b"No,rfc,Nombre\n1,A,Persona\n"
    assert read(content, required=("rfc",), optional=(), max_rows=5, others="ignored") == [Row(2, {"rfc": "A"})]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for start in (b"", b"rfc\n", b"PK\x03\x04"):
        with contextlib.suppress(FileRefusedError):
            rows(start + content, max_rows=1_000)
