"""What firms and partners send to a running platform: a firm that can be referred, and a poisoned batch."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
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
from tests.financing.calls import PAPERS

CLASSES = ["identity", "contact", "need"]
"""The least that the product's partner can do with."""
PRODUCT, PURPOSE = "nafin-guaranteed-simple", "certification"
NO_REFERRAL = uuid4()
BAD = {"not_json": uuid4(), "wrong_shape": uuid4(), "unknown_type": uuid4()}
"""One key for each reason."""
FACTS = (facts.REGISTERED, facts.COMPLETED, facts.FOUND, facts.SELECTED, facts.AGREED)
"""What makes a firm one that can be referred."""

Sent = tuple[str, UUID, bytes]


def event(data: EventData) -> Sent:
    return data.topic, data.key, encode(Envelope(new_id(), "example", now(), data, Cause(str(new_id()))))


def about(supplier: UUID, fact: EventData) -> EventData:
    """The fact of this firm, with a match of its own."""
    own = {"supplier_id": supplier, "match_id": supplier}
    return fact.model_copy(update={name: own[name] for name in own.keys() & type(fact).model_fields.keys()})


def registered(supplier: UUID) -> Sent:
    return event(facts.REGISTERED.model_copy(update={"supplier_id": supplier}))


@dataclass(frozen=True)
class Firm:
    """One that its test has for itself."""

    id: UUID = field(default_factory=uuid4)

    def referral(self, number: int = 0) -> UUID:
        """What it is referred as, the first time or a later one."""
        return referral_id(self.id, PRODUCT, PURPOSE, number)

    def facts(self) -> list[Sent]:
        """What the other stages tell about it."""
        return [event(about(self.id, fact)) for fact in FACTS]

    def token(self, client: LocalClient) -> str:
        return client.token("supplier", supplier=self.id)

    def refer(self, client: LocalClient) -> None:
        """With its consent, for the first time."""
        until = (now() + timedelta(days=200)).date().isoformat()
        choice = {"purpose": PURPOSE, "data_class": CLASSES, "expires_on": until}
        consent: dict[str, object] = {
            "supplier_id": str(self.id),
            "partner": "nafin",
            "purposes": [PURPOSE],
            "data_classes": CLASSES,
        }
        consent |= {"identity": PAPERS["identity"], "contact": PAPERS["contact"]}
        with client.http("financing", self.token(client)) as http:
            shown = http.get("/consent-texts/nafin", params=choice).raise_for_status().json()
            given = consent | {"text_sha256": shown["sha256"], "expires_on": until}
            http.post("/consents", json=given).raise_for_status()
            needs = http.get(f"/cases/{self.id}").raise_for_status().json()["needs"]
            asked = {
                "supplier_id": str(self.id),
                "need_id": next(need["id"] for need in needs if need["purpose"] == PURPOSE),
                "product": PRODUCT,
                "amount": {"amount": "400000.00", "currency": "MXN"},
                "term_months": 24,
            }
            answer = http.post("/referrals", json=asked)
            assert answer.status_code == 201, answer.text
            assert answer.json()["id"] == str(self.referral())


def early(firm: Firm) -> list[Sent]:
    """What its partner answers before there is a referral, and an answer to none."""
    known: dict[str, Any] = {"referral_id": firm.referral(), "partner": "nafin", "answered_at": now()}
    return [
        event(partner.ReferralAcknowledged(**known, folio="N-17")),
        event(partner.InformationRequested(**known, items=("Balance 2025",))),
        event(
            partner.ReferralApproved(**known | {"referral_id": NO_REFERRAL}, amount=Money(amount="1.00"), term_months=1)
        ),
    ]


def batch(firm: Firm) -> list[Sent]:
    """Poison for every reader of the suppliers' topic, a good record behind each, and answers to no referral."""
    outline = {"specversion": "1.0", "id": str(new_id()), "source": "example", "time": now().isoformat(), "data": {}}
    values = {
        "not_json": b"\x00 no event {",
        "wrong_shape": json.dumps(outline | {"type": facts.REGISTERED.TYPE}).encode(),
        "unknown_type": json.dumps(outline | {"type": "registration.supplier-vanished"}).encode(),
    }
    poison = [(SUPPLIERS.name, key, values[reason]) for reason, key in BAD.items()]
    behind = [registered(key) for key in BAD.values()]
    return [*poison, *behind, registered(uuid4()), *early(firm)]


def send(client: LocalClient, sent: list[Sent]) -> None:
    producer = Producer({**client.connection(), "acks": "all", "log_level": 0})
    for topic, key, value in sent:
        producer.produce(topic, value, key=str(key))
    assert producer.flush(10) == 0
