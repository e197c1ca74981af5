"""Every route of every service says who may call it."""

import importlib
import re
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient
from starlette.routing import Route
from starlette.types import Message
from structlog.testing import capture_logs

from shared.runtime.settings import KafkaSettings
from shared.security.tokens import Issuer, LocalIssuer, Verifier
from shared.service.callers import Caller, Role, allow, at, roles_of
from shared.service.http.application import install
from shared.service.http.routes import JSON, MAX_BODY_BYTES, ConventionalRoute, content_type_of
from shared.service.service import Service

SERVICES = sorted(path.parent.name for path in (Path(__file__).parents[2] / "services").glob("*/app.py"))

ISSUER = "http://127.0.0.1/pdp"
OWN = UUID(int=1)

OPEN = {
    ("GET", "/live"),
    ("GET", "/ready"),
    ("GET", "/metrics"),
    ("GET", "/asyncapi"),
    ("GET", "/asyncapi/program"),
    ("GET", "/events"),
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/docs/assets/{name}"),
    ("POST", "/suppliers"),
    ("POST", "/suppliers/{supplier_id}/confirmation"),
    ("POST", "/rfc-verdicts"),
    ("GET", "/instrument"),
    ("GET", "/instruments"),
    ("GET", "/modules"),
    ("GET", "/calls"),
    ("GET", "/call"),
    ("GET", "/partner-contract"),
    ("GET", "/partner-contract/{event_type}"),
}
"""What everybody may call; anything else that is open is a mistake."""


def app_of(name: str) -> FastAPI:
    stage, settings = importlib.import_module(f"services.{name}.app").build()
    return Service(stage, settings, KafkaSettings()).app


def _routes(name: str) -> list[APIRoute]:
    routes = app_of(name).routes
    assert all(isinstance(route, Route) for route in routes), "a router within the list would hide its routes"
    return [route for route in routes if isinstance(route, APIRoute)]


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_names_its_roles(name: str) -> None:
    silent = {route.path for route in _routes(name) if roles_of(route) is None}
    assert silent == set()


@pytest.mark.parametrize("name", SERVICES)
def test_only_the_known_routes_are_open(name: str) -> None:
    opened = {(method, route.path) for route in _routes(name) for method in route.methods or () if not roles_of(route)}
    assert opened <= OPEN


@pytest.mark.parametrize("name", SERVICES)
async def test_a_call_without_a_token_is_refused_on_every_other_route(name: str) -> None:
    routes = [route for route in _routes(name) if roles_of(route)]
    assert routes
    async with AsyncClient(transport=ASGITransport(app_of(name)), base_url="http://test") as client:
        for route in routes:
            for method in route.methods or ():
                answer = await client.request(method, re.sub(r"{\w*id}", str(uuid4()), route.path))
                assert (answer.status_code, answer.json()["title"]) == (401, "token_missing"), (method, route.path)
                assert answer.headers["content-type"] == "application/problem+json"


@pytest.fixture
def issuer(tmp_path: Path) -> LocalIssuer:
    local = LocalIssuer(tmp_path, ISSUER)
    local.ensure_key()
    return local


def guarded(issuer: Issuer, *roles: Role) -> AsyncClient:
    """An application with one route of these roles, which tells its caller."""
    app = FastAPI()
    install(app)
    app.state.issuer = issuer

    @app.get("/it")
    async def it(caller: Annotated[Caller, allow(*roles)]) -> dict[str, object]:
        caller.require_supplier(OWN)
        return {"roles": sorted(caller.roles)}

    return AsyncClient(transport=ASGITransport(app), base_url="http://test")


BOUND, FREE = Role.SUPPLIER, sorted(set(Role) - {Role.SUPPLIER})


