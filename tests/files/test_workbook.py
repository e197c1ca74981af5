"""Workbooks that somebody made to harm whoever reads them: each is refused, and takes no more than it is given."""

import asyncio
import contextlib
import io
import os
import re
import zipfile
from collections.abc import Callable
from tempfile import TemporaryFile

import pytest

from shared.files import sheet
from shared.files.faults import FileRefusedError
from shared.files.rows import Row, Wanted
from shared.files.table import read
from tests.files.given import shared_strings_book, xlsx_of, xlsx_with_a_stray_cell, zip_of

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
PARTS = shared_strings_book()


def rows(content: bytes, max_rows: int = 10) -> list[Row]:
    async def reading() -> list[Row]:
        with TemporaryFile() as file, TemporaryFile() as lines:
            file.write(content)
            return [*await read(file, Wanted(("rfc",), (), max_rows), lines)]

    return asyncio.run(reading())


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefusedError) as caught:
        rows(content)
    return caught.value.message


def changed(part: str, change: Callable[[bytes], bytes]) -> bytes:
    content = change(PARTS[part])
    assert content != PARTS[part]
    return zip_of(PARTS | {part: content})


def test_a_whole_workbook() -> None:
    assert rows(zip_of(PARTS)) == [Row(2, {"rfc": "A"})]


@pytest.mark.parametrize("place", ["XFD1", "XFD1048576"])
def test_a_stray_cell_far_away_costs_nothing(place: str) -> None:
    assert refusal(xlsx_with_a_stray_cell(place)) == "file_empty.rows"


@pytest.mark.parametrize("line", [b"1048577", b"4294967295", b"99999999999999999999"])
def test_a_row_that_no_sheet_has(line: bytes) -> None:
    assert refusal(changed(SHEET, lambda part: part.replace(b'<row r="2"', b'<row r="' + line + b'"'))) in {
        "file_too_large.sheet",
        "file_format.unreadable",
    }


@pytest.mark.parametrize("place", [b"", b'r="AAAAAAAA2"', b'r="A0"', b'r="-"'])
def test_cells_without_a_place_or_with_none_that_is(place: bytes) -> None:
    """A parser that subtracts without looking asks for a terabyte here, and the system ends its process."""
    content = changed(SHEET, lambda part: part.replace(b'r="A2"', place))
    with contextlib.suppress(FileRefusedError):
        assert rows(content) == [Row(2, {"rfc": "A"})]


def test_a_count_that_lies() -> None:
    content = changed(STRINGS, lambda strings: re.sub(rb'uniqueCount="\d+"', b'uniqueCount="4294967295"', strings))
    assert rows(content) == [Row(2, {"rfc": "A"})]


def test_a_size_that_lies() -> None:
    content = changed(SHEET, lambda sheet: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', sheet))
    assert rows(content) == [Row(2, {"rfc": "A"})]


def test_a_workbook_that_unpacks_to_gigabytes_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.files.workbook.MAX_UNPACKED_BYTES", sum(map(len, PARTS.values())) - 1)
    with pytest.raises(FileRefusedError) as caught:
        list(sheet.rows(io.BytesIO(zip_of(PARTS)), Wanted(("rfc",), (), 10)))
    assert caught.value.message == "file_too_large.unpacked"


def test_one_text_longer_than_any_sheet_has() -> None:
    """Seen: a megabyte in a cell, packed in 1 kB, which held the process that had the child read it."""
    content = changed(STRINGS, lambda strings: strings.replace(b">A<", b">" + b"A;" * 500_000 + b"<"))
    assert refusal(content) == "file_cell_too_long"


def test_more_text_than_the_memory_that_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """100 MB of text in one cell, packed in 100 kB."""
    content = changed(STRINGS, lambda strings: strings.replace(b">A<", b">" + b"A" * 100_000_000 + b"<"))
    monkeypatch.setattr("shared.files.table.CHILD", ("-c", _LIMITED.format(memory=150_000_000)))
    assert refusal(content) in {"file_too_large.work", "file_format.unreadable"}


_LIMITED = """
from shared.files import child
child.MEMORY_BYTES = {memory}
child.main()
"""


def test_entities_that_multiply() -> None:
    bomb = b"<!DOCTYPE x [" + b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"A" * 10) for n in range(10)
    )
    content = changed(STRINGS, lambda strings: bomb + b"]>" + strings.replace(b">A<", b">&e9;<"))
    assert refusal(content) in {"file_format.unreadable", "file_too_large.work"}


