"""Who acted is on record: each service's own walks are walked again. Every event that a command gave names its caller,
and so does the audit log, also of what was only looked at. Every route that changes something is among them.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from fastapi.routing import APIRoute

from shared.contracts import acts as acts_of_all
from shared.contracts import audit as catalogue
from shared.contracts.event import Actor
from shared.messaging import actors
from shared.service.callers import roles_of
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.http.services import STAGES, service
from tests.http.walks import ROOM, SETTINGS, WALKS

CHANGE_NOTHING = {"search_suppliers", "judge_rfc"}
"""POSTs that only read."""


@dataclass
class Seen:
    """The commands of a walk that were accepted."""

    service: str
    routes: list[APIRoute]
    callers: dict[str, Actor] = field(default_factory=dict)
    """By the correlation of what they asked for."""
    acts: dict[str, str] = field(default_factory=dict)
    """What is to be on record, likewise."""
    walked: set[str] = field(default_factory=set)

    async def __call__(self, answer: httpx.Response) -> None:
        request = answer.request
        scope = {"type": "http", "path": request.url.path, "method": request.method}
        route = next(each for each in self.routes if each.path_regex.match(request.url.path) and _takes(each, scope))
        if answer.is_success:
            correlation, read = answer.headers["X-Correlation-Id"], catalogue.read(self.service, route.name)
            self.walked.add(route.name)
            self.callers[correlation] = _caller(request, route)
            act = catalogue.change(self.service, route.name) if read is None else read.act
            self.acts |= {} if act is None else {correlation: act}


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


@pytest.mark.parametrize("name", STAGES)
async def test_every_event_of_a_command_names_its_caller(
    name: str, migrated: Migrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting, value in ROOM.items():
        monkeypatch.setenv(setting, value)
    walked: set[str] = set()
    there: set[str] = set()
    for walk in WALKS[name]:
        with monkeypatch.context() as more:
            for setting, value in SETTINGS.get(walk, {}).items():
                more.setenv(setting, value)
            built, _ = import_module(f"services.{name}.app").build()
        async with StageUnderTest(built, await migrated(name)) as stage:
            seen = Seen(name, [route for route in stage.router.routes if isinstance(route, APIRoute)])
            stage.client.event_hooks = {"response": [seen]}
            await walk(stage)
            await name_their_actors(stage, seen)
            await are_recorded(stage, seen)
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


async def are_recorded(stage: StageUnderTest, seen: Seen) -> None:
    """Each act that was accepted has a row with its caller, at least one; what nobody asked for is a machine's."""
    rows = await stage.rows("SELECT action, actor, correlation_id FROM audit ORDER BY id")
    found = {(row["correlation_id"], row["action"], actors.read(row["actor"])) for row in rows}
    for correlation, act in seen.acts.items():
        assert (correlation, act, seen.callers[correlation]) in found
    others = [each for each in found if each[0] not in seen.acts]
    assert {act.partition(":")[2] for _, act, _ in others} <= {catalogue.ANSWERED, catalogue.FIRED}
    assert await stage.rows("SELECT id FROM audit EXCEPT SELECT id FROM audit_unsealed") == []


NOT_OF_OTHERS = {
    "check_live": "the process",
    "check_ready": "the process",
    "show_metrics": "counts",
    "show_asyncapi": "the program's own",
    "show_asyncapi_of_the_program": "the program's own",
    "show_events_page": "the program's own",
    "show_partner_contract": "the program's own",
    "show_event_schema": "the program's own",
    "list_dead_letters": "places and reasons of records",
    "list_record_gaps": "places of records",
    "list_outbox": "counts",
    "list_skips": "places of records",
    "list_checkpoints": "sizes and signatures",
    "show_areas": "the program's own",
    "show_instrument": "the program's own",
    "list_instruments": "the program's own",
    "show_modules": "the program's own",
    "list_calls": "the program's own",
    "show_call": "the program's own",
    "show_consent_text": "the program's own",
    "show_introduction_text": "the program's own",
    "list_meeting_days": "what is planned; who meets there is another route",
    "list_anchors": "large buyers, by the name that they are known by",
    "show_anchor": "a large buyer, by the name that it is known by",
    "list_requirements": "what large buyers publish",
    "show_requirement": "what a large buyer publishes",
    "list_lists": "dates of published lists",
    "list_publications": "how many groups were published, and when",
    "show_agreement": "sums, of assessors by the subjects by which operators assign them",
    "judge_rfc": "what whoever asks has typed",
    "show_supplier_template": "the program's own",
    "show_anchor_template": "the program's own",
    "show_requirement_template": "the program's own",
    "show_supplier_import": "counts, and lines of a file",
    "show_refused_anchors": "names of anchors, which everybody sees",
    "show_refused_requirements": "rows of a file that an anchor sent, shown to itself and to operators",
    "show_anchor_import": "counts, and lines of a file",
    "show_requirement_import": "counts, and lines of a file",
    "show_list_import": "counts",
    "show_prospect_import": "counts, and lines of a file",
    "list_prospects": "what public registers say, of legal persons by name",
    "show_prospect": "what a public register says, of a legal person by name",
    "list_prospect_coverage": "counts",
    "list_coverage": "counts",
    "count_near_firms": "counts",
    "list_what_the_program_lacks": "counts",
    "list_measurements": "when all were measured, and why",
    "list_tellings": "when all were told once more, and why",
    "show_effect": "figures, none of few firms",
    "list_cohorts": "rounds of selection; what one says of a firm is another route",
    "show_cohort": "a round of selection; what it says of a firm is another route",
    "list_partners": "institutions",
    "show_partner": "an institution",
    "list_products": "what institutions offer",
    "show_trial": "a test, which is of no firm",
    "list_tests": "tests, which are of no firm",
    "list_at_desk": "ids of what went to the caller's institution, and no firm",
    "show_product": "what institutions offer",
}
"""Routes that change nothing and show nobody's data."""


@pytest.mark.parametrize("name", STAGES)
def test_every_route_is_in_the_catalogue_or_shows_nobody_s_data(name: str) -> None:
    there = {
        route.name for route in service(name).app.routes if isinstance(route, APIRoute) and route.include_in_schema
    }
    recorded = {route for route in there if catalogue.change(name, route) or catalogue.read(name, route)}
    assert there - recorded - NOT_OF_OTHERS.keys() == set()
    assert recorded & NOT_OF_OTHERS.keys() == set()
    known = (
        catalogue.CHANGES[name].keys()
        | catalogue.READS[name].keys()
        | acts_of_all.OPERATIONS.keys()
        | acts_of_all.LOOKS.keys()
    )
    assert known - there == set(), "routes that have gone"


def test_an_act_is_source_subject_and_action() -> None:
    acts = [f"{name}:{act}" for name in STAGES for act in catalogue.CHANGES[name].values()]
    acts += [f"{name}:{read.act}" for name in STAGES for read in catalogue.READS[name].values()]
    acts += [*acts_of_all.OPERATIONS.values(), *acts_of_all.GIVEN.values()]
    acts += [look.act for look in (*acts_of_all.LOOKS.values(), *acts_of_all.OPENED.values())]
    acts += [catalogue.ANSWERED, catalogue.FIRED]
    assert [act for act in acts if not re.fullmatch(r"([a-z]+:)?[a-z-]+:[a-z-]+", act)] == []
