"""Rule tables as data: procurement areas, the score's rules, neighbourhood of the states, what a piece may cost."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from services.matching.domain.award import Prices
from services.matching.domain.rules import Rules, Weights

AREAS_VERSION = "areas-2026-1"


@dataclass(frozen=True, slots=True)
class Area:
    """One procurement area, by what it needs to be told apart."""

    code: str
    name: str
    """Spanish."""
    name_en: str
    family: str
    scian: str
    attributes: tuple[str, ...]
    special_processes: tuple[str, ...]
    """AIAG CQI codes that are usual in it."""


@cache
def areas() -> tuple[Area, ...]:
    """The procurement areas, by code."""
    return tuple(
        Area(
            code=row["codigo"],
            name=row["nombre"],
            name_en=row["name_en"],
            family=row["familia"],
            scian=row["scian"],
            attributes=tuple(part.strip() for part in row["atributos_clave"].split(",") if part.strip()),
            special_processes=tuple(word for word in row["cqi"].split() if word.startswith("CQI-")),
        )
        for row in _rows("areas.csv")
    )


@cache
def rules() -> Rules:
    """The rules in force. Raises ValueError when the table contradicts itself."""
    table = json.loads(_text("score_rules.json"))
    neighbours = {row["state"]: frozenset(row["neighbours"].split()) for row in _rows("state_neighbours.csv")}
    return Rules(
        version=table["version"],
        source=table["source"],
        weights=Weights(**table["weights"]),
        minimum_score=table["minimum_score"],
        cqi_valid_months=table["cqi_valid_months"],
        neighbours=neighbours,
    )


@cache
def prices() -> Mapping[str, Prices]:
    """The currencies that an award may be in, each with what a piece may cost in it."""
    bounds = json.loads(_text("award_bounds.json"))["piece"]
    return {currency: Prices(Decimal(least), Decimal(most)) for currency, (least, most) in bounds.items()}


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _rows(name: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(_text(name).splitlines()))