@pytest.mark.parametrize("other", FREE)
async def test_only_the_roles_that_let_a_caller_in_count(issuer: LocalIssuer, other: Role) -> None:
    """Seen: a mentor who is a supplier too changed every firm's contact."""
    verifier = Verifier(ISSUER, str(issuer.jwks_path), "pdp")
    async with guarded(Issuer(verifier), Role.SUPPLIER) as client:
        for supplier, status in ((OWN, 200), (uuid4(), 403)):
            token = issuer.issue("ana", [Role.SUPPLIER, other], supplier_id=str(supplier))
            answer = await client.get("/it", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status
        assert (await client.get("/it", headers=as_(issuer, [other], OWN))).status_code == 403


def as_(issuer: LocalIssuer, roles: list[str], supplier: UUID) -> dict[str, str]:
    return {"Authorization": f"Bearer {issuer.issue('ana', roles, supplier_id=str(supplier))}"}


async def test_roles_of_others_are_left_out(issuer: LocalIssuer) -> None:
    """Keycloak gives `offline_access` and `uma_authorization` to everybody."""
    verifier = Verifier(ISSUER, str(issuer.jwks_path), "pdp")
    async with guarded(Issuer(verifier), Role.SUPPLIER) as client:
        answer = await client.get("/it", headers=as_(issuer, ["offline_access", "supplier"], OWN))
        assert answer.json() == {"roles": ["supplier"]}
        answer = await client.get("/it", headers=as_(issuer, ["offline_access"], OWN))
        assert (answer.status_code, answer.json()["title"]) == (403, "role_missing")


NAMED = [
    "maria.lopez@firm.example",
    "auth0|maria@firm.example",
    "Maria Lopez",
    "GODE561231GR8",
    "gode561231gr8",
    "saml|sat|GODE561231GR8",
    "GODE561231MDFRRN09",
    "EKU9003173C9",
]
PSEUDONYMS = [str(UUID(int=7)), "auth0|507f1f77bcf86cd799439020", "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "ana"]


@pytest.mark.parametrize("subject", NAMED + PSEUDONYMS)
async def test_a_subject_is_a_pseudonym(issuer: LocalIssuer, subject: str) -> None:
    """It ends in logs and in the audit log, which nothing erases."""
    verifier = Verifier(ISSUER, str(issuer.jwks_path), "pdp")
    token = issuer.issue(subject, [Role.SUPPLIER], supplier_id=str(OWN))
    with capture_logs() as lines:
        async with guarded(Issuer(verifier), Role.SUPPLIER) as client:
            answer = await client.get("/it", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == (401 if subject in NAMED else 200)
    assert (subject in answer.text + str(lines)) == (subject in PSEUDONYMS)


async def test_an_issuer_that_is_away_is_no_fault_of_the_caller(issuer: LocalIssuer, tmp_path: Path) -> None:
    async with guarded(Issuer(Verifier(ISSUER, str(tmp_path / "absent.json"), "pdp")), Role.SUPPLIER) as client:
        answer = await client.get("/it", headers=as_(issuer, ["supplier"], OWN))
    assert (answer.status_code, answer.json()["title"]) == (503, "issuer_unavailable")
    assert answer.headers["Retry-After"] == "10"


@pytest.mark.parametrize(
    ("claims", "path", "found"),
    [
        ({"roles": ["a"]}, "roles", ["a"]),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ["a"]),
        ({"https://issuer.example/roles": ["a"]}, "https://issuer.example/roles", ["a"]),
        ({"realm_access": ["roles"]}, "realm_access.roles", None),
        ({}, "realm_access.roles", None),
    ],
)
def test_where_a_claim_is(claims: dict[str, Any], path: str, found: object) -> None:
    assert at(claims, path) == found


async def status_before_the_body(app: FastAPI, method: str, path: str, headers: dict[str, str]) -> int:
    """The answer to a request whose body must not be read for it."""
    answered: list[int] = []

    async def receive() -> Message:
        raise AssertionError("the body was read")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "scheme": "http", "http_version": "1.1", "root_path": "", "server": ("test", 80), "client": ("192.0.2.1", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, receive, send)
    return answered[0]


@pytest.mark.parametrize("name", SERVICES)
async def test_nobody_without_a_token_has_a_body_read(name: str) -> None:
    app = app_of(name)
    routes = [route for route in _routes(name) if roles_of(route) and content_type_of(route)]
    assert routes
    for route in routes:
        headers = {"Content-Length": "1000000", "Content-Type": str(content_type_of(route))}
        path = re.sub(r"{\w*id}", str(uuid4()), route.path)
        for method in route.methods or ():
            assert await status_before_the_body(app, method, path, headers) == 401, (method, route.path)


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": str(MAX_BODY_BYTES + 1)}, 413),
        ({"Transfer-Encoding": "chunked"}, 411),
        ({"Content-Length": "-1"}, 411),
    ],
)
async def test_no_route_reads_more_than_it_takes(
    name: str, headers: dict[str, str], status: int, issuer: LocalIssuer
) -> None:
    app = app_of(name)
    app.state.issuer = Issuer(Verifier(ISSUER, str(issuer.jwks_path), "pdp"))
    app.state.limits = app.state.members = None  # They are in a store, and none is open.
    token = issuer.issue("ana", list(Role), supplier_id=str(OWN), anchor_id=str(OWN))
    assert all(isinstance(route, ConventionalRoute) for route in _routes(name) if content_type_of(route))
    for route in _routes(name):
        path = re.sub(r"{\w*id}", str(uuid4()), route.path)
        for method in (route.methods or ()) if content_type_of(route) == JSON else ():
            # A form may be larger where a form is taken, and nowhere else.
            given = headers | {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=x"}
            assert await status_before_the_body(app, method, path, given) == status, (method, route.path)


def test_a_route_that_says_nothing_is_seen() -> None:
    app = FastAPI()

    @app.get("/forgotten")
    async def forgotten() -> None: ...

    route = next(route for route in app.routes if isinstance(route, APIRoute))
    assert roles_of(route) is None
