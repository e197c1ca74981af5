"""The sample of today, as the story uses it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from deploy.demo.sample.generate import generate
from deploy.demo.sample.troubles import Planned

ONE_BY_ONE = 3
"""Firms at the end of the file that register by themselves and not by file; behind every planned row."""

Firm = Mapping[str, str]
"""A row of `suppliers.csv`."""


@dataclass(frozen=True)
class Sample:
    """Files for the imports, and what is to be seen in them."""

    folder: Path
    today: date
    seed: int
    firms: Mapping[str, Firm]
    """By RFC, of every row that can register."""
    one_by_one: tuple[bytes, ...]
    """A file for each firm that registers by itself."""
    planned: tuple[Planned, ...]

    def file(self, name: str) -> tuple[str, bytes]:
        """Name and content, as a form wants it."""
        return name, (self.folder / name).read_bytes()

    def planned_rfc(self, matter: str) -> str:
        return next(each.rfc for each in self.planned if each.matter == matter)


def prepare(folder: Path, today: date, seed: int) -> Sample:
    """Write the sample as of today into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    planned = generate(today, folder, seed)
    file = folder / "suppliers.csv"
    header, *lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([header, *lines[:-ONE_BY_ONE]]))
    firms: dict[str, Firm] = {}
    for row in csv.DictReader((header + b"".join(lines)).decode().splitlines()):
        firms.setdefault(row["rfc"], row)
    return Sample(folder, today, seed, firms, tuple(header + line for line in lines[-ONE_BY_ONE:]), planned)
