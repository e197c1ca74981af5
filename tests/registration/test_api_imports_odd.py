"""A file as people send them, with every odd way that is read: its refused rows come back, are mended and sent again
until none is left. Firms and RFCs are invented.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from shared.testing.stage import StageUnderTest
from tests.files.given import book_of
from tests.registration.files_given import upload

ODD = Path(__file__).with_name("odd_firms.csv").read_bytes()

MENDED = {
    "manufactura": "industria",
    "Texas": "Coahuila",
    "22001": "5030",
    "31/02/2015": "28/02/2015",
    "muchos": "30",
    "1.250": "12,500,000.00",
    "quizá": "NO",
    "ISO 9001:2008": "ISO 9001:2015",
    "0.97": "97 %",
    "nada": "eva@ejemplo.example",
    "@": "844 555 0101",
    "P99": "30",
    "-5": "5",
    "CQI-9:2030-01-01": "CQI-9:01/02/2026",
    "45": "45,000,000",
}
"""What whoever sent the file writes instead, cell by cell."""


def lines_of(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig").removeprefix("sep=;\r\n")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def as_text(lines: Sequence[Sequence[str]], delimiter: str, encoding: str) -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(lines)
    return file.getvalue().encode(encoding)


def as_book(lines: Sequence[Sequence[str]]) -> bytes:
    """With a sheet of instructions before it. A formula is no text there."""
    return book_of(
        [["Instrucciones"], ["rfc", "sin guiones"]], [[text.removeprefix("=") for text in line] for line in lines]
    )


FORMS = {
    "as it is": lambda: ODD,
    "tabs, UTF-16": lambda: as_text(lines_of(ODD), "\t", "utf-16"),
    "commas, Windows-1252": lambda: as_text(lines_of(ODD), ",", "cp1252"),
    "a workbook": lambda: as_book(lines_of(ODD)),
}


def mended(content: bytes) -> bytes:
    if content.startswith(b"PK"):
        book = load_workbook(io.BytesIO(content))
        for row in book.worksheets[0].iter_rows(min_row=2):
            for cell in row[:-1]:
                cell.value = MENDED.get(str(cell.value), cell.value)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()
    text = content.decode("utf-8-sig")
    delimiter = next(each for each in ";\t," if f"R.F.C.*{each}" in text)
    header, *rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    return as_text(
        [header, *([MENDED.get(cell.removeprefix("'"), cell) for cell in row] for row in rows)], delimiter, "utf-8-sig"
    )


async def back(stage: StageUnderTest, report: dict[str, Any]) -> bytes:
    headers = stage.headers("operator") | {"Accept-Language": "es"}
    return (await stage.client.get(f"/suppliers/imports/{report['id']}/refused", headers=headers)).content


@pytest.mark.parametrize("form", FORMS)
async def test_an_odd_file_is_mended_and_sent_again_until_nothing_is_refused(stage: StageUnderTest, form: str) -> None:
    report = (await upload(stage, "/suppliers/imports", FORMS[form]())).json()
    assert (report["state"], report["rows"], report["outcomes"]) == ("done", 6, {"registered": 3})
    assert (report["refused"], report["ignored_columns"]) == (3, ["Notas"])
    told: dict[int, set[str]] = {}
    for fault in report["refused_rows"]:
        told.setdefault(fault["line"], set()).add(fault["column"])
    assert [len(columns) for columns in told.values()] == [13, 1, 1], "each row says all of it at once"
    rounds = 0
    while report["refused"]:
        report = (await upload(stage, "/suppliers/imports", mended(await back(stage, report)))).json()
        rounds += 1
        assert report["ignored_columns"] == ["Notas"], "what was wrong is no column of it"
    # The one that the file had twice says what is there already, once the other one of it is not beside it.
    assert (rounds, report["refused"]) == (1, 0)
    assert report["outcomes"] == {"registered": 2, "unchanged": 1}
    firms = await stage.rows("SELECT state, workers, annual_sales_mxn::text AS sales FROM supplier ORDER BY rfc")
    assert [tuple(firm.values()) for firm in firms] == [
        ("22", 48, "62500000.00"),
        ("19", 1250, "1250000000.00"),
        ("09", 51, "100000000.00"),
        ("05", 30, "12500000.00"),
        ("15", 30, "45000000.00"),
    ]
    assert (await upload(stage, "/suppliers/imports", FORMS[form]())).json()["outcomes"] == {"unchanged": 3}
