"""Schemathesis, with its checks, on every service over a real store: what an API says of itself is true."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from fastapi.routing import APIRoute
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contracts.times import FIRST_DAY, LAST_DAY
from shared.names import says_nothing
from shared.plain_text import LINES, NOT_TEXT
from shared.security.tokens import LocalIssuer
from shared.service.callers import Role, roles_of
from shared.testing.stage import AUDIENCE, ISSUER, TOKEN_LIFESPAN
from tests.conftest import Migrated
from tests.http.services import SERVICES, built

SUPPLIER, ANCHOR = UUID(int=1), UUID(int=2)
SEED = 1

REFUSED_BY_RULES = ["412", "422"]
"""Beside schemathesis's own: another version than the one that is there, and what a rule of the trade refuses though it
has the right form. That nothing of the right form is refused for its form is checked by
`well_formed_data_is_understood`.
"""
MALFORMED = {"invalid_request", "parameter_unknown", "content_type", "body_unreadable"}


@dataclass(frozen=True)
class Effort:
    """How much is tried of each operation."""

    examples: int
    whole: bool
    """Every limit of every field too, and chains of operations: what one answers is sent to the next."""


USUAL, LONG = Effort(examples=5, whole=False), Effort(examples=50, whole=True)


def config(token: str, effort: Effort) -> SchemathesisConfig:
    own = ["2xx", "3xx", "401", "403", "404", "409", "429", "5xx", *REFUSED_BY_RULES]
    refused = ["400", "401", "403", "404", "405", "409", "412", "415", "422", "428"]
    generation = {"deterministic": True, "max-examples": effort.examples, "no-shrink": True, "database": "none"}
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            # Nobody works on imports here: there is nothing to wait for.
            "headers": {"Authorization": f"Bearer {token}", "Prefer": "wait=0"},
            "generation": generation,
            "phases": {phase: {"enabled": effort.whole} for phase in ("coverage", "stateful")},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": own},
                "missing_required_header": {"expected-statuses": ["401", "403", "422", "428"]},
                "negative_data_rejection": {"expected-statuses": refused},
            },
        }
    )


DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def dates_out_of_range(given: Any) -> bool:
    """Whether a body has a date beyond what the contracts take."""
    if isinstance(given, dict | list):
        return any(map(dates_out_of_range, given.values() if isinstance(given, dict) else given))
    if not isinstance(given, str) or DATE.match(given) is None:
        return False
    return not str(FIRST_DAY) <= given[:10] <= str(LAST_DAY)


def not_text(given: Any) -> bool:
    """Whether a body has characters that no text has, or that no text of one line has."""
    if isinstance(given, dict | list):
        return any(map(not_text, given.values() if isinstance(given, dict) else given))
    return isinstance(given, str) and bool(NOT_TEXT.search(given) or LINES.search(given))


def names_nothing(given: Any, key: str = "") -> bool:
    """Whether a body has a name that says nothing."""
    if isinstance(given, dict):
        return any(names_nothing(each, name) for name, each in given.items())
    if isinstance(given, list):
        return any(map(names_nothing, given))
    return isinstance(given, str) and key in {"name", "legal_name", "representative"} and says_nothing(given)


@schemathesis.check
def well_formed_data_is_understood(_: Any, response: Any, case: Any) -> None:
    """What has the right form is not refused for its form. How early or late a date may be is in no schema,
    nor which characters are text, nor what a name has to tell.
    """
    positive = case.meta is None or case.meta.generation.mode.is_positive
    if (
        positive
        and not any(map(dates_out_of_range, (case.body, case.query, case.path_parameters)))
        and not not_text(case.body)
        and not names_nothing(case.body)
        and response.headers.get("content-type", [""])[0].startswith("application/problem")
    ):
        code = response.json()["title"]
        assert code not in MALFORMED, f"{code}: {response.json()['detail']}"


class OnItsLoop:
    """Answers on the loop of the service's store: schemathesis calls from loops of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._loop = asyncio.get_running_loop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return  # The service's own server does not ask for one either.
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        answering = asyncio.run_coroutine_threadsafe(self._answer(scope, body), self._loop)
        for message in await asyncio.wrap_future(answering):
            await send(message)

    async def _answer(self, scope: Scope, body: bytes) -> list[Message]:
        sent: list[Message] = []

        messages: asyncio.Queue[Message] = asyncio.Queue()
        messages.put_nowait({"type": "http.request", "body": body, "more_body": False})

        async def send(message: Message) -> None:
            sent.append(message)

        # Asked for more, a server waits until the caller has gone.
        await self._app(scope, messages.get, send)
        return sent


def failures(app: ASGIApp, token: str, effort: Effort, names: Collection[str]) -> set[str]:
    """All that schemathesis finds in these operations, each kind once for an operation."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config(token, effort))
    found: set[str] = set()
    for event in from_schema(schema.include(operation_id=list(names))).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.add(str(event))
        if isinstance(event, events.ScenarioFinished):
            for checks in event.recorder.checks.values():
                for check in checks:
                    if check.failure_info is not None:
                        failure = check.failure_info.failure
                        found.add(f"{event.recorder.label} {failure.title}: {failure.message[:300]}")
    return found


Tried = Callable[[str, Role, Effort], Awaitable[set[str]]]


@pytest.fixture
async def tried(migrated: Migrated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tried:
    """What is found in a service, over a fresh store, by a caller of one role: in all that such a caller may do, and
    of an operator also in what is open to all.
    """
    issuer = LocalIssuer(tmp_path, ISSUER, AUDIENCE)
    issuer.ensure_key()

    async def of(name: str, role: Role, effort: Effort) -> set[str]:
        settings = {
            "PDP_DATABASE_URL": await migrated(name),
            "PDP_OIDC_ISSUER": ISSUER,
            "PDP_OIDC_AUDIENCE": AUDIENCE,
            "PDP_OIDC_JWKS": str(issuer.jwks_path),
            "PDP_REGISTRATIONS_BURST": "1000000",
        }
        for key, value in settings.items():
            monkeypatch.setenv(key, value)
        under_test = built(name)
        routes = {route.name: roles_of(route) for route in under_test.app.routes if isinstance(route, APIRoute)}
        own = {each for each, roles in routes.items() if roles is not None and role in roles}
        open_ = {each for each, roles in routes.items() if roles == frozenset()}
        names = own | open_ if role is Role.OPERATOR else own
        token = issuer.issue("ana", [str(role)], TOKEN_LIFESPAN, supplier_id=str(SUPPLIER), anchor_id=str(ANCHOR))
        if not names:
            return set()
        await under_test.database.open()
        try:
            return await asyncio.to_thread(failures, OnItsLoop(under_test.app), token, effort, names)
        finally:
            await under_test.database.close()

    return of


# Its advice on how to generate (a large repr, a random number that another thread drew) says nothing of the API.
ADVICE = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")


@ADVICE
@pytest.mark.parametrize("name", SERVICES)
async def test_what_an_api_says_of_itself_is_true(name: str, tried: Tried) -> None:
    assert await tried(name, Role.OPERATOR, USUAL) == set()


@ADVICE
@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", SERVICES)
async def test_it_is_true_to_every_role_however_long_it_is_tried(name: str, role: Role, tried: Tried) -> None:
    assert await tried(name, role, LONG) == set()
