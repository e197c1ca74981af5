"""Signing in where somebody is signed in already, or has typed something."""

from urllib.parse import parse_qs, urlsplit

import httpx

from services.portal.api.drafts import DRAFT
from shared.testing.stage import StageUnderTest
from tests.portal.issuer import PAGE, URL, Issuing, Tab, is_in, signed_in


async def test_a_link_makes_nobody_somebody_else_unasked(issuing: Issuing, running: StageUnderTest) -> None:
    """Anybody may have sent it: whoever follows would do their work in another's name."""
    tab = await signed_in(issuing, running)
    page = f"/sign-in?{httpx.QueryParams(back=PAGE, ticket=issuing.local.ticket('supplier'))}"
    asked = await tab.get(page)
    assert (asked.status_code, "Sign in as somebody else?" in asked.text) == (200, True)
    assert (await is_in(tab), issuing.before.times("/authorize")) == (True, 1)
    token = asked.text.partition('name="token" value="')[2].partition('"')[0]
    typed = parse_qs(urlsplit(page).query)
    told = await running.client.post(
        "/sign-in",
        data={"token": token, **{name: values[0] for name, values in typed.items()}},
        headers=tab._headers() | {"Origin": URL},
    )
    assert (told.status_code, await running.rows("SELECT * FROM session")) == (200, [])
    onward = told.headers["refresh"].removeprefix("0; url=")
    assert parse_qs(urlsplit(onward).query) == typed
    tab._kept(told)
    assert (await tab.get(onward)).status_code == 303


async def test_a_new_sign_in_ends_the_one_before(issuing: Issuing, running: StageUnderTest) -> None:
    tab = await signed_in(issuing, running)
    [before] = await running.rows("SELECT id FROM session")
    # Begun by a page that was opened before.
    begun = Tab(running)
    address = await begun.to_issuer(issuing.local.ticket("operator"))
    tab.cookies |= begun.cookies
    assert (await tab.get(address)).status_code == 303
    [after] = await running.rows("SELECT id FROM session")
    assert before != after
    assert await is_in(tab)


async def test_what_was_typed_for_a_registration_ends_where_somebody_comes_or_goes(
    issuing: Issuing, running: StageUnderTest
) -> None:
    typed = {"contact.name": "Ana Ruiz", "contact.email": "ana@tornillos.mx", "contact.phone": ""}
    tab = Tab(running)
    await tab.fill("/register/contact", typed)
    assert DRAFT in tab.cookies
    await tab.sign_in(issuing.local.ticket("operator"))
    assert (DRAFT in tab.cookies, await running.rows("SELECT * FROM draft")) == (False, [])
    await tab.fill("/register/contact", typed)
    await tab.fill("/operator", {}, to="/sign-out")
    assert (DRAFT in tab.cookies, await running.rows("SELECT * FROM draft")) == (False, [])
    assert "ana@tornillos.mx" not in (await tab.get("/register/contact")).text
