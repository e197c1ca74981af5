"""A partner is told which of its answers had no effect, why, and what it can do: on a topic that it alone reads.

Each is told once, in the transaction that settles the answer. Nothing of what the answer says is in it.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.dead_letters import ServiceName
from shared.contracts.event import Actor, Cause
from shared.contracts.refusals import AnswerRefused, RefusalLifted, RefusalOutcome, Words
from shared.i18n import Catalogue
from shared.messaging import dead_letters, inbox, writers
from shared.messaging.codec import RECORD_NAMESPACE, Message, Poison, Record, record_id, sha256
from shared.messaging.dead_letters import SetAside, dead_letter_id
from shared.messaging.topics import is_partners
from shared.messaging.unit_of_work import UnitOfWork
from shared.runtime import logging
from shared.runtime.database import Connection

Why = tuple[RefusalOutcome, str]
"""What became of an answer, and the reason."""

log = logging.get(__name__)

ANSWERS = re.compile(r"partner\.([a-z][a-z0-9-]{1,30})\.answers\.v1")

SAME_ID = "same_id"
"""An answer of this id was settled before: with effect, or without, as was told then."""
DISCARDED = "discarded"
"""An answer of this id was set aside, and an operator discarded it: it never takes effect."""
PARTNER_PAUSED = "partner_paused"
"""So many of the partner's answers were refused that the rest waits until operators looked."""


def tell_refused(work: UnitOfWork, service: ServiceName, letter: SetAside, cause: Cause) -> None:
    """Tell whose answer was set aside; nobody where it is a stage's event."""
    record = letter.record
    size, digest = letter.digest or (len(record.value or b""), sha256(record.value))
    known = {
        "answer_id": _id(letter.event_id),
        "answer_type": letter.event_type,
        "error": letter.error if letter.poisoned else None,
        "size": size,
        "sha256": digest,
    }
    _tell(work, service, record, letter.id, ("refused", letter.reason), known, cause)


def tell_without_effect(work: UnitOfWork, service: ServiceName, message: Message, why: Why, cause: Cause) -> None:
    """Tell whose answer said what was known, or what never takes effect."""
    id_ = uuid5(RECORD_NAMESPACE, f"refusal/{record_id(message.record)}")
    _tell(work, service, message.record, id_, why, _of(message), cause)


def repeats(reason: str) -> Why:
    return "repeated", reason


def tell_lifted(work: UnitOfWork, service: ServiceName, message: Message, cause: Cause) -> None:
    """Tell whose answer was refused, and took effect now."""
    if (partner := _partner(message.record)) is not None:
        id_ = dead_letter_id(service, message.record)
        lifted = RefusalLifted(refusal_id=id_, partner=partner, answer_id=message.envelope.id, at=work.now)
        work.emit(lifted, cause)


async def lift_overtaken(work: UnitOfWork, messages: Sequence[Message], actor: Actor) -> None:
    """Tell whose answers take effect now and had been refused under the same id, and close what was set aside of them:
    else its partner, and an operator, would go on by a refusal that is none any more.
    """
    sent = {item.envelope.id: item for item in messages}
    for letter, answer in await dead_letters.close_overtaken(work.connection, messages, work.now, actor.subject):
        if (partner := _partner(sent[answer].record)) is not None:
            lifted = RefusalLifted(refusal_id=letter, partner=partner, answer_id=answer, at=work.now)
            work.emit(lifted, writers.caused_by(sent[answer]))
            log.info("dead_letter_action", dead_letter_id=str(letter), by=actor.subject, released=0, action="replayed")


async def tell_waits(work: UnitOfWork, service: ServiceName, record: Record) -> None:
    """Tell whose answers wait from this one on; once, in however many processes they wait."""
    id_ = uuid5(RECORD_NAMESPACE, f"waits/{record_id(record)}")
    if await inbox.claim(work.connection, [id_]):
        known = {"answer_id": None, "size": len(record.value or b""), "sha256": sha256(record.value)}
        cause = Cause(correlation_id=str(id_), actor=Actor("consumer"))
        _tell(work, service, record, id_, ("waits", PARTNER_PAUSED), known, cause)


async def repeated(
    connection: Connection, received: Sequence[Message | Poison], fresh: Sequence[Message | Poison]
) -> list[tuple[Message, Why]]:
    """Answers whose id was settled before, or discarded, by another record: sent again, not delivered again. Each
    id once, for ever: whoever repeats one without end fills no store.
    """
    theirs = [item for item in received if isinstance(item, Message) and is_partners(item.record.topic)]
    if not theirs:
        return []
    new = await inbox.claim(connection, [record_id(item.record) for item in theirs])
    first = {id(item) for item in fresh}
    again = {item.message_id: item for item in theirs if id(item) not in first and record_id(item.record) in new}
    untold = await inbox.claim(connection, [_again(id_) for id_ in again]) if again else ()
    told = {id_: item for id_, item in again.items() if _again(id_) in untold}
    gone = await inbox.known(connection, [_discarded(id_) for id_ in told]) if told else ()
    return [
        (item, ("refused", DISCARDED) if _discarded(id_) in gone else repeats(SAME_ID)) for id_, item in told.items()
    ]


async def discard(connection: Connection, identities: Sequence[UUID]) -> None:
    """What is discarded comes back by no other record of the same event, nor to a later build; where none of it took
    effect meanwhile, whoever sends it again is told so.
    """
    new = await inbox.claim(connection, identities)
    if new:
        await inbox.claim(connection, [_discarded(id_) for id_ in new])


def _discarded(message_id: UUID) -> UUID:
    return uuid5(RECORD_NAMESPACE, f"discarded/{message_id}")


def _again(message_id: UUID) -> UUID:
    return uuid5(RECORD_NAMESPACE, f"repeated/{message_id}")


def _of(message: Message) -> dict[str, Any]:
    value = message.record.value
    return {
        "answer_id": message.envelope.id,
        "answer_type": message.data.TYPE,
        "size": len(value or b""),
        "sha256": sha256(value),
    }


def _tell(
    work: UnitOfWork,
    service: ServiceName,
    record: Record,
    id_: UUID,
    why: Why,
    known: dict[str, Any],
    cause: Cause,
) -> None:
    if (partner := _partner(record)) is None:
        return
    outcome, reason = why
    refused = AnswerRefused(
        refusal_id=id_,
        partner=partner,
        outcome=outcome,
        reason=reason,
        says=_words(service, f"refused.{reason}"),
        todo=_words(service, f"todo.{reason}"),
        referral_id=_id((record.key or b"").decode("latin-1")),
        partition=record.partition,
        offset=record.offset,
        arrived_at=None if record.arrived_ms is None else datetime.fromtimestamp(record.arrived_ms / 1000, UTC),
        at=work.now,
        **known,
    )
    work.emit(refused, cause)


def _partner(record: Record) -> str | None:
    found = ANSWERS.fullmatch(record.topic)
    return None if found is None else found[1]


def _id(given: str | None) -> UUID | None:
    try:
        return None if given is None else UUID(given)
    except ValueError:
        return None


def _words(service: ServiceName, code: str) -> Words:
    catalogue = _catalogue(service)
    return Words(es=catalogue.text(code, "es"), en=catalogue.text(code, "en"))


@cache
def _catalogue(service: ServiceName) -> Catalogue:
    return Catalogue(f"services.{service}", "shared.service")
