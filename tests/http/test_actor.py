"""Who acted is on record: each service's own walks are walked again, and every event that a command gave names its
caller. Every route that changes something is among them.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from fastapi.routing import APIRoute

from shared.contracts.event import Actor
from shared.messaging import actors
from shared.service.callers import roles_of
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.development import test_api as development
from tests.diagnosis import calls
from tests.diagnosis import test_api as diagnosis
from tests.diagnosis.builders import EVIDENCE
from tests.financing import test_api as financing
from tests.http.services import SERVICES
from tests.matching import test_api as matching
from tests.matching import test_api_files as matching_files
from tests.registration import test_api_anchors, test_api_imports, test_api_screening, test_api_suppliers

Walk = Callable[[StageUnderTest], Awaitable[None]]

ROOM = {"PDP_REGISTRATIONS_BURST": "30", "PDP_COHORT_CAPACITY": "2"}
CHANGE_NOTHING = {"search_suppliers"}
"""POSTs that only read."""


async def diagnosed(stage: StageUnderTest) -> None:
    await diagnosis.complete(stage)
    body = {"question": "A01", "level": 3, "evidence_id": str(EVIDENCE)}
    assert (await calls.post(stage, "assessor", "rescores", body)).status_code == 200


WALKS: dict[str, tuple[Walk, ...]] = {
    "registration": (
        test_api_suppliers.test_registering_gives_a_receipt_and_one_event,
        test_api_suppliers.test_a_held_firm_is_released_by_an_operator,
        test_api_suppliers.test_a_supplier_changes_its_profile_and_withdraws,
        test_api_suppliers.test_a_contact_can_be_erased,
        test_api_anchors.test_anchors_join_by_hand_and_by_file_and_leave,
        test_api_imports.test_rows_that_fail_are_reported_and_the_others_go_in,
        test_api_screening.test_lists_are_loaded_and_listed,
    ),
    "matching": (
        matching.test_a_buyer_publishes_changes_and_closes_its_own,
        matching.test_a_decline_needs_a_reason_and_an_award_needs_an_open_match,
        matching_files.test_an_anchor_gives_a_file_of_its_own,
    ),
    "diagnosis": (diagnosed,),
    "development": (
        development.test_the_walk_of_a_cohort,
        development.test_overrides,
        development.test_the_walk_of_a_plan,
    ),
    "financing": (
        financing.test_from_consent_to_disbursement,
        financing.test_taking_the_consent_back_erases_it_everywhere,
        financing.test_partners_come_and_go,
    ),
}


@dataclass
class Seen:
    """The commands of a walk that were accepted."""

    routes: list[APIRoute]
    callers: dict[str, Actor] = field(default_factory=dict)
    """By the correlation of what they asked for."""
    walked: set[str] = field(default_factory=set)

    async def __call__(self, answer: httpx.Response) -> None:
        request = answer.request
        scope = {"type": "http", "path": request.url.path, "method": request.method}
        route = next(each for each in self.routes if each.path_regex.match(request.url.path) and _takes(each, scope))
        if answer.is_success and request.method != "GET":
            self.walked.add(route.name)
            self.callers[answer.headers["X-Correlation-Id"]] = _caller(request, route)


def _takes(route: APIRoute, scope: dict[str, str]) -> bool:
    return scope["method"] in (route.methods or ())


def _caller(request: httpx.Request, route: APIRoute) -> Actor:
    token = request.headers.get("Authorization")
    if token is None or not (roles := roles_of(route)):
        return Actor("anybody")
    claims: dict[str, Any] = jwt.decode(token.removeprefix("Bearer "), options={"verify_signature": False})
    (role,) = set(claims["roles"]) & roles
    bound = claims.get("supplier_id") if role == "supplier" else claims.get("anchor_id") if role == "anchor" else None
    return Actor(claims["sub"], str(role), None if bound is None else UUID(bound))


def commands(stage: StageUnderTest) -> Iterator[str]:
    for route in stage.router.routes:
        if isinstance(route, APIRoute) and "GET" not in (route.methods or ()) and route.name not in CHANGE_NOTHING:
            yield route.name


@pytest.mark.parametrize("name", SERVICES)
async def test_every_event_of_a_command_names_its_caller(
    name: str, migrated: Migrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting, value in ROOM.items():
        monkeypatch.setenv(setting, value)
    walked: set[str] = set()
    there: set[str] = set()
    for walk in WALKS[name]:
        built, _ = import_module(f"services.{name}.app").build()
        async with StageUnderTest(built, await migrated(name)) as stage:
            seen = Seen([route for route in stage.router.routes if isinstance(route, APIRoute)])
            stage.client.event_hooks = {"response": [seen]}
            await walk(stage)
            await name_their_actors(stage, seen)
            walked |= seen.walked
            there |= set(commands(stage))
    assert there - walked == set(), "routes that no walk here has called with success"


async def name_their_actors(stage: StageUnderTest, seen: Seen) -> None:
    """A command's events have its caller; what an event of another stage caused leads to it; a partner has its topic;
    what is done later says by what."""
    for row in await stage.rows("SELECT type, body, actor FROM journal ORDER BY id"):
        event, actor = json.loads(row["body"]), actors.of(row["actor"])
        caller = seen.callers.get(event["correlationid"])
        if event.get("causationid") is not None:
            assert actor is None or actor.via or actor.subject.startswith("partner."), row["type"]
        elif actor is None or actor.via is None:
            assert (actor, caller) == (caller, actor), row["type"]
            assert actor is not None, row["type"]
        assert "actor" not in event, row["type"]
