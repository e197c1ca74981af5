"""A number is taken as it was meant, or refused: a comma stands between thousands and nowhere else."""

import json
import re
from typing import Any

import pytest

from services.portal.domain.profile_fields import PARTS, PROCESS
from services.portal.domain.profile_form import Typed, body_of
from services.portal.domain.written import amount, percentage, share, whole
from services.portal.views.words import Words
from shared.service.callers import Role
from tests.portal.conftest import Visitors
from tests.portal.filled_in import (
    HIDDEN,
    OTHERWISE,
    Forms,
    answered,
    faults,
    person,
    route_of,
    sending,
    typed,
)
from tests.portal.filled_own import OWN
from tests.portal.walks import FORMS, SHOWN, _of, _roles, filled

__all__ = ["filled"]

NUMBER = re.compile(r"[0-9,.]+")
CHOSEN = {"level", "seen_score", "tolerance_must"}
"""Numbers that nobody types, and what is ticked."""
SOME = {"amount", "term_months", "annual_value.amount", "annual_volume", "capacity.workers"}
AMBIGUOUS = ("1,50", "31500000,00", "1.250.000,00", "12,34,567", "1 50", "1,0000")


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_what_may_be_meant_otherwise_stays_text(text: str) -> None:
    assert (amount(text), whole(text)) == (text, text)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("99", "99.00"),
        ("1,250,000", "1250000.00"),
        ("1250000.5", "1250000.50"),
        ("$ 31,500,000.25", "31500000.25"),
        ("99999999999999", "99999999999999.00"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_an_amount_has_two_decimals_and_no_commas(text: str, taken: str) -> None:
    assert amount(text) == taken


def test_a_whole_number_may_have_commas_between_thousands() -> None:
    assert [whole(each) for each in ("0", "1200000", "1,200,000", " 12 ", "1.0")] == [0, 1200000, 1200000, 12, "1.0"]


@pytest.mark.parametrize(
    ("text", "points"),
    [("0.95", None), ("1", None), ("0.01", None), ("0.95 %", 95), ("1%", 100), ("0", 0), ("1.01", 101), ("95", 9500)],
)
def test_a_percentage_that_may_be_a_fraction_needs_its_sign(text: str, points: int | None) -> None:
    assert share(text) == points


def test_every_share_is_taken_as_it_is_shown() -> None:
    assert [share(percentage(points)) for points in range(10_001)] == [*range(10_001)]
    assert [Words("es").share(points) for points in (95, 9_750, 9_999, 8_000)] == [
        "0.95 %",
        "97.5 %",
        "99.99 %",
        "80.0 %",
    ]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_a_profile_has_no_number_that_nobody_wrote(text: str) -> None:
    asked = [each for part in PARTS.values() for each in part] + list(PROCESS)
    numbers = {each.name: text for each in asked if each.kind in ("number", "money", "share")}
    assert len(numbers) > 10
    body = json.dumps(body_of(Typed(numbers, {"processes": (numbers,)})))
    assert body.count(json.dumps(text)) == len(numbers)


@pytest.mark.parametrize(
    "text", ["1e999999", "-1e999999", "NaN", "sNaN", "Infinity", "1e3", "٣", "9" * 5_000, "\x00", "%"]
)
def test_what_is_no_number_stays_text(text: str) -> None:
    asked = [each for part in PARTS.values() for each in part] + list(PROCESS)
    numbers = {each.name: text for each in asked if each.kind in ("number", "money", "share")}
    assert json.dumps(body_of(Typed(numbers, {"processes": (numbers,)}))).count(json.dumps(text)) == len(numbers)


async def test_no_form_takes_a_decimal_comma_for_a_hundred_times_as_much(filled: Visitors) -> None:
    """Every number of every form: it is refused here, or the stage is told what was written and refuses it."""
    answered(filled)
    walked: set[tuple[str, str]] = set()
    wrong: list[tuple[str, str, str]] = []
    for path, action, fields, role in await _forms(filled):
        browser = await person(filled, role)
        for name in [each for each in fields if each not in CHOSEN and NUMBER.fullmatch(typed(each))]:
            walked.add((path, name))
            for text in ("1,50", "31500000,00"):
                sent = await sending(filled, browser, action, fields | {name: [text]})
                if sent and not any([*faults(each)] for each in sent):
                    wrong.append((path, name, text))
    assert not wrong, wrong
    assert {name for _, name in walked} >= {
        "amount",
        "term_months",
        "annual_value.amount",
        "annual_volume",
        "capacity.workers",
    }


async def _forms(portal: Visitors) -> list[tuple[str, str, dict[str, Any], Role]]:
    """Of each that is told to a stage: its path, its address, what is typed into it, and by whom."""
    found: list[tuple[str, str, dict[str, Any], Role]] = []
    for page, roles in SHOWN:
        role = min(roles) if roles else Role.SUPPLIER
        for form in Forms((await (await person(portal, role)).get(_of(page))).text).found:
            route = route_of(form.action)
            if route is not None and route.path not in OWN:
                found.append((route.path, form.action, form.fields | OTHERWISE.get(route.path, {}), role))
    for path, route in FORMS:
        if path in HIDDEN:
            fields = {name: typed(name) for name in ("version", "key")} | HIDDEN[path]
            found.append((path, _of(path), fields, min(_roles(route) or {Role.SUPPLIER})))
    return found
