"""Rule tables as data: the score's rules, materials, neighbourhood of the states, what a piece may cost."""

import csv
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from services.matching.domain.award import Prices
from services.matching.domain.materials import Materials, words_of
from services.matching.domain.rules import Rules, Weights

MATERIALS_VERSION = "materials-2026-1"
"""Part of the rules: where it changes, so does their version."""


CURRENT = "score_rules.json"
EARLIER = "score_rules-*.json"
"""Versions that nothing is judged by any more; what was is still explained by them."""


@cache
def materials(table: str = "materials.csv") -> Materials:
    """The materials that texts are mapped to. Raises ValueError when a name has two of them.

    Symbols of plastics after ISO 1043-1, of their fillers after ISO 1043-2, of rubbers after ISO 1629; steels by their
    SAE number, with the designations of EN 10027 that name the same grade.
    """
    rows = list(_rows(table))
    names: dict[tuple[str, ...], str] = {}
    for row in rows:
        for name in filter(None, (*row["names"].split(";"), *row["designations"].split(";"))):
            if names.setdefault(words_of(name), row["code"]) != row["code"]:
                raise ValueError(f"{name} names {names[words_of(name)]} and {row['code']}")
    fillers = {words_of(name): row["code"] for row in _rows("fillers.csv") for name in row["names"].split(";")}
    families = {row["code"]: row["family"] or None for row in rows}
    return Materials(MATERIALS_VERSION, names, families, fillers, filled="thermoplastic")


@cache
def rules() -> Rules:
    """The rules in force. Raises ValueError when the table contradicts itself."""
    return _read(json.loads(_text(CURRENT)))


@cache
def all_rules() -> Mapping[str, Rules]:
    """Every version by its name, that in force and those before. Raises ValueError as `rules`."""
    tables = [path.read_text(encoding="utf-8") for path in sorted(Path(str(files(__name__))).glob(EARLIER))]
    earlier = [_read(json.loads(text)) for text in tables]
    return {each.version: each for each in (*earlier, rules())}


def _read(table: Mapping[str, Any]) -> Rules:
    """One version, with the materials and the neighbourhood of the states that its table names."""
    rows = _rows(table["neighbours"])
    neighbours = {row["state"]: frozenset(row["neighbours"].split()) for row in rows}
    return Rules(
        version=table["version"],
        source=table["source"],
        weights=Weights(**table["weights"]),
        minimum_score=table["minimum_score"],
        cqi_valid_months=table["cqi_valid_months"],
        certificate_months=table["certificate_months"],
        measured_months=table.get("measured_months", 0),
        measured_reports=table.get("measured_reports", 0),
        materials=materials(table["materials"]),
        neighbours=neighbours,
    )


class Bounds(NamedTuple):
    """What a piece may cost."""

    version: str
    prices: Mapping[str, Prices]
    """By the currencies that an award may be in."""


@cache
def award_bounds() -> Bounds:
    """What awards are compared with."""
    table = json.loads(_text("award_bounds.json"))
    prices = {currency: Prices(Decimal(least), Decimal(most)) for currency, (least, most) in table["piece"].items()}
    return Bounds(table["version"], prices)


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _rows(name: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(_text(name).splitlines()))
