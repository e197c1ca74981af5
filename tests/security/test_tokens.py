"""Who a token is believed to be."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from shared.runtime.clock import now
from shared.runtime.settings import ServiceSettings
from shared.security import tokens
from shared.security.tokens import Issuer, LocalIssuer, TokenError, Verifier

ISSUER = "http://127.0.0.1/pdp"


@pytest.fixture
def issuer(tmp_path: Path) -> LocalIssuer:
    issuer = LocalIssuer(tmp_path, ISSUER)
    issuer.ensure_key()
    return issuer


def _verifier(local: LocalIssuer, **changes: str) -> Verifier:
    given = {"issuer": ISSUER, "jwks": str(local.jwks_path), "audience": "pdp"} | changes
    return Verifier(given["issuer"], given["jwks"], given["audience"])


async def test_a_token_of_the_issuer_is_believed(issuer: LocalIssuer) -> None:
    token = issuer.issue("ana", ["operator"], supplier_id="x")
    claims = await _verifier(issuer).claims(token)
    assert (claims["sub"], claims["roles"], claims["supplier_id"]) == ("ana", ["operator"], "x")


async def test_an_expired_token_is_refused(issuer: LocalIssuer) -> None:
    with pytest.raises(TokenError, match="expired"):
        await _verifier(issuer).claims(issuer.issue("ana", ["operator"], timedelta(minutes=-5)))


@pytest.mark.parametrize(("age", "believed"), [(299, True), (305, True), (311, False), (3_600, False)])
async def test_a_token_is_believed_for_so_long_whatever_it_says(
    issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch, age: int, believed: bool
) -> None:
    issued = now() - timedelta(seconds=age)
    monkeypatch.setattr(tokens, "now", lambda: issued)
    token = issuer.issue("ana", ["operator"], timedelta(days=1))
    monkeypatch.undo()
    verifier = Verifier(ISSUER, str(issuer.jwks_path), "pdp", oldest_s=300)
    if believed:
        assert (await verifier.claims(token))["sub"] == "ana"
    else:
        with pytest.raises(TokenError, match="expired"):
            await verifier.claims(token)


def test_every_service_takes_its_tokens_age_from_its_settings() -> None:
    settings = ServiceSettings(oidc_token_s=300)
    assert Issuer.of(settings).verifier._oldest_s == 300


@pytest.mark.parametrize("changes", [{"issuer": "http://other"}, {"audience": "other"}])
async def test_a_token_for_somebody_else_is_refused(issuer: LocalIssuer, changes: dict[str, str]) -> None:
    with pytest.raises(TokenError):
        await _verifier(issuer, **changes).claims(issuer.issue("ana", ["operator"]))


async def test_a_token_of_another_key_is_refused(issuer: LocalIssuer, tmp_path: Path) -> None:
    other = LocalIssuer(tmp_path / "other", ISSUER)
    other.ensure_key()
    with pytest.raises(TokenError):
        await _verifier(issuer).claims(other.issue("ana", ["operator"]))


DEEP = base64.urlsafe_b64encode(b'{"kid":' + b"[" * 20_000).decode() + ".e30.e30"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.", DEEP])
async def test_what_is_no_token_is_refused(issuer: LocalIssuer, token: str) -> None:
    with pytest.raises(TokenError):
        await _verifier(issuer).claims(token)


def test_the_key_is_its_owner_s_alone_and_is_made_once(issuer: LocalIssuer, tmp_path: Path) -> None:
    key = tmp_path / "issuer.pem"
    before = key.read_bytes()
    issuer.ensure_key()
    assert key.read_bytes() == before
    assert key.stat().st_mode & 0o077 == 0
