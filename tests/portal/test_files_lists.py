"""Lists as files: whole, on whatever page they are."""

import re
from pathlib import Path

import pytest

from services.portal.api import filing
from services.portal.views.document import Document
from services.portal.views.files import FORMATS, Format
from services.portal.views.reading import read
from shared.service.callers import Role
from tests.portal.conftest import Visitors
from tests.portal.walks import SHOWN, _of, _with, walk, walked

__all__ = ["walk", "walked"]

TEMPLATES = Path(filing.__file__).parents[1] / "views" / "templates"


NUMBERED = "profile_processes.html"
"""Pages of a form, by their numbers: what it changes is whole on the page of the profile, and in that one's file."""


def test_every_way_to_a_next_page_is_the_same() -> None:
    """A file follows no other."""
    said = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html") if path.name != NUMBERED}
    for mark in ('rel="next"', 'class="pager"', "list.next", "list.earlier"):
        assert {name for name, text in said.items() if mark in text and name != "parts.html"} == set(), mark
    for name, text in said.items():
        # Where a stage's cursor is named, it goes to the macro.
        ways = re.findall(r"look\.address\([^)]*\b(?:next|last)\b", text)
        assert len(ways) == text.count('rel="next"') == (name == "parts.html"), name


def _written(monkeypatch: pytest.MonkeyPatch) -> list[Document]:
    """What is written as CSV from now on."""
    written: list[Document] = []

    def write(document: Document) -> bytes:
        written.append(document)
        return b""

    monkeypatch.setitem(FORMATS, "csv", Format("text/csv", write))
    return written


WHOLE = re.compile(
    "/journal|/audit/checkpoints|/partners|/products|/screening/lists|/suppliers/[^/]+/people|/diagnoses/[^/]+/gaps"
    "|/suppliers/[^/]+/attachments|/suppliers/[^/]+/arco-requests|/desk/tests"
)
"""Lists of which a page shows all that there can be, or on purpose the first alone."""
NOTICE = re.compile(r"/twins\?status=open&(limit=1|supplier_id=.*)")
"""What a page asks to tell that something waits elsewhere, where the whole list is."""


DIFFERENCES = {"/my-firm/profile/changes", "/registrations/{supplier_id}/changes"}
"""Pages whose rows are what differs between two of a list: examples that are all the same never do."""


@pytest.mark.parametrize(("path", "roles"), [(path, roles) for path, roles in SHOWN if path not in DIFFERENCES])
async def test_a_file_has_all_rows_of_three_pages_of_each_list(
    walked: Visitors, path: str, roles: frozenset[Role] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each list that a stage shows goes on twice: each table and list of a page that goes on has twice as much more."""
    walked.others.cursors = ("1", "2")
    written = _written(monkeypatch)
    for role in roles or ():
        browser = await _with(walked, role)
        walked.others.asked.clear()
        page = read((await browser.get(_of(path))).text)
        elsewhere = [each for each in walked.others.asked if NOTICE.fullmatch(each.url.raw_path.decode())]
        asked = [each for each in walked.others.asked if not WHOLE.fullmatch(each.url.path) and each not in elsewhere]
        lists = [each for each in asked if walked.others.is_list(each)]
        await browser.get(f"{_of(path)}?as=csv")
        document = written[-1]
        assert len(page.following) == len(lists), "each goes on from here"
        going_on = {part for part, _ in page.following}
        assert document.counts == {part: count * (3 if part in going_on else 1) for part, count in page.counts.items()}
        assert {
            table.part: len(table.rows) - table.heads for table in document.tables
        }.items() <= document.counts.items()


async def test_a_list_that_does_not_fit_says_so_where_it_ends(
    walked: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked.others.cursors = ("1", "2")
    written = _written(monkeypatch)
    monkeypatch.setitem(filing.MOST_PAGES, "csv", 2)
    await (await _with(walked, Role.OPERATOR)).get("/assignments?as=csv")
    [document] = written
    first, second = document.tables
    assert ["2 filas" in first.rows[-1][0].text, "1 fila " in second.rows[-1][0].text] == [True, True]
    assert document.blocks[-1].text == second.rows[-1][0].text
    await (await _with(walked, Role.MENTOR)).get("/work?as=csv")
    assert "1 fila " in written[-1].blocks[-1].text, "a list without a table too"
