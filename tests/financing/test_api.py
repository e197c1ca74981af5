"""The whole course over HTTP, on a real store: words shown, consent, referral, answers, withdrawal, erasure."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts import partner as contract
from shared.contracts.event import Money
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest, types
from tests.financing import test_facts as facts
from tests.financing.calls import (
    CLASSES,
    PAPERS,
    SECRETS,
    UNTIL,
    answer,
    call,
    consent_body,
    known,
    ok,
    partner_events,
    referral_body,
    refused,
    sent,
)
from tests.financing.given import SUPPLIER


async def test_the_words_shown_name_the_partner_and_the_choice(stage: StageUnderTest) -> None:
    query = "purpose=tooling&data_class=identity&data_class=need&expires_on=2026-12-31"
    shown = await ok(stage, "GET", f"/consent-texts/nafin?{query}")
    assert "Nacional Financiera" in shown["body"]
    assert "Herramentales" in shown["body"]
    assert "2026-12-31" in shown["body"]
    assert "Capacidad" not in shown["body"]
    assert shown["version"] == "consent-credit-es-2026.5"


async def test_from_consent_to_disbursement(stage: StageUnderTest) -> None:
    referral = await sent(stage)
    assert (referral["state"], referral["awaits"]) == ("sent", "partner")
    packed = (await partner_events(stage))[0]
    assert packed["identity"]["rfc"] == "TME840315KT6"
    assert packed["need"]["amount"] == {"amount": "400000.00", "currency": "MXN"}

    await stage.consume(answer(contract.ReferralAcknowledged, referral, folio="N-17"))
    await stage.consume(answer(contract.InformationRequested, referral, items=("Balance 2025",)))
    case = await ok(stage, "GET", f"/cases/{SUPPLIER}")
    assert (case["referrals"][0]["awaits"], case["referrals"][0]["papers"]["items"]) == ("supplier", ["Balance 2025"])

    informed = await ok(stage, "POST", f"/referrals/{referral['id']}/information")
    assert informed["state"] == "in_review"
    amount = Money(amount="400000.00")
    await stage.consume(answer(contract.ReferralApproved, referral, amount=amount, term_months=24))
    await stage.consume(answer(contract.CreditDisbursed, referral, amount=amount))
    page = await ok(stage, "GET", "/referrals?partner=nafin&state=disbursed", role=Role.OPERATOR)
    assert [line["id"] for line in page["items"]] == [referral["id"]]
    told = [type_ for type_ in types(await stage.told()) if type_ == "financing.referral-answered"]
    assert len(told) == 5


async def test_taking_the_consent_back_erases_it_everywhere(stage: StageUnderTest) -> None:
    await sent(stage)
    case = await ok(stage, "GET", f"/cases/{SUPPLIER}")
    view = await ok(stage, "POST", f"/consents/{case['consents'][0]['id']}/revocation")
    assert view["papers_held"] is False
    everything = [
        str(row)
        for table in ("financing_case", "need", "consent", "referral")
        for row in await stage.rows(f"SELECT to_jsonb({table}) - 'profile' AS row FROM {table}")
    ]
    journal = [row["body"].decode() for row in await stage.rows("SELECT body FROM journal")]
    found = "".join([*everything, *journal])
    assert not any(secret in found for secret in SECRETS)
    referral, withdrawn = await partner_events(stage)
    assert {name for name in CLASSES if referral.get(name)} == set()
    assert referral["consent"]["consent_id"] == case["consents"][0]["id"]
    assert withdrawn["referral_id"] == referral["referral_id"]
    parsed = contract.Referral.model_validate(referral)
    assert parsed.identity is None


async def test_a_firm_sees_the_papers_that_it_handed_over_while_they_are_held(stage: StageUnderTest) -> None:
    await sent(stage)
    path = f"/cases/{SUPPLIER}/papers"
    [held] = (await ok(stage, "GET", path))["consents"]
    given: dict[str, Any] = {**PAPERS}
    assert {name: held[name] for name in PAPERS} == given | {"identity": given["identity"] | {"rfc": "TME840315KT6"}}
    acts = await stage.rows("SELECT action, about FROM audit")
    assert ("financing:papers:viewed", SUPPLIER) in [(each["action"], each["about"]) for each in acts]
    assert (await refused(stage, "GET", path, role=Role.OPERATOR, supplier_id=None))[0] == 403
    assert await refused(stage, "GET", path, supplier_id=uuid4()) == (403, "not_yours")
    await ok(stage, "POST", f"/consents/{held['consent_id']}/revocation")
    assert (await ok(stage, "GET", path))["consents"] == []


PERSON = {"rfc": "GODE561231GR8", "legal_name": "Eduardo Gómez"}


async def test_an_operator_compares_a_natural_persons_identity(stage: StageUnderTest) -> None:
    await known(stage)
    await stage.consume(facts.REGISTERED.model_copy(update={"kind": "natural", "rfc": None}))
    body = await consent_body(stage) | {"identity": PERSON | {"representative": "Eduardo Gómez"}}
    consent = await ok(stage, "POST", "/consents", body)
    referral = await referral_body(stage)
    assert await refused(stage, "POST", "/referrals", referral) == (409, "identity_unconfirmed")
    path = f"/consents/{consent['id']}/identity"
    operator = {"role": Role.OPERATOR, "supplier_id": None}
    assert await refused(stage, "POST", path, PERSON) == (403, "role_missing")
    assert await refused(stage, "POST", path, PERSON | {"rfc": "GODE561231GR9"}, **operator) == (
        409,
        "identity_differs",
    )
    confirmed = await ok(stage, "POST", path, PERSON, role=Role.OPERATOR)
    assert confirmed["identity_confirmed_at"] is not None
    await ok(stage, "POST", "/referrals", referral)
    [row] = await stage.rows("SELECT identity_confirmed_at IS NOT NULL AS done FROM consent")
    assert row["done"]


async def test_erasure_leaves_other_referrals_in_the_journal_alone(stage: StageUnderTest) -> None:
    referral = await sent(stage)
    await stage.consume(answer(contract.ReferralDeclined, referral, reason="no_funds"))
    await ok(stage, "POST", "/referrals", await referral_body(stage))
    await stage.rows(
        "UPDATE financing_case SET referrals = jsonb_set(referrals, '{0,erase_at}', to_jsonb(now() - interval '1 day'))"
    )
    await stage.rows("UPDATE timer SET at = now() - interval '1 day'")
    await stage.tick()
    first, second = await partner_events(stage)
    assert (first.get("identity"), second["identity"]["rfc"]) == (None, "TME840315KT6")


async def test_nothing_personal_leaves_but_to_the_partner(stage: StageUnderTest) -> None:
    await sent(stage)
    public = await stage.rows("SELECT body FROM journal WHERE topic NOT LIKE 'partner.%'")
    text = "".join(row["body"].decode() for row in public) + json.dumps(await ok(stage, "GET", f"/cases/{SUPPLIER}"))
    assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize(
    ("caller", "answer_"),
    [
        ({"role": Role.OPERATOR, "supplier_id": None}, (403, "role_missing")),
        ({"supplier_id": UUID(int=99)}, (403, "not_yours")),
        ({"supplier_id": None}, (403, "not_yours")),
    ],
)
async def test_nobody_consents_for_a_firm(
    stage: StageUnderTest, caller: dict[str, Any], answer_: tuple[int, str]
) -> None:
    await known(stage)
    assert await refused(stage, "POST", "/consents", await consent_body(stage), **caller) == answer_


async def test_an_error_quotes_nothing_of_the_papers(stage: StageUnderTest) -> None:
    await known(stage)
    body = await consent_body(stage)
    status, problem = await call(stage, "POST", "/consents", Role.SUPPLIER, SUPPLIER, body | {"text_sha256": "0" * 64})
    assert (status, problem["title"]) == (409, "text_not_shown")
    status, invalid = await call(
        stage, "POST", "/consents", Role.SUPPLIER, SUPPLIER, body | {"contact": {"email": "ana ejemplo", "phone": "x"}}
    )
    assert status == 422
    assert not any(secret in json.dumps([problem, invalid]) for secret in (*SECRETS, "ana ejemplo"))


async def test_refusals_have_their_status(stage: StageUnderTest) -> None:
    await known(stage)
    assert await refused(stage, "GET", f"/cases/{uuid4()}") == (403, "not_yours")
    assert await refused(stage, "GET", f"/cases/{uuid4()}", role=Role.OPERATOR, supplier_id=None) == (
        404,
        "supplier_unknown",
    )
    assert await refused(stage, "POST", "/referrals", await referral_body(stage)) == (409, "consent_missing")
    assert await refused(stage, "POST", f"/consents/{uuid4()}/revocation") == (404, "consent_unknown")
    assert await refused(stage, "POST", f"/referrals/{uuid4()}/information") == (404, "referral_unknown")
    assert await refused(stage, "GET", "/consent-texts/nadie?purpose=tooling&data_class=need") == (
        404,
        "partner_unknown",
    )
    narrow = await consent_body(stage, ["identity", "need"], "cluster")
    wide = narrow | {"data_classes": ["identity", "need", "capacity"]}
    assert await refused(stage, "POST", "/consents", wide) == (422, "data_class_not_allowed")


async def test_another_firm_touches_nothing(stage: StageUnderTest) -> None:
    referral = await sent(stage)
    foreign = {"supplier_id": uuid4()}
    case = await ok(stage, "GET", f"/cases/{SUPPLIER}")
    consent = case["consents"][0]["id"]
    for path in (f"/consents/{consent}/revocation", f"/referrals/{referral['id']}/information"):
        assert await refused(stage, "POST", path, **foreign) == (403, "not_yours")
    assert await refused(stage, "POST", "/referrals", await referral_body(stage), **foreign) == (403, "not_yours")


async def test_a_consent_that_runs_out_is_erased_in_time(stage: StageUnderTest) -> None:
    await known(stage)
    await ok(stage, "POST", "/consents", await consent_body(stage))
    timers = await stage.rows("SELECT at FROM timer WHERE kind = 'case_deadline'")
    assert timers[0]["at"].date() == date.fromisoformat(UNTIL) + timedelta(days=1)


@pytest.mark.parametrize(
    "more", [{"expires": "2030-01-01"}, {"contact": {"email": "ana@example.mx", "telephone": "1"}}]
)
async def test_a_misspelt_field_is_refused_and_not_ignored(stage: StageUnderTest, more: dict[str, Any]) -> None:
    await known(stage)
    body = await consent_body(stage)
    assert await refused(stage, "POST", "/consents", body | more) == (422, "invalid_request")


async def test_a_request_that_is_sent_again_under_its_key_is_done_once(stage: StageUnderTest) -> None:
    await known(stage)
    headers = stage.headers(Role.SUPPLIER, supplier_id=SUPPLIER) | {"Idempotency-Key": str(uuid4())}
    body = await consent_body(stage)
    given = [await stage.client.post("/consents", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in given] == [201, 201]
    asked = await referral_body(stage)
    sent_ = [await stage.client.post("/referrals", json=asked, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in sent_] == [201, 201]
    assert len({answer.json()["id"] for answer in sent_}) == 1
    assert len(await partner_events(stage)) == 1


async def test_what_is_shown_and_what_a_change_gives_have_the_same_version(stage: StageUnderTest) -> None:
    referral = await sent(stage)
    own = stage.headers(Role.SUPPLIER, supplier_id=SUPPLIER)
    for path, change in ((f"/referrals/{referral['id']}", "information"), (consent_path(referral), "revocation")):
        seen = await stage.client.get(path, headers=own)
        if change == "information":
            await stage.consume(answer(contract.InformationRequested, referral, items=("Balance 2025",)))
            stale = await stage.client.post(f"{path}/{change}", headers=own | {"If-Match": seen.headers["ETag"]})
            assert stale.status_code == 412
            seen = await stage.client.get(path, headers=own)
            assert stale.headers["ETag"] == seen.headers["ETag"]
        changed = await stage.client.post(f"{path}/{change}", headers=own | {"If-Match": seen.headers["ETag"]})
        assert changed.status_code == 200
        assert (await stage.client.get(path, headers=own)).headers["ETag"] == changed.headers["ETag"]


def consent_path(referral: dict[str, Any]) -> str:
    return f"/consents/{referral['consent_id']}"


@pytest.mark.parametrize("day", ["0", "1800000000", "2026-1-2", "mañana"])
async def test_a_day_is_written_out(stage: StageUnderTest, day: str) -> None:
    path = f"/consent-texts/nafin?purpose=tooling&data_class=need&expires_on={day}"
    assert await refused(stage, "GET", path) == (422, "invalid_request")
