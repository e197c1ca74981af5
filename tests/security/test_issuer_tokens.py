"""The issuer of one machine, as the portal meets it: what a code and a refresh token are good for, once."""

import base64
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest

from deploy.local.issuer import codes
from deploy.local.issuer import memory as memories
from deploy.local.issuer.memory import Memory
from deploy.local.issuer.parameters import MAX_FORM_BYTES
from deploy.target.person import Person
from shared.runtime.clock import now
from tests.security.issuing import browser, claims_of, error_of, keys_are_read_at_once, sign_in
from tests.security.providers import Local
from tests.security.sign_in import SIGNED_IN, Browser, Client, code_of

__all__ = ["browser", "keys_are_read_at_once"]


REDEEMED: dict[str, tuple[Callable[[Browser, str], httpx.Response], tuple[int, str]]] = {
    "another verifier": (lambda browser, code: browser.redeem(code, "x" * 64), (400, "invalid_grant")),
    "no verifier": (lambda browser, code: browser.redeem(code, ""), (400, "invalid_request")),
    "twice": (lambda browser, code: (browser.redeem(code), browser.redeem(code))[1], (400, "invalid_grant")),
    "again after a wrong verifier": (
        lambda browser, code: (browser.redeem(code, "x" * 64), browser.redeem(code))[1],
        (400, "invalid_grant"),
    ),
    "for another address": (
        lambda browser, code: _as(browser, Client(redirect=f"{SIGNED_IN}/", secret=browser.client.secret)).redeem(code),
        (400, "invalid_grant"),
    ),
    "another secret": (lambda browser, code: _as(browser, Client(secret="x")).redeem(code), (401, "invalid_client")),
    "no secret": (lambda browser, code: _as(browser, Client()).redeem(code), (401, "invalid_client")),
    "another client": (
        lambda browser, code: _as(browser, Client("pdp", secret=browser.client.secret)).redeem(code),
        (401, "invalid_client"),
    ),
    "a code of another's": (lambda browser, code: browser.redeem(code[:-4] + "0000"), (400, "invalid_grant")),
}


def _as(browser: Browser, client: Client) -> Browser:
    browser.client = client
    return browser


@pytest.mark.parametrize("how", REDEEMED)
def test_a_code_is_the_portal_s_and_counts_once(local: Local, browser: Browser, how: str) -> None:
    code = code_of(browser.ask(login_hint=local.ticket("operator")))
    redeemed, error = REDEEMED[how]
    assert error_of(redeemed(browser, code)) == error


def test_who_has_not_the_secret_spoils_no_code(local: Local, browser: Browser) -> None:
    code, portal = code_of(browser.ask(login_hint=local.ticket("operator"))), browser.client
    assert _as(browser, Client(secret="x")).redeem(code, "x" * 64).status_code == 401
    assert _as(browser, portal).redeem(code).is_success


def test_a_code_that_is_a_minute_old_is_none(local: Local, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "LIFESPAN_S", 0.0)
    code = code_of(browser.ask(login_hint=local.ticket("operator")))
    assert error_of(browser.redeem(code)) == (400, "invalid_grant")


def test_a_code_that_comes_again_ends_what_was_made_of_it(local: Local, browser: Browser) -> None:
    code = code_of(browser.ask(login_hint=local.ticket("operator")))
    got = browser.redeem(code).json()
    assert browser.redeem(code).status_code == 400
    assert error_of(browser.refresh(got["refresh_token"])) == (400, "invalid_grant")


def test_a_refresh_token_renews_once_and_whoever_uses_it_again_ends_the_session(local: Local, browser: Browser) -> None:
    firm = str(uuid4())
    first = sign_in(local, browser, "supplier", supplier_id=firm)
    second = browser.refresh(first["refresh_token"]).raise_for_status().json()
    assert claims_of(second["access_token"])["supplier_id"] == firm
    assert claims_of(second["id_token"])["aud"] == "portal"
    assert error_of(browser.refresh(first["refresh_token"])) == (400, "invalid_grant")
    assert error_of(browser.refresh(second["refresh_token"])) == (400, "invalid_grant")


def test_a_session_outlives_a_restart_and_ends_with_the_day(local: Local, browser: Browser) -> None:
    refresh = sign_in(local, browser)["refresh_token"]
    file = local.provider.memory._file
    assert file.stat().st_mode & 0o077 == 0
    assert refresh.partition(".")[2] not in file.read_text()
    assert Memory(file, lambda: now() + memories.SESSION + timedelta(seconds=1)).renew(refresh) is None
    later = Memory(file, lambda: now() + memories.SESSION - timedelta(minutes=1)).renew(refresh)
    assert later is not None
    assert later[0] == Person("ana", ("operator",), {})


