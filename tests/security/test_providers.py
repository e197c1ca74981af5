"""What the platform takes of an identity provider, and how it bears one: this machine's own, and Keycloak."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from jwt.algorithms import RSAAlgorithm

from deploy.engines.ports import free_port
from shared.runtime.settings import ServiceSettings
from shared.security import keys, tokens
from shared.security.tokens import Issuer
from shared.service.callers import Caller, Role, allow
from shared.service.http.application import install
from shared.testing.faults import Proxy
from tests.security.keycloak import FROM_NOTHING_S
from tests.security.providers import Provider

LONG = [pytest.mark.long, pytest.mark.timeout(FROM_NOTHING_S)]


@pytest.fixture(params=["local", pytest.param("keycloak", marks=LONG)])
def provider(request: pytest.FixtureRequest) -> Provider:
    found: Provider = request.getfixturevalue(request.param)
    return found


class Stage:
    """What a service does with a token: it tells its caller who they are."""

    def __init__(self, provider: Provider, line: Proxy) -> None:
        self.line = line
        """To the provider's keys."""
        self._settings = ServiceSettings(**provider.settings(line.port))
        self.restart()

    def restart(self) -> None:
        """As a process that knows no key yet."""
        app = FastAPI()
        install(app)
        app.state.issuer = Issuer.of(self._settings)

        @app.get("/me")
        async def me(caller: Annotated[Caller, allow(*Role)]) -> dict[str, Any]:
            return {
                "roles": sorted(caller.roles),
                "supplier_id": caller.supplier_id,
                "anchor_id": caller.anchor_id,
            }

        self._client = AsyncClient(transport=ASGITransport(app), base_url="http://stage.test")

    async def ask(self, token: str) -> Response:
        return await self._client.get("/me", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
async def stage(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(keys, "BETWEEN_S", 0.0)
    with Proxy(free_port(), provider.port) as line:
        yield Stage(provider, line)


def outcome(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("title", "")


@pytest.mark.parametrize("role", Role)
async def test_a_person_of_one_role(provider: Provider, stage: Stage, role: Role) -> None:
    bound = {"supplier_id": str(uuid4()), "anchor_id": str(uuid4())}
    answer = await stage.ask(provider.token([role], **bound))
    assert (answer.status_code, answer.json()) == (200, {"roles": [role], **bound})


async def test_somebody_without_a_role_of_ours(provider: Provider, stage: Stage) -> None:
    """Keycloak gives everybody `offline_access` and `uma_authorization`, an administrator roles of other programs."""
    assert outcome(await stage.ask(provider.token([]))) == (403, "role_missing")


async def test_a_token_that_is_for_others(provider: Provider, stage: Stage) -> None:
    assert outcome(await stage.ask(provider.token_for_others())) == (401, "token_refused")


async def test_a_token_whose_time_is_over(provider: Provider, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    token = provider.token(["operator"])
    assert (await stage.ask(token)).status_code == 200
    monkeypatch.setattr(tokens, "LEEWAY_S", -1_000_000)
    assert outcome(await stage.ask(token)) == (401, "token_refused")


def _part(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def _claims(token: str, **changes: object) -> dict[str, Any]:
    return {**jwt.decode(token, options={"verify_signature": False}), **changes}


def _unsigned(token: str) -> str:
    return f"{_part({'alg': 'none', 'kid': _kid(token)})}.{_part(_claims(token))}."


def _kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def _other_claims(token: str) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{_part(_claims(token, realm_access={'roles': list(Role)}, roles=list(Role)))}.{signature}"


def _shared_secret(token: str) -> str:
    """A public key taken for a secret: HMAC with what everybody knows."""
    said = f"{_part({'alg': 'HS256', 'kid': _kid(token), 'typ': 'JWT'})}.{_part(_claims(token))}"
    signature = hmac.new(_kid(token).encode(), said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


OWN_KEY = generate_private_key(65537, 2048)


def _own_key(token: str, **header: object) -> str:
    """Signed with a key of the caller's own."""
    return jwt.encode(_claims(token), OWN_KEY, "RS256", headers={"kid": _kid(token), **header})


FORGED: dict[str, Callable[[str], str]] = {
    "not signed": _unsigned,
    "other claims": _other_claims,
    "a shared secret": _shared_secret,
    "its own key under a known name": _own_key,
    "its own key under an unknown name": lambda token: _own_key(token, kid="unknown"),
    "its own key brought along": lambda token: _own_key(token, jwk=RSAAlgorithm.to_jwk(OWN_KEY, as_dict=True)),
    "an address of its own keys": lambda token: _own_key(token, jku="https://attacker.example/jwks.json"),
    "a key that is a file": lambda token: _own_key(token, kid="../../../../dev/null"),
    "no name of a key": lambda token: jwt.encode(_claims(token), OWN_KEY, "RS256"),
    "a critical header": lambda token: _own_key(token, crit=["b64"], b64=False),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
async def test_a_forged_token(provider: Provider, stage: Stage, how: str) -> None:
    token = provider.token(["operator"])
    assert (await stage.ask(token)).status_code == 200
    assert outcome(await stage.ask(FORGED[how](token))) == (401, "token_refused")


async def test_a_new_key_counts_at_once_and_the_old_one_no_more(provider: Provider, stage: Stage) -> None:
    before = provider.token(["operator"])
    assert (await stage.ask(before)).status_code == 200
    provider.replace_key()
    after = provider.token(["operator"])
    assert _kid(after) != _kid(before)
    assert (await stage.ask(after)).status_code == 200
    assert outcome(await stage.ask(before)) == (401, "token_refused")


async def test_a_provider_that_is_away(provider: Provider, stage: Stage) -> None:
    token = provider.token(["operator"])
    assert (await stage.ask(token)).status_code == 200
    stage.line.set("refuse")
    assert (await stage.ask(token)).status_code == 200, "a key that is known goes on"
    for _ in range(2):
        answer = await stage.ask(_own_key(token, kid="unknown"))
        assert (outcome(answer), answer.headers["Retry-After"]) == ((503, "issuer_unavailable"), "10")
        stage.restart()
    assert outcome(await stage.ask(token)) == (503, "issuer_unavailable"), "nobody can tell"
    stage.line.set("pass")
    assert (await stage.ask(token)).status_code == 200


async def test_a_provider_that_does_not_answer(
    provider: Provider, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever names an unknown key waits for it, and nobody else does."""
    monkeypatch.setattr(keys, "TIMEOUT_S", 3_600.0)
    token = provider.token(["operator"])
    assert (await stage.ask(token)).status_code == 200
    stage.line.set("blackhole")
    waiting = [asyncio.create_task(stage.ask(_own_key(token, kid=f"unknown {number}"))) for number in range(20)]
    for _ in range(20):
        assert (await stage.ask(token)).status_code == 200
    assert not any(task.done() for task in waiting)
    stage.line.set("refuse")
    assert {outcome(answer) for answer in await asyncio.gather(*waiting)} == {(503, "issuer_unavailable")}
    assert (await stage.ask(token)).status_code == 200
