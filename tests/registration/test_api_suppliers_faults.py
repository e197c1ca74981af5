"""Whoever sends a body hears all that is wrong with it at once: its form, and what the rules say of the rest."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from services.registration.views import SupplierBody
from services.registration.views.prospects import InvitationBody
from shared.service.http.wellformed import broken
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import BODY, WHOLE


async def told(stage: StageUnderTest, body: dict[str, Any], language: str = "es") -> tuple[str, list[dict[str, Any]]]:
    answer = await stage.client.post("/suppliers", json=body, headers={"Accept-Language": language})
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    return problem["title"], problem["errors"]


WRONG = {
    "rfc": ("XAXX010101000", "rfc_generic"),
    "legal_name": (".", "name_says_nothing"),
    "scian": ("33", "scian_form"),
    "state": ("77", "state_unknown"),
    "operating_since": ("2199-01-01", "operating_since_in_future"),
    "workers": (-1, "workers_range"),
}
BROKEN = {f"body.{name}": reason for name, (_, reason) in WRONG.items()}
UNFORMED = {
    "sector": ("mining", "field.choice"),
    "annual_sales_mxn": ("many", "field.amount"),
    "x": (1, "field.unknown"),
}


async def test_all_that_breaks_a_rule_is_told_with_field_reason_and_what_to_do(stage: StageUnderTest) -> None:
    body = BODY | {name: value for name, (value, _) in WRONG.items()} | {"contact": None, "municipality": None}
    title, errors = await told(stage, body)
    assert title == "rfc_generic", "the first is what the problem is called by, as ever"
    reasons = {each["field"]: each["reason"] for each in errors}
    assert reasons == BROKEN | {"body.contact": "contact_missing"}
    assert all(each["problem"].endswith(".") for each in errors)


@pytest.mark.parametrize("language", ["es", "en"])
async def test_what_the_rules_say_is_told_beside_what_is_not_well_formed(stage: StageUnderTest, language: str) -> None:
    body = BODY | {name: value for name, (value, _) in (WRONG | UNFORMED).items()} | {"municipality": None}
    del body["offering"]
    title, errors = await told(stage, body, language)
    assert title == "invalid_request"
    unformed = {f"body.{name}": reason for name, (_, reason) in UNFORMED.items()} | {"body.offering": "field.missing"}
    assert {each["field"]: each["reason"] for each in errors} == unformed | BROKEN
    assert ("Se" in str(errors) or "Es" in str(errors)) == (language == "es")


async def test_what_is_well_formed_of_an_offering_is_judged_beside_what_is_not(stage: StageUnderTest) -> None:
    offering = BODY["offering"] | {"ppm_12m": -1, "qms": "best"}
    _, errors = await told(stage, BODY | {"offering": offering | {"processes": [{"area": "P99"}]}})
    assert [(each["field"], each["reason"]) for each in errors] == [
        ("body.offering.qms", "field.choice"),
        ("body.offering.processes.0.area", "area_unknown"),
        ("body.offering.ppm_12m", "share_range"),
    ]
    _, errors = await told(stage, BODY | {"offering": offering | {"processes": [{"area": 1}]}})
    assert [each["field"] for each in errors] == [
        "body.offering.processes.0.area",
        "body.offering.qms",
        "body.offering.ppm_12m",
    ]


async def test_an_anchor_hears_all_of_it_too(stage: StageUnderTest) -> None:
    body = {"code": "x!", "name": "", "states": ["99", "99"]}
    answer = await stage.client.post("/anchors", json=body, headers=stage.headers("operator"))
    problem = answer.json()
    assert (problem["title"], len(problem["errors"])) == ("anchor_code_form", 4)


def spoilt(body: Any, path: tuple[Any, ...]) -> dict[str, Any]:
    """The same with a value there that nothing can have."""
    found: dict[str, Any] = copy.deepcopy(body)
    inner = found
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = {"~": [1]}
    return found


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield (*at, name)
        yield from paths(inner, (*at, name))


@pytest.mark.parametrize("path", list(paths(WHOLE)), ids=lambda path: ".".join(map(str, path)))
def test_no_rule_is_said_to_be_broken_by_what_is_only_not_well_formed(path: tuple[Any, ...]) -> None:
    """Of a whole record in which one field is no such thing, nothing else is wrong."""
    assert list(broken(SupplierBody, spoilt(WHOLE, path), [path])) == []


def test_what_a_note_may_not_say_is_told_beside_its_form() -> None:
    note = {"note": "llame al 442 555 0101"}
    assert list(broken(InvitationBody, note, [("channel",)])) == [("note", "note_personal", {})]


async def test_what_is_wrong_with_the_query_is_told_beside_the_body(stage: StageUnderTest) -> None:
    headers = stage.headers("operator") | {"Accept-Language": "es"}
    answer = await stage.client.post("/suppliers/search?limit=0", json={"scian": "x", "name": 1}, headers=headers)
    fields = {each["field"]: each["problem"] for each in answer.json()["errors"]}
    assert fields.keys() == {"query.limit", "body.scian", "body.name"}
    assert fields["body.scian"] == "Son de dos a seis dígitos del SCIAN."
    answer = await stage.client.get("/suppliers?one=1&two=2", headers=headers)
    assert [each["field"] for each in answer.json()["errors"]] == ["query.one", "query.two"]
