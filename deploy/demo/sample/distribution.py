"""Where Mexico's automotive plants are and what they are: counts by state and SCIAN class.

Source: SEMARNAT, Registro de Emisiones y Transferencia de Contaminantes (RETC), yearly files 2014-2022. Only counts
are kept; nothing in the sample comes from one plant. `municipalities.csv` holds the five largest municipalities of
each of these states (INEGI, census of 2020).
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from deploy.demo.sample.demand import HERE, rows

VEHICLE_MAKERS = ("336110", "336120", "336210")
"""Makers of vehicles, trucks and bodies: they stand on the anchors' side."""

LARGEST = 5

Place = tuple[str, str]
"""INEGI key of a state, SCIAN class."""


def count(retc: Path) -> dict[Place, int]:
    """Automotive plants of the RETC file by state and class."""
    plants = (row for row in rows(retc) if row["es_automotriz"] == "1")
    return dict(sorted(Counter((row["cve_ent"], row["scian"]) for row in plants).items()))


def write_counts(retc: Path, folder: Path = HERE) -> None:
    """Replace `distribution.csv` by what this RETC file counts."""
    lines = [(*place, number) for place, number in count(retc).items()]
    _write(folder / "distribution.csv", ("cve_ent", "scian", "plantas"), lines)


def write_municipalities(inegi: Path, folder: Path = HERE) -> None:
    """Replace `municipalities.csv` by the largest municipalities of every state that has plants."""
    states = sorted({state for state, _ in read_counts()})
    towns = sorted(rows(inegi), key=lambda row: -int(row["poblacion_2020"]))
    lines = [
        (state, town["cvegeo"], town["nom_mun"])
        for state in states
        for town in [town for town in towns if town["cve_ent"] == state][:LARGEST]
    ]
    _write(folder / "municipalities.csv", ("cve_ent", "cvegeo", "nombre"), lines)


def read_counts() -> dict[Place, int]:
    """`distribution.csv`, vehicle makers included."""
    return {(row["cve_ent"], row["scian"]): int(row["plantas"]) for row in rows(HERE / "distribution.csv")}


def supplier_counts() -> dict[Place, int]:
    """`distribution.csv` without the vehicle makers."""
    return {place: number for place, number in read_counts().items() if place[1] not in VEHICLE_MAKERS}


def municipalities() -> dict[str, tuple[str, ...]]:
    """Keys of five digits by state."""
    towns: dict[str, tuple[str, ...]] = {}
    for row in rows(HERE / "municipalities.csv"):
        towns[row["cve_ent"]] = (*towns.get(row["cve_ent"], ()), row["cvegeo"])
    return towns


def draw(counts: dict[Place, int], size: int, rng: random.Random) -> list[Place]:
    """A systematic sample: every cell, and every state, gets its share of `size` to within one firm."""
    plants = [place for place, number in sorted(counts.items()) for _ in range(number)]
    start = rng.randrange(len(plants))
    return [plants[(start + position * len(plants)) // size % len(plants)] for position in range(size)]


def _write(path: Path, header: tuple[str, ...], lines: Sequence[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *lines])
