"""What is wrong with a questionnaire file, all of it at once: by code and values, worded by the catalogues."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, get_args

from services.diagnosis.domain.instrument import LEVELS, Question, Rules
from shared.contracts.diagnosis import Dimension
from shared.contracts.event import MOST_QUESTIONS

FULL: Final = 100
"""Sum of the dimensions' weights, and the most percent."""
LONGEST: Final = 500
"""Characters of a text."""
MOST_WEIGHT: Final = 10
NEEDED: Final = ("version", "source", "rules", "dimensions", "questions", "commitment")
OPTIONAL: Final = ("scale", "special_process", "calibration")
CODE: Final = re.compile(r"[TOCFGA][0-9]{2}")
MODULE: Final = re.compile(r"M[0-9]{2}")
PERCENT: Final = ("grade_a", "grade_b", "band_c1", "band_c2", "dimension_floor_b", "dimension_floor_c")
FALLING: Final = (
    ("grade_a", "grade_b"),
    ("grade_b", "band_c1"),
    ("band_c1", "band_c2"),
    ("dimension_floor_b", "dimension_floor_c"),
    ("legal_floor", "must_level"),
)
"""The first is above the second: else a band is empty, or a legal question at a critical level has no gap."""
RANGES: Final = {
    **dict.fromkeys(PERCENT, (1, FULL)),
    "not_evaluated_max": (0, MOST_QUESTIONS),
    "default_target": (1, 4),
    "legal_floor": (1, 4),
    "critical_level": (0, 3),
    "must_level": (0, 3),
    "major_gap": (1, 4),
    "apart": (1, 4),
}
BOUNDS: Final = {"kappa_min": (0, 10_000), "apart": (1, 4), "apart_max": (0, MOST_QUESTIONS)}
"""Of the two assessors of a calibration: kappa in basis points, levels, and questions."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A code of the stage's catalogues, and what its sentence names."""

    code: str
    params: Mapping[str, Any]


def faults(table: object, modules: Collection[str] | None = None) -> tuple[Fault, ...]:
    """All that is wrong with it. `modules`: those that there are; None: whatever looks like one will do."""
    if not isinstance(table, dict):
        return (_fault("no_object"),)
    missing = [name for name in NEEDED if name not in table]
    if missing:
        return (_fault("missing", names=", ".join(missing)),)
    found = [_fault("unknown", names=str(name)) for name in table if name not in (*NEEDED, *OPTIONAL)]
    found += [_fault("text", where=name) for name in ("version", "source") if not _is_text(table[name])]
    found += [*_of_rules(table["rules"]), *_of_dimensions(table["dimensions"])]
    found += [*_of_questions(table["questions"], modules), *_of_names(table)]
    if "calibration" in table:
        found += _of_bounds(table["calibration"])
    return tuple(found)


def _fault(code: str, **params: object) -> Fault:
    return Fault(f"instrument.{code}", params)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= LONGEST


def _is_whole(value: object, least: int, most: int) -> bool:
    """Without `True`, which Python counts as 1."""
    return type(value) is int and least <= value <= most


def _rows(value: object) -> list[dict[str, Any]] | None:
    ok = isinstance(value, list) and value and all(isinstance(row, dict) for row in value)
    return value if ok and isinstance(value, list) else None


def _of_rules(rules: object) -> Iterator[Fault]:
    named = [each.name for each in fields(Rules)]
    if not isinstance(rules, dict) or rules.keys() != {*named}:
        yield _fault("rules", names=", ".join(named))
        return
    points = rules["points"]
    rising = (
        isinstance(points, list) and len(points) == len(LEVELS) and all(_is_whole(each, 0, FULL) for each in points)
    )
    if not rising or points != sorted(points) or points[-1] == 0:
        yield _fault("points")
    share = rules["evaluated_min"]
    pair = isinstance(share, list) and len(share) == 2 and all(_is_whole(each, 1, FULL) for each in share)
    if not pair or share[0] > share[1]:
        yield _fault("share")
    sound = set()
    for name, (least, most) in RANGES.items():
        if _is_whole(rules[name], least, most):
            sound.add(name)
        else:
            yield _fault("range", where=name, least=least, most=most)
    for above, below in FALLING:
        if {above, below} <= sound and rules[above] <= rules[below]:
            yield _fault("order", above=above, below=below)


