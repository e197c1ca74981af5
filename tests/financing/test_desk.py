"""An institution's people see what went to it and nothing else, and answer by the rules of all answers."""

from typing import Any
from uuid import UUID

import pytest

from services.financing.domain.answer import possible
from services.financing.domain.reasons import ReferralState
from shared.contracts import partner as contract
from shared.contracts.refusals import AnswerRefused
from shared.messaging.topics import EVENT_TYPES
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.financing.calls import CLASSES, SECRETS, answer, consent_body, known, ok, referral_body, sent
from tests.financing.test_trials import begun

MXN = {"currency": "MXN"}
APPROVAL = {"act": "approve", "amount": {"amount": "380000.00"} | MXN, "term_months": 18}


async def desk(
    stage: StageUnderTest, method: str, path: str, body: object = None, partner: str | None = "nafin"
) -> tuple[int, Any]:
    headers = stage.headers(Role.PARTNER, partner_code=partner)
    done = await stage.client.request(method, f"/desk{path}", json=body, headers=headers)
    return done.status_code, done.json()


async def said(stage: StageUnderTest, referral: dict[str, Any], body: object) -> tuple[int, Any]:
    """The answer, once it came back from the topic."""
    status, shown = await desk(stage, "POST", f"/referrals/{referral['id']}/answers", body)
    for each in await stage.told():
        if issubclass(EVENT_TYPES[each.type], contract.Answer):
            await stage.consume(EVENT_TYPES[each.type].model_validate(each.data))
    return status, shown


async def test_a_whole_way_is_answered_at_the_desk(stage: StageUnderTest) -> None:
    referral = await sent(stage)
    path = f"/referrals/{referral['id']}"
    [line] = (await desk(stage, "GET", "/referrals"))[1]["items"]
    assert (line["id"], line["state"]) == (referral["id"], "sent")
    shown = (await desk(stage, "GET", path))[1]
    assert shown["referral"]["identity"]["legal_name"] == "Troqueles Inventados, S.A."
    assert {part for part in CLASSES if shown["referral"][part]} == set(CLASSES)
    assert (await said(stage, referral, {"act": "acknowledge", "folio": "N-17"}))[0] == 202
    assert (await said(stage, referral, {"act": "request_information", "items": ["Balance 2025"]}))[0] == 202
    assert (await said(stage, referral, APPROVAL))[0] == 202
    part = {"act": "pay", "amount": {"amount": "200000.00"} | MXN}
    assert [(await said(stage, referral, part))[0] for _ in range(2)] == [202, 409], "together more than approved"
    assert (await said(stage, referral, {**part, "act": "correct_payments"}))[1]["title"] == "nothing_new"
    last = (await desk(stage, "GET", path))[1]
    assert (last["state"], last["acts"]) == ("disbursed", ["acknowledge", "pay", "correct_payments"])
    assert last["said"]["approved"]["amount"] == "380000.00"
    assert last["said"]["disbursed"]["amount"] == "200000.00"
    mine = await ok(stage, "GET", f"/referrals/{referral['id']}")
    assert (mine["state"], mine["papers"]["folio"]) == ("disbursed", "N-17")


async def test_no_second_answer_is_taken_before_the_first_was_read(stage: StageUnderTest) -> None:
    """Both could be, and together they could not: the second one would be refused where nobody sees it."""
    referral = await sent(stage)
    await said(stage, referral, APPROVAL)
    path, paid = f"/referrals/{referral['id']}/answers", {"act": "pay", "amount": {"amount": "380000.00"} | MXN}
    taken = await desk(stage, "POST", path, paid)
    assert (taken[0], taken[1]["acts"]) == (202, [])
    waiting = (await desk(stage, "GET", f"/referrals/{referral['id']}"))[1]
    assert (waiting["acts"], waiting["on_its_way_since"]) == ([], waiting["given"][0]["at"])
    assert [each["outcome"] for each in waiting["given"]] == ["on_its_way", "taken"]
    status, refused = await desk(stage, "POST", path, paid)
    assert (status, refused["title"]) == (409, "answer_on_its_way")
    for each in await stage.told():
        if issubclass(EVENT_TYPES[each.type], contract.Answer):
            await stage.consume(EVENT_TYPES[each.type].model_validate(each.data))
    assert (await desk(stage, "POST", path, paid))[1]["title"] == "payments_above_approved"
    assert (await desk(stage, "POST", path, {"act": "correct_payments", "amount": {"amount": "1.00"} | MXN}))[0] == 202
    assert await stage.rows("SELECT id FROM dead_letter") == []


