"""What the model reckons with: measured figures, the demo's counts, assumptions; each a JSON file beside this one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import linear_regression
from typing import Any, NamedTuple, Self

HERE = Path(__file__).parent
MEASUREMENTS = HERE / "measurements.json"
NEEDED = ("stages", "relay", "http", "memory", "engines")
"""Parts of `make bench`'s JSON that the model reads; `engines` comes from `deploy.capacity.processor`."""

Figures = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Part, name, and `value` with its `unit`: as `make bench JSON=file` writes them."""


class MeasurementError(ValueError):
    """A figure that the model needs is not there."""


@dataclass(frozen=True)
class Assumptions:
    """What nobody measured; each with its reason in `assumptions.json`."""

    journeys_per_year: float
    campaign_share: float
    campaign_hours: float
    burst: float
    demand_exponent: float
    requirement_turnover: float
    working_days: float
    utilisation: float
    journal_years: float
    disk_headroom: float
    largest_store_gb: float
    largest_store_cores: float
    store_connections: float
    largest_broker_gb: float
    sweep_patience_s: float
    journal_in_store_months: float
    process_cores: float
    process_gb: float
    store_least_cores: float
    store_least_gb: float
    store_cached: float
    broker_cached: float
    broker_least_cores: float
    broker_least_gb: float
    core_usd: float
    memory_usd: float
    ssd_usd: float
    archive_usd: float


class Line(NamedTuple):
    """A cost that grows with the number of open requirements."""

    slope: float
    intercept: float

    def at(self, requirements: float) -> float:
        return self.intercept + self.slope * requirements


@dataclass(frozen=True)
class Inputs:
    """All of it."""

    figures: Figures
    program: Mapping[str, Any]
    demand: Mapping[str, Any]
    assumed: Assumptions

    @classmethod
    def read(cls) -> Self:
        assumed = {name: row["value"] for name, row in assumptions().items()}
        return cls(
            read_figures(MEASUREMENTS),
            _json(HERE / "program.json"),
            _json(HERE / "demand.json"),
            Assumptions(**assumed),
        )

    def measured(self, part: str, name: str) -> float:
        """Raises `MeasurementError` where the figure is missing or is nothing that one can divide by."""
        try:
            value = float(self.figures[part][name]["value"])
        except KeyError:
            raise MeasurementError(f"{part} has no figure {name}: measure it with `make bench PART={part}`") from None
        if value <= 0:
            raise MeasurementError(f"{part} {name} is {value}: measure it again")
        return value

    @property
    def process_mb(self) -> float:
        """The most that a service held."""
        return max(float(row["value"]) for row in self.figures["memory"].values())

    def with_figures(self, newer: Figures) -> Inputs:
        """The same with newer figures in place of those of the same name."""
        merged = {part: {**self.figures.get(part, {}), **newer.get(part, {})} for part in NEEDED}
        # A backlog of another length is another name for the same figure.
        merged["memory"] = dict(newer.get("memory") or merged["memory"])
        return replace(self, figures=merged)

    def with_assumed(self, **changes: float) -> Inputs:
        return replace(self, assumed=replace(self.assumed, **changes))

    def demand_line(self, work: str, figure: str) -> Line:
        """How matching's `work` grows with what is asked for."""
        return self._lines[work, figure]

    def store_line(self) -> Line:
        """Bytes that matching keeps per supplier, its journal and inbox apart."""
        return self._lines["", "store_bytes_per_supplier"]

    def matches_line(self) -> Line:
        """Requirements that a firm is matched with, where all were diagnosed."""
        return self._lines["", "matches_per_supplier"]

    @cached_property
    def _lines(self) -> dict[tuple[str, str], Line]:
        """By work, or none, and figure."""
        rows = [_flat(row) for row in self.demand["rows"]]
        asked = [row["", "requirements"] for row in rows]
        return {key: Line(*linear_regression(asked, [row[key] for row in rows])) for key in rows[0]}


def _flat(row: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for name, value in row.items():
        found |= (
            {(name, figure): each for figure, each in value.items()} if isinstance(value, dict) else {("", name): value}
        )
    return found


def read_figures(file: Path) -> Figures:
    """The figures of a bench run, each with its day. Raises `MeasurementError`."""
    try:
        found = _json(file)
        figures: dict[str, dict[str, dict[str, Any]]] = found["figures"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MeasurementError(f"{file} is not what `make bench JSON=file` writes: {error}") from error
    run = {"how": "make bench", "at": str(found.get("machine", {}).get("at", ""))[:10]}
    return {
        part: {name: {**run, **row} for name, row in rows.items()} for part, rows in figures.items() if part in NEEDED
    }


def assumptions() -> dict[str, dict[str, Any]]:
    """With unit and reason."""
    return _json(HERE / "assumptions.json")


def keep(figures: Figures) -> None:
    """Make these the figures of the next run."""
    text = json.dumps({"figures": figures}, indent=2, ensure_ascii=False)
    MEASUREMENTS.write_text(text + "\n", encoding="utf-8")


def _json(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
