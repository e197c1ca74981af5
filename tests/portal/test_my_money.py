"""A firm consents to the words that it was shown, asks for a referral, and answers a partner: at financing itself."""

import json
import re
from uuid import UUID

import httpx
import pytest

from shared.contracts import partner as contract
from shared.contracts.financing import ConsentGiven
from shared.testing.stage import StageUnderTest
from tests.financing.calls import CLASSES, SECRETS, UNTIL, answer, known, partner_events
from tests.financing.given import SUPPLIER as FIRM
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import OTHER_SUPPLIER, example, passed_on

CONSENT = "/my-firm/money/consent"
PAPERS = {
    "identity.rfc": "tme-840315-kt6",
    "identity.legal_name": "Troqueles Inventados, S.A.",
    "identity.representative": "Ana Ejemplo",
    "contact.email": "ana@example.mx",
    "contact.phone": "+52 81 1000 0000",
    "capacity.annual_sales": "$ 31,500,000",
    "capacity.workers": "42",
}


@pytest.fixture
async def financing(portal: Visitors) -> StageUnderTest:
    stage = await portal.real("financing")
    await known(stage)
    await passed_on(stage, portal)
    return stage


async def _mine(portal: Visitors, supplier_id: UUID = FIRM) -> Browser:
    return await portal.signed_in("supplier", supplier_id=supplier_id, language="en")


def _query(classes: list[str] = CLASSES) -> str:
    chosen = [("partner", "nafin"), ("purpose", "certification"), ("expires_on", UNTIL)]
    return str(httpx.QueryParams([*chosen, *(("data_class", each) for each in classes)]))


def _hidden(page: str) -> dict[str, str | list[str]]:
    """What the form under the text carries."""
    found: dict[str, str | list[str]] = {}
    form = page[page.index('method="post" action="/my-firm') :]
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form):
        if name in ("purpose", "data_class"):
            found.setdefault(name, []).append(value)  # type: ignore[union-attr]
        elif name != "token":
            found[name] = value
    return found


async def _consent(mine: Browser, **papers: str) -> httpx.Response:
    page = (await mine.get(f"{CONSENT}?{_query()}")).text
    return await mine.post(CONSENT, _hidden(page) | PAPERS | papers)


async def _need(portal: Visitors) -> str:
    page = (await (await _mine(portal)).get("/my-firm/money")).text
    [*needs] = re.findall(r"/my-firm/money/needs/[0-9a-f-]+", page)
    for need in needs:
        if "nafin-guaranteed-simple" in (await (await _mine(portal)).get(need)).text:
            return str(need)
    raise AssertionError(needs)


async def test_the_whole_text_is_shown_with_its_hash_before_anybody_consents(
    portal: Visitors, financing: StageUnderTest
) -> None:
    mine = await _mine(portal)
    page = (await mine.get(CONSENT)).text
    assert "sha256" not in page
    page = (await mine.get(f"{CONSENT}?{_query(['need'])}")).text
    headers = financing.headers("supplier", supplier_id=FIRM)
    path = f"/consent-texts/nafin?purpose=certification&data_class=need&expires_on={UNTIL}"
    text = (await financing.client.get(path, headers=headers)).json()
    shown = re.sub(r"<[^>]+>", "", page.replace("<br>", "\n").replace("</p><p>", "\n\n"))
    assert text["body"] in shown.replace("&#39;", "'").replace("&#34;", '"')
    assert page.count(text["sha256"]) == 2
    assert "identity.rfc" not in page, "only papers of what is named are asked for"


async def test_a_firm_consents_and_financing_keeps_what_was_shown(portal: Visitors, financing: StageUnderTest) -> None:
    mine = await _mine(portal)
    given = await _consent(mine)
    assert (given.status_code, given.headers.get("location")) == (303, "/my-firm/money"), given.text
    [consent] = await financing.rows("SELECT * FROM consent")
    assert consent["channel"] == "portal"
    await passed_on(financing, portal)
    page = (await mine.get("/my-firm/money")).text
    assert "/my-firm/money/consents/" in page
    assert not [secret for secret in SECRETS if secret in page]


async def test_what_is_wrong_with_a_consent_is_said_and_stays_typed(
    portal: Visitors, financing: StageUnderTest
) -> None:
    mine = await _mine(portal)
    refused = await _consent(mine, **{"contact.email": "ana", "capacity.annual_sales": "mucho"})
    assert refused.status_code == 422
    for field in ("contact.email", "capacity.annual_sales"):
        assert f'href="#{field}"' in refused.text, field
    assert 'value="mucho"' in refused.text
    page = (await mine.get(f"{CONSENT}?{_query()}")).text
    changed = _hidden(page) | PAPERS | {"text_sha256": "0" * 64}
    refused = await mine.post(CONSENT, changed)
    assert (refused.status_code in (409, 422), 'id="problem"' in refused.text) == (True, True)
    assert await financing.rows("SELECT * FROM consent") == []


