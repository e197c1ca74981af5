"""`pdp template`: without any server."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from deploy.cli.commands.template import KINDS
from tests.deploy.program import pdp


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("language", "first"), [("es", "Instrucciones"), ("en", "Instructions")])
def test_a_template_is_written_in_the_language_of_the_terminal(
    kind: str, language: str, first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDP_LANG", language)
    monkeypatch.chdir(tmp_path)
    told = pdp("template", kind)
    assert (told.code, f"pdp import {kind} {kind}.xlsx" in told.err.replace("\n", " ")) == (0, True)
    book = load_workbook(io.BytesIO((tmp_path / f"{kind}.xlsx").read_bytes()))
    assert book.sheetnames[0] == first


def test_text_where_the_name_says_so_and_nothing_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    there = tmp_path / "firms.CSV"
    assert pdp("template", "suppliers", str(there)).code == 0
    assert there.read_bytes().startswith(b"\xef\xbb\xbfrfc,razon_social,")
    again = pdp("template", "suppliers", str(there))
    assert (again.code, "exists already" in again.err) == (2, True)


@pytest.mark.parametrize(("kind", "name"), [("firms", "x.csv"), ("suppliers", "x.ods"), ("suppliers", "no/x.csv")])
def test_what_cannot_be_written(kind: str, name: str, tmp_path: Path) -> None:
    told = pdp("template", kind, str(tmp_path / name))
    assert (told.code, told.out) == (2, "")
    assert told.err
