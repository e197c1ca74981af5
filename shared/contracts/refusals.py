"""What a partner is told of its own answers: which had no effect, why, and what it can do about it."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Count, EventData, Moment, PartnerCode, ReasonCode, Sha256, Text, Value

RefusalOutcome = Literal["refused", "repeated", "waits"]
"""It cannot be so; it says what was known already, which is no error; it lies there until operators looked."""


class Words(Value):
    """One sentence for people."""

    es: Annotated[Text, Field(examples=["La respuesta llegó después de answer_due_at."])]
    """In Spanish."""
    en: Annotated[Text, Field(examples=["The answer arrived after answer_due_at."])]
    """In English."""


class RefusalEvent(EventData):
    """Something about one answer that had no effect."""

    refusal_id: UUID
    """The refusal; for the program's operators the id of its dead letter, where it has one."""
    partner: PartnerCode
    """Whose answer it is."""
    answer_id: UUID | None
    """The answer's own `id`; null where it has none that could be read."""

    @property
    def key(self) -> UUID:
        return self.refusal_id

    @property
    def topic(self) -> str:
        return f"partner.{self.partner}.refusals.v1"


class AnswerRefused(RefusalEvent):
    """An answer had no effect: why, and what to do. Nothing of what it says is in here."""

    TYPE: ClassVar[str] = "partner.answer-refused"
    ABOUT: ClassVar[tuple[str, ...]] = ("refusal", "refusal_id")

    outcome: RefusalOutcome
    """`refused`: send a right one. `repeated`: nothing to do. `waits`: it waits, with all behind it."""
    reason: Annotated[ReasonCode, Field(examples=["answer_too_late"])]
    """Why, for programs."""
    says: Words
    """Why, for people."""
    todo: Words
    """What to do, for people."""
    error: Annotated[str | None, Field(max_length=200, examples=["missing at data.amount"])] = None
    """Where it broke the contract, when it did."""
    answer_type: Annotated[str | None, Field(max_length=110, examples=["partner.referral-approved"])] = None
    """The answer's `type`, where it is one of the contract's."""
    referral_id: UUID | None = None
    """The referral that the record's key names, where that is an id."""
    partition: Annotated[Count, Field(examples=[0])]
    """Where the record stands on the topic of answers."""
    offset: Annotated[int, Field(strict=True, ge=0, le=2**63 - 1, examples=[4711])]
    """Its offset there: what finds it where it has no id."""
    size: Annotated[Count, Field(examples=[512])]
    """Bytes of the record's value."""
    sha256: Sha256
    """Digest of those bytes."""
    arrived_at: Moment | None = None
    """When the broker took it."""
    at: Moment
    """When it was judged."""


class RefusalLifted(RefusalEvent):
    """An answer that was refused took effect after all: an operator let it in, as where the fault was the program's, or
    a right one came under the same `answer_id`.
    """

    TYPE: ClassVar[str] = "partner.refusal-lifted"
    ABOUT: ClassVar[tuple[str, ...]] = ("lifting", "refusal_id")

    at: Moment
    """When it took effect."""
