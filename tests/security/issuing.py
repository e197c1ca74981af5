"""A browser at the issuer of one machine, and what comes of it."""

from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

from deploy.target.keys import ISSUER
from shared.security import keys
from shared.security.tokens import Verifier
from tests.security.providers import Local
from tests.security.sign_in import Browser, code_of


@pytest.fixture(autouse=True)
def keys_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests of the session have replaced the key."""
    monkeypatch.setattr(keys, "BETWEEN_S", 0.0)


@pytest.fixture
def browser(local: Local) -> Iterator[Browser]:
    with Browser(local) as found:
        yield found


def sign_in(local: Local, browser: Browser, *roles: str, **bound: str) -> dict[str, Any]:
    answer = browser.redeem(code_of(browser.ask(login_hint=local.ticket(*(roles or ("operator",)), **bound))))
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def error_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def verifier(local: Local, audience: str) -> Verifier:
    return Verifier(ISSUER, str(local.issuer.jwks_path), audience)