def test_what_is_over_is_not_kept(local: Local, browser: Browser) -> None:
    sign_in(local, browser)
    memory = Memory(local.provider.memory._file, lambda: now() + timedelta(days=1))
    memory.begin(Person("ana", ("operator",), {}))
    assert (len(memory._sessions), memory._tickets) == (1, {})


TOKEN_REQUESTS: dict[str, tuple[dict[str, str], tuple[int, str]]] = {
    "no grant": ({}, (400, "invalid_request")),
    "a password": ({"grant_type": "password", "username": "ana", "password": "x"}, (400, "unsupported_grant_type")),
    "the client's own": ({"grant_type": "client_credentials"}, (400, "unsupported_grant_type")),
    "no code": ({"grant_type": "authorization_code"}, (400, "invalid_request")),
    "no refresh token": ({"grant_type": "refresh_token"}, (400, "invalid_request")),
    "no such refresh token": ({"grant_type": "refresh_token", "refresh_token": "a.b"}, (400, "invalid_grant")),
    "more than a form has": ({"grant_type": "x" * MAX_FORM_BYTES}, (400, "invalid_request")),
}


@pytest.mark.parametrize("how", TOKEN_REQUESTS)
def test_a_token_for_nothing_is_refused(local: Local, browser: Browser, how: str) -> None:
    given, error = TOKEN_REQUESTS[how]
    answer = httpx.post(browser.endpoints["token_endpoint"], data=given, auth=("portal", local.portal_secret))
    assert error_of(answer) == error


@pytest.mark.parametrize("kind", ["application/json", "text/plain", None])
def test_a_body_that_is_no_form_is_refused(local: Local, browser: Browser, kind: str | None) -> None:
    """A page of anybody sends plain text to where it likes."""
    given = urlencode({"grant_type": "refresh_token", "refresh_token": sign_in(local, browser)["refresh_token"]})
    headers = {"Content-Type": kind} if kind else {}
    auth = ("portal", local.portal_secret)
    answer = httpx.post(browser.endpoints["token_endpoint"], content=given, headers=headers, auth=auth)
    assert error_of(answer) == (400, "invalid_request")


AUTHORIZATIONS: dict[str, Callable[[Local], str]] = {
    "another scheme": lambda local: f"Bearer {local.portal_secret}",
    "no base64": lambda local: f"Basic portal:{local.portal_secret}",
    "another secret": lambda _: f"Basic {base64.b64encode(b'portal:x').decode()}",
    "no UTF-8": lambda _: f"Basic {base64.b64encode(bytes([255])).decode()}",
    "beside the secret in the form": lambda local: (
        f"Basic {base64.b64encode(f'portal:{local.portal_secret}'.encode()).decode()}"
    ),
}


@pytest.mark.parametrize("how", AUTHORIZATIONS)
def test_the_portal_proves_itself_in_one_way(local: Local, browser: Browser, how: str) -> None:
    given = {"grant_type": "refresh_token", "refresh_token": "a.b"}
    if how == "beside the secret in the form":
        given["client_secret"] = local.portal_secret
    headers = {"Authorization": AUTHORIZATIONS[how](local)}
    for endpoint in ("token_endpoint", "revocation_endpoint"):
        answer = httpx.post(browser.endpoints[endpoint], data=given | {"token": "a.b"}, headers=headers)
        assert error_of(answer) == (401, "invalid_client")
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_by_http_s_basic_the_portal_gets_tokens_too(local: Local, browser: Browser) -> None:
    given = {"grant_type": "refresh_token", "refresh_token": sign_in(local, browser)["refresh_token"]}
    answer = httpx.post(browser.endpoints["token_endpoint"], data=given, auth=("portal", local.portal_secret))
    assert answer.is_success, answer.text


def test_who_signed_out_is_not_renewed(local: Local, browser: Browser) -> None:
    got = sign_in(local, browser)
    for token in ("unknown", got["refresh_token"]):
        answer = httpx.post(
            browser.endpoints["revocation_endpoint"], data={"token": token}, auth=("portal", local.portal_secret)
        )
        assert answer.status_code == 200
    assert error_of(browser.refresh(got["refresh_token"])) == (400, "invalid_grant")
