"""Every page and every form, and a portal in which each has something to show."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from services.portal.api import pages
from services.portal.api.asking import Only
from shared.contracts.financing import NeedIdentified
from shared.contracts.matching import MatchFound, RequirementPublished
from shared.contracts.registration import SupplierRegistered, SupplierWithdrawn
from shared.service.callers import Role
from shared.service.http.routes import dependants
from shared.testing.databases import Templates
from tests.portal import scripted
from tests.portal.conftest import Browser, Visitors, opened
from tests.portal.events import ANCHOR, EXAMPLES, OTHER_MATCH, OTHER_SUPPLIER, READ, REQUIREMENT, SUPPLIER, example

IDS = {
    "supplier_id": str(SUPPLIER),
    "requirement_id": str(REQUIREMENT),
    "consent_id": str(UUID(int=7)),
    "match_id": str(OTHER_MATCH),
    "language": "en",
    "need_id": EXAMPLES[NeedIdentified.TYPE]["need_id"],
    "referral_id": str(UUID(int=10)),
    "digest": "0",
    "name": "portal.css",
    **scripted.IDS,
    "part": "identity",
    "number": "0",
    "person_id": str(UUID(int=8)),
    "message_id": str(UUID(int=13)),
}
CALENDARS = {"/meetings/{day_id}/calendar.ics", "/my-firm/meetings/calendar.ics"}
ELSEWHERE = CALENDARS | {
    "/my-firm/data/file",
    "/imports/{kind}/template",
    "/imports/{kind}/export",
    "/imports/{kind}/{import_id}/refused",
    "/attachments/{service}/{supplier_id}/{attachment_id}",
    "/work/visits/worker.js",
    "/sign-in",
    "/sign-in/callback",
    "/static/{digest}/{name}",
    "/language/{language}",
}
"""No pages: each leads to one."""
LIVE = {"/operator/live"}
"""Parts of a page that are sent again and again, until the service stops."""
PARTS = {"/imports/{kind}/{import_id}/progress"}
"""Parts of a page that a script asks for again and again."""


def _routes() -> Iterator[APIRoute]:
    app: FastAPI = pages(None)  # type: ignore[arg-type]  # nobody asks it
    yield from (route for route in app.routes if isinstance(route, APIRoute))


def _roles(route: APIRoute) -> frozenset[Role] | None:
    found = [each.call for each in dependants(route.dependant) if isinstance(each.call, Only)]
    return frozenset(found[0].roles) if found else None


PAGES = sorted({route.path: _roles(route) for route in _routes() if "GET" in (route.methods or ())}.items())
SHOWN = [(path, roles) for path, roles in PAGES if path not in ELSEWHERE | LIVE | PARTS]
FORMS = sorted({route.path: route for route in _routes() if "POST" in (route.methods or ())}.items())


def _of(path: str) -> str:
    return path.format(**IDS)


def _answer_plan(portal: Visitors) -> None:
    """With the activity that addresses name."""
    plan = portal.others.answers["development.test", f"/plans/{SUPPLIER}"].json()
    activities = [plan["activities"][0] | {"activity_id": IDS["activity_id"], "status": "planned"}]
    portal.others.answer("development", f"/plans/{SUPPLIER}", plan | {"activities": activities}, ETag=scripted.ETAG)


def _answer_meetings(portal: Visitors) -> None:
    """Of a firm that the buyer knows."""
    met = {"supplier_id": str(OTHER_SUPPLIER), "anchor_id": str(ANCHOR)}
    day, meeting = f"/meeting-days/{IDS['day_id']}", f"/meetings/{IDS['meeting_id']}"
    shown = {path: portal.others.answers["matching.test", path].json() for path in (day, meeting)}
    meetings = [each | met for each in shown[day]["meetings"]]
    portal.others.answer("matching", day, shown[day] | {"meetings": meetings}, ETag=scripted.ETAG)
    portal.others.answer("matching", meeting, shown[meeting] | met, ETag=scripted.ETAG)
    said = {"title": "day_booked", "detail": "Hay citas dadas."}
    portal.others.refused["PUT", "matching.test", day] = httpx.Response(409, json=said)


async def _fill(portal: Visitors) -> None:
    """Of every event one but that a firm leaves, and another firm that was introduced."""
    other = {"supplier_id": OTHER_SUPPLIER, "match_id": OTHER_MATCH, "blocked_by": ()}
    there = example(SupplierRegistered, supplier_id=OTHER_SUPPLIER), example(MatchFound, **other)
    told = [example(event) for event in READ if event is not SupplierWithdrawn]
    await portal.stage.consume(*told, *there)


def _answer(portal: Visitors) -> None:
    """Of everything that a page asks a stage for."""
    scripted.answer(portal.others, IDS)
    _answer_plan(portal)
    _answer_meetings(portal)
    asked = example(RequirementPublished).model_dump(mode="json")["specification"]
    portal.others.answer(
        "matching", f"/requirements/{REQUIREMENT}", {"version": 1, "status": "open", "specification": asked}
    )


@pytest.fixture
async def filled(portal: Visitors) -> Visitors:
    """With something to show on every page."""
    await _fill(portal)
    _answer(portal)
    return portal


@pytest.fixture(scope="module")
async def walk(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visitors]:
    """The one of all walks of a file."""
    store = await templates.migrated("portal")
    async with opened(tmp_path_factory.mktemp("walk"), store, templates.migrated) as portal:
        await _fill(portal)
        yield portal
    await templates.drop(store)


@pytest.fixture
async def walked(walk: Visitors) -> Visitors:
    """As `filled`, for who looks and is not looked at: a store takes longer to make than a page. What others left in it
    are sessions and looks on record; the portal starts anew for each.
    """
    await walk.start_again()
    _answer(walk)
    return walk


async def _with(filled: Visitors, role: Role, language: str = "es") -> Browser:
    own: dict[str, Any] = {"supplier_id": SUPPLIER, "anchor_id": ANCHOR, "partner_code": "nafin"}
    return await filled.signed_in(str(role), **own, language=language)
