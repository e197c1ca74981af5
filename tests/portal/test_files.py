"""Pages as files: what a page says, all of its list, and nothing that its reader does not see."""

import csv
import io
import sys
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook

from services.portal.api import filing
from services.portal.views.document import Block, Cell, Document
from services.portal.views.files import FORMATS, as_csv, as_pdf, as_xlsx
from services.portal.views.reading import read
from shared.contracts.registration import SupplierRegistered
from shared.service.callers import Role
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import example
from tests.portal.walks import SHOWN, _of, _with, walk, walked

__all__ = ["walk", "walked"]

HOSTILE = ("=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "#let x = 1", "$x$ *y* _z_ \\ \"'", "\x07 ñ")


def table(*rows: list[str], numbers: bool = False) -> Document:
    cells = [[Cell(text, numbers) for text in row] for row in rows]
    return Document("Título", "es", [Block("table", "Tabla", rows=cells, heads=1)])


def texts(rows: list[list[Cell]]) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows]


def parsed(file: bytes) -> list[list[str]]:
    return [*csv.reader(io.StringIO(file.decode("utf-8-sig")))]


def test_what_spans_is_in_each_row_and_column() -> None:
    document = read(
        "<html lang=en><title>T – P</title><body><table><td>no</table><main><table><caption> A\n b </caption><thead>"
        "<tr><th rowspan=2>x<th colspan=2>y</tr><tr><th>p<th>q</tr></thead>"
        "<tbody><tr><td>1<td class='tag number'>2<td>3</tr><tr><td>4</tr></table></main>"
    )
    [block] = document.blocks
    assert (document.title, document.language, block.text, block.heads) == ("T – P", "en", "A b", 2)
    assert texts(block.rows) == [["x", "y", "y"], ["x", "p", "q"], ["1", "2", "3"], ["4", "", ""]]
    assert [cell.is_number for cell in block.rows[2]] == [False, True, False]


def test_what_acts_is_left_out_and_what_says_stays() -> None:
    document = read(
        "<main><h1>Uno <strong>dos</strong></h1><form><p>no</p><select><option>no</select></form>"
        "<p>sí <a href=/x>aquí</a></p><dl><div><dt>a</dt><dd>b</dd></div></dl>"
        "<svg><text>no</text></svg><ul><li>c</li></ul>"
        "<nav><p>no</p><a rel=next href='/x?after=1'>más</a></nav>"
        "<p><a rel=next href='/x?after=2'>más</a></p></main><p>no</p>"
    )
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Uno dos"),
        ("paragraph", "sí aquí"),
        ("pairs", ""),
        ("item", "c"),
        ("paragraph", "más"),
    ]
    assert texts(document.blocks[2].rows) == [["a", "b"]]
    assert [(part.kind, part.under, address) for part, address in document.following] == [
        ("list", "Uno dos", "/x?after=2")
    ]


def test_of_a_form_its_tables_count_with_the_values_of_their_fields() -> None:
    document = read(
        "<main><form><h2>no</h2><p>no</p></form><form><h2>sí</h2><p>no</p><ul><li>no</ul><table><thead><tr><td>"
        "<th>x<th>y</tr></thead><tbody><tr><td><input type=checkbox value=no><input type=hidden value=no>"
        "<td>uno <select><option>a<option selected>b</select><td><select><option value=''>no<option>c</select>"
        "<input value=dos><textarea>tres</textarea><button>no</button></tr></table>"
        "<a rel=next href='/x'>más</a><p>no</p></form><table><tr><td><form><p>no</p></form>d</table></main>"
    )
    assert [(block.kind, block.text) for block in document.blocks] == [("heading", "sí"), ("table", ""), ("table", "")]
    assert texts(document.tables[0].rows) == [["", "x", "y"], ["", "uno b", "dos tres"]]
    assert texts(document.tables[1].rows) == [["d"]]
    assert [(part.under, address) for part, address in document.following] == [("sí", "/x")]


