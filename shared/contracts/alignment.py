"""The part of `matching`'s published language that says what a firm's offering can meet."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.event import AreaCode, BasisPoints, Count, ReasonCode, RulesVersion, SupplierEvent, Value
from shared.contracts.specification import MustHave, Targets

Shown = Annotated[str, Field(max_length=120)]
"""A value as text, with its unit."""

GateCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,19}$"), Field(examples=["materials"])]
Gates = Annotated[tuple[GateCode, ...], Field(max_length=4)]
"""Few and short: 800 requirements may have them in one event."""
MoreGates = Annotated[tuple[GateCode, ...], Field(max_length=20)]
MOST_GATES = 4
"""Of those of which nobody knows, so many are told of an aligned requirement: the first."""

MOST_ALIGNED, MOST_LOST, MOST_MISSING = 800, 1_000, 500
"""So many requirements, ids and failed gates fit into one event: more requirements go on in the next one, of the gates
the first are told.
"""

Revision = Annotated[Count, Field(examples=[3])]
"""Counts what was told of a firm's alignment, from 1."""


class AlignedRequirement(Value):
    """One requirement that a supplier's offering can meet, with what its diagnosis is measured against."""

    requirement_id: UUID
    """What is asked for."""
    anchor_id: UUID
    """Who asks."""
    area: AreaCode
    """The procurement area."""
    score: BasisPoints
    """How well the offering fits, before any diagnosis."""
    targets: Targets
    """Level asked in the diagnosis, by question; 3 where it says nothing."""
    must_have: MustHave
    """Questions on which a gap is critical."""
    unknown: Gates = ()
    """Gates of which nobody knows whether the firm passes, the first four: it has to be asked."""


class Missing(Value):
    """One gate that an offering did not pass."""

    area: AreaCode
    """The procurement area."""
    requirement_id: UUID | None = None
    """What is asked for; none where nobody asks in that area."""
    gate: ReasonCode
    """The gate."""
    reason: ReasonCode
    """Why it did not pass."""
    need: Annotated[Shown, Field(examples=["400 t"])] = ""
    """What is asked, as text."""
    offer: Annotated[Shown, Field(examples=["250 t"])] = ""
    """What the firm offers, as text."""


class OfferingAligned(SupplierEvent):
    """The firm can make what somebody asks for. The whole set as it is now, which covers whatever was told before: of a
    firm that met nothing until now, and where everything is told once more. Of more than 800 requirements the others
    follow as changes.
    """

    TYPE: ClassVar[str] = "matching.offering-aligned"
    TOPIC: ClassVar[str] = "matching.match.v1"
    ABOUT: ClassVar[tuple[str, ...]] = ("alignment",)

    requirements: Annotated[tuple[AlignedRequirement, ...], Field(max_length=MOST_ALIGNED)]
    """Every open requirement that it can meet."""
    rules: RulesVersion
    """Version of the alignment rules."""
    revision: Revision = 0
    """Place among what was told of the firm's alignment; 0 before this was counted."""


class AlignmentChanged(SupplierEvent):
    """The firm can make more or less of what is asked, or the same otherwise: what differs from what was told."""

    TYPE: ClassVar[str] = "matching.alignment-changed"
    TOPIC: ClassVar[str] = "matching.match.v1"
    ABOUT: ClassVar[tuple[str, ...]] = ("alignment change", "revision")

    requirements: Annotated[tuple[AlignedRequirement, ...], Field(max_length=MOST_ALIGNED)] = ()
    """Requirements that it can meet now and could not, or of which something that is told here differs."""
    lost: Annotated[tuple[UUID, ...], Field(max_length=MOST_LOST)] = ()
    """Those that it meets no more, or that nobody asks for any more."""
    rules: RulesVersion
    """Version of the alignment rules."""
    revision: Revision
    """Place among what was told of the firm's alignment: who knows the one before knows the set."""


class OfferingNotAligned(SupplierEvent):
    """Nobody asks for what the firm can make, or it lacks what is asked. Told when that begins, and when a firm changed
    and still meets nothing; whatever it met before, it meets no more.
    """

    TYPE: ClassVar[str] = "matching.offering-not-aligned"
    TOPIC: ClassVar[str] = "matching.match.v1"
    ABOUT: ClassVar[tuple[str, ...]] = ("alignment",)

    missing: Annotated[tuple[Missing, ...], Field(max_length=MOST_MISSING)]
    """Every gate that it did not pass."""
    rules: RulesVersion
    """Version of the alignment rules."""
    revision: Revision = 0
    """Place among what was told of the firm's alignment; 0 before this was counted."""
