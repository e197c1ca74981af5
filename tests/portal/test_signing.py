"""Signing in at the machine's own issuer, over HTTP: what counts, what does not, and where it ends."""

import json
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from starlette.responses import Response

from deploy.engines.ports import LOOPBACK, free_port
from services.portal.api.asking import SESSION, SIGNING
from services.portal.app import build
from services.portal.identity import people
from services.portal.identity.provider import CALLBACK
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.portal.issuer import PAGE, URL, Change, Issuing, Tab, is_in, signed_in


def _changed(address: str, **changes: str) -> str:
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return f"{urlsplit(address).path}?{httpx.QueryParams(query | changes)}"


async def test_whoever_signs_in_is_on_the_page_that_they_asked_for(issuing: Issuing, running: StageUnderTest) -> None:
    tab = Tab(running)
    assert not await is_in(tab)
    answer = await tab.sign_in(issuing.local.ticket("operator"))
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert (answer.headers["cache-control"], "text/html" in answer.headers.get("content-type", "")) == (
        "no-store",
        False,
    )
    assert await is_in(tab)
    assert not await is_in(Tab(running))


async def test_every_sign_in_is_asked_for_anew(issuing: Issuing, running: StageUnderTest) -> None:
    async def asked() -> dict[str, list[str]]:
        return parse_qs(urlsplit((await Tab(running).get("/sign-in")).headers["location"]).query)

    first, second = await asked(), await asked()
    assert first["code_challenge_method"] == ["S256"]
    assert (first["response_type"], first["scope"], first["redirect_uri"]) == (["code"], ["openid"], [URL + CALLBACK])
    for secret in ("state", "nonce", "code_challenge"):
        assert first[secret] != second[secret]
        assert len(first[secret][0]) >= 43


async def test_cookies_are_of_this_host_alone_and_out_of_scripts_sight(
    issuing: Issuing, running: StageUnderTest
) -> None:
    tab = await signed_in(issuing, running)
    assert SIGNING not in tab.cookies
    for name, lasts in ((SIGNING, str(people.SIGN_IN_MINUTES * 60)), (SESSION, "")):
        assert name.startswith("__Host-")
        morsel = SimpleCookie(next(line for line in tab.set if line.startswith(f"{name}=")))[name]
        told = (morsel["secure"], morsel["httponly"], morsel["samesite"].lower(), morsel["path"], morsel["domain"])
        assert told == (True, True, "lax", "/", ""), name
        assert morsel["max-age"] == lasts


@pytest.mark.parametrize(
    "changes", [{"state": "another"}, {"state": ""}, {"code": "another"}, {"code": ""}, {"error": "access_denied"}]
)
async def test_what_comes_back_altered_is_no_sign_in(
    issuing: Issuing, running: StageUnderTest, changes: dict[str, str]
) -> None:
    tab = Tab(running)
    address = await tab.to_issuer(issuing.local.ticket("operator"))
    answer = await tab.get(_changed(address, **changes))
    assert (answer.status_code, "was not completed" in answer.text) == (400, True)
    assert SESSION not in tab.cookies
    assert await running.rows("SELECT * FROM session") == []


async def test_a_callback_counts_once_and_in_the_browser_that_began(issuing: Issuing, running: StageUnderTest) -> None:
    tab, other = Tab(running), Tab(running)
    address = await tab.to_issuer(issuing.local.ticket("operator"))
    assert (await other.get(address)).status_code == 400, "no sign-in under way"
    await other.get("/sign-in")
    assert (await other.get(address)).status_code == 400, "another one under way"
    assert issuing.before.times("/token") == 0, "and nothing was asked of the issuer"
    kept = dict(tab.cookies)
    assert (await tab.get(address)).status_code == 303
    again = Tab(running)
    again.cookies = kept
    assert (await again.get(address)).status_code == 400
    assert SESSION not in again.cookies
    assert issuing.before.times("/token") == 1, "a code that comes twice would end the session at the issuer"
    assert await is_in(tab)


async def test_a_code_of_another_sign_in_does_not_fit_the_verifier(issuing: Issuing, running: StageUnderTest) -> None:
    tab, other = Tab(running), Tab(running)
    mine = await tab.to_issuer(issuing.local.ticket("supplier"))
    theirs = await other.to_issuer(issuing.local.ticket("operator"))
    stolen = parse_qs(urlsplit(theirs).query)["code"][0]
    assert (await tab.get(_changed(mine, code=stolen))).status_code == 400
    assert SESSION not in tab.cookies


async def test_a_sign_in_that_takes_too_long_is_over(
    issuing: Issuing, running: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "SIGN_IN_MINUTES", 0)
    assert (await Tab(running).sign_in(issuing.local.ticket("operator"))).status_code == 400


def _id_token(issuing: Issuing, **changes: Any) -> Change:
    """What the issuer gives, with another id token, which the issuer's own key signs."""

    def change(given: dict[str, Any]) -> dict[str, Any]:
        claims = jwt.decode(given["id_token"], options={"verify_signature": False})
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        audience = claims.pop("aud", "nobody")
        return given | {
            "id_token": issuing.local.issuer.sign(audience, claims.pop("sub"), timedelta(hours=1), **claims)
        }

    return change


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "pdp"},
        {"aud": "another-portal"},
        {"iss": "https://issuer.evil.test"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": 1_000_000_000},
    ],
)
async def test_an_id_token_of_something_else_is_refused(
    issuing: Issuing, running: StageUnderTest, changes: dict[str, Any]
) -> None:
    issuing.before.changed = _id_token(issuing, **changes)
    tab = Tab(running)
    assert (await tab.sign_in(issuing.local.ticket("operator"))).status_code == 400
    assert SESSION not in tab.cookies


