"""The rule tables of this stage, each with a version. Read from disk when first asked for, then kept."""

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from services.development.domain.conditions import SelectionRules
from services.development.domain.module import Module, Modules
from services.development.domain.score import Weights


@cache
def modules() -> Modules:
    """The development modules. Severity weights and costs are the program's assumptions until it has data."""
    table = _read("modules.json")
    rows = tuple(_module(row) for row in table["modules"])
    return Modules(table["version"], table["severity_weights"], rows)


@cache
def selection_rules() -> SelectionRules:
    """The thresholds and weights of the selection."""
    table = _read("selection.json")
    return SelectionRules(
        version=table["version"],
        match_min=table["match_min"],
        bands=tuple(table["bands"]),
        commitment_min=table["commitment_min"],
        weights=Weights(**table["weights"]),
    )


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
    )


def _read(name: str) -> Any:  # noqa: ANN401 - the shape of a rule table is checked by the values made from it
    return json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
