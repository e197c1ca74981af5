"""What every event of the platform has in common."""

from abc import abstractmethod
from typing import Annotated, ClassVar, NamedTuple
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints


class Value(BaseModel):
    """A part of an event: immutable, and tolerant of fields that a newer writer added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class EventData(Value):
    """The `data` of an event: a fact in the past tense, with the state that its readers need."""

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]

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

    @property
    def key(self) -> UUID:
        return self.supplier_id


BasisPoints = Annotated[int, Field(ge=0, le=10_000)]
"""A share in hundredths of a percent: 8,000 is 80 %."""

AreaCode = Annotated[str, StringConstraints(pattern=r"^P(0[1-9]|[12]\d|3[0-5])$")]
"""One of the 35 procurement areas."""

StateCode = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|[12]\d|3[0-2])$")]
"""INEGI key of a Mexican state."""

QuestionCode = Annotated[str, StringConstraints(pattern=r"^[TOCFGA]\d{2}$")]
"""A question of the diagnosis instrument."""

Level = Annotated[int, Field(ge=0, le=4)]
"""Answer to a question: 0 (nothing there) to 4 (measured, reviewed, improved)."""

PartnerCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}$")]

ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,60}$")]
"""An open vocabulary: a reader must accept a code that it does not know, and show it."""

Text = Annotated[str, StringConstraints(max_length=500)]

Moment = AwareDatetime


class Money(Value):
    """An amount with its currency. On the wire a decimal string: floats lose centavos."""

    amount: Annotated[str, StringConstraints(pattern=r"^\d{1,14}\.\d{2}$")]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "MXN"


class Cause(NamedTuple):
    """Where an event comes from: the ids that tie a chain together from its first request to its last event."""

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


__all__ = [
    "AreaCode",
    "BasisPoints",
    "Cause",
    "EventData",
    "Level",
    "Moment",
    "Money",
    "PartnerCode",
    "QuestionCode",
    "ReasonCode",
    "StateCode",
    "SupplierEvent",
    "Text",
    "Value",
]
