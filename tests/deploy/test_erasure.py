"""A person is erased, who registered, or was referred; a backup of before is restored. Nothing of them is left."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import pytest
from confluent_kafka import Producer

from deploy.local import background
from deploy.local.client import LocalClient
from deploy.local.layout import Layout
from deploy.local.platform import ANY_PORTS
from deploy.provision.partner_client import PartnerClient
from deploy.target.mail import code_for
from shared.contracts import partner as contract
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData, Money
from shared.messaging.codec import encode
from shared.runtime.clock import now
from shared.runtime.ids import new_id
from tests.deploy.program import pdp
from tests.deploy.standing import standing
from tests.financing import test_facts as facts
from tests.financing.calls import CLASSES, UNTIL
from tests.financing.test_sealing import Said, said
from tests.registration.bodies_given import BODY
from tests.registration.given import NATURAL_RFC

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

SERVICE = "registration"
PRODUCT = "nafin-guaranteed-simple"
TODAY = now().date().isoformat()
T = TypeVar("T")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalClient]:
    folder = tmp_path_factory.mktemp("platform")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(ANY_PORTS, "1")
        environment.setenv("PDP_DATA", str(folder))
        environment.setenv("PDP_LANG", "en")
        environment.delenv("PDP_SEALING_KEYS")
        try:
            yield background.start(folder, lambda _: None)
        finally:
            background.stop(folder)


def test_of_a_person_who_was_erased_nothing_is_left_in_the_folder(client: LocalClient) -> None:
    word = f"v{uuid4().hex}"
    contact = {"name": f"Persona {word}", "email": f"{word}@ejemplo.mx", "phone": "442 731 0448"}
    body = BODY | {"rfc": NATURAL_RFC, "legal_name": f"Eduardo {word}", "contact": contact}
    # It comes up again after the restore.
    again = httpx.HTTPTransport(retries=7)
    with httpx.Client(base_url=client.url(SERVICE), transport=again) as calls:
        headers = {"Idempotency-Key": str(uuid4())}
        firm = calls.post("/suppliers", json=body, headers=headers).json()["id"]
        code = code_for(Layout(client.data).mail, firm)
        assert calls.post(f"/suppliers/{firm}/confirmation", json={"code": code}).status_code == 200
        # Until it is erased its contact has a mail with the code, and nobody else has anything.
        assert {place.partition("/")[0] for place in standing(client, word)[word]} == {"mail"}
        file = client.data / "registration.backup"
        assert pdp("backup", SERVICE, str(file)).code == 0
        own = {"Authorization": f"Bearer {client.token('operator')}", "If-Match": "*"}
        gone = calls.post(f"/suppliers/{firm}/withdrawal", json={"reason": "own_decision"}, headers=own)
        assert gone.status_code == 200, gone.text
        assert calls.delete(f"/suppliers/{firm}/contact", headers=own).status_code == 204
        told = pdp("restore", SERVICE, str(file))
        assert (told.code, "since that backup hold again" in told.out) == (0, True), told.out
        shown = calls.get(f"/suppliers/{firm}", headers=own).json()
    # As in the backup they take part; who they were nobody can read any more.
    assert (shown["status"], shown["rfc"], shown["legal_name"], shown["contact"]) == ("registered", "", "", None)
    assert standing(client, word, NATURAL_RFC) == {word: set(), NATURAL_RFC: set()}


def told(client: LocalClient, *events: EventData) -> None:
    """Events of the other stages, as they publish them."""
    producer = Producer({**client.connection(), "log_level": 0})
    for event in events:
        envelope = Envelope(new_id(), "test", now(), event, Cause(correlation_id=str(new_id())))
        producer.produce(event.topic, encode(envelope), key=str(event.key))
        assert producer.flush(10) == 0


class Firm:
    """A natural person whom financing knows by events, and who calls it."""

    def __init__(self, client: LocalClient) -> None:
        self.id = uuid4()
        of = {"supplier_id": self.id}
        person = facts.REGISTERED.model_copy(update=of | {"kind": "natural", "rfc": None, "legal_name": None})
        others = (facts.COMPLETED, facts.FOUND, facts.SELECTED, facts.AGREED)
        told(client, person, *(event.model_copy(update=of) for event in others))
        again = httpx.HTTPTransport(retries=7)
        self.calls = httpx.Client(base_url=client.url("financing"), transport=again, headers={"If-Match": "*"})
        self._tokens = {
            "supplier": client.token("supplier", subject="person-1", supplier=self.id),
            "operator": client.token("operator", subject="operator-1"),
        }

    def ask(self, method: str, path: str, body: object = None, role: str = "supplier") -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[role]}"}
        answer = self.calls.request(method, path, json=body, headers=headers)
        assert answer.status_code in (200, 201), (path, answer.text)
        return answer.json()

    def close(self) -> None:
        self.calls.close()

    def need(self) -> str | None:
        """The need that a certification could be paid for with, once all was told."""
        headers = {"Authorization": f"Bearer {self._tokens['operator']}"}
        case = self.calls.get(f"/cases/{self.id}", headers=headers)
        found = case.json()["needs"] if case.status_code == 200 else []
        able = [
            each
            for each in found
            for option in each["options"]
            if each["purpose"] == "certification" and option["product"] == PRODUCT and option["eligible"]
        ]
        return str(able[0]["id"]) if able else None

    def referred(self, secret: Said) -> dict[str, Any]:
        """Its papers handed over, and a referral sent with them."""
        need = until(self.need)
        query = "&".join(["purpose=certification", *(f"data_class={name}" for name in CLASSES), f"expires_on={UNTIL}"])
        text = self.ask("GET", f"/consent-texts/nafin?{query}")
        chosen = {"partner": "nafin", "purposes": ["certification"], "data_classes": CLASSES, "expires_on": UNTIL}
        own = {"supplier_id": str(self.id), "text_sha256": text["sha256"]}
        consent = self.ask("POST", "/consents", {**chosen, **own, **secret.papers})
        identity = {"rfc": secret.rfc, "legal_name": "Eduardo Gómez"}
        self.ask("POST", f"/consents/{consent['id']}/identity", identity, "operator")
        amount = {"amount": secret.amount, "currency": "MXN"}
        asked = {"need_id": need, "product": PRODUCT, "amount": amount, "term_months": 24}
        referral: dict[str, Any] = self.ask("POST", "/referrals", {"supplier_id": str(self.id), **asked})
        return referral


def until(look: Callable[[], T | None], seconds: float = 90.0) -> T:
    """What is there in the end."""
    ends = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < ends, look
        time.sleep(0.2)
    return found


def answered(client: LocalClient, referral: dict[str, Any], secret: Said) -> None:
    """A partner answers: what has effect, what cannot be so, and what nobody can read."""
    side = PartnerClient("nafin", client.connection())
    of: dict[str, Any] = {"referral_id": UUID(referral["id"]), "partner": "nafin", "answered_at": now()}
    cause = Cause(correlation_id=str(new_id()))
    side.answer(contract.ReferralAcknowledged(**of, folio=secret.folio), cause)
    side.answer(contract.InformationRequested(**of, items=secret.items), cause)
    amount = Money(amount=f"9{secret.digits}.00", currency="USD")
    side.answer(contract.ReferralApproved(**of, amount=amount, term_months=24), cause)
    producer = Producer({**client.connection(), "log_level": 0})
    producer.produce("partner.nafin.answers.v1", f'{{"folio": "{secret.mark}"'.encode(), key=referral["id"])
    assert producer.flush(10) == 0


def test_of_whoever_was_referred_nothing_is_left_but_at_the_partner(client: LocalClient) -> None:
    secret = said()
    with closing(Firm(client)) as firm:
        was_erased_everywhere(client, firm, secret)


def was_erased_everywhere(client: LocalClient, firm: Firm, secret: Said) -> None:
    referral = firm.referred(secret)
    answered(client, referral, secret)
    path = f"/referrals/{referral['id']}"
    until(lambda: firm.ask("GET", path)["papers"]["items"] or None)
    dead = "SELECT count(*) FROM dead_letter WHERE topic = 'partner.nafin.answers.v1'"
    until(lambda: client.postgres.execute(dead, "financing").strip() == "2" or None)
    lender = {"lender": f"Banco {secret.mark}", "folio": secret.mark, "given_on": TODAY, "expires_on": UNTIL}
    firm.ask("PUT", f"{path}/credit-authorisation", lender)
    file = client.data / "financing.backup"
    assert pdp("backup", "financing", str(file)).code == 0
    where = standing(client, *secret.clear)
    # While it holds too nobody has it in clear but the partner.
    assert {place for places in where.values() for place in places if not at_the_partner(place)} == set()
    assert all(where[word] for word in (secret.mark, secret.amount))
    firm.ask("POST", f"/consents/{referral['consent_id']}/revocation")
    assert firm.ask("GET", path)["papers"] is None
    assert pdp("restore", "financing", str(file)).code == 0
    # As in the backup it is under way; what was handed over nobody can read any more.
    shown = firm.ask("GET", path)
    assert (shown["state"], shown["papers"]) == ("info_requested", None)
    after = standing(client, *secret.clear)
    assert {place for places in after.values() for place in places if not at_the_partner(place)} == set()
    keys = f"SELECT count(*) FROM data_key WHERE wrapped IS NOT NULL AND person = '{firm.id}'"
    assert client.postgres.execute(keys, "financing").strip() == "0"


def at_the_partner(place: str) -> bool:
    """On a partner's own topics, within their retention of 14 days."""
    return place.startswith("topic partner.nafin.") or (place.startswith("kafka/") and "/partner.nafin." in place)
