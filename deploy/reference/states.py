"""Each stage's README: the states of its aggregates, and the ways between them."""

import importlib
import pkgutil
from pathlib import Path
from typing import Any

from deploy.reference import markdown
from deploy.target.services import present
from shared.state_machine import StateMachine

ROOT = Path(__file__).parents[2]
MARK = "states"
"""Name of the part of a README that is made."""


def readme(service: str) -> Path:
    return ROOT / "services" / service / "README.md"


def machines_of(service: str) -> list[StateMachine[Any]]:
    """Every state machine of a stage's domain, by name."""
    domain = importlib.import_module(f"services.{service}.domain")
    names = [each.name for each in pkgutil.iter_modules(domain.__path__)]
    values = [value for name in names for value in vars(importlib.import_module(f"{domain.__name__}.{name}")).values()]
    found = {id(value): value for value in values if isinstance(value, StateMachine)}
    return sorted(found.values(), key=lambda machine: machine.name)


def tables() -> dict[str, str]:
    """The part of each README, by service; of those whose domain has a state machine."""
    return {
        service: "\n\n".join(_table(machine) for machine in machines)
        for service in present()
        if (machines := machines_of(service))
    }


def _table(machine: StateMachine[Any]) -> str:
    rows = [(f"`{state}`", _ways(machine, state)) for state in machine.states]
    table = markdown.table(("State", "Ways on"), rows)
    return f"**States: {machine.name}.** It begins as `{machine.initial}`.\n\n{table}"


def _ways(machine: StateMachine[Any], state: str) -> str:
    ways = machine.ways(state)
    return "; ".join(f"{act} → `{after}`" for act, after in ways.items()) or f"final: {machine.final[state]}"
