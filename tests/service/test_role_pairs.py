"""Every route of every service, to callers with each pair of roles, about others' firms and about their own.

A role lets in to what it may do. Another role of the same token must not widen that: seen was a supplier of one firm
who was a mentor too, and changed another firm's contact.
"""

import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient, Response

from shared.runtime.settings import KafkaSettings
from shared.security.tokens import Issuer, LocalIssuer, Verifier
from shared.service.callers import Role, roles_of
from shared.service.http.routes import JSON, content_type_of
from shared.service.service import Service
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.http.services import STAGES
from tests.service.foreign import FOREIGN, Foreign
from tests.service.test_callers import ISSUER

OWN_SUPPLIER, OWN_ANCHOR = UUID(int=1), UUID(int=2)
OWN_DESK = "bancomext"
"""To which nothing went."""

BOUND = {Role.SUPPLIER, Role.ANCHOR, Role.PARTNER}
ASSIGNED = {Role.ASSESSOR, Role.EXPERT, Role.MENTOR}
OF_SOMEBODY = {"supplier_id", "anchor_id", "requirement_id", "match_id", "consent_id", "referral_id", "cohort_id"}
OF_SOMEBODY |= {"day_id", "meeting_id", "anchors", "request_id"}
SHOWN_TO_ALL = {("GET", "/anchors/{anchor_id}")}
OF_THE_FIRM = {"supplier_id", "match_id", "meeting_id", "request_id"}

QUERIES = {
    "list_decided": {"key": str(UUID(int=9))},
    "read_attachment": {"until": "0", "signature": "0" * 64},
}
NOTHING_TO_UNDO = {"override_not_found", "plan_not_found", "drop_out_not_found", "import_unknown", "waiver_unknown"}
NOTHING_TO_UNDO |= {"attachment_not_found", "product_not_known", "not_drawn", "outcome_not_found", "report_unknown"}
NOTHING_TO_UNDO |= {"trial_unknown"}

# What an operator may do to somebody is done last: it changes what the others ask about.
PAIRS = sorted([*combinations(Role, 2), *((role,) for role in Role)], key=lambda roles: Role.OPERATOR in roles)


def _told_of(asked: Iterable["Asked"]) -> list[tuple[Role, ...]]:
    """The pairs, those with a role that no route names but once: it lets in nowhere, alone or beside another."""
    named = {role for one in asked for role in one.roles}
    return [roles for roles in PAIRS if len(roles) == 1 or named.issuperset(roles)]


@dataclass(frozen=True)
class Asked:
    """One route as it is asked."""

    route: APIRoute
    method: str
    foreign: Foreign

    @property
    def roles(self) -> frozenset[Role]:
        return roles_of(self.route) or frozenset()

    @property
    def body(self) -> Any:
        return self.foreign.bodies.get(self.route.name)

    @property
    def query(self) -> Any:
        return self.foreign.queries.get(self.route.name) or QUERIES.get(self.route.name, {})

    @property
    def told(self) -> str:
        return f"{self.method} {self.route.path}"

    def names(self, what: Iterable[str]) -> bool:
        """Whether it is about one of these, which belongs to somebody."""
        named = {*self.route.param_convertors, *self.query, *(self.body if isinstance(self.body, dict) else ())}
        return bool(named & set(what)) and (self.method, self.route.path) not in SHOWN_TO_ALL

    def allows(self, roles: Iterable[Role]) -> bool:
        """Whether one of the roles, by itself, may do it to those whom its owner is neither bound nor assigned to."""
        admitted = self.roles & set(roles)
        if "attachments" in self.route.tags and self.method == "GET":
            # Of firms that they are assigned to, and of no others.
            admitted -= ASSIGNED
        if Role.OPERATOR in admitted or (admitted & ASSIGNED and self.method == "GET"):
            return True
        return bool(admitted & BOUND) and not self.names(OF_SOMEBODY)

    @property
    def is_whole(self) -> bool:
        """Whether what is sent is good enough to be done. Files are not, nor are letters that are not there."""
        return content_type_of(self.route) in (JSON, None) and "operations" not in self.route.tags


Ask = Callable[[Asked, Iterable[Role], UUID | str, UUID | str], Awaitable[Response]]


@pytest.fixture
def asking(migrated: Migrated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A service over a store where somebody else's firm and anchor are; its routes, and the way to ask them."""
    issuer = LocalIssuer(tmp_path, ISSUER)
    issuer.ensure_key()

    @asynccontextmanager
    async def of(name: str) -> AsyncIterator[tuple[list[Asked], Ask]]:
        url = await migrated(name)
        monkeypatch.setenv("PDP_DATABASE_URL", url)
        stage, settings = importlib.import_module(f"services.{name}.app").build()
        async with StageUnderTest(stage, url) as running:
            foreign = await FOREIGN[name](running)
        service = Service(stage, settings, KafkaSettings())
        service.app.state.issuer = Issuer(Verifier(ISSUER, str(issuer.jwks_path), "pdp"))
        routes = [route for route in service.app.routes if isinstance(route, APIRoute) and roles_of(route)]
        asked = [Asked(route, method, foreign) for route in routes for method in sorted(route.methods or ())]
        await service.database.open()
        try:
            async with AsyncClient(transport=ASGITransport(service.app), base_url="http://test") as client:

                async def ask(one: Asked, roles: Iterable[Role], supplier: UUID | str, anchor: UUID | str) -> Response:
                    # Another person for each call: nobody is kept from one thing because they did another.
                    subject = "-".join([one.route.name, *roles])
                    named = list(map(str, roles))
                    bonds: dict[str, Any] = {
                        "supplier_id": str(supplier),
                        "anchor_id": str(anchor),
                        "partner_code": OWN_DESK,
                    }
                    token = issuer.issue(subject, named, **bonds)
                    ids = {**dict.fromkeys(one.route.param_convertors, str(UUID(int=9))), **one.foreign.ids}
                    path = one.route.path.format(**ids)
                    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
                    return await client.request(one.method, path, json=one.body, params=one.query, headers=headers)

                yield asked, ask
        finally:
            await service.database.close()

    return of


@pytest.mark.parametrize("name", STAGES)
async def test_no_pair_of_roles_does_to_somebody_else_what_neither_may(name: str, asking: Any) -> None:
    async with asking(name) as (asked, ask):
        for roles in _told_of(asked):
            for one in asked:
                answer = await ask(one, roles, OWN_SUPPLIER, OWN_ANCHOR)
                said = one.told, roles, answer.status_code, answer.text
                if not one.allows(roles):
                    assert answer.status_code in (403, 404), said
                elif one.is_whole:
                    # What was refused above was refused for its caller, and not for what it said.
                    done = answer.status_code in (200, 201, 204, 409)
                    assert done or answer.json()["title"] in NOTHING_TO_UNDO, said


@pytest.mark.parametrize("name", STAGES)
async def test_nobody_acts_for_the_program_or_an_anchor_on_their_own_firm(name: str, asking: Any) -> None:
    async with asking(name) as (asked, ask):
        others = [one for one in asked if Role.SUPPLIER not in one.roles and one.names(OF_THE_FIRM)]
        acts = [one for one in others if one.method != "GET"]
        for roles in PAIRS:
            for one in acts:
                ids = one.foreign.ids
                answer = await ask(one, roles, ids["supplier_id"], ids.get("anchor_id", OWN_ANCHOR))
                assert answer.status_code == 403, (one.told, roles, answer.text)
                if one.roles & set(roles):
                    assert answer.json()["title"] == "own_firm", (one.told, roles, answer.text)
