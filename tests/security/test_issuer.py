"""The issuer of one machine, as a browser meets it: who gets in, once, and who does not."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from deploy.local.issuer import answers, tickets
from deploy.local.issuer.memory import Memory
from deploy.target.client import Client as Installation
from deploy.target.keys import ISSUER
from deploy.target.target import Target, TokenSource
from shared.security.tokens import TokenError
from shared.service.callers import Role
from tests.security.issuing import browser, claims_of, keys_are_read_at_once, sign_in, verifier
from tests.security.providers import Local
from tests.security.sign_in import SIGNED_IN, Browser, code_of, told

__all__ = ["browser", "keys_are_read_at_once"]


@pytest.mark.parametrize("role", Role)
async def test_a_person_of_each_role_gets_the_token_that_pdp_token_prints(
    local: Local, browser: Browser, role: Role
) -> None:
    firm, anchor = uuid4(), uuid4()
    at_hand = Installation(Target(kind="local", token=TokenSource(issuer_folder=local.issuer.jwks_path.parent)))
    printed = claims_of(at_hand.token(role.value, subject="ana", supplier=firm, anchor=anchor, partner="nafin"))
    got = sign_in(local, browser, role, supplier_id=str(firm), anchor_id=str(anchor), partner_code="nafin")
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