async def test_an_answer_that_can_no_more_be_so_opens_the_desk_and_says_why(stage: StageUnderTest) -> None:
    """The institution's system was quicker: no operator has anything to do about it."""
    referral = await sent(stage)
    await said(stage, referral, APPROVAL)
    path = f"/referrals/{referral['id']}"
    paid = {"act": "pay", "amount": {"amount": "380000.00"} | MXN}
    assert (await desk(stage, "POST", f"{path}/answers", paid))[0] == 202
    await stage.consume(answer(contract.CreditDisbursed, referral, amount={"amount": "1000.00"} | MXN))
    assert (await desk(stage, "GET", path))[1]["acts"] == [], "another's answer is not the one that is waited for"
    for each in await stage.told():
        if issubclass(EVENT_TYPES[each.type], contract.Answer):
            await stage.consume(EVENT_TYPES[each.type].model_validate(each.data))
    shown = (await desk(stage, "GET", path))[1]
    assert (shown["acts"], shown["on_its_way_since"]) == (["acknowledge", "pay", "correct_payments"], None)
    given = [(each["act"], each["outcome"], each["problem"]) for each in shown["given"]]
    assert given == [("pay", "without_effect", "payments_above_approved"), ("approve", "taken", None)]
    assert shown["given"][0]["amount"]["amount"] == "380000.00"
    refused = [EVENT_TYPES[each.type] for each in await stage.told()]
    assert refused == [AnswerRefused]
    assert await stage.rows("SELECT id FROM dead_letter") == []


async def test_only_what_the_consent_names_is_shown(stage: StageUnderTest) -> None:
    await known(stage)
    least = ["identity", "contact", "need"]
    await ok(stage, "POST", "/consents", await consent_body(stage, least))
    referral = await ok(stage, "POST", "/referrals", await referral_body(stage))
    shown = (await desk(stage, "GET", f"/referrals/{referral['id']}"))[1]
    assert {part for part in CLASSES if shown["referral"][part] is not None} == set(least)
    assert "31500000" not in str(shown)


async def test_another_institution_sees_nothing_and_answers_nothing(stage: StageUnderTest) -> None:
    referral = await sent(stage)
    path = f"/referrals/{referral['id']}"
    for other in ("bancomext", "cluster"):
        assert (await desk(stage, "GET", "/referrals", partner=other))[1]["items"] == []
        assert (await desk(stage, "GET", path, partner=other))[0] == 404
        assert (await desk(stage, "POST", f"{path}/answers", {"act": "acknowledge"}, other))[0] == 404
    assert (await desk(stage, "GET", "/referrals", partner=None))[1]["title"] == "not_yours"
    assert (await desk(stage, "GET", "/referrals", partner="nadie"))[1]["title"] == "desk_closed"
    for role in set(Role) - {Role.PARTNER}:
        headers = stage.headers(role, partner_code="nafin")
        assert (await stage.client.get(f"/desk{path}", headers=headers)).status_code == 403, role


async def test_after_a_revocation_nothing_is_there_and_what_was_said_is_erased(stage: StageUnderTest) -> None:
    referral = await sent(stage)
    await said(stage, referral, {"act": "acknowledge", "folio": "FOLIO-SECRETO"})
    await ok(stage, "POST", f"/consents/{referral['consent_id']}/revocation")
    assert (await desk(stage, "GET", "/referrals"))[1]["items"] == []
    [ended] = (await desk(stage, "GET", "/referrals?ended=true"))[1]["items"]
    assert (ended["id"], ended["state"], ended["reason"]) == (referral["id"], "withdrawn", "consent_revoked")
    shown = (await desk(stage, "GET", f"/referrals/{referral['id']}"))[1]
    assert {name: shown[name] for name in ("supplier_id", "referral", "said", "acts", "given")} == {
        **dict.fromkeys(("supplier_id", "referral", "said")),
        "acts": [],
        "given": [],
    }
    crossed = await desk(stage, "POST", f"/referrals/{referral['id']}/answers", APPROVAL)
    assert (crossed[0], crossed[1]["title"]) == (409, "referral_withdrawn")
    assert not any(secret in str((shown, crossed)) for secret in SECRETS)
    bodies = await stage.opened(row["body"] for row in await stage.rows("SELECT body FROM journal"))
    assert not any(secret in str(bodies) for secret in (*SECRETS, "FOLIO-SECRETO", "400000.00"))


async def test_a_suspended_institution_has_no_desk(stage: StageUnderTest) -> None:
    referral = await sent(stage)
    gone = {"name": "Nacional Financiera", "kind": "development_bank", "sla_days": 20, "active": False}
    await ok(stage, "PUT", "/partners/nafin", gone, role=Role.OPERATOR)
    assert (await desk(stage, "GET", f"/referrals/{referral['id']}"))[1]["title"] == "desk_closed"


