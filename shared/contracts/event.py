"""What every event of the platform has in common."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple, Self, cast, dataclass_transform
from uuid import UUID

import pydantic.dataclasses
from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import to_json

from shared import areas
from shared.contracts.times import Day, Moment

if TYPE_CHECKING:
    from pydantic._internal._dataclasses import PydanticDataclass


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Value:
    """A part of an event: immutable, and tolerant of fields that a newer writer added. The line below a field describes
    it in `/asyncapi`; the examples of the types make the example of each event there.

    A pydantic dataclass and no model, since msgspec reads and writes dataclasses too, in a third of the time
    (docs/decisions/0123): one declaration for both. What a model can do besides has the names that it has there.
    """

    model_fields: ClassVar[Mapping[str, FieldInfo]]

    def __init_subclass__(cls, *, extra: Literal["ignore", "forbid"] = "ignore") -> None:
        super().__init_subclass__()
        config = ConfigDict(extra=extra, use_attribute_docstrings=True)
        pydantic.dataclasses.dataclass(frozen=True, kw_only=True, config=config)(cls)
        cls.model_fields = of_pydantic(cls).__pydantic_fields__
        # A class that inherits a field declares it anew, by its type: without the line below it.
        for name in inspect.get_annotations(cls).keys() & cls.model_fields.keys():
            inherited = of_pydantic(cls).__dataclass_fields__[name]
            inherited.type = Annotated[inherited.type, Field(description=cls.model_fields[name].description)]

    @classmethod
    def model_validate(cls, given: object, *, from_attributes: bool = False) -> Self:
        """From this type, or a mapping of its fields; or from what has attributes of these names. Raises pydantic's
        ValidationError.
        """
        found: Self = of_pydantic(cls).__pydantic_validator__.validate_python(
            _plain(given) if from_attributes else given
        )
        return found

    @classmethod
    def model_validate_json(cls, text: str | bytes, *, strict: bool | None = None) -> Self:
        """Raises pydantic's ValidationError."""
        found: Self = of_pydantic(cls).__pydantic_validator__.validate_json(text, strict=strict)
        return found

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return TypeAdapter(cls).json_schema()

    def model_dump(self, **how: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own
        found: dict[str, Any] = of_pydantic(type(self)).__pydantic_serializer__.to_python(self, **how)
        return found

    def model_dump_json(self) -> str:
        return to_json(self).decode()

    def model_copy(self, *, update: Mapping[str, object]) -> Self:
        """With these fields changed. Raises pydantic's ValidationError."""
        return type(self)(**{**vars(self), **update})


def of_pydantic(cls: type[Value]) -> "type[PydanticDataclass]":
    """What `__init_subclass__` makes of it, which a type checker does not see."""
    return cast("type[PydanticDataclass]", cls)


def _plain(given: object) -> object:
    """What has named fields as mappings: pydantic reads no attributes where it is to make a dataclass."""
    if (names := getattr(given, "__dataclass_fields__", None) or getattr(given, "_fields", None)) is not None:
        return {name: _plain(getattr(given, name)) for name in names}
    if isinstance(given, (tuple, list)):
        return [_plain(each) for each in given]
    if isinstance(given, dict):
        return {name: _plain(each) for name, each in given.items()}
    return given


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
    def key(self) -> UUID:
        """The aggregate whose order counts: the Kafka key, so also what decides the partition."""
        raise NotImplementedError

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
