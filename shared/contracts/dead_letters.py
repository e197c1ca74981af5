"""A record that a service could not consume."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.event import Count, EventData, Moment, Sha256

ServiceName = Literal["registration", "matching", "diagnosis", "development", "financing", "portal"]


class DeadLetter(EventData):
    """One record set aside. Its bytes stay in the store of the service that refused it: they may be anything,
    personal data included, and this topic has more readers than that store.
    """

    TYPE: ClassVar[str] = "dead-letter"

    dead_letter_id: UUID
    """Under it the service lists, shows, replays and discards the record."""
    service: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,60}$"), Field(examples=["matching"])]
    """Who could not consume the record, and keeps its bytes. Open: stages are added."""
    source_topic: Annotated[str, Field(max_length=249, examples=["registration.supplier.v1"])]
    """Where the record stands."""
    source_partition: Annotated[Count, Field(examples=[3])]
    """Its partition there."""
    source_offset: Annotated[int, Field(strict=True, ge=0, le=2**63 - 1, examples=[4711])]
    """Its offset there."""
    source_key: Annotated[str | None, Field(max_length=100, examples=["0196f3a0-6b1e-7c55-9d0e-2f4b8a1c3d5e"])]
    """Its key, where it is text that could be one of ours."""
    event_id: Annotated[str | None, Field(max_length=40, examples=["0196f3a1-0c2d-7e8f-8a9b-1c2d3e4f5a6b"])]
    """The id that the record gives itself, where it is one."""
    event_type: Annotated[str | None, Field(max_length=110, examples=["registration.supplier-registered"])]
    """The type that the record gives itself, where it is shaped like one."""
    reason: Annotated[str, Field(max_length=100, examples=["wrong_shape"])]
    """Why: `not_json`, `wrong_shape`, `handler_failed`, … or a word of the stage's trade."""
    error: Annotated[str, Field(max_length=200, examples=["missing at data.supplier_id"])]
    """Name of the exception or of the rule broken; never a message, which could quote the record."""
    size: Annotated[Count, Field(examples=[512])]
    """Bytes of the record."""
    sha256: Sha256
    """Digest of the record's bytes."""
    blocked: bool
    """Later records of the same key wait until this one is replayed or discarded."""
    at: Moment
    """When it was set aside."""

    @property
    def key(self) -> UUID:
        return self.dead_letter_id

    @property
    def topic(self) -> str:
        return f"{self.service}.dead-letters.v1"
