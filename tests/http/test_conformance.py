"""Schemathesis, with its checks, on every service over a real store: what an API says of itself is true."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.security.tokens import LocalIssuer
from shared.service.callers import Role
from shared.testing.stage import AUDIENCE, ISSUER, TOKEN_LIFESPAN
from tests.conftest import Migrated
from tests.http.services import SERVICES, service

SUPPLIER, ANCHOR = UUID(int=1), UUID(int=2)
EXAMPLES = 5
SEED = 1

REFUSED_BY_RULES = ["412", "422", "428"]
"""Beside schemathesis's own: a rule of the trade refuses what has the right form. That nothing of the right form is
refused for its form is checked by `well_formed_data_is_understood`.
"""
MALFORMED = {"invalid_request", "parameter_unknown", "content_type", "body_unreadable"}


def config(token: str) -> SchemathesisConfig:
    own = ["2xx", "3xx", "401", "403", "404", "409", "429", "5xx", *REFUSED_BY_RULES]
    refused = ["400", "401", "403", "404", "405", "409", "411", "413", "415", *REFUSED_BY_RULES]
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"deterministic": True, "max-examples": EXAMPLES, "no-shrink": True, "database": "none"},
            "phases": {"stateful": {"enabled": False}},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": own},
                "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "422", "428"]},
                "negative_data_rejection": {"expected-statuses": refused},
            },
        }
    )


@schemathesis.check
def well_formed_data_is_understood(_: Any, response: Any, case: Any) -> None:
    """What has the right form is not refused for its form."""
    positive = case.meta is None or case.meta.generation.mode.is_positive
    if positive and response.headers.get("content-type", [""])[0].startswith("application/problem"):
        code = response.json()["title"]
        assert code not in MALFORMED, f"{code}: {response.json()['detail']}"


class OnItsLoop:
    """Answers on the loop of the service's store: schemathesis calls from loops of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._loop = asyncio.get_running_loop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        answering = asyncio.run_coroutine_threadsafe(self._answer(scope, body), self._loop)
        for message in await asyncio.wrap_future(answering):
            await send(message)

    async def _answer(self, scope: Scope, body: bytes) -> list[Message]:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        return sent


def failures(app: ASGIApp, token: str) -> set[str]:
    """All that schemathesis finds, each kind once for an operation."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config(token))
    found: set[str] = set()
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.add(str(event))
        if isinstance(event, events.ScenarioFinished):
            for checks in event.recorder.checks.values():
                for check in checks:
                    if check.failure_info is not None:
                        failure = check.failure_info.failure
                        found.add(f"{event.recorder.label} {failure.title}: {failure.message[:300]}")
    return found


# Its advice on how to generate (a large repr, a random number that another thread drew) says nothing of the API.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@pytest.mark.parametrize("name", SERVICES)
async def test_what_an_api_says_of_itself_is_true(
    name: str, migrated: Migrated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    issuer = LocalIssuer(tmp_path, ISSUER, AUDIENCE)
    issuer.ensure_key()
    settings = {
        "PDP_DATABASE_URL": await migrated(name),
        "PDP_OIDC_ISSUER": ISSUER,
        "PDP_OIDC_AUDIENCE": AUDIENCE,
        "PDP_OIDC_JWKS": str(issuer.jwks_path),
        "PDP_REGISTRATIONS_BURST": "1000000",
    }
    for key, value in settings.items():
        monkeypatch.setenv(key, value)
    under_test = service(name)
    token = issuer.issue("ana", [str(Role.OPERATOR)], TOKEN_LIFESPAN, supplier_id=str(SUPPLIER), anchor_id=str(ANCHOR))
    await under_test.database.open()
    try:
        found = await asyncio.to_thread(failures, OnItsLoop(under_test.app), token)
    finally:
        await under_test.database.close()
    assert found == set()