async def test_a_consent_is_of_the_own_firm_and_gives_no_more_than_it_names(
    portal: Visitors, financing: StageUnderTest
) -> None:
    """Whatever a form says."""
    other = await _mine(portal, OTHER_SUPPLIER)
    page = (await other.get(f"{CONSENT}?{_query(['need'])}")).text
    await other.post(CONSENT, _hidden(page) | PAPERS | {"supplier_id": str(FIRM)})
    [sent] = [json.loads(each.content) for each in portal.others.asked if each.method == "POST"]
    assert sent["supplier_id"] == str(OTHER_SUPPLIER)
    assert sent["data_classes"] == ["need"]
    assert not {"identity", "contact", "capacity"} & sent.keys()
    assert str(FIRM) not in [str(row["supplier_id"]) for row in await financing.rows("SELECT * FROM consent")]


async def test_a_referral_is_asked_for_once_and_shows_what_was_sent(
    portal: Visitors, financing: StageUnderTest
) -> None:
    mine = await _mine(portal)
    await _consent(mine)
    need = await _need(portal)
    page = (await mine.get(need)).text
    asked = _hidden(page) | {"product": "nafin-guaranteed-simple", "amount": "400,000", "term_months": "24"}
    for field, value in (("amount", "-1"), ("term_months", "999")):
        refused = await mine.post(need, asked | {field: value, "key": f"{field}-0123456789"})
        assert (refused.status_code, f'href="#{field}"' in refused.text) == (422, True), refused.text
    for _ in range(2):
        assert (await mine.post(need, asked)).status_code == 303
    [event] = await partner_events(financing)
    assert event["need"]["amount"] == {"amount": "400000.00", "currency": "MXN"}
    await passed_on(financing, portal)
    page = (await mine.get("/my-firm/money")).text
    for shown in ("400,000.00", "Sent: ", "nafin-guaranteed-simple"):
        assert shown in page, shown


async def test_a_referral_is_asked_for_in_the_currency_that_its_product_is_given_in(
    portal: Visitors, financing: StageUnderTest
) -> None:
    mine = await _mine(portal)
    await _consent(mine)
    need = await _need(portal)
    page = (await mine.get(need)).text
    assert '<option value="MXN" selected>' in page
    assert "nafin-guaranteed-simple (nafin, MXN)" in page
    assert "in pesos" not in page
    asked = _hidden(page) | {"product": "nafin-guaranteed-simple", "amount": "40,000", "term_months": "24"}
    refused = await mine.post(need, asked | {"currency": "USD"})
    assert refused.status_code == 409
    assert "The product is not given in this currency." in refused.text
    assert "currency_not_served" not in refused.text
    assert '<option value="USD" selected>' in refused.text, "what was chosen stays"


