"""The issuer of one machine, as a browser and the portal meet it: who gets in, once, and who does not."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import jwt
import pytest

from deploy.local.issuer import answers, codes, tickets
from deploy.local.issuer import memory as memories
from deploy.local.issuer.memory import Memory
from deploy.local.issuer.parameters import MAX_FORM_BYTES
from deploy.target.client import Client as Installation
from deploy.target.keys import ISSUER
from deploy.target.person import Person
from deploy.target.target import Target, TokenSource
from shared.runtime.clock import now
from shared.security import keys
from shared.security.tokens import TokenError, Verifier
from shared.service.callers import Role
from tests.security.providers import Local
from tests.security.sign_in import SIGNED_IN, Browser, Client, code_of, told


@pytest.fixture(autouse=True)
def _keys_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
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


@pytest.mark.parametrize("role", Role)
async def test_a_person_of_each_role_gets_the_token_that_pdp_token_prints(
    local: Local, browser: Browser, role: Role
) -> None:
    firm, anchor = uuid4(), uuid4()
    at_hand = Installation(Target(kind="local", token=TokenSource(issuer_folder=local.issuer.jwks_path.parent)))
    printed = claims_of(at_hand.token(role.value, subject="ana", supplier=firm, anchor=anchor))
    got = sign_in(local, browser, role, supplier_id=str(firm), anchor_id=str(anchor))
    claims = await verifier(local, "pdp").claims(got["access_token"])
    times = ("iat", "exp")
    assert {name: claims[name] for name in claims if name not in times} == {
        name: printed[name] for name in printed if name not in times
    }
    assert claims["exp"] - claims["iat"] == got["expires_in"] == 900


async def test_the_id_token_is_the_portal_s_and_answers_its_nonce(local: Local, browser: Browser) -> None:
    answer = browser.redeem(code_of(browser.ask(login_hint=local.ticket("operator"), nonce="n-1")))
    claims = await verifier(local, "portal").claims(answer.json()["id_token"])
    assert (claims["sub"], claims["nonce"], "roles" in claims) == ("ana", "n-1", False)
    assert answer.headers["Cache-Control"] == "no-store"


async def test_only_an_access_token_is_one(local: Local, browser: Browser) -> None:
    others = [sign_in(local, browser)["id_token"], local.ticket("operator")]
    for token in others:
        with pytest.raises(TokenError, match="does_not_fit"):
            await verifier(local, "pdp").claims(token)


def test_discovery_names_what_is_there(local: Local, browser: Browser) -> None:
    found = browser.endpoints
    assert found["issuer"] == ISSUER
    assert httpx.get(found["jwks_uri"]).json() == json.loads(local.issuer.jwks_path.read_text())
    assert "private" not in httpx.get(found["jwks_uri"]).text
    assert '"d"' not in httpx.get(found["jwks_uri"]).text
    addresses = [value for name, value in found.items() if name.endswith("_endpoint")]
    assert {httpx.get(address).status_code for address in addresses} == {400, 405}


HINTS: dict[str, Callable[[Local], str | None]] = {
    "none": lambda _: None,
    "no token": lambda _: "operator",
    "an access token": lambda local: local.issuer.issue("ana", ["operator"]),
    "one that is over": lambda local: local.issuer.sign(
        tickets.AUDIENCE, "ana", timedelta(minutes=-1), jti="1", roles=["operator"]
    ),
    "one without a name": lambda local: local.issuer.sign(
        tickets.AUDIENCE, "ana", tickets.LIFESPAN, roles=["operator"]
    ),
    "with another signature": lambda local: local.ticket("operator")[:-6] + "AAAAAA",
}


@pytest.mark.parametrize("how", HINTS)
@pytest.mark.parametrize(("language", "word"), [("es", "pase"), ("en", "ticket"), (None, "pase")])
def test_without_a_ticket_nobody_gets_in(
    local: Local, browser: Browser, how: str, language: str | None, word: str
) -> None:
    browser.headers = {"Accept-Language": language} if language else {}
    answer = browser.ask(login_hint=HINTS[how](local))
    assert (answer.status_code, "Location" in answer.headers) == (403, False)
    assert word in answer.text
    assert "pdp sign-in --role" in answer.text


def test_a_ticket_counts_once_also_after_a_restart(local: Local, browser: Browser) -> None:
    ticket = local.ticket("operator")
    assert browser.ask(login_hint=ticket).status_code == 302
    assert browser.ask(login_hint=ticket).status_code == 403
    claims = claims_of(ticket)
    assert not Memory(local.provider.memory._file).use(claims["jti"], claims["exp"])


@pytest.mark.parametrize("changes", [{"response_type": "token"}, {"scope": "email"}, {"code_challenge": "short"}])
def test_a_request_that_is_refused_leaves_the_ticket(local: Local, browser: Browser, changes: dict[str, str]) -> None:
    ticket = local.ticket("operator")
    assert "error" in told(browser.ask(login_hint=ticket, **changes))
    assert "code" in told(browser.ask(login_hint=ticket))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
    ],
)
def test_a_sign_in_by_another_way_is_refused_to_the_portal(
    local: Local, browser: Browser, changes: dict[str, str | None], error: str
) -> None:
    answer = browser.ask(login_hint=local.ticket("operator"), state="s\r\nX: y", **changes)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{SIGNED_IN}?")
    assert told(answer) == {"error": [error], "state": ["s\r\nX: y"], "iss": [ISSUER]}


@pytest.mark.parametrize(
    "changes",
    [
        *(
            {"redirect_uri": place}
            for place in ("https://attacker.example/", f"{SIGNED_IN}/", f"{SIGNED_IN}?a=b", None)
        ),
        *({"client_id": client} for client in ("pdp", "PORTAL", None)),
    ],
)
def test_nobody_is_sent_elsewhere(local: Local, browser: Browser, changes: dict[str, str | None]) -> None:
    for others in ({}, {"response_type": "token"}):
        answer = browser.ask(**{"login_hint": local.ticket("operator"), **others, **changes})
        assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_a_parameter_that_is_there_twice_is_none(local: Local, browser: Browser) -> None:
    address = browser.ask(login_hint=local.ticket("operator")).request.url
    for name in ("redirect_uri", "login_hint"):
        answer = httpx.get(f"{address}&{name}=https%3A%2F%2Fattacker.example")
        assert (answer.status_code, "Location" in answer.headers) == (400, False)


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


def test_every_answer_keeps_to_itself(local: Local, browser: Browser) -> None:
    """A ticket or a code stands in the address: nobody stores it, frames it, or is told where somebody came from."""
    seen = [
        browser.ask(),
        browser.ask(client_id="x"),
        browser.ask(login_hint=local.ticket("operator")),
        local.discovery(),
    ]
    for answer in seen:
        assert {name: answer.headers[name] for name in answers.HEADERS} == answers.HEADERS
