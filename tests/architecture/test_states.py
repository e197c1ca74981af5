"""Whatever has states in a domain has a state machine: no state is a trap that nobody thought of."""

import ast
import importlib
import pkgutil
from pathlib import Path
from typing import Literal, TypeGuard, get_args, get_origin

import pytest

from deploy.reference.states import machines_of
from deploy.target.services import present

SERVICES = Path(__file__).parents[2] / "services"

GIVEN = {
    frozenset(
        {"not_listed", "presumed", "definitive", "disproved", "favourable_ruling"}
    ): "the tax authority's to change",
    frozenset({"met", "not_met", "unknown", "not_applicable"}): "of a gate, which is worked out anew each time",
    frozenset({"ok", "partial", "fails", "unknown"}): "of a criterion, which is worked out anew each time",
}
"""What is only named as the states of something that we keep, and why."""

NAMES = ("Status", "State", "Standing")


def states_of(service: str) -> dict[frozenset[str], str]:
    """The literals of a stage's domain that are named as states are, and one name of each."""
    domain = importlib.import_module(f"services.{service}.domain")
    values = [
        named
        for module in pkgutil.iter_modules(domain.__path__)
        for named in vars(importlib.import_module(f"{domain.__name__}.{module.name}")).items()
    ]
    kept = [(name, value) for name, value in values if name.endswith(NAMES) and get_origin(value) is Literal]
    return {frozenset(get_args(value)): name for name, value in kept}


@pytest.mark.parametrize("service", present())
def test_whatever_has_states_has_a_state_machine(service: str) -> None:
    known = {frozenset(machine.states) for machine in machines_of(service)}
    assert {name for states, name in states_of(service).items() if states not in known | GIVEN.keys()} == set()


@pytest.mark.parametrize("service", present())
def test_every_way_of_a_state_machine_is_asked_for(service: str) -> None:
    """A way that no code asks for is a table that only looks like what runs."""
    nodes = [
        node
        for path in (SERVICES / service).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    ]
    in_tables = {id(node.args[0]) for node in nodes if _makes_a_way(node)}
    asked = {node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in in_tables}
    acts = {way.act for machine in machines_of(service) for way in machine.transitions}
    assert acts - asked == set()


def _makes_a_way(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Transition"
