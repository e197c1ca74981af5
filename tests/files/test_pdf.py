"""A report as PDF: the same words are the same bytes, in both languages, and no word is markup."""

import sys

import pytest

from shared.files.pdf import Cell, Part, heading, paragraph, report, table
from shared.i18n import Language

HOSTILE = ("#let x = 1", "$x$ *y* _z_ \\ \"'", "\x07 ñ", "\ud800\ufffe", "漢字 \U0001f9ff")


@pytest.mark.parametrize(("language", "title"), [("es", "Informe de la empresa"), ("en", "The firm's report")])
def test_the_same_words_are_the_same_bytes(language: Language, title: str) -> None:
    rows = [[Cell("Calidad"), Cell("72.50 %", is_number=True)]]
    parts = [heading(title), paragraph("ñ"), Part("item", "uno"), table(["", "%"], rows, "Por dimensión")]
    file = report(title, language, parts)
    assert file == report(title, language, parts), "a date or a random id is in it"
    assert file != report(title, language, parts[:-1])
    assert file.startswith(b"%PDF-")
    assert b"pdfuaid" in file, "tagged, for whoever listens to it"
    assert f"<rdf:li>{language}</rdf:li>".encode() in file
    assert title.encode() in file
    assert "typst" not in sys.modules, "what it takes goes with a process of its own"


def test_a_report_says_whatever_it_is_given() -> None:
    parts = [*map(heading, HOSTILE), *map(paragraph, HOSTILE), Part("pairs", rows=[[Cell(each)] for each in HOSTILE])]
    assert report("\ud800\x07", "es", [*parts, table(HOSTILE, [])]).startswith(b"%PDF-")
