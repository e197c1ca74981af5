"""Firms on a running platform: an approval behind a slip, two payments, a late revocation; two people at one
questionnaire; evidence that is returned and mended, and a second cohort.
"""

import json
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

from confluent_kafka import Consumer

from deploy.local.client import LocalClient
from shared.contracts import partner
from shared.contracts.event import Money
from shared.messaging.topics import partner_topics
from shared.runtime.clock import now
from shared.service.callers import Role
from tests.deploy.program import pdp
from tests.diagnosis.builders import levels_at, sheet
from tests.running import poison
from tests.running.developed import GAP, PATIENCE, Developed, until
from tests.running.poison import Firm

REFERRALS, ANSWERS, _ = partner_topics("nafin")
FIRM = Firm()
"""The second test goes on with what the first left."""
FIRM_KEY = str(FIRM.id).encode()
WITHDRAWN = partner.ReferralWithdrawn.TYPE


def firm(client: LocalClient, method: str, path: str, body: object = None, **query: Any) -> Any:
    with client.http("financing", FIRM.token(client)) as http:
        answer = http.request(method, path, json=body, params=query, headers={"If-Match": "*"})
    return answer.raise_for_status().json()


def referral(client: LocalClient, which: int) -> dict[str, Any]:
    found: dict[str, Any] = firm(client, "GET", f"/cases/{FIRM.id}")["referrals"][which]
    return found


def read(client: LocalClient, records: int) -> list[dict[str, Any]]:
    """The firm's first records on the partner's topic."""
    consumer = Consumer({**client.connection(), "group.id": "partner.nafin.desk", "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([REFERRALS.name])
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + PATIENCE
        while len(found) < records:
            assert time.monotonic() < deadline
            found += [json.loads(each.value() or b"") for each in consumer.consume(10, 1.0) if each.key() == FIRM_KEY]
    finally:
        consumer.close()
    return found


def test_an_approval_behind_a_slip_counts_and_so_do_both_payments(client: LocalClient) -> None:
    poison.send(client, FIRM.facts())
    until(lambda: bool(_needs(client)))
    FIRM.refer(client)
    said: dict[str, Any] = {"referral_id": FIRM.referral(), "partner": "nafin", "answered_at": now()}
    approval = partner.ReferralApproved(**said, amount=Money(amount="300000.00"), term_months=24)
    payments = [partner.CreditDisbursed(**said, amount=Money(amount=part)) for part in ("200000.00", "100000.00")]
    slip = (ANSWERS.name, FIRM.referral(), b"{not quite json")
    poison.send(client, [slip, *map(poison.event, (approval, *payments))])
    until(lambda: (referral(client, 0)["papers"] or {}).get("payments") == 2)
    paid = referral(client, 0)
    assert (paid["state"], paid["papers"]["disbursed"]["amount"]) == ("disbursed", "300000.00")
    with client.http("financing") as http:
        [letter] = http.get("/dead-letters", params={"key": str(FIRM.referral())}).raise_for_status().json()["items"]
    assert (letter["reason"], letter["behind"]) == ("not_json", 0)
    assert pdp("dead-letters", "discard", letter["id"], "--yes").code == 0


def test_a_revocation_after_a_replacement_reaches_what_was_paid_and_what_is_open(client: LocalClient) -> None:
    case = firm(client, "GET", f"/cases/{FIRM.id}")
    need = next(need["id"] for need in case["needs"] if need["purpose"] == poison.PURPOSE)
    asked = {"supplier_id": str(FIRM.id), "need_id": need, "product": poison.PRODUCT, "term_months": 24}
    sent = firm(client, "POST", "/referrals", asked | {"amount": {"amount": "400000.00", "currency": "MXN"}})
    assert sent["id"] == str(FIRM.referral(1))
    expires = (now() + timedelta(days=100)).date().isoformat()
    choice = {"purpose": poison.PURPOSE, "data_class": ["standing"], "expires_on": expires}
    shown = firm(client, "GET", "/consent-texts/nafin", **choice)
    narrower = {"supplier_id": str(FIRM.id), "partner": "nafin", "purposes": [poison.PURPOSE]}
    narrower |= {"data_classes": ["standing"], "text_sha256": shown["sha256"], "expires_on": expires}
    consent = firm(client, "POST", "/consents", narrower)
    firm(client, "POST", f"/consents/{consent['id']}/revocation")
    told = {
        event["data"]["referral_id"]: event["data"]["ended"] for event in read(client, 4) if event["type"] == WITHDRAWN
    }
    assert told == {str(FIRM.referral()): True, str(FIRM.referral(1)): False}
    assert [(referral(client, n)["state"], referral(client, n)["papers"]) for n in (0, 1)] == [
        ("closed", None),
        ("withdrawn", None),
    ]


def test_of_two_people_at_one_questionnaire_nobody_writes_over_the_other(client: LocalClient) -> None:
    developed = Developed(client, uuid4())
    path = developed.open()

    def put(who: str, question: str, level: int, seen: str) -> int:
        body = {"level": level}
        answer = developed.ask("diagnosis", Role.SUPPLIER, "PUT", f"{path}/draft/{question}", body, who=who, seen=seen)
        return answer.status_code

    developed.do("diagnosis", Role.SUPPLIER, "POST", f"{path}/self-assessment", sheet(levels_at(3)))
    seen = {
        question: developed.ask("diagnosis", Role.SUPPLIER, "GET", f"{path}/draft/{question}").headers["ETag"]
        for question in ("T01", "T02")
    }
    assert [put("ana", "T01", 2, seen["T01"]), put("berta", "T01", 4, seen["T01"])] == [200, 412]
    assert put("berta", "T02", 1, seen["T02"]) == 200
    developed.do("diagnosis", Role.SUPPLIER, "POST", f"{path}/draft/submission")
    last = developed.do("diagnosis", Role.OPERATOR, "GET", f"{path}/sheets")["items"][-1]["levels"]
    assert (last["T01"], last["T02"], last["T03"]) == (2, 1, 3)


def test_evidence_is_returned_and_mended_and_who_finished_is_in_a_second_cohort(client: LocalClient) -> None:
    developed = Developed(client, uuid4())
    developed.diagnose()
    first = developed.select()
    developed.agree()
    wrong = developed.complete("PPAP de otra planta")
    developed.score(wrong, 1, note="otra planta", returned_because="another_document")
    until(lambda: developed.plan()["status"] == "agreed")
    right = developed.complete("PPAP de esta planta")
    assert developed.plan()["status"] == "completed"
    developed.score(right, 2)
    second = developed.select()
    plan = developed.plan()
    assert (plan["cohort_id"], plan["status"], plan["open"]) == (second, "proposed", [GAP])
    (past,) = developed.do("development", Role.OPERATOR, "GET", f"/plans/{developed.firm}/past")["items"]
    assert (past["plan"]["cohort_id"], past["plan"]["status"], past["gaps"][0]["level"]) == (first, "completed", 2)
    standings = [each["standing"] for each in past["plan"]["activities"][0]["evidence"]]
    assert standings == ["returned", "accepted"]


def _needs(client: LocalClient) -> list[dict[str, Any]]:
    with client.http("financing", FIRM.token(client)) as http:
        answer = http.get(f"/cases/{FIRM.id}")
    needs: list[dict[str, Any]] = answer.json()["needs"] if answer.is_success else []
    return needs
