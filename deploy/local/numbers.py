"""Numbers that a service counts and tells: a store that was set back goes on behind those that it told before.

Readers keep the higher number of a diagnosis and of what a firm was told, and people write a folio down. One that is
given twice is passed by in silence, or names two firms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from deploy.local.carried import ask_for_sweep
from deploy.local.client import LocalClient
from deploy.local.forgotten import Past
from shared.contracts.alignment import AlignmentChanged, OfferingAligned, OfferingNotAligned
from shared.contracts.diagnosis import DiagnosisCompleted, GapRescored
from shared.contracts.event import EventData
from shared.contracts.registration import SupplierProfile

UNKNOWN: Final = 1_000
"""How much further a store goes on than it had counted itself where Kafka no longer knows what was told: more than any
firm is told, and any program registers, between two backups."""


class Numbers(NamedTuple):
    """One kind of numbers of a service."""

    sequence: str
    """Its last value is the highest that may have been told."""
    of: Callable[[EventData], int]
    """The number that an event tells; 0 of others."""
    counted: str
    """The highest that the store itself knows, in SQL."""
    sweep: str | None = None
    """What the service does of itself once it goes on there."""


def _folio(event: EventData) -> int:
    return int(event.folio.rpartition("-")[2]) if isinstance(event, SupplierProfile) else 0


def _version(event: EventData) -> int:
    return event.version if isinstance(event, DiagnosisCompleted | GapRescored) else 0


def _revision(event: EventData) -> int:
    return event.revision if isinstance(event, OfferingAligned | AlignmentChanged | OfferingNotAligned) else 0


NUMBERS: Final = {
    "registration": Numbers("supplier_folio", _folio, "SELECT last_value FROM supplier_folio"),
    "diagnosis": Numbers("version_floor", _version, "SELECT coalesce(max(version), 0) FROM diagnosis"),
    "matching": Numbers(
        "revision_floor", _revision, "SELECT coalesce(max(revision), 0) FROM offering", sweep="tell_all"
    ),
}
"""By service; the others tell no numbers that they count."""

_GO_ON = "SELECT setval('{sequence}', greatest((SELECT last_value FROM {sequence}), {told}))"


def go_on(client: LocalClient, service: str, store: str, past: Past) -> int | None:
    """Have a store, migrated and set back, tell no number again. Returns the highest that counts as told, or None where
    none may have been told since. The service must be down. Raises ``PostgresError``.
    """
    numbers = NUMBERS.get(service)
    if numbers is None:
        return None
    highest = max((numbers.of(each.event.data) for each in past.lost), default=0)
    if past.is_known and not highest:
        return None
    told = str(highest) if past.is_known else f"greatest(({numbers.counted}), {highest}) + {UNKNOWN}"
    found = client.postgres.execute(_GO_ON.format(sequence=numbers.sequence, told=told), store)
    if numbers.sweep:
        ask_for_sweep(client, store, numbers.sweep)
    return int(found)
