"""The procurement areas: their codes and what tells one from another. Nothing else lists them.

They are data, `areas_2026.json`: another list of areas is another file there, with another version. A code is `P` and
two digits.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CODE = re.compile(r"P[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Area:
    """One procurement area."""

    code: str
    name: str
    """Spanish."""
    name_en: str
    family: str
    scian: str
    """The class of SCIAN to which most firms of the area belong."""
    attributes: tuple[str, ...]
    """What a firm's machines and parts are measured by, as the trade writes it in Spanish."""
    special_processes: tuple[str, ...]
    """AIAG CQI codes that are usual in it."""


def read(table: Mapping[str, Any]) -> tuple[Area, ...]:
    """The areas of a table, by code. Raises ValueError where one has no code of the form, or two have the same."""
    areas = tuple(sorted((_area(row) for row in table["areas"]), key=lambda area: area.code))
    codes = [area.code for area in areas]
    if wrong := [code for code in codes if not _CODE.fullmatch(code) or codes.count(code) > 1]:
        raise ValueError(f"the codes of areas are P and two digits, each once: {', '.join(wrong)}")
    return areas


def pattern_of(codes: Iterable[str]) -> str:
    """The regular expression that these codes pass, and nothing else: tens that have the same units are one part."""
    units: defaultdict[str, str] = defaultdict(str)
    for code in sorted(codes):
        units[code[1]] += code[2]
    tens: defaultdict[str, str] = defaultdict(str)
    for ten, digits in units.items():
        tens[digits] += ten
    parts = (_one_of(ten) + _one_of(digits) for digits, ten in tens.items())
    return f"^P({'|'.join(parts)})$"


def _one_of(digits: str) -> str:
    if len(digits) == 1:
        return digits
    whole = len(digits) > 2 and int(digits[-1]) - int(digits[0]) == len(digits) - 1
    return f"[{digits[0]}-{digits[-1]}]" if whole else f"[{digits}]"


def _area(row: Mapping[str, Any]) -> Area:
    lists: dict[str, Sequence[str]] = {name: tuple(row[name]) for name in ("attributes", "special_processes")}
    return Area(**{**row, **lists})


def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(Path(__file__).with_name("areas_2026.json").read_text(encoding="utf-8"))
    return table


_TABLE = _table()
VERSION: str = _TABLE["version"]
AREAS: tuple[Area, ...] = read(_TABLE)
"""By code."""
CODES: tuple[str, ...] = tuple(area.code for area in AREAS)
PATTERN = pattern_of(CODES)
"""What an area's code looks like, in events, bodies and queries."""
