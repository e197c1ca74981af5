import io
import re
import zipfile

import pytest

from shared.files.faults import FileRefusedError
from shared.files.workbook import MAX_UNPACKED_BYTES, first_sheet
from tests.files.given import parts_of, xlsx_of, xlsx_with_a_stray_cell, zip_of

SHEET = "xl/worksheets/sheet1.xml"


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefusedError) as caught:
        first_sheet(content)
    return caught.value.reason


def test_cells_from_the_first_row_on() -> None:
    assert first_sheet(xlsx_of([None], ["a", 1.5])) == [["", ""], ["a", 1.5]]


@pytest.mark.parametrize("place", ["XFD1", "A1048576", "CW1", "A200001", "CV50001"])
def test_a_stray_cell_that_would_fill_the_memory(place: str) -> None:
    assert refusal(xlsx_with_a_stray_cell(place)) == "file_too_large"


@pytest.mark.parametrize("place", ["CV50000", "Y200000"])
def test_the_farthest_cell_that_is_read(place: str) -> None:
    assert len(first_sheet(xlsx_with_a_stray_cell(place))) == int(place.strip("CVY"))


@pytest.mark.parametrize("written", [b"r='XFD1'", b'r = "xfd1"', b'r="A99999999999"'])
def test_a_stray_cell_however_it_is_written(written: bytes) -> None:
    parts = parts_of(xlsx_with_a_stray_cell("B1"))
    assert refusal(zip_of(parts | {SHEET: parts[SHEET].replace(b'r="B1"', written)})) == "file_too_large"


def test_a_stray_cell_in_a_part_of_another_name() -> None:
    parts = parts_of(xlsx_with_a_stray_cell("XFD1"))
    sheet = parts.pop(SHEET)
    relations = {name: content.replace(b"worksheets/sheet1.xml", b"elsewhere.bin") for name, content in parts.items()}
    assert refusal(zip_of(relations | {"xl/elsewhere.bin": sheet})) == "file_too_large"


def test_a_workbook_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    assert refusal(zip_of({SHEET: b"0" * (MAX_UNPACKED_BYTES + 1)})) == "file_too_large"


def test_what_unpacks_to_too_much_in_all_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.files.workbook.MAX_UNPACKED_BYTES", 100)
    assert refusal(xlsx_of(["rfc"], ["A"])) == "file_too_large"


@pytest.mark.parametrize("other", ["content.xml", "xl/workbook.bin", "a.txt"])
def test_a_zip_that_is_no_workbook_or_one_of_another_kind(other: str) -> None:
    assert refusal(zip_of({other: b"rfc"})) == "file_format"


def test_a_workbook_that_is_also_one_of_another_kind() -> None:
    assert refusal(zip_of(parts_of(xlsx_of(["rfc"])) | {"content.xml": b""})) == "file_format"


def _damaged(content: bytes) -> bytes:
    """The packed bytes of the sheet are others than they were; the archive's directory is whole."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo(SHEET)
    start = entry.header_offset + 30 + len(SHEET)
    return content[:start] + b"\xff" * entry.compress_size + content[start + entry.compress_size :]


def _locked(content: bytes) -> bytes:
    """Every entry says that it is encrypted."""
    marked = bytearray(content)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(signature), content):
            marked[found.start() + flags] |= 1
    return bytes(marked)


def test_a_workbook_that_is_damaged_or_locked() -> None:
    whole = zip_of(parts_of(xlsx_of(["rfc"], ["A"])))
    assert first_sheet(whole) == [["rfc"], ["A"]]
    assert refusal(_damaged(whole)) == "file_format"
    assert refusal(_locked(whole)) == "file_format"
    assert refusal(whole[: len(whole) // 2]) == "file_format"
