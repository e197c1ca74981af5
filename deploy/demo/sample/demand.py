"""What the sample's anchors ask for: `requirements.csv` and `areas.csv`, both written by hand, as values."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
LADDER = ("ninguno", "documentado", "iso_9001", "iatf_16949")
"""Quality management systems, lowest first (IATF 16949 8.4.2.3)."""

CERTIFIED = ("iso_9001", "iatf_16949")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of `requirements.csv`, as far as an offering is measured against it. None: not asked."""

    materials: tuple[str, ...]
    force_t: int | None
    envelope_mm: tuple[int, int, int] | None
    tolerance_um: int | None
    annual_volume: int
    lead_time_days: int
    qms: str
    qms_waivable: bool
    special_processes: tuple[str, ...]
    ppm_max: int | None
    otif_pct_min: int | None
    vcr_pct_min: int | None
    plant_state: str


@dataclass(frozen=True, slots=True)
class Area:
    """One procurement area with everything that is asked in it."""

    code: str
    weight: int
    """Share of the sample's firms, relative to the other areas."""
    trades: tuple[str, ...]
    """First words of the invented names of its firms."""
    foreign_materials: tuple[str, ...]
    """Materials that nobody asks for in this area."""
    requirements: tuple[Requirement, ...]


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a UTF-8 CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def split(cell: str) -> tuple[str, ...]:
    """Items of a cell that holds a list."""
    return tuple(item for item in cell.split(";") if item)


def areas() -> dict[str, Area]:
    """The 35 areas by code."""
    asked = rows(HERE / "requirements.csv")
    return {row["codigo"]: _area(row, asked) for row in rows(HERE / "areas.csv")}


def _area(row: dict[str, str], asked: Iterable[dict[str, str]]) -> Area:
    return Area(
        code=row["codigo"],
        weight=int(row["peso"]),
        trades=split(row["giros"]),
        foreign_materials=split(row["materiales_ajenos"]),
        requirements=tuple(_requirement(ask) for ask in asked if ask["area"] == row["codigo"]),
    )


def _requirement(row: dict[str, str]) -> Requirement:
    length, width, height = (_number(row[side]) for side in ("largo_mm", "ancho_mm", "alto_mm"))
    return Requirement(
        materials=split(row["materiales"]),
        force_t=_number(row["fuerza_t"]),
        envelope_mm=(length, width, height) if length and width and height else None,
        tolerance_um=_number(row["tolerancia_um"]),
        annual_volume=int(row["volumen_anual"]),
        lead_time_days=int(row["plazo_dias"]),
        qms=row["sgc"],
        qms_waivable=row["sgc_dispensable"] == "si",
        special_processes=split(row["procesos_especiales"]),
        ppm_max=_number(row["ppm_max"]),
        otif_pct_min=_number(row["otif_pct_min"]),
        vcr_pct_min=_number(row["vcr_pct_min"]),
        plant_state=row["estado_planta"],
    )


def _number(cell: str) -> int | None:
    return int(cell) if cell else None
