"""What every event of the platform has in common."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared import areas
from shared.contracts.times import Day, Moment


class Value(BaseModel):
    """A part of an event: immutable, and tolerant of fields that a newer writer added. The line below a field describes
    it in `/asyncapi`; the examples of the types make the example of each event there.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class EventData(Value):
    """The `data` of an event: a fact in the past tense, with the state that its readers need."""

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]
    ABOUT: ClassVar[tuple[str, ...]] = ()
    """What it tells of: a word, then the fields that say which. Of two events of a key about the same the later one has
    the whole state. Without it each event stands for itself.
    """

    PERSONAL: ClassVar[tuple[str, ...]] = ()
    """Fields that are personal: where the event is kept they are sealed, with a key of the aggregate and of what the
    first field of `ABOUT` names.
    """

    @property
    def about(self) -> tuple[str, ...]:
        """What it tells of, or nothing."""
        return self.ABOUT[:1] + tuple(str(getattr(self, name)) for name in self.ABOUT[1:])

    @property
    @abstractmethod
    def key(self) -> UUID:
        """The aggregate whose order counts: the Kafka key, so also what decides the partition."""

    @property
    def topic(self) -> str:
        return self.TOPIC


class SupplierEvent(EventData):
    """An event on a topic that is keyed by supplier."""

    supplier_id: UUID
    """The firm."""

    @property
    def key(self) -> UUID:
        return self.supplier_id


LARGEST = 2_000_000_000
"""Fits the four bytes of every reader's integer column; no force, side, volume or time comes near it."""

Count = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
"""A number of things, or a measure."""
Positive = Annotated[int, Field(strict=True, gt=0, le=LARGEST)]
"""The same, and at least one."""

BasisPoints = Annotated[int, Field(strict=True, ge=0, le=10_000, examples=[8000])]
"""A share in hundredths of a percent: 8,000 is 80 %."""

AreaCode = Annotated[str, StringConstraints(pattern=areas.PATTERN), Field(examples=["P13"])]
"""One of the procurement areas."""

StateCode = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|[12][0-9]|3[0-2])$"), Field(examples=["11"])]
"""INEGI key of a Mexican state."""

QuestionCode = Annotated[str, StringConstraints(pattern=r"^[TOCFGA][0-9]{2}$"), Field(examples=["T04"])]
"""A question of the diagnosis instrument."""

MOST_QUESTIONS = 100
Questions = Annotated[tuple[QuestionCode, ...], Field(max_length=MOST_QUESTIONS)]
"""Questions of the diagnosis instrument, which has fewer than so many."""

Level = Annotated[int, Field(strict=True, ge=0, le=4, examples=[2])]
"""Answer to a question: 0 (nothing there) to 4 (measured, reviewed, improved)."""

PartnerCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}$"), Field(examples=["nafin"])]
"""A financing partner, as its topics are named."""

ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,60}$"), Field(examples=["gap_critical"])]
"""An open vocabulary: a reader must accept a code that it does not know, and show it."""

Text = Annotated[str, StringConstraints(max_length=500), Field(examples=["Bracket, stamped"])]

RulesVersion = Annotated[str, Field(max_length=120, examples=["2026.1"])]
"""Version of the catalogue or rule table that was applied: a decision can be explained years later."""

ModuleCode = Annotated[str, Field(max_length=20, examples=["M04"])]
"""A module of the development catalogue."""

ProductCode = Annotated[str, Field(max_length=60, examples=["nafin-cadenas"])]
"""A product of the financing catalogue."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(examples=["0f" * 32])]
"""A digest in hexadecimal digits."""

Reasons = Annotated[tuple[ReasonCode, ...], Field(max_length=50)]

Modules = Annotated[tuple[ModuleCode, ...], Field(max_length=50)]
"""Modules of the development catalogue, which has fewer than so many."""


class Money(Value):
    """An amount with its currency. On the wire a decimal string: floats lose centavos."""

    amount: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,14}\.[0-9]{2}$"), Field(examples=["1250000.00"])]
    """Decimal string with two places."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["MXN"])] = "MXN"
    """ISO 4217 code."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: a person by pseudonym and role, or a machine by its name."""

    subject: str
    """Of a person the token's `sub`; of a machine `timer`, `sweep`, `consumer` or `partner.<code>`."""
    role: str | None = None
    """Which let the person in; several are joined by `+`. None of a machine, and of somebody without a token."""
    on_behalf_of: UUID | None = None
    """The supplier or the anchor that the token binds the person to."""
    via: Literal["timer", "sweep", "replay"] | None = None
    """What carried it out later, where it was not done at once. Of a timer the actor is who set it last."""


ANYBODY = Actor("anybody")
"""Who sent no token, where none is needed."""


class Cause(NamedTuple):
    """Where an event comes from: the ids that tie a chain together from its first request to its last event, and who
    acted. The actor stays in the store that decided (decision 46): what another stage's event caused has none, and its
    causation leads to it.
    """

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    actor: Actor | None = None
    action: str | None = None
    """The act of the audit log that it is recorded as; None of what is not."""


__all__ = [
    "ANYBODY",
    "Actor",
    "AreaCode",
    "BasisPoints",
    "Cause",
    "Count",
    "Day",
    "EventData",
    "Level",
    "ModuleCode",
    "Modules",
    "Moment",
    "Money",
    "PartnerCode",
    "Positive",
    "ProductCode",
    "QuestionCode",
    "Questions",
    "ReasonCode",
    "Reasons",
    "RulesVersion",
    "Sha256",
    "StateCode",
    "SupplierEvent",
    "Text",
    "Value",
]
