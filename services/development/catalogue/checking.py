"""What is wrong with the file of a call, all of it at once: by code and values, worded by the catalogues."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from services.development.domain.diagnosis import Band
from shared import areas
from shared.states import STATES

NEEDED: Final = ("version", "source", "conditions", "weights", "limits", "appeal_days")
CONDITIONS: Final = ("match_min", "bands", "commitment_min")
WEIGHTS: Final = ("best_match", "readiness", "closability")
LIMITS: Final = ("capacity", "budget_mxn", "minimum_per_area", "minimum_per_state", "minimum_per_anchor", "k")
MINIMUMS: Final = ("minimum_per_area", "minimum_per_state", "minimum_per_anchor")
FULL: Final = 100
LONGEST: Final = 500
KNOWN: Final[Mapping[str, frozenset[str]]] = {"minimum_per_area": frozenset(areas.CODES), "minimum_per_state": STATES}
"""What a minimum may name. Of anchors only the store can tell."""
MOST: Final = 100_000
"""Firms of a cohort."""
MOST_DAYS: Final = 365
MOST_KEPT: Final = 1_000
VERSION: Final = re.compile(r"[a-z0-9][a-z0-9-]{2,39}")
PESOS: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Fault:
    """A code of the stage's catalogues, and what its sentence names."""

    code: str
    params: Mapping[str, Any]


def faults(table: object) -> tuple[Fault, ...]:
    """All that is wrong with it."""
    if not isinstance(table, dict):
        return (_fault("no_object"),)
    missing = [name for name in NEEDED if name not in table]
    if missing:
        return (_fault("missing", names=", ".join(missing)),)
    found = [_fault("unknown", names=str(name)) for name in table if name not in NEEDED]
    if not isinstance(table["version"], str) or not VERSION.fullmatch(table["version"]):
        found.append(_fault("version"))
    source = table["source"]
    if not isinstance(source, str) or not source.strip() or len(source) > LONGEST:
        found.append(_fault("text", where="source"))
    found += _range(table["appeal_days"], "appeal_days", 1, MOST_DAYS)
    found += [*_of_conditions(table["conditions"]), *_of_weights(table["weights"]), *_of_limits(table["limits"])]
    return tuple(found)


def _fault(code: str, **params: object) -> Fault:
    return Fault(f"call.{code}", params)


def _is_whole(value: object, least: int, most: int) -> bool:
    """Without `True`, which Python counts as 1."""
    return type(value) is int and least <= value <= most


def _range(value: object, where: str, least: int, most: int) -> Iterator[Fault]:
    if not _is_whole(value, least, most):
        yield _fault("range", where=where, least=least, most=most)


def _of_conditions(given: object) -> Iterator[Fault]:
    if not isinstance(given, dict) or given.keys() != {*CONDITIONS}:
        yield _fault("parts", where="conditions", names=", ".join(CONDITIONS))
        return
    yield from _range(given["match_min"], "conditions.match_min", 0, 10_000)
    yield from _range(given["commitment_min"], "conditions.commitment_min", 0, 4)
    bands = given["bands"]
    known = get_args(Band)
    if (
        not isinstance(bands, list)
        or not bands
        or len({*map(str, bands)}) != len(bands)
        or not {*map(str, bands)} <= {*known}
    ):
        yield _fault("bands", names=", ".join(known))


def _of_weights(given: object) -> Iterator[Fault]:
    if not isinstance(given, dict) or given.keys() != {*WEIGHTS}:
        yield _fault("parts", where="weights", names=", ".join(WEIGHTS))
        return
    wrong = [fault for name in WEIGHTS for fault in _range(given[name], f"weights.{name}", 0, FULL)]
    yield from wrong
    if not wrong and (total := sum(given.values())) != FULL:
        yield _fault("weights", total=total)


def _of_limits(given: object) -> Iterator[Fault]:
    if not isinstance(given, dict) or given.keys() != {*LIMITS}:
        yield _fault("parts", where="limits", names=", ".join(LIMITS))
        return
    yield from _range(given["capacity"], "limits.capacity", 1, MOST)
    yield from _range(given["k"], "limits.k", 1, MOST_KEPT)
    budget = given["budget_mxn"]
    if budget is not None and not (isinstance(budget, str) and PESOS.fullmatch(budget)):
        yield _fault("budget")
    for name in MINIMUMS:
        yield from _of_minimum(given[name], name)
        if isinstance(given[name], dict) and (unknown := given[name].keys() - KNOWN.get(name, given[name].keys())):
            yield _fault("group_unknown", where=f"limits.{name}", names=", ".join(sorted(map(str, unknown))))


def _of_minimum(given: object, name: str) -> Iterator[Fault]:
    """Of each group, or of those named."""
    each: Mapping[Any, object] = given if isinstance(given, dict) else {"": given}
    for code, least in each.items():
        where = f"limits.{name}.{code}" if code else f"limits.{name}"
        yield from _range(least, where, 0, MOST)
