"""Candidates as a buyer's pages show them: firms of the read model, and the stage's side."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.portal import app
from services.portal.settings import Settings
from services.portal.stages import Stages
from shared.contracts.matching import MatchFound, RequirementPublished
from shared.contracts.registration import SupplierRegistered
from shared.service.callers import Role
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import (
    ANCHOR,
    MATCH,
    OTHER_MATCH,
    OTHER_SUPPLIER,
    REQUIREMENT,
    SUPPLIER,
    example,
)

HIDDEN, HIDDEN_MATCH, ELSEWHERE, ELSEWHERE_MATCH = (UUID(int=0xC000 + number) for number in range(4))
SEEN, SECOND, UNSEEN = "Aceros Visibles SA", "Moldes Segundos SA", "Forjas Ocultas SA"
PAGE, CANDIDATE = f"/requirements/{REQUIREMENT}", f"/requirements/{REQUIREMENT}/candidates/{MATCH}"
FIRMS = ((SUPPLIER, SEEN, "000001"), (OTHER_SUPPLIER, SECOND, "000002"), (HIDDEN, UNSEEN, "000777"))
PRESENT = {"supplier_id": str(SUPPLIER), "standing": "found", "score": 8210, "decline_reason": None}


def _criterion(name: str, points: int, status: str, offer: str, reason: str) -> dict[str, Any]:
    most = {"criterion": name, "points": points, "max": 4000, "status": status}
    return most | {"need": "400 t", "offer": offer, "reason": reason}


MATCHES: tuple[dict[str, Any], ...] = (
    {"score": 8210, "criteria": [_criterion("capacity", 3150, "partial", "250 t", "capacity_short")]},
    {"supplier_id": OTHER_SUPPLIER, "match_id": OTHER_MATCH, "score": 7000, "standing": "shortlisted", "criteria": []},
    {"supplier_id": HIDDEN, "match_id": HIDDEN_MATCH, "score": 9130, "blocked_by": ("T04",)},
    # The same anchor knows it from another requirement.
    {"supplier_id": HIDDEN, "match_id": ELSEWHERE_MATCH, "requirement_id": ELSEWHERE},
)


class Matching:
    """The stage's side: what it shows, and what it says to a form."""

    def __init__(self) -> None:
        requirement = example(RequirementPublished).model_dump(mode="json")
        about = {"version": 3, "status": "open", "specification": requirement["specification"]}
        self.shown: dict[str, Mapping[str, Any]] = {f"/matches/{MATCH}": PRESENT, PAGE: about}
        self.refusal: httpx.Response | None = None
        self.answer = httpx.Response(200, json={})
        self.keys: list[str | None] = []
        self.sent: list[tuple[str, dict[str, Any], str | None]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "GET":
            found = self.shown.get(path)
            return httpx.Response(404) if found is None else httpx.Response(200, json=found, headers={"ETag": '"v7"'})
        self.sent.append((path, json.loads(request.content or b"null"), request.headers.get("If-Match")))
        self.keys.append(request.headers.get("Idempotency-Key"))
        return self.refusal or self.answer


def refusal_of(status: int, title: str, field: str, problem: str) -> httpx.Response:
    errors = [{"field": field, "problem": problem}] if field else []
    return httpx.Response(status, json={"title": title, "detail": "No se acepta así.", "errors": errors})


@pytest.fixture
def matching(monkeypatch: pytest.MonkeyPatch) -> Matching:
    there = Matching()
    stages = partial(Stages, transport=httpx.MockTransport(there))
    addresses = {"portal_stages": {"matching": "http://matching.test"}}
    monkeypatch.setattr(app, "Stages", lambda settings: stages(Settings.model_copy(settings, update=addresses)))
    return there


@pytest.fixture
async def filled(portal: Visitors) -> Visitors:
    """Two firms that were introduced, one that is not yet; and another anchor that asks for the same."""
    await portal.stage.consume(
        *(
            example(SupplierRegistered, supplier_id=id_, legal_name=name, folio=f"PDP-2026-{n}")
            for id_, name, n in FIRMS
        ),
        example(RequirementPublished),
        example(RequirementPublished, requirement_id=ELSEWHERE),
        *(example(MatchFound, **({"blocked_by": (), "standing": "found"} | each)) for each in MATCHES),
    )
    return portal


async def buyer(filled: Visitors, anchor_id: UUID = ANCHOR) -> Browser:
    return await filled.signed_in(str(Role.ANCHOR), anchor_id=anchor_id)
