"""The longest cell that a sheet may have, of whatever it is made, costs little wherever it is read."""

import ast
import contextlib
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.registration.domain import rfc
from shared import states as known_states
from shared.files.cells import (
    MAX_PARTS,
    Digits,
    amount,
    area,
    choice,
    codes,
    day,
    levels,
    pairs,
    parts,
    share,
    states,
    text,
    whole,
)
from shared.files.dates import is_month_first, may_be_either
from shared.files.faults import CellRefusedError
from shared.files.rows import MAX_CELL
from shared.files.text import plain

ROOT = Path(__file__).parents[2]

PIECES = ["1", ",111", "a;", ";", "a:2026-05-01;", "\u0316\u0301", "ñ", "%", "/", " ", "0", "x", "$"]

READERS: list[Callable[[str], Any]] = [
    *(
        amount,
        area,
        choice({"si": True}),
        is_month_first,
        may_be_either,
        codes,
        day,
        Digits(5),
        levels,
        states,
        pairs,
        parts,
        share,
        text,
        whole,
    ),
    *(plain, rfc.judge, rfc.normalise, known_states.state_key),
]

NORMALISING = {
    "shared/files/text.py",
    "services/registration/domain/rfc.py",
    "shared/states.py",
}
"""What takes accents apart, of what people send: the functions above."""

OF_CONTRACTS = {
    "services/registration/domain/firm_name.py": "a legal name has at most 250 characters, and 400 are looked at",
    "services/registration/domain/prospect_areas.py": "of a register's text 300 characters are looked at",
    "services/matching/domain/materials.py": "a material of an event has at most 60 characters",
    "services/financing/domain/consent.py": "a name that an operator compares has at most 200 characters",
}

real_normalize = unicodedata.normalize


def normalize(form: Any, words: str) -> str:
    assert len(words) <= 200, "it takes the square of the length where marks follow each other"
    return real_normalize(form, words)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: getattr(reader, "__qualname__", "choice"))
def test_the_longest_cell(reader: Callable[[str], Any], piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unicodedata, "normalize", normalize)
    with contextlib.suppress(CellRefusedError):
        found = reader((piece * MAX_CELL)[:MAX_CELL])
        assert not isinstance(found, (list, tuple)) or len(found) <= MAX_PARTS


def test_whatever_takes_accents_apart_is_among_them() -> None:
    found = {
        str(path.relative_to(ROOT))
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "unicodedata.normalize"
    }
    assert found == NORMALISING | OF_CONTRACTS.keys()
