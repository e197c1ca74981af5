"""What `pdp explain` tells has no bare code in it: the values of closed sets are words in both languages."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from deploy import demo
from deploy.cli.commands.explain import RULES
from services.matching.domain.lifting import Attribute
from services.matching.domain.offering import Qms
from services.matching.domain.reasons import CriterionName, GateName
from services.registration.domain.size import Stratum
from shared.i18n import LANGUAGES, Catalogue

EXAMPLES = Path(demo.__file__).parent / "sample" / "explain"

SAME = {"A", "B", "C", "C1", "C2", "C3"}
"""Grades and bands: their letters are their names in every language."""


def closed(package: str) -> set[str]:
    """Every value of a closed set of a stage's domain."""
    domain = importlib.import_module(f"{package}.domain")
    modules = [
        importlib.import_module(f"{package}.domain.{each.name}") for each in pkgutil.iter_modules(domain.__path__)
    ]
    types = [type_ for module in modules for type_ in vars(module).values()]
    return {value for type_ in types for value in get_args(type_) if isinstance(value, str)} - SAME


def told(rule: str) -> Iterator[object]:
    """The parameters of every step of an example's explanation."""
    given = json.loads((EXAMPLES / f"{rule}.json").read_text(encoding="utf-8"))
    explained: dict[str, Any] = getattr(importlib.import_module(RULES[rule].module), RULES[rule].function)(given)
    for step in explained["steps"]:
        yield from step["params"].values()


@pytest.mark.parametrize("rule", RULES)
def test_no_step_has_a_bare_code(rule: str) -> None:
    known = closed(RULES[rule].module.removesuffix(".explain"))
    assert known
    assert [value for value in told(rule) if isinstance(value, str) and value in known] == []


@pytest.mark.parametrize(
    ("stage", "prefix", "values"),
    [
        ("matching", "gate", GateName),
        ("matching", "criterion", CriterionName),
        ("matching", "qms", Qms),
        ("matching", "lift", Attribute),
        ("registration", "stratum", Stratum),
    ],
)
def test_every_value_of_a_closed_set_has_its_words(stage: str, prefix: str, values: object) -> None:
    catalogue = Catalogue(f"services.{stage}")
    known = [f"{prefix}.{value}" for value in get_args(values)]
    assert known
    assert [code for code in known for language in LANGUAGES if not catalogue.has(code, language)] == []