async def test_an_access_token_is_of_whom_the_id_token_names(issuing: Issuing, running: StageUnderTest) -> None:
    """OpenID Connect Core, 3.1.3.7: each is whole, and they are of two people."""
    another = issuing.local.issuer.issue("beto", ["operator"], timedelta(minutes=5))
    issuing.before.changed = lambda given: given | {"access_token": another}
    tab = Tab(running)
    assert (await tab.sign_in(issuing.local.ticket("operator"))).status_code == 400
    assert SESSION not in tab.cookies
    assert await running.rows("SELECT * FROM session") == []


async def test_an_id_token_as_the_issuer_makes_it_counts(issuing: Issuing, running: StageUnderTest) -> None:
    issuing.before.changed = _id_token(issuing)
    assert await is_in(await signed_in(issuing, running))


@pytest.mark.parametrize(
    "change",
    [
        lambda given: given | {"id_token": given["access_token"]},
        lambda given: {name: value for name, value in given.items() if name != "id_token"},
        lambda given: given | {"access_token": given["id_token"]},
        lambda given: given | {"access_token": "opaque"},
        lambda given: given | {"access_token": 7},
        lambda given: given | {"refresh_token": {"a": 1}},
        lambda given: given | {"id_token": given["id_token"][:-6] + "AAAAAA"},
    ],
)
async def test_tokens_that_are_none_are_no_sign_in(issuing: Issuing, running: StageUnderTest, change: Change) -> None:
    issuing.before.changed = change
    tab = Tab(running)
    assert (await tab.sign_in(issuing.local.ticket("operator"))).status_code == 400
    assert SESSION not in tab.cookies


GARBAGE = [
    (200, "no json", 400),
    (200, "[1]", 400),
    (200, "null", 400),
    (200, "{}", 400),
    (500, "{}", 503),
    (400, "<", 400),
]


@pytest.mark.parametrize(("status", "body", "shown"), [*GARBAGE, (500, "{}", 503), (400, "<", 400)])
async def test_an_issuer_that_answers_garbage_signs_nobody_in(
    issuing: Issuing, running: StageUnderTest, status: int, body: str, shown: int
) -> None:
    tab = Tab(running)
    address = await tab.to_issuer(issuing.local.ticket("operator"))
    issuing.before.instead = Response(body, status)
    answer = await tab.get(address)
    assert (answer.status_code, SESSION in tab.cookies) == (shown, False)


@pytest.mark.parametrize(
    "body", ["no json", "[]", "{}", json.dumps({"authorization_endpoint": 7, "token_endpoint": None})]
)
async def test_a_discovery_that_says_nothing_is_asked_for_again(
    issuing: Issuing, running: StageUnderTest, body: str
) -> None:
    issuing.before.instead = Response(body)
    answer = await Tab(running).get("/sign-in")
    assert (answer.status_code, "does not answer" in answer.text) == (503, True)
    issuing.before.instead = None
    await signed_in(issuing, running)


async def test_an_issuer_that_is_away_is_said(
    issuing: Issuing, migrated: Migrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDP_PORTAL_ISSUER_URL", f"http://{LOOPBACK}:{free_port()}")
    stage, _ = build()
    async with StageUnderTest(stage, await migrated("portal")) as running:
        answer = await Tab(running).get("/sign-in")
    assert (answer.status_code, "does not answer" in answer.text) == (503, True)


async def test_a_slow_issuer_keeps_nobody_waiting(
    issuing: Issuing, running: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = Tab(running)
    address = await tab.to_issuer(issuing.local.ticket("operator"))
    monkeypatch.setattr("services.portal.identity.provider.TIMEOUT_S", 0.1)
    issuing.before.open.clear()
    assert (await tab.get(address)).status_code == 503
    assert SESSION not in tab.cookies


async def test_while_nobody_tells_the_keys_a_session_waits(
    issuing: Issuing, running: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await signed_in(issuing, running)
    monkeypatch.setenv("PDP_OIDC_JWKS", f"http://{LOOPBACK}:{free_port()}/jwks")
    stage, _ = build()
    async with StageUnderTest(stage, running.database.url) as without_keys:
        other = Tab(without_keys)
        other.cookies = dict(tab.cookies)
        assert (await other.get("/operator")).status_code == 503
    assert await is_in(tab)


async def test_a_slow_set_of_keys_is_an_issuer_that_is_away(
    issuing: Issuing, migrated: Migrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDP_OIDC_JWKS", f"http://{LOOPBACK}:{free_port()}/jwks")
    stage, _ = build()
    async with StageUnderTest(stage, await migrated("portal")) as running:
        assert (await Tab(running).sign_in(issuing.local.ticket("operator"))).status_code == 503


@pytest.mark.parametrize(
    "back", ["//evil.test", "https://evil.test/", "/\\evil.test", "javascript:alert(1)", "/a\r\nb"]
)
async def test_whoever_signs_in_is_sent_nowhere_else(issuing: Issuing, running: StageUnderTest, back: str) -> None:
    answer = await Tab(running).sign_in(issuing.local.ticket("operator"), back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
