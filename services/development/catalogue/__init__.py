"""The rule tables of this stage, each with a version. Read from disk when first asked for, then kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from services.development.catalogue.checking import Fault, faults
from services.development.domain.bankable import Bankable
from services.development.domain.call import Limits, Minimums
from services.development.domain.conditions import SelectionRules
from services.development.domain.impact import ImpactRules
from services.development.domain.module import Module, Modules
from services.development.domain.score import Weights

FOLDER = Path(__file__).parent


@cache
def modules() -> Modules:
    """The development modules. Severity weights, costs, places and lengths of sessions are the program's assumptions
    until it has data.
    """
    table = _read("modules.json")
    rows = tuple(_module(row) for row in table["modules"])
    return Modules(table["version"], table["severity_weights"], rows, Bankable(**table["bankable"]))


@dataclass(frozen=True, slots=True)
class Calls:
    """Each version of a call, the present one among them."""

    current: SelectionRules
    versions: Mapping[str, SelectionRules]

    def of(self, version: str | None) -> SelectionRules:
        """The call of a cohort; one that was opened before calls had versions takes the present one."""
        return self.current if version is None else self.versions[version]


@cache
def calls() -> Calls:
    """All versions. Raises ValueError when one of them is not sound."""
    current = read_call(FOLDER / "call.json")
    earlier = [read_call(path) for path in sorted(FOLDER.glob("call-*.json"))]
    versions = {call.version: call for call in (*earlier, current)}
    if len(versions) != len(earlier) + 1:
        raise ValueError("two calls have the same version")
    return Calls(current, versions)


def read_call(path: Path) -> SelectionRules:
    """One version. Raises ValueError when it is not sound."""
    table = json.loads(path.read_text(encoding="utf-8"))
    wrong = faults(table)
    if wrong:
        raise ValueError(f"{path.name}: " + "; ".join(f"{each.code} {dict(each.params)}" for each in wrong))
    return _call(table)


def check_call(table: object) -> tuple[Fault, ...]:
    """What keeps a file's content from being the next version, or one that there is already."""
    wrong = faults(table)
    if wrong or not isinstance(table, dict):
        return wrong
    same = calls().versions.get(table["version"])
    if same is None or same == _call(table):
        return ()
    return (Fault("call.version_taken", {"version": table["version"]}),)


def _call(table: Mapping[str, Any]) -> SelectionRules:
    conditions, limits = table["conditions"], table["limits"]
    budget = limits["budget_mxn"]
    minimums = Minimums(limits["minimum_per_area"], limits["minimum_per_state"], limits["minimum_per_anchor"])
    return SelectionRules(
        version=table["version"],
        match_min=conditions["match_min"],
        bands=tuple(conditions["bands"]),
        commitment_min=conditions["commitment_min"],
        weights=Weights(**table["weights"]),
        limits=Limits(limits["capacity"], None if budget is None else Decimal(budget), minimums, limits["k"]),
        appeal_days=table["appeal_days"],
        source=table["source"],
    )


@cache
def impact_rules() -> ImpactRules:
    """When figures of the effect are told."""
    table = _read("effect.json")
    return ImpactRules(table["version"], table["least_firms"], table["later_days"])


def _module(row: dict[str, Any]) -> Module:
    return Module(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        hours=row["hours"],
        deliverable=row["deliverable"],
        cost_from=Decimal(row["cost_from_mxn"]),
        cost_to=Decimal(row["cost_to_mxn"]),
        questions=tuple(row["questions"]),
        requires=tuple(row["requires"]),
        places=row["places"],
        session_hours=row["session_hours"],
    )


def _read(name: str) -> Any:  # noqa: ANN401 - the shape of a rule table is checked by the values made from it
    return json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
