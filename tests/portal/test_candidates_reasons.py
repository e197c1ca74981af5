"""Reasons that a form lets people choose from are all that the stage has for them."""

import importlib
import pkgutil
from typing import get_args

import pytest

from services.matching.domain import reasons
from services.portal import api

GIVEN_BY_TIME = {"expired", "anchor_left"}
"""Why a requirement closes by itself: nobody chooses it."""


def _chosen() -> dict[str, tuple[str, ...]]:
    """By the name of the stage's own list, as `DECLINE_REASONS` is of `DeclineReason`."""
    modules = [importlib.import_module(f"{api.__name__}.{each.name}") for each in pkgutil.iter_modules(api.__path__)]
    return {
        name.removesuffix("_REASONS").capitalize() + "Reason": values
        for module in modules
        for name, values in vars(module).items()
        if name.endswith("_REASONS")
    }


@pytest.mark.parametrize("name", _chosen())
def test_a_form_offers_every_reason_that_there_is(name: str) -> None:
    assert {*_chosen()[name]} == {*get_args(getattr(reasons, name))} - GIVEN_BY_TIME


def test_there_are_such_forms() -> None:
    assert {"DeclineReason", "CorrectReason", "EndReason", "CloseReason"} <= _chosen().keys()