def test_an_entity_that_names_a_file_is_not_read() -> None:
    named = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    content = changed(STRINGS, lambda strings: named + strings.replace(b">A<", b">&e;<"))
    assert refusal(content) == "file_format.unreadable"


_BUSY = """
from shared.files import child
child.PROCESSOR_S = 1
read = child.read
def slow(*given):
    while True:
        header, lines = read(*given)
        [*lines]
child.read = slow
child.main()
"""
_KEPT_WAITING = """
import time
from shared.files import child
child.AT_MOST_S = 1
child.read = lambda *_: time.sleep(600)
child.main()
"""


@pytest.mark.parametrize("child", [_BUSY, _KEPT_WAITING])
def test_more_work_than_the_time_that_is_given(monkeypatch: pytest.MonkeyPatch, child: str) -> None:
    """The system ends the child; nobody else notices."""
    monkeypatch.setattr("shared.files.table.CHILD", ("-c", child))
    assert refusal(zip_of(PARTS)) == "file_too_large.work"


def test_a_reader_that_fails_for_its_own_reasons_blames_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.files.table.CHILD", ("-c", "raise SystemExit(3)"))
    with pytest.raises(RuntimeError, match="ended by itself, with 3"):
        rows(zip_of(PARTS))


def test_the_child_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDP_DATABASE_URL", "postgresql://user:secret@host/db")
    monkeypatch.setattr(
        "shared.files.table.CHILD", ("-c", "import os, sys; sys.exit('PDP_DATABASE_URL' in os.environ)")
    )
    with pytest.raises(RuntimeError, match="with 0"):
        rows(zip_of(PARTS))


_ENDLESS = """
import os, time
print(os.getpid(), flush=True)
time.sleep(600)
"""


async def test_a_reading_that_is_cancelled_ends_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.files.table.CHILD", ("-c", _ENDLESS))
    said: list[bytes] = []
    started = asyncio.Event()

    def write(chunk: bytes) -> None:
        said.append(chunk)
        started.set()

    with TemporaryFile() as file, TemporaryFile() as lines:
        monkeypatch.setattr(lines, "write", write)
        reading = asyncio.create_task(read(file, Wanted(("rfc",), (), 10), lines))
        await started.wait()
        reading.cancel()
        await asyncio.wait({reading})
    assert reading.cancelled()
    with pytest.raises(ProcessLookupError):
        os.kill(int(said[0]), 0)


def test_what_a_child_says_is_kept_out_of_memory() -> None:
    many = rows(xlsx_of(["rfc"], *[["A"]] * 5_000), max_rows=5_000)
    assert [many[0], many[-1], len(many)] == [Row(2, {"rfc": "A"}), Row(5_001, {"rfc": "A"}), 5_000]


@pytest.mark.parametrize("other", ["content.xml", "xl/workbook.bin", "a.txt"])
def test_a_zip_that_is_no_workbook_or_one_of_another_kind(other: str) -> None:
    assert refusal(zip_of({other: b"rfc"})) == "file_format.other_workbook"


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


@pytest.mark.parametrize("harm", [_damaged, _locked, lambda content: content[: len(content) // 2]])
def test_a_workbook_that_is_damaged_or_locked(harm: Callable[[bytes], bytes]) -> None:
    assert refusal(harm(zip_of(PARTS))) == "file_format.unreadable"


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/workbook.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("instead", [b"", b"<x/>", b"\x00\xff"])
def test_a_part_that_is_something_else(part: str, instead: bytes) -> None:
    assert refusal(changed(part, lambda _: instead)).startswith("file_")
