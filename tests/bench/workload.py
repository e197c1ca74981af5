"""What every consumer consumes: the same bytes for each, one event type of middle size over some keys."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid5

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.contracts.envelope import Envelope
from shared.contracts.event import BasisPoints, Cause, SupplierEvent
from shared.contracts.matching import Criterion, MatchFound
from shared.messaging.codec import encode
from shared.messaging.decision import Decision
from shared.messaging.outbox import Unpublished
from shared.messaging.repository import TableRepository
from shared.runtime.ids import new_id

TOPIC = MatchFound.TOPIC
FEW = "bench.few.v1"
"""The first of the same records, for those that take a record at a time."""
ANSWERS = "bench.counted.v1"
PARTITIONS = 6
NAMES = UUID("b6b0f7f4-2f0e-4b6e-9d55-0c5f5d3a7e10")
START = datetime(2026, 3, 2, 15, 4, 5, tzinfo=UTC)

MET = "CREATE TABLE met (number integer GENERATED ALWAYS AS IDENTITY)"
"""Where the processes of one peer wait for each other."""
ACCOUNT = "CREATE TABLE account (id uuid PRIMARY KEY, taken integer NOT NULL, best integer NOT NULL)"

CRITERIA = tuple(
    Criterion.model_validate(
        dict(zip(("criterion", "points", "max", "status", "need", "offer", "reason"), values, strict=True))
    )
    for values in (
        ("process", 2_500, 2_500, "ok", "P07", "P07", "met"),
        ("capacity", 1_200, 2_000, "partial", "400,000", "240,000", "capacity_short"),
        ("tolerance", 1_500, 1_500, "ok", "50 µm", "20 µm", "met"),
        ("lead_time", 0, 500, "unknown", "45 d", "", "not_stated"),
    )
)


class Counted(SupplierEvent):
    """What each match is answered with: how many the supplier has, and the best score among them."""

    TYPE: ClassVar[str] = "bench.counted"
    TOPIC: ClassVar[str] = ANSWERS

    match_id: UUID
    taken: int
    best: BasisPoints


class Table(SQLModel, registry=registry()):
    pass


class AccountRow(Table, table=True):
    __tablename__ = "account"
    id: UUID = Field(primary_key=True)
    taken: int
    best: int


@dataclass(frozen=True)
class Account:
    id: UUID
    taken: int
    best: int


accounts = TableRepository(AccountRow, Account)


def match_found(account: Account | None, event: MatchFound, now: datetime) -> Decision[Account]:
    before = account or Account(event.supplier_id, 0, 0)
    after = replace(before, taken=before.taken + 1, best=max(before.best, event.score))
    answer = Counted(supplier_id=after.id, match_id=event.match_id, taken=after.taken, best=after.best)
    return Decision(after, (answer,))


def found(number: int, keys: int) -> Envelope:
    """The match of this number; it is the same in every run but for its id."""
    event = MatchFound(
        supplier_id=uuid5(NAMES, str(number % keys)),
        match_id=uuid5(NAMES, f"match {number}"),
        requirement_id=uuid5(NAMES, f"requirement {number % 97}"),
        anchor_id=uuid5(NAMES, f"anchor {number % 16}"),
        area="P07",
        score=5500 + number % 4000,
        criteria=CRITERIA,
        rules="match-2026.1",
    )
    return Envelope(new_id(), "matching", START, event, Cause(correlation_id=str(uuid5(NAMES, f"cause {number}"))))


def entries(topic: str, first: int, records: int, keys: int) -> list[Unpublished]:
    """A part of the workload as a relay sends it."""
    made = [found(number, keys) for number in range(first, first + records)]
    return [
        Unpublished(number, topic, str(envelope.data.key).encode(), encode(envelope))
        for number, envelope in enumerate(made)
    ]
