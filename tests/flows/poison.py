"""A poisoned batch: several reasons and keys, with good records behind. The procedure: docs/runbook/operate.md."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

from confluent_kafka import Producer

from deploy.local.client import LocalClient
from services.financing.domain.ids import referral_id
from shared.contracts import partner
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData, Money
from shared.messaging.codec import encode
from shared.messaging.topics import SUPPLIER as SUPPLIERS
from shared.runtime.clock import now
from shared.runtime.ids import new_id
from tests.financing import test_facts as facts
from tests.financing.given import SUPPLIER

PRODUCT, PURPOSE = "nafin-guaranteed-simple", "certification"
REFERRAL = referral_id(SUPPLIER, PRODUCT, PURPOSE, 0)
"""What the firm will be referred as: its partner answers too early."""
NO_REFERRAL = uuid4()
BAD = {"not_json": uuid4(), "wrong_shape": uuid4(), "unknown_type": uuid4()}
"""One key for each reason."""

Sent = tuple[str, UUID, bytes]


def event(data: EventData) -> Sent:
    return data.topic, data.key, encode(Envelope(new_id(), "example", now(), data, Cause(str(new_id()))))


def registered(supplier: UUID) -> Sent:
    return event(facts.REGISTERED.model_copy(update={"supplier_id": supplier}))


def answers() -> list[Sent]:
    known = {"referral_id": REFERRAL, "partner": "nafin", "answered_at": now()}
    return [
        event(partner.ReferralAcknowledged(**known, folio="N-17")),
        event(partner.InformationRequested(**known, items=("Balance 2025",))),
        event(
            partner.ReferralApproved(**known | {"referral_id": NO_REFERRAL}, amount=Money(amount="1.00"), term_months=1)
        ),
    ]


def batch() -> list[Sent]:
    """Poison for every reader of the suppliers' topic, a good record behind each, and answers to no referral."""
    outline = {"specversion": "1.0", "id": str(new_id()), "source": "example", "time": now().isoformat(), "data": {}}
    values = {
        "not_json": b"\x00 no event {",
        "wrong_shape": json.dumps(outline | {"type": facts.REGISTERED.TYPE}).encode(),
        "unknown_type": json.dumps(outline | {"type": "registration.supplier-vanished"}).encode(),
    }
    poison = [(SUPPLIERS.name, key, values[reason]) for reason, key in BAD.items()]
    behind = [registered(key) for key in BAD.values()]
    return [*poison, *behind, registered(uuid4()), *answers()]


def send(client: LocalClient, sent: list[Sent]) -> None:
    producer = Producer({**client.connection(), "acks": "all", "log_level": 0})
    for topic, key, value in sent:
        producer.produce(topic, value, key=str(key))
    assert producer.flush(10) == 0


def refer(client: LocalClient) -> None:
    """The referral that the partner already answered: what was missing is there now."""
    until = (now() + timedelta(days=200)).date().isoformat()
    choice = {"purpose": PURPOSE, "data_class": ["need"], "expires_on": until}
    with client.http("financing", client.token("supplier", supplier=SUPPLIER)) as http:
        shown = http.get("/consent-texts/nafin", params=choice).raise_for_status().json()
        consent = {"supplier_id": str(SUPPLIER), "partner": "nafin", "purposes": [PURPOSE], "data_classes": ["need"]}
        http.post("/consents", json=consent | {"text_sha256": shown["sha256"], "expires_on": until}).raise_for_status()
        needs = http.get(f"/cases/{SUPPLIER}").raise_for_status().json()["needs"]
        asked = {
            "supplier_id": str(SUPPLIER),
            "need_id": next(need["id"] for need in needs if need["purpose"] == PURPOSE),
            "product": PRODUCT,
            "amount": {"amount": "400000.00", "currency": "MXN"},
            "term_months": 24,
        }
        answer = http.post("/referrals", json=asked)
        assert answer.status_code == 201, answer.text
        assert answer.json()["id"] == str(REFERRAL)


FACTS = [event(fact) for fact in (facts.REGISTERED, facts.COMPLETED, facts.FOUND, facts.SELECTED, facts.AGREED)]
