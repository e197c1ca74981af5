"""Which events stand in a story, and what of them."""

from datetime import date, datetime
from uuid import UUID

from services.portal.domain.story import Entry
from shared.contracts.dead_letters import DeadLetter
from shared.contracts.envelope import Envelope
from shared.contracts.event import EventData, Money
from shared.contracts.financing import ReferralAnswered

SIMPLE = (str, int, UUID, date, datetime)
NOT_TOLD = frozenset({"supplier_id", "rfc", "legal_name", "sha256", "text_sha256"})
"""Whose story it is stands above it; digests tell people nothing."""


def stands(data: EventData) -> bool:
    """Whether it is in the story. That it was erased why a partner declined only takes that out of what was told."""
    return not (isinstance(data, ReferralAnswered) and data.state == "declined" and data.reason is None)


def entry(envelope: Envelope) -> Entry:
    """What a story tells of an event."""
    data, cause = envelope.data, envelope.cause
    return Entry(
        envelope.id,
        _subject(data),
        envelope.time,
        data.TYPE,
        cause.correlation_id,
        cause.causation_id,
        _facts(data),
        _reasons(data),
    )


def _subject(data: EventData) -> UUID:
    """The aggregate; of a record that was set aside the one that it was about, where it named one."""
    if isinstance(data, DeadLetter):
        try:
            return UUID(data.source_key or "")
        except ValueError:
            return data.key
    return data.key


def _facts(data: EventData) -> dict[str, str]:
    found = {name: value for name, value in vars(data).items() if name not in NOT_TOLD}
    simple = {name: str(value) for name, value in found.items() if isinstance(value, SIMPLE)}
    money = {name: f"{value.amount} {value.currency}" for name, value in found.items() if isinstance(value, Money)}
    return simple | money


def _reasons(data: EventData) -> tuple[str, ...]:
    reason = getattr(data, "reason", None)
    return (*((reason,) if reason else ()), *getattr(data, "reasons", ()))