async def test_the_only_currency_of_a_need_s_products_is_chosen_already(
    portal: Visitors, financing: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.portal.api.my_money._served", _in_dollars)
    page = (await (await _mine(portal)).get(await _need(portal))).text
    assert '<option value="USD" selected>' in page
    assert 'name="amount" type="text" value=""' in page, "what is known of it is in pesos"


async def _in_dollars(*_: object) -> dict[str, list[str]]:
    return {"bancomext-export-factoring": ["USD"]}


async def test_sales_are_told_in_their_currency(portal: Visitors, financing: StageUnderTest) -> None:
    await _consent(await _mine(portal), sales_currency="USD")
    [sent] = [json.loads(each.content) for each in portal.others.asked if each.method == "POST"]
    assert sent["capacity"]["annual_sales"] == {"amount": "31500000.00", "currency": "USD"}


async def test_what_a_partner_asks_for_is_shown_and_answered(portal: Visitors, financing: StageUnderTest) -> None:
    mine = await _mine(portal)
    await _consent(mine)
    need = await _need(portal)
    asked = {"product": "nafin-guaranteed-simple", "amount": "400000", "term_months": "24", "key": "0123456789abcdef"}
    assert (await mine.post(need, asked)).status_code == 303
    [row] = await financing.rows("SELECT id, partner FROM referral")
    wanted = answer(
        contract.InformationRequested, {"id": str(row["id"]), "partner": row["partner"]}, items=["Estados de cuenta"]
    )
    await financing.consume(wanted)
    await passed_on(financing, portal)
    page = (await mine.get("/my-firm/money")).text
    assert "<li>Estados de cuenta</li>" in page
    path = f"/my-firm/money/referrals/{row['id']}/information"
    assert f'action="{path}"' in page
    assert (await mine.post(path)).status_code == 303
    await passed_on(financing, portal)
    assert path not in (await mine.get("/my-firm/money")).text
    other = await _mine(portal, OTHER_SUPPLIER)
    assert (await other.post(path)).status_code in (403, 404)


async def test_a_consent_is_taken_back_at_financing(portal: Visitors, financing: StageUnderTest) -> None:
    mine = await _mine(portal)
    await _consent(mine)
    await passed_on(financing, portal)
    [row] = await financing.rows("SELECT id FROM consent")
    assert (await mine.post(f"/my-firm/money/consents/{row['id']}/revocation")).status_code == 303
    await passed_on(financing, portal)
    assert ">Revoked</strong>" in (await mine.get("/my-firm/money")).text


async def test_an_unknown_need_is_not_there(portal: Visitors) -> None:
    assert (await (await _mine(portal)).get(f"/my-firm/money/needs/{UUID(int=1)}")).status_code == 404


async def test_a_choice_that_makes_no_text_says_what_it_lacks(portal: Visitors, financing: StageUnderTest) -> None:
    mine = await _mine(portal)
    page = (await mine.get(f"{CONSENT}?partner=nafin&data_class=need")).text
    assert "without a purpose there is no consent" in page
    assert "Choose which data" not in page
    assert "Choose" not in re.sub(r"<select.*?</select>|<h2>.*?</h2>|<p>.*?</p>", "", (await mine.get(CONSENT)).text)
    over = await mine.get(f"{CONSENT}?partner=nafin&purpose=certification&data_class=need&expires_on=2020-01-01")
    assert ("The last day is over" in over.text, "sha256" in over.text) == (True, False)
    assert '<option value="nafin" selected>' in over.text, "what was chosen stays"


async def test_the_least_that_a_partner_needs_is_offered_and_less_is_told(
    portal: Visitors, financing: StageUnderTest
) -> None:
    mine = await _mine(portal)
    first = (await mine.get(f"{CONSENT}?partner=nafin")).text
    ticked = re.findall(r'name="data_class" value="(\w+)" checked', first)
    assert ticked == ["identity", "contact", "need"], "and nothing more"
    assert "For a request, Nacional Financiera needs at least: " in first
    less = (await mine.get(f"{CONSENT}?partner=nafin&purpose=certification&data_class=contact")).text
    assert "there is no request for nafin-guaranteed-simple: missing are " in less
    assert "sha256" in less, "a firm may consent to less all the same"
    assert "there is no request for" not in (await mine.get(f"{CONSENT}?{_query(CLASSES)}")).text


async def test_a_partner_whose_code_has_a_dash_is_consented_to_as_any_other(portal: Visitors) -> None:
    shown = {"partner": "banco-ejemplo", "purposes": ["tooling"], "data_classes": ["need"], "expires_on": UNTIL}
    text = shown | {"version": "x", "sha256": "0" * 64, "body": "Las palabras de banco-ejemplo."}
    query = f"purpose=tooling&data_class=need&expires_on={UNTIL}"
    portal.others.answer("financing", "/consent-texts/banco-ejemplo", text)
    page = await (await _mine(portal)).get(f"{CONSENT}?partner=banco-ejemplo&{query}")
    assert "Las palabras de banco-ejemplo." in page.text


async def test_a_consent_whose_days_are_over_says_what_that_means(portal: Visitors) -> None:
    await portal.stage.consume(example(ConsentGiven, supplier_id=FIRM, expires_on="2026-01-31", purposes=["tooling"]))
    portal.others.answer("financing", "/partners", {"items": [{"code": "nafin", "name": "Nafin", "active": True}]})
    mine = await _mine(portal)
    page = (await mine.get("/my-firm/money")).text
    assert "held until January 31, 2026: nothing more is sent under it" in page
    assert f'href="{CONSENT}?partner=nafin"' in page
    page = (await mine.get(f"{CONSENT}?partner=nafin")).text
    assert "held until January 31, 2026" in page
    assert 'value="tooling" checked' in page


async def test_of_two_consents_of_one_moment_one_counts(portal: Visitors) -> None:
    """Seen: the page broke, as it takes one."""
    ids = (UUID(int=1), UUID(int=2))
    given = [example(ConsentGiven, supplier_id=FIRM, consent_id=id_, expires_on="2199-12-31") for id_ in ids]
    await portal.stage.consume(*reversed(given))
    portal.others.answer("financing", "/partners", {"items": [{"code": "nafin", "name": "Nafin", "active": True}]})
    mine = await _mine(portal)
    assert (await mine.get(f"{CONSENT}?partner=nafin")).status_code == 200
    page = (await mine.get("/my-firm/money")).text
    assert (page.count(">Given</strong>"), page.count(">Replaced</strong>")) == (1, 1)


async def test_what_is_refused_is_said_while_its_text_cannot_be_shown(portal: Visitors) -> None:
    path = "/consents"
    told = {"title": "expiry_out_of_range", "detail": "Other days.", "errors": []}
    portal.others.answer("financing", path, told, 422)
    given: dict[str, str | list[str]] = {"partner": "nafin", "purpose": ["tooling"], "data_class": ["need"]}
    answer = await (await _mine(portal)).post(CONSENT, given)
    assert (answer.status_code, "Other days." in answer.text) == (422, True)
