"""What only a provider with a sign-in has: the realm of `deploy/identity`, as a browser and the portal meet it."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from shared.runtime.settings import ServiceSettings
from shared.security.tokens import ALGORITHMS, Issuer, TokenError
from tests.security.keycloak import FROM_NOTHING_S, PORTAL
from tests.security.providers import OfKeycloak, account_console
from tests.security.sign_in import SIGNED_IN, SIGNED_OUT, Browser, Client, code_of, told

pytestmark = [pytest.mark.long, pytest.mark.timeout(FROM_NOTHING_S)]


@pytest.fixture
def browser(keycloak: OfKeycloak) -> Iterator[Browser]:
    with Browser(keycloak.server) as found:
        yield found


def test_discovery_names_what_the_services_are_told(keycloak: OfKeycloak, browser: Browser) -> None:
    told_to_services = keycloak.settings(keycloak.port)
    found = browser.endpoints
    assert (found["issuer"], found["jwks_uri"]) == (told_to_services["oidc_issuer"], told_to_services["oidc_jwks"])
    assert "S256" in found["code_challenge_methods_supported"]
    assert set(ALGORITHMS) & set(found["id_token_signing_alg_values_supported"])


def test_a_person_signs_in(keycloak: OfKeycloak, browser: Browser) -> None:
    firm = str(uuid4())
    tokens = browser.sign_in(*keycloak.person(["supplier"], supplier_id=firm))
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert claims["supplier_id"] == firm
    assert "anchor_id" not in claims
    assert "pdp" in claims["aud"]
    assert {"supplier", "offline_access", "uma_authorization"} <= set(claims["realm_access"]["roles"])
    assert browser.refresh(tokens["refresh_token"]).is_success


def test_a_wrong_password(keycloak: OfKeycloak, browser: Browser) -> None:
    name, _ = keycloak.person(["operator"])
    answer = browser.enter(browser.ask(), name, "wrong")
    assert (answer.status_code, "Location" in answer.headers) == (200, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"response_type": "token"},
        {"response_type": "id_token token"},
    ],
)
def test_a_sign_in_by_another_way_is_refused(browser: Browser, changes: dict[str, str | None]) -> None:
    answer = browser.ask(**changes)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(SIGNED_IN)
    assert "error=" in answer.headers["Location"]


@pytest.mark.parametrize("place", ["https://attacker.example/", f"{PORTAL}/elsewhere", f"{SIGNED_IN}.attacker.example"])
def test_nobody_is_sent_elsewhere(browser: Browser, place: str) -> None:
    answer = browser.ask(redirect_uri=place)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


REDEEMED: dict[str, Callable[[Browser, str], httpx.Response]] = {
    "another verifier": lambda browser, code: browser.redeem(code, "x" * 64),
    "no verifier": lambda browser, code: browser.redeem(code, ""),
    "twice": lambda browser, code: (browser.redeem(code), browser.redeem(code))[1],
    "another client's secret": lambda browser, code: _as(browser, Client(secret="x")).redeem(code),
    "no secret": lambda browser, code: _as(browser, Client()).redeem(code),
    "a code of another's": lambda browser, code: browser.redeem(code[:-4] + "0000"),
}


def _as(browser: Browser, client: Client) -> Browser:
    browser.client = client
    return browser


@pytest.mark.parametrize("how", REDEEMED)
def test_a_code_is_its_client_s_and_counts_once(keycloak: OfKeycloak, browser: Browser, how: str) -> None:
    code = code_of(browser.enter(browser.ask(), *keycloak.person(["operator"])))
    answer = REDEEMED[how](browser, code)
    assert answer.status_code in (400, 401)
    assert "access_token" not in answer.json()


def test_no_password_is_taken_but_by_the_form(keycloak: OfKeycloak, browser: Browser) -> None:
    name, password = keycloak.person(["operator"])
    answer = httpx.post(
        browser.endpoints["token_endpoint"],
        data={
            "grant_type": "password",
            "client_id": "portal",
            "client_secret": keycloak.server.portal_secret,
            "username": name,
            "password": password,
        },
        verify=keycloak.server.trust(),
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize("kind", ["id_token", "refresh_token"])
async def test_only_an_access_token_is_one(keycloak: OfKeycloak, browser: Browser, kind: str) -> None:
    tokens = browser.sign_in(*keycloak.person(["operator"]))
    settings: dict[str, Any] = keycloak.settings(keycloak.port)
    verifier = Issuer.of(ServiceSettings(**settings)).verifier
    assert (await verifier.claims(tokens["access_token"]))["sub"]
    with pytest.raises(TokenError, match="does_not_fit"):
        await verifier.claims(tokens[kind])


def test_who_signed_out_is_asked_for_the_password_again(keycloak: OfKeycloak, browser: Browser) -> None:
    tokens = browser.sign_in(*keycloak.person(["operator"]))
    assert "code" in told(browser.ask()), "signed in: no question"
    answer = browser.sign_out(tokens["id_token"])
    assert (answer.status_code, answer.headers["Location"]) == (302, SIGNED_OUT)
    assert browser.ask().status_code == 200, "a page that asks"
    refused = browser.refresh(tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


def test_nobody_is_sent_elsewhere_who_signs_out(keycloak: OfKeycloak, browser: Browser) -> None:
    tokens = browser.sign_in(*keycloak.person(["operator"]))
    answer = browser.sign_out(tokens["id_token"], "https://attacker.example/")
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


@pytest.mark.parametrize("attribute", ["supplier_id", "anchor_id", "email", "username"])
def test_nobody_makes_themselves_somebody_else(keycloak: OfKeycloak, attribute: str) -> None:
    """An attribute that its own person may edit would be a claim to any firm."""
    own = str(uuid4())
    name, password = keycloak.person(["supplier"], supplier_id=own)
    with Browser(keycloak.server, account_console(keycloak.server)) as browser:
        token = browser.sign_in(name, password)["access_token"]
    wanted = {"email": "b@example.com", "username": "other-one"}.get(attribute, str(uuid4()))
    with httpx.Client(
        base_url=f"{keycloak.server.issuer}/account",
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        verify=keycloak.server.trust(),
    ) as account:
        before = account.get("/").raise_for_status().json()
        bound = {"attributes": before["attributes"] | {attribute: [wanted]}}
        changed = {attribute: wanted} if attribute in before else bound
        answer = account.post("/", json=before | changed)
        after = account.get("/").raise_for_status().json()
    assert wanted not in str(after), answer.text
    assert after["attributes"]["supplier_id"] == [own]