@pytest.mark.parametrize(
    ("body", "title", "fields"),
    [
        ({"act": "approve"}, "answer_lacks", ["amount", "term_months"]),
        ({"act": "decline"}, "answer_lacks", ["reason"]),
        ({"act": "request_information"}, "answer_lacks", ["items"]),
        (APPROVAL | {"amount": {"amount": "9000000.00"} | MXN}, "amount_above_asked", []),
        (APPROVAL | {"amount": {"amount": "380000.00", "currency": "USD"}}, "currency_differs", []),
        ({"act": "pay", "amount": {"amount": "1.00"} | MXN}, "payment_not_approved", []),
    ],
)
async def test_what_cannot_be_so_is_told_and_goes_nowhere(
    stage: StageUnderTest, body: dict[str, Any], title: str, fields: list[str]
) -> None:
    referral = await sent(stage)
    await stage.told()
    status, refused = await said(stage, referral, body)
    assert (status, refused["title"]) == (422 if fields else 409, title)
    assert all(name in str(refused) for name in fields)
    assert await stage.rows("SELECT id FROM journal WHERE topic LIKE '%.answers.v1'") == []
    assert await stage.rows("SELECT id FROM dead_letter") == []


async def test_who_answers_by_kafka_too_loses_nothing(stage: StageUnderTest) -> None:
    """Between what was shown and what is sent the other way may have been quicker."""
    referral = await sent(stage)
    await stage.consume(answer(contract.ReferralDeclined, referral, reason="no_funds"))
    shown = (await desk(stage, "GET", f"/referrals/{referral['id']}"))[1]
    assert (shown["state"], shown["reason"], shown["referral"]) == ("declined", "no_funds", None), "it ended"
    assert (await ok(stage, "GET", f"/referrals/{referral['id']}"))["state"] == "declined"


async def test_a_test_is_answered_at_the_desk_as_any_other(stage: StageUnderTest) -> None:
    trial = await begun(stage)
    assert [each["id"] for each in (await desk(stage, "GET", "/tests"))[1]["items"]] == [trial["id"]]
    assert (await desk(stage, "GET", "/tests", partner="bancomext"))[1]["items"] == []
    assert (await desk(stage, "GET", f"/referrals/{trial['id']}", partner="bancomext"))[0] == 404
    assert (await desk(stage, "GET", f"/referrals/{trial['id']}"))[1]["referral"]["test"] is True
    assert (await said(stage, trial, {"act": "acknowledge"}))[0] == 202
    assert (await said(stage, trial, {"act": "pay", "amount": {"amount": "1.00"} | MXN}))[0] == 409
    assert (await desk(stage, "GET", f"/referrals/{trial['id']}"))[1]["state"] == "acknowledged"
    assert (await desk(stage, "GET", f"/referrals/{UUID(int=9)}"))[0] == 404


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"act": "acknowledge", "folio": "FOLIO-SECRETO"}, "acknowledged"),
        ({"act": "request_information", "items": ["Balance de ANA-SECRETA"]}, "info_requested"),
    ],
)
async def test_no_word_of_an_answer_to_a_test_is_kept(stage: StageUnderTest, body: dict[str, Any], state: str) -> None:
    """There is nobody with whose erasure it would go."""
    trial = await begun(stage)
    assert (await said(stage, trial, body))[0] == 202
    assert (await desk(stage, "GET", f"/referrals/{trial['id']}"))[1]["state"] == state
    bodies = await stage.opened(row["body"] for row in await stage.rows("SELECT body FROM journal"))
    assert "SECRET" not in str([*bodies, *await stage.rows("SELECT referral FROM trial")])


def test_every_field_of_an_answer_with_somebody_s_words_is_known() -> None:
    """A new one is to be left out of an answer to a test, or named here as no words."""
    wordless = {"referral_id", "partner", "answered_at", "amount", "term_months", "reason"}
    fields = {name for event in contract.Answer.__subclasses__() for name in event.model_fields}
    assert fields - wordless == {"folio", "items"}


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        ("sent", ("acknowledge", "request_information", "approve", "decline")),
        ("approved", ("acknowledge", "approve", "decline", "pay")),
        ("disbursed", ("acknowledge", "pay", "correct_payments")),
        ("declined", ()),
    ],
)
def test_what_may_be_said_follows_from_the_state(state: ReferralState, acts: tuple[str, ...]) -> None:
    assert possible(state) == acts
