"""All that a firm says of itself, from its form through registration's store and event to what a buyer reads.
Every field is walked: one that is forgotten on the way fails here.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import date, datetime
from typing import Any, get_args
from uuid import UUID

import pytest
from pydantic import BaseModel

from services.matching.app import build as build_matching
from services.matching.domain.match import match_id
from services.registration.app import build as build_registration
from services.registration.views import SupplierBody
from shared.contracts.registration import SupplierRegistered
from shared.days import day_of
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.matching import test_api_answers as buying
from tests.matching.given import completed
from tests.matching.test_api import joined, published
from tests.registration.bodies_given import WHOLE, registered
from tests.registration.given import NATURAL_RFC

JUDGED = {"held", "judgement", "required_bp", "rules"}
"""What matching says of it beside what the firm said."""
AT_REGISTRATION = {"contact", "workers", "annual_sales_mxn"}
"""Personal data, and what readers get as a stratum."""
BY_THE_SCORE = {"qms", "qms_valid_to", "ppm_12m", "otif_bp_12m", "regional_value_bp"}
"""What the score explains."""


@pytest.fixture
async def stages(migrated: Migrated) -> AsyncIterator[tuple[StageUnderTest, StageUnderTest]]:
    async with AsyncExitStack() as open_:
        registration = StageUnderTest(build_registration()[0], await migrated("registration"))
        matching = StageUnderTest(build_matching()[0], await migrated("matching"))
        yield await open_.enter_async_context(registration), await open_.enter_async_context(matching)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _unsaid(model: type[BaseModel], said: Any, path: str = "") -> Iterator[str]:
    """Fields that were left as they are where nothing is said."""
    for name, field in model.model_fields.items():
        value = said.get(name)
        if value is None or value in ([], field.default):
            yield f"{path}{name}"
        for part in _models(field.annotation):
            yield from _unsaid(part, value[0] if isinstance(value, list) else value, f"{path}{name}.")


def _lacks(said: Any, there: Any, path: str = "") -> Iterator[str]:
    """Where what was said is not there as it was said."""
    if isinstance(said, dict) and isinstance(there, dict):
        for name, value in said.items():
            yield from _lacks(value, there.get(name, "is not there"), f"{path}.{name}")
    elif isinstance(said, list) and isinstance(there, list) and len(said) == len(there):
        for number, (one, other) in enumerate(zip(said, there, strict=True)):
            yield from _lacks(one, other, f"{path}.{number}")
    elif said != there:
        yield f"{path}: {said!r} is {there!r}"


def _without(given: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in names}


async def _candidate(matching: StageUnderTest, told: dict[str, Any], **headers: Any) -> dict[str, Any]:
    """The match of the firm that was told of, as a buyer sees it or whoever has these headers."""
    await matching.consume(joined())
    asked = await published(matching, area="P14")
    event = SupplierRegistered.model_validate(told)
    diagnosed = completed(*headers.pop("critical", ())).model_copy(update={"supplier_id": event.supplier_id})
    await matching.consume(event, diagnosed)
    path = f"/matches/{match_id(event.supplier_id, UUID(asked['id']))}"
    answer = await matching.client.get(path, headers=buying.buyer(matching))
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


def test_the_body_says_something_in_every_field() -> None:
    # It names a file, which is given once the firm is there: tests/registration/test_api_attachments.py.
    assert [*_unsaid(SupplierBody, WHOLE)] == ["offering.certificates.sha256"]


async def test_every_field_comes_round(stages: tuple[StageUnderTest, StageUnderTest]) -> None:
    registration, matching = stages
    shown = await registered(registration, **WHOLE)
    assert [*_lacks(WHOLE, shown)] == []
    said_on = str(day_of(datetime.fromisoformat(shown["received_at"])))
    assert shown["sizes"] == [{"workers": 51, "annual_sales_mxn": "100000000.00", "said_on": said_on}]
    (told,) = await registration.told()
    tax = {"tax_opinion": WHOLE["tax_opinion"]}
    of_event = told.data | told.data["screening"]
    assert [*_lacks(_without(WHOLE, AT_REGISTRATION) | tax, of_event)] == []
    offer = (await _candidate(matching, told.data))["offer"]
    said = {"plants": WHOLE["plants"]} | _without(WHOLE["offering"], BY_THE_SCORE)
    assert [*_lacks(said, offer)] == []
    (certificate,), (origin,) = offer["certificates"], offer["origins"]
    assert {*certificate, *origin} - {*WHOLE["offering"]["certificates"][0], *WHOLE["offering"]["origins"][0]} == JUDGED
    held = date.fromisoformat("2028-06-30") >= date.today()  # noqa: DTZ011 - a day of margin is years here
    assert (certificate["held"], origin["rules"]) == (held, "tmec-2020")


async def test_a_buyer_reads_nothing_of_a_firm_that_is_not_introduced(
    stages: tuple[StageUnderTest, StageUnderTest],
) -> None:
    registration, matching = stages
    await registered(registration, **WHOLE)
    (told,) = await registration.told()
    view = await _candidate(matching, told.data, critical=["T04"])
    assert (view["supplier_id"], view["offer"]) == (None, None)


async def test_of_a_natural_person_nothing_leads_to_who_it_is(stages: tuple[StageUnderTest, StageUnderTest]) -> None:
    registration, _ = stages
    await registered(registration, **WHOLE | {"rfc": NATURAL_RFC})
    (told,) = await registration.told()
    offering = told.data["offering"]
    assert told.data["plants"] == [
        {"name": None, "state": "22", "municipality": "22014", "latitude_e6": None, "longitude_e6": None},
        {"name": None, "state": "11", "municipality": "11020", "latitude_e6": None, "longitude_e6": None},
    ]
    (certificate,), (program,) = offering["certificates"], offering["programs"]
    assert (certificate["number"], certificate["scope"], certificate["site"]) == (None, None, None)
    assert (certificate["standard"], certificate["valid_to"]) == ("iatf_16949", "2028-06-30")
    assert (program["program"], program["number"]) == ("immex", None)
    assert [*_lacks(_without(WHOLE["offering"], {"certificates", "programs"}), offering)] == []