def test_a_spreadsheet_takes_text_for_text() -> None:
    document = table(["uno"], *([each] for each in HOSTILE))
    for [cell] in parsed(as_csv(document))[1:]:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    sheet = load_workbook(io.BytesIO(as_xlsx(document))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [each.replace("\x07", "") for each in HOSTILE]


def test_numbers_are_numbers() -> None:
    document = table(["n"], ["1,250"], ["82.1 %"], ["-3"], ["12 de 40"], numbers=True)
    rows = load_workbook(io.BytesIO(as_xlsx(document))).worksheets[0].iter_rows(min_row=2)
    assert [row[0].value for row in rows] == [1250, 0.821, -3, "12 de 40"]
    assert parsed(as_csv(document)) == [["n"], ["1,250"], ["82.1 %"], ["-3"], ["12 de 40"]]


def test_a_report_says_whatever_it_is_given_and_is_tagged() -> None:
    blocks = [Block("heading", each, level=1 + number % 3) for number, each in enumerate(HOSTILE)]
    blocks += [Block("paragraph", each) for each in HOSTILE] + [Block("item", each) for each in HOSTILE]
    blocks += [Block("pairs", rows=[[Cell("a"), Cell("b")]]), *table(["x", "y"], ["1", "2"], numbers=True).blocks]
    blocks[0].level = 1
    file = as_pdf(Document("Informe", "es", blocks))
    assert "typst" not in sys.modules, "what it takes goes with a process of its own"
    assert file.startswith(b"%PDF-")
    assert b"pdfuaid" in file
    assert as_pdf(Document("Informe", "es", [Block("paragraph", "漢字 \U0001f9ff \u202e")])).startswith(b"%PDF-")


ALL = [*map(chr, range(0x10000)), "\U0001f9ff", "\U0001fffe", "\U0010ffff"]


def test_no_character_breaks_a_file() -> None:
    """A workbook is XML; what XML cannot have is left out, wherever it stands."""
    given = ["".join(ALL[first : first + 0x1000]) for first in range(0, len(ALL), 0x1000)]
    blocks = [Block("table", each, rows=[[Cell(each)]]) for each in given]
    document = Document("\ufffe\ud800\x0b", "es", blocks)
    book = load_workbook(io.BytesIO(as_xlsx(document)))
    rows = [str(sheet["A1"].value) for sheet in book.worksheets]
    assert [each.replace("\r", "\n") for each in map(_without_xml, given)] == [row.replace("\r", "\n") for row in rows]
    assert load_workbook(io.BytesIO(as_xlsx(Document("\ufffe\ud800\x0b")))).sheetnames == ["Sheet"]
    for cells in parsed(as_csv(document)):
        assert "\ufffe" not in "".join(cells)
    assert as_pdf(Document("\ufffe\ud800", "es", [Block("paragraph", each) for each in given])).startswith(b"%PDF-")


def _without_xml(text: str) -> str:
    """By what the parser takes."""
    return "".join(each for each in text if _is_xml(each))


def _is_xml(character: str) -> bool:
    try:
        ET.fromstring(f"<a>{character if character not in '<&' else 'x'}</a>".encode())
    except (ET.ParseError, UnicodeEncodeError):
        return False
    return True


@pytest.mark.parametrize(("path", "roles"), SHOWN)
async def test_every_page_is_a_file(walked: Visitors, path: str, roles: frozenset[Role] | None) -> None:
    browser = await _with(walked, next(iter(roles or {Role.OPERATOR})))
    said = (await browser.get(_of(path))).text
    for name, format_ in FORMATS.items():
        answer = await browser.get(f"{_of(path)}?as={name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, format_.media_type)
        assert f'.{name}"' in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
    if roles is not None and "<table" in said:
        assert 'as=csv">' in said
        tables, rows = said.count("<table"), parsed((await browser.get(f"{_of(path)}?as=csv")).content)
        named = 2 * tables - 1 if tables > 1 else 0  # The name of each, and a line between two.
        assert len(rows) - named == said.count("<tr")


async def test_nobody_gets_in_a_file_what_no_page_shows_them(walked: Visitors) -> None:
    for browser, status in ((walked.anybody(), 303), (await _with(walked, Role.SUPPLIER), 403)):
        answer = await browser.get("/firms?as=csv")
        assert (answer.status_code, "content-disposition" in answer.headers) == (status, False)
    assert (await walked.anybody().get("/?as=pdf")).headers["content-type"].startswith("text/html")
    operator = await _with(walked, Role.OPERATOR)
    assert (await operator.get("/nothing?as=pdf")).headers["content-type"].startswith("text/html")


async def test_what_does_not_end_is_no_file(walked: Visitors) -> None:
    walked.stage.app.state.stopping.set()
    answer = await (await _with(walked, Role.OPERATOR)).get("/operator/live?as=csv")
    assert answer.headers["content-type"].startswith("text/event-stream")


async def _folios(browser: Browser, query: str = "") -> list[str]:
    return [row[0] for row in parsed((await browser.get(f"/firms?as=csv{query}")).content)]


async def test_a_file_has_all_pages_of_a_list_once(portal: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [
        example(SupplierRegistered, supplier_id=UUID(int=number), folio=f"PDP-2026-{number:06}", state="11")
        for number in range(1, 122)
    ]
    await portal.stage.consume(*many)
    operator = await portal.signed_in(str(Role.OPERATOR))
    expected = [f"PDP-2026-{number:06}" for number in range(1, 122)]
    assert await _folios(operator) == ["Folio", *expected]
    assert await _folios(operator, "&state=01") == []
    monkeypatch.setitem(filing.MOST_PAGES, "csv", 2)
    *shown, last = await _folios(operator)
    assert (shown, "100 filas" in last) == (["Folio", *expected[:100]], True)
