"""Sessions of whoever signed in at the machine's own issuer: how they go on, how they end, what is kept of them."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.responses import Response

from deploy.local.issuer import provider as issuers
from services.portal.api.asking import SESSION, SIGNING
from services.portal.identity import people
from services.portal.identity.provider import SIGNED_OUT
from shared.runtime.clock import now
from shared.testing.stage import StageUnderTest
from tests.portal.issuer import URL, Change, Issuing, Tab, is_in, signed_in


def _token(page: str) -> str:
    return page.partition('name="token" value="')[2].partition('"')[0]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Access tokens that have to be renewed at once."""
    monkeypatch.setattr(issuers, "ACCESS", people.RENEW_BEFORE - timedelta(seconds=5))


def _renewals(issuing: Issuing) -> list[str]:
    return [form["refresh_token"] for _, form in issuing.before.asked if form.get("grant_type") == "refresh_token"]


async def test_a_token_is_renewed_once_for_all_that_a_browser_asks_at_once(
    issuing: Issuing, running: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(issuers, "ACCESS", people.RENEW_BEFORE - timedelta(seconds=5))
        tab = await signed_in(issuing, running)
    pages = await asyncio.gather(*(tab.get("/operator") for _ in range(8)))
    assert {page.status_code for page in pages} == {200}
    assert _renewals(issuing) == [issuing.before.given[0]["refresh_token"]]
    assert await is_in(tab)
    assert len(_renewals(issuing)) == 1


async def test_every_renewal_takes_the_last_refresh_token(
    issuing: Issuing, running: StageUnderTest, short: None
) -> None:
    tab = await signed_in(issuing, running)
    assert [await is_in(tab) for _ in range(3)] == [True] * 3
    given = [each["refresh_token"] for each in issuing.before.given]
    assert _renewals(issuing) == given[:3]
    assert len(set(given)) == 4


async def test_whom_the_issuer_renews_no_more_is_signed_out(
    issuing: Issuing, running: StageUnderTest, short: None
) -> None:
    tab = await signed_in(issuing, running)
    name = issuing.before.given[0]["refresh_token"].partition(".")[0]
    issuing.local.provider.memory.end(name)
    assert not await is_in(tab)
    assert await running.rows("SELECT * FROM session") == []
    assert not await is_in(tab)
    assert len(_renewals(issuing)) == 1


@pytest.mark.parametrize("change", [lambda given: given | {"access_token": "opaque"}, lambda given: {}])
async def test_a_renewal_that_gives_garbage_signs_out(
    issuing: Issuing, running: StageUnderTest, short: None, change: Change
) -> None:
    tab = await signed_in(issuing, running)
    issuing.before.changed = change
    assert not await is_in(tab)
    assert not await is_in(tab)


async def test_a_renewed_token_is_of_whoever_signed_in(issuing: Issuing, running: StageUnderTest, short: None) -> None:
    tab = await signed_in(issuing, running)
    another = issuing.local.issuer.issue("beto", ["operator"], timedelta(minutes=5))
    issuing.before.changed = lambda given: given | {"access_token": another}
    assert not await is_in(tab)


async def test_while_the_issuer_is_away_a_session_waits(issuing: Issuing, running: StageUnderTest, short: None) -> None:
    tab = await signed_in(issuing, running)
    issuing.before.instead = Response("", 503)
    answer = await tab.get("/operator")
    assert (answer.status_code, "does not answer" in answer.text) == (503, True)
    issuing.before.instead = None
    assert await is_in(tab)


async def test_sign_out_ends_the_session_here_and_at_the_issuer(issuing: Issuing, running: StageUnderTest) -> None:
    tab = await signed_in(issuing, running)
    kept, refresh = dict(tab.cookies), issuing.before.given[0]["refresh_token"]
    answer = await tab.post("/sign-out", _token((await tab.get("/operator")).text))
    assert (answer.status_code, answer.headers["location"], SESSION in tab.cookies) == (303, SIGNED_OUT, False)
    assert "signed out" in (await tab.get(SIGNED_OUT)).text
    assert await running.rows("SELECT * FROM session") == []
    tab.cookies = kept
    assert not await is_in(tab)
    assert ("/revoke", {"token": refresh}) in issuing.before.asked
    assert issuing.local.provider.memory.renew(refresh) is None


async def test_sign_out_goes_on_to_an_issuer_that_keeps_browsers_signed_in(
    issuing: Issuing, running: StageUnderTest
) -> None:
    """Else whoever uses the browser next comes in as the one before."""
    issuing.before.discovered = {"end_session_endpoint": "https://issuer.test/logout"}
    tab = await signed_in(issuing, running)
    answer = await tab.post("/sign-out", _token((await tab.get("/operator")).text))
    assert (answer.status_code, SESSION in tab.cookies) == (200, False)
    assert await running.rows("SELECT * FROM session") == []
    address = urlsplit(answer.headers["refresh"].removeprefix("0; url="))
    assert address.geturl().startswith("https://issuer.test/logout?")
    assert parse_qs(address.query) == {
        "client_id": ["portal"],
        "post_logout_redirect_uri": [URL + SIGNED_OUT],
        "id_token_hint": [issuing.before.given[0]["id_token"]],
    }
    assert 'action="/sign-out"' not in answer.text


async def test_sign_out_needs_no_issuer(issuing: Issuing, running: StageUnderTest) -> None:
    tab = await signed_in(issuing, running)
    token = _token((await tab.get("/operator")).text)
    issuing.before.instead = Response("", 500)
    assert (await tab.post("/sign-out", token)).status_code == 303
    assert await running.rows("SELECT * FROM session") == []


async def test_a_session_ends_after_a_day_s_work(
    issuing: Issuing, running: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await signed_in(issuing, running)
    monkeypatch.setattr(people, "now", lambda: now() + timedelta(hours=7.9))
    assert await is_in(tab)
    monkeypatch.setattr(people, "now", lambda: now() + timedelta(hours=8.1))
    assert not await is_in(tab)


async def test_the_store_has_no_token_and_no_cookie_in_clear(
    issuing: Issuing, running: StageUnderTest, short: None
) -> None:
    tab = Tab(running)
    address = await tab.to_issuer(issuing.local.ticket("operator"))
    secrets = [tab.cookies[SIGNING], *parse_qs(urlsplit(address).query)["state"]]
    assert _leaked(await running.rows("SELECT * FROM sign_in"), secrets) == []
    await tab.get(address)
    assert await is_in(tab)
    assert len(issuing.before.given) == 2, "kept at the sign-in, and at a renewal"
    secrets = [tab.cookies[SESSION]]
    secrets += [given[name] for given in issuing.before.given for name in ("access_token", "refresh_token", "id_token")]
    assert _leaked(await running.rows("SELECT * FROM session"), secrets) == []


def _leaked(rows: list[dict[str, Any]], secrets: list[str]) -> list[str]:
    assert len(rows) == 1
    kept = [value if isinstance(value, bytes) else str(value).encode() for value in rows[0].values()]
    # A piece of a secret is one too.
    return [each for each in secrets if any(each.encode()[:16] in value for value in kept)]
