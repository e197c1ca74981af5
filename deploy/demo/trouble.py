"""Trouble on purpose: records and answers that nobody should send, and where each planned thing ended."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from confluent_kafka import Consumer, Producer

from deploy.demo.calls import StoryError
from deploy.demo.diagnosing import Diagnosed
from deploy.demo.enrolment import Enrolled
from deploy.demo.partner import SEND_TIMEOUT, PartnerSession
from deploy.demo.sample.prepare import Sample
from deploy.demo.stores import Letter
from deploy.demo.texts import tell
from deploy.target.client import Client
from shared.contracts.event import Money
from shared.contracts.partner import ReferralApproved
from shared.messaging.topics import SUPPLIER, partner_topics
from shared.runtime.clock import now

GARBAGE = b"\x00\xffesto no es un evento{"
REFUSED = ("rfc_formato", "rfc_fecha", "rfc_generico", "duplicado", "trabajadores_negativos", "area_desconocida")
HELD = ("digito_verificador", "lista_presunto")
CLEAR = ("lista_desvirtuado", "lista_sentencia_favorable")
GATE_69B = "list_69b"
POISON, HOSTILE = "not_json", "referral_of_another_partner"
NOT_ALLOWED = "TOPIC_AUTHORIZATION_FAILED"


@dataclass(frozen=True, slots=True)
class Ended:
    """One planned trouble: what it was, where it ended, and whether that is where it belongs."""

    matter: str
    where: str
    as_planned: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that somebody tried and should not get through with: the code of the answer, and the right one."""

    matter: str
    code: str
    wanted: str
    who: str = ""
    """The firm that it was about, where that is of interest: its RFC."""


def poison(client: Client) -> None:
    """Garbage under a key of its own onto the suppliers' topic: each reader has to set it aside and go on."""
    producer = Producer({**client.connection(), "enable.idempotence": True, "log_level": 0})
    producer.produce(SUPPLIER.name, GARBAGE, key=secrets.token_hex(16))
    if producer.flush(SEND_TIMEOUT):
        raise StoryError(tell("error.poison"))


def forge(forger: PartnerSession, referral_id: UUID) -> None:
    """A partner approves another partner's referral, on the topic that it may write to."""
    answer = ReferralApproved(
        referral_id=referral_id,
        partner=forger.code,
        answered_at=now(),
        amount=Money(amount="1.00"),
        term_months=1,
    )
    forger.answer(answer)


def peek(peeper: PartnerSession, code: str) -> str:
    """What Kafka says when one partner reads another's referrals with its own credentials."""
    referrals = partner_topics(code).referrals
    settings = {"group.id": f"partner.{peeper.code}.trial", "auto.offset.reset": "earliest", "log_level": 0}
    consumer = Consumer({**peeper.connection, **settings})
    try:
        consumer.subscribe([referrals.name])
        for message in consumer.consume(1, SEND_TIMEOUT):
            error = message.error()
            return "read" if error is None else error.name()
    finally:
        consumer.close()
    return "silence"


def planned_letters(client: Client) -> dict[str, int]:
    """How many dead letters there must be by reason: the garbage once per reader, the forged answer once."""
    return {POISON: sum(reader in client.services for reader in SUPPLIER.readers), HOSTILE: 1}


def of_rows(sample: Sample, enrolled: Enrolled, diagnosed: Diagnosed) -> Iterator[Ended]:
    """What became of the planned rows."""
    refused = {row.line: row for row in enrolled.refused}
    for thing in sample.planned:
        supplier = enrolled.suppliers.get(thing.rfc)
        if thing.matter in REFUSED:
            row = refused.get(thing.line)
            where = tell("ended.accepted") if row is None else tell("ended.refused", line=row.line, reason=row.reason)
            yield Ended(thing.matter, where, row is not None)
        elif thing.matter in HELD:
            reasons = enrolled.released.get(thing.rfc, ())
            aligned = supplier in diagnosed.aligned
            where = tell("ended.held", reasons=", ".join(reasons) or "–")
            yield Ended(thing.matter, where, bool(reasons) and aligned)
        elif thing.matter == "lista_definitivo":
            gates = diagnosed.missing.get(supplier, ()) if supplier else ()
            stopped = GATE_69B in gates
            shown = GATE_69B if stopped else ", ".join(gates) or "–"
            yield Ended(thing.matter, tell("ended.gate", gates=shown), stopped)
        elif thing.matter in CLEAR:
            aligned = supplier in diagnosed.aligned
            yield Ended(thing.matter, tell("ended.clear" if aligned else "ended.not_aligned"), aligned)


def of_attempts(attempts: tuple[Attempt, ...]) -> Iterator[Ended]:
    """How the attempts were answered."""
    for attempt in attempts:
        said = "ended.answer.same" if attempt.code.isdigit() else "ended.answer"
        where = tell(said, code=attempt.code) + (f" ({attempt.who})" if attempt.who else "")
        yield Ended(attempt.matter, where, attempt.code == attempt.wanted)


def of_letters(letters: tuple[Letter, ...], planned: Mapping[str, int]) -> Iterator[Ended]:
    """What became of the garbage and of the forged answer."""
    for reason, number in planned.items():
        found = [letter for letter in letters if letter.reason == reason]
        services = ", ".join(sorted({letter.service for letter in found})) or "–"
        where = tell("ended.dead_letters", count=len(found), services=services)
        yield Ended(reason, where, len(found) == number)