def _of_bounds(bounds: object) -> Iterator[Fault]:
    if not isinstance(bounds, dict) or bounds.keys() != BOUNDS.keys():
        yield _fault("bounds", names=", ".join(BOUNDS))
        return
    for name, (least, most) in BOUNDS.items():
        if not _is_whole(bounds[name], least, most):
            yield _fault("range", where=f"calibration.{name}", least=least, most=most)


def _of_dimensions(given: object) -> Iterator[Fault]:
    rows = _rows(given)
    if rows is None:
        yield _fault("list", where="dimensions")
        return
    codes = [row.get("code") for row in rows]
    if sorted(map(str, codes)) != sorted(get_args(Dimension)):
        yield _fault("dimensions", names=", ".join(get_args(Dimension)))
    if not all(_is_text(row.get("name")) and row.keys() == {"code", "name", "weight"} for row in rows):
        yield _fault("dimension_parts")
    weights = [row.get("weight") for row in rows]
    if not all(_is_whole(each, 1, FULL) for each in weights):
        yield _fault("range", where="dimensions.weight", least=1, most=FULL)
    elif (total := sum(each for each in weights if isinstance(each, int))) != FULL:
        yield _fault("weights", total=total)


def _of_questions(given: object, modules: Collection[str] | None) -> Iterator[Fault]:
    rows = _rows(given)
    if rows is None or len(rows) > MOST_QUESTIONS:
        yield _fault("list", where="questions")
        return
    counts = Counter(str(row.get("code")) for row in rows)
    twice = [code for code, count in counts.items() if count > 1]
    if twice:
        yield _fault("question_twice", questions=", ".join(twice))
    silent = {*get_args(Dimension)} - {str(row.get("dimension")) for row in rows}
    if silent:
        yield _fault("dimension_empty", names=", ".join(sorted(silent)))
    for place, row in enumerate(rows, 1):
        yield from _of_question(row, place, modules)


def _of_question(row: Mapping[str, Any], place: int, modules: Collection[str] | None) -> Iterator[Fault]:
    code = row.get("code")
    where = code if isinstance(code, str) and CODE.fullmatch(code) else str(place)
    named = [each.name for each in fields(Question)]
    if row.keys() != {*named}:
        yield _fault("question_parts", question=where, names=", ".join(named))
        return
    if where != code:
        yield _fault("question_code", question=where)
    if row["dimension"] not in get_args(Dimension):
        yield _fault("question_dimension", question=where)
    if not _is_whole(row["weight"], 1, MOST_WEIGHT):
        yield _fault("question_weight", question=where, most=MOST_WEIGHT)
    if not all(isinstance(row[name], bool) for name in ("critical", "legal")):
        yield _fault("question_flags", question=where)
    if not all(_is_text(row[name]) for name in ("text", "evidence", "basis")):
        yield _fault("question_texts", question=where)
    levels = row["levels"]
    if not isinstance(levels, list) or len(levels) != len(LEVELS) or not all(map(_is_text, levels)):
        yield _fault("question_levels", question=where)
    if not _are_modules(row["modules"], modules):
        yield _fault("question_modules", question=where)


def _are_modules(given: object, known: Collection[str] | None) -> bool:
    if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
        return False
    return len({*given}) == len(given) and all(
        MODULE.fullmatch(each) if known is None else each in known for each in given
    )


def _of_names(table: Mapping[str, Any]) -> Iterator[Fault]:
    """Questions that are named elsewhere in the file."""
    rows = {str(row.get("code")): row for row in _rows(table["questions"]) or []}
    if not isinstance(table["commitment"], str) or table["commitment"] not in rows:
        yield _fault("commitment")
    special = table.get("special_process", [])
    if not isinstance(special, list) or any(str(each) not in rows for each in special):
        yield _fault("special_process")
    elif any(rows[str(each)].get("legal") is not False for each in special):
        yield _fault("special_process_legal")
