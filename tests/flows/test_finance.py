"""A firm and its partner on a running platform: an approval behind a slip, two payments, a late revocation."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from confluent_kafka import Consumer

from deploy.local.client import LocalClient
from services.financing.domain.ids import referral_id
from shared.contracts import partner
from shared.contracts.event import Money
from shared.messaging.topics import partner_topics
from shared.runtime.clock import now
from tests.financing.given import SUPPLIER
from tests.flows import poison

PATIENCE = 40.0
REFERRALS, ANSWERS = partner_topics("nafin")
SECOND = referral_id(SUPPLIER, poison.PRODUCT, poison.PURPOSE, 1)
WITHDRAWN = partner.ReferralWithdrawn.TYPE


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def firm(client: LocalClient, method: str, path: str, body: object = None, **query: Any) -> Any:
    with client.http("financing", client.token("supplier", supplier=SUPPLIER)) as http:
        answer = http.request(method, path, json=body, params=query, headers={"If-Match": "*"})
    return answer.raise_for_status().json()


def referral(client: LocalClient, which: int) -> dict[str, Any]:
    found: dict[str, Any] = firm(client, "GET", f"/cases/{SUPPLIER}")["referrals"][which]
    return found


def read(client: LocalClient, records: int) -> list[dict[str, Any]]:
    """The first records on the partner's topic."""
    consumer = Consumer({**client.connection(), "group.id": "partner.nafin.flow", "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([REFERRALS.name])
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + PATIENCE
        while len(found) < records:
            assert time.monotonic() < deadline
            found += map(_event, consumer.consume(10, 1.0))
    finally:
        consumer.close()
    return found


def _event(message: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(message.value())
    return event


def test_an_approval_behind_a_slip_counts_and_so_do_both_payments(client: LocalClient) -> None:
    poison.send(client, poison.FACTS)
    until(lambda: bool(_needs(client)))
    poison.refer(client)
    said = {"referral_id": poison.REFERRAL, "partner": "nafin", "answered_at": now()}
    approval = partner.ReferralApproved(**said, amount=Money(amount="300000.00"), term_months=24)
    payments = [partner.CreditDisbursed(**said, amount=Money(amount=part)) for part in ("200000.00", "100000.00")]
    slip = (ANSWERS.name, poison.REFERRAL, b"{not quite json")
    poison.send(client, [slip, *map(poison.event, (approval, *payments))])
    until(lambda: (referral(client, 0)["papers"] or {}).get("payments") == 2)
    paid = referral(client, 0)
    assert (paid["state"], paid["papers"]["disbursed"]["amount"]) == ("disbursed", "300000.00")
    with client.http("financing") as http:
        [letter] = http.get("/dead-letters").raise_for_status().json()["items"]
    assert (letter["reason"], letter["key"], letter["behind"]) == ("not_json", str(poison.REFERRAL), 0)


def test_a_revocation_after_a_replacement_reaches_what_was_paid_and_what_is_open(client: LocalClient) -> None:
    case = firm(client, "GET", f"/cases/{SUPPLIER}")
    need = next(need["id"] for need in case["needs"] if need["purpose"] == poison.PURPOSE)
    asked = {"supplier_id": str(SUPPLIER), "need_id": need, "product": poison.PRODUCT, "term_months": 24}
    sent = firm(client, "POST", "/referrals", asked | {"amount": {"amount": "400000.00", "currency": "MXN"}})
    assert sent["id"] == str(SECOND)
    expires = (now() + timedelta(days=100)).date().isoformat()
    choice = {"purpose": poison.PURPOSE, "data_class": ["standing"], "expires_on": expires}
    shown = firm(client, "GET", "/consent-texts/nafin", **choice)
    narrower = {"supplier_id": str(SUPPLIER), "partner": "nafin", "purposes": [poison.PURPOSE]}
    narrower |= {"data_classes": ["standing"], "text_sha256": shown["sha256"], "expires_on": expires}
    consent = firm(client, "POST", "/consents", narrower)
    firm(client, "POST", f"/consents/{consent['id']}/revocation")
    told = {
        event["data"]["referral_id"]: event["data"]["ended"] for event in read(client, 4) if event["type"] == WITHDRAWN
    }
    assert told == {str(poison.REFERRAL): True, str(SECOND): False}
    assert [(referral(client, n)["state"], referral(client, n)["papers"]) for n in (0, 1)] == [
        ("closed", None),
        ("withdrawn", None),
    ]


def _needs(client: LocalClient) -> list[dict[str, Any]]:
    with client.http("financing", client.token("supplier", supplier=SUPPLIER)) as http:
        answer = http.get(f"/cases/{SUPPLIER}")
    needs: list[dict[str, Any]] = answer.json()["needs"] if answer.is_success else []
    return needs
