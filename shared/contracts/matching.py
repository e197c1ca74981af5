"""The published language of `matching`: what is asked for, and who could make it."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.alignment import (
    AlignedRequirement,
    AlignmentChanged,
    Gates,
    Missing,
    MoreGates,
    OfferingAligned,
    OfferingNotAligned,
    Shown,
)
from shared.contracts.event import (
    AreaCode,
    BasisPoints,
    Day,
    EventData,
    Moment,
    Money,
    Positive,
    Questions,
    ReasonCode,
    RulesVersion,
    SupplierEvent,
    Value,
)
from shared.contracts.meeting import MeetingBooked, MeetingCancelled, MeetingEvent, MeetingHeld
from shared.contracts.performance import (
    PerformanceAnswered,
    PerformanceEvent,
    PerformanceReported,
    PerformanceRetracted,
)
from shared.contracts.specification import Specification


class RequirementEvent(EventData):
    """Something about one requirement."""

    TOPIC: ClassVar[str] = "matching.requirement.v1"

    requirement_id: UUID
    """What is asked for."""
    anchor_id: UUID
    """Who asks."""

    @property
    def key(self) -> UUID:
        return self.requirement_id


class RequirementPublished(RequirementEvent):
    """An anchor asks for something."""

    TYPE: ClassVar[str] = "matching.requirement-published"
    ABOUT: ClassVar[tuple[str, ...]] = ("specification",)

    specification: Specification
    """What is asked of whoever makes it."""


class RequirementChanged(RequirementEvent):
    """What an anchor asks for changed; the whole specification as it is now."""

    TYPE: ClassVar[str] = "matching.requirement-changed"
    ABOUT: ClassVar[tuple[str, ...]] = ("specification",)

    specification: Specification
    """What is asked from now on."""


class RequirementClosed(RequirementEvent):
    """An anchor no longer asks."""

    TYPE: ClassVar[str] = "matching.requirement-closed"
    ABOUT: ClassVar[tuple[str, ...]] = ("closing",)

    area: AreaCode
    """The procurement area that it belonged to."""
    reason: ReasonCode
    """Why: filled, withdrawn, past its date, or its anchor left."""


class RequirementReopened(RequirementEvent):
    """An anchor that had closed it asks again; the whole specification as it is now."""

    TYPE: ClassVar[str] = "matching.requirement-reopened"
    ABOUT: ClassVar[tuple[str, ...]] = ("closing",)

    specification: Specification
    """What is asked again."""


class Criterion(Value):
    """One criterion of the score, with its reason."""

    criterion: ReasonCode
    """What was looked at."""
    points: BasisPoints
    """What it gave."""
    max: BasisPoints
    """What it could have given."""
    status: Literal["ok", "partial", "fails", "unknown"]
    """How it came out."""
    need: Annotated[Shown, Field(examples=["400 t"])]
    """What is asked, as text."""
    offer: Annotated[Shown, Field(examples=["250 t"])]
    """What the firm offers, as text."""
    reason: ReasonCode
    """Why it came out so."""
    measured: bool = False
    """Whether the offer is what anchors measured, and not what the firm states."""


class MatchEvent(SupplierEvent):
    """Something about one match."""

    TOPIC: ClassVar[str] = "matching.match.v1"

    match_id: UUID
    """The pair of firm and requirement."""
    requirement_id: UUID
    """What is asked for."""
    anchor_id: UUID
    """Who asks."""
    area: AreaCode
    """The procurement area."""


class Basis(Value):
    """What was judged: with the version of the rules it gives the same score for ever."""

    offering: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$"), Field(examples=["0f" * 12])]
    """Names the offering as it was; matching keeps it."""
    requirement_version: Positive
    """Version of the requirement, as its events count."""
    on: Day
    """The day by which certificates counted."""


class MatchFound(MatchEvent):
    """A diagnosed firm meets a requirement. Sent again when the score or what blocks it changes."""

    TYPE: ClassVar[str] = "matching.match-found"
    ABOUT: ClassVar[tuple[str, ...]] = ("match", "match_id")

    score: BasisPoints
    """Sum of the criteria's points."""
    criteria: Annotated[tuple[Criterion, ...], Field(max_length=20)]
    """Each criterion with its points."""
    blocked_by: Questions = ()
    """Open critical gaps, and must-haves that nobody evaluated: the firm is not introduced to the anchor until then."""
    not_evaluated: Questions = ()
    """Those of them that have no level."""
    unknown: Gates = ()
    """The first four gates of which nobody knows whether the firm passes: it has to be asked before an award."""
    more_unknown: MoreGates = ()
    """Those beyond them."""
    standing: ReasonCode = "found"
    """What the buyer said of it before, where it was lost and is found again: shortlisted, declined, awarded, ended."""
    rules: RulesVersion
    """Version of the matching rules."""
    basis: Basis | None = None
    """What was judged."""


class MatchLost(MatchEvent):
    """A match no longer holds."""

    TYPE: ClassVar[str] = "matching.match-lost"
    ABOUT: ClassVar[tuple[str, ...]] = ("match", "match_id")

    reason: ReasonCode
    """Why it no longer holds."""


class CandidateIntroduced(SupplierEvent):
    """An anchor knows from now on who a firm is that matches what it asks. What it learns is in the firm's profile."""

    TYPE: ClassVar[str] = "matching.candidate-introduced"
    TOPIC: ClassVar[str] = "matching.match.v1"
    ABOUT: ClassVar[tuple[str, ...]] = ("introduction", "anchor_id")

    anchor_id: UUID
    """Who knows the firm."""
    introduced_at: Moment
    """Since when."""


class IntroductionEnded(SupplierEvent):
    """An anchor is shown no more who a firm is."""

    TYPE: ClassVar[str] = "matching.introduction-ended"
    TOPIC: ClassVar[str] = "matching.match.v1"
    ABOUT: ClassVar[tuple[str, ...]] = ("introduction", "anchor_id")

    anchor_id: UUID
    """Who knew the firm."""
    reason: ReasonCode
    """Why: the firm left, took its consent back, matches nothing of the anchor any more, or is blocked by gaps."""
    ended_at: Moment
    """Since when."""


class MatchAnswered(MatchEvent):
    """The anchor's buyer looked at the match."""

    TYPE: ClassVar[str] = "matching.match-answered"
    ABOUT: ClassVar[tuple[str, ...]] = ("answer", "match_id")

    answer: Literal["shortlisted", "declined"]
    """What the buyer decided."""
    reason: ReasonCode | None = None
    """Why, where the buyer said so."""
    answered_at: Moment
    """When the buyer answered."""


class ContractAwarded(MatchEvent):
    """The anchor buys from the firm. Told again, as it is then, when it is corrected."""

    TYPE: ClassVar[str] = "matching.contract-awarded"
    ABOUT: ClassVar[tuple[str, ...]] = ("award", "match_id")

    annual_value: Money
    """What the anchor buys in a year."""
    annual_volume: Annotated[Positive, Field(examples=[120000])]
    """Pieces per year."""
    awarded_at: Moment
    """When it was awarded."""
    corrected: ReasonCode | None = None
    """Why another value or volume is told than before; none of what was awarded first."""
    corrected_at: Moment | None = None
    """When it was corrected last."""
    bounds: RulesVersion | None = None
    """Version of the bounds of what a piece may cost, which the value was compared with."""


class ContractEnded(MatchEvent):
    """The anchor no longer buys from the firm. Told again, with the same time, where its reason is corrected."""

    TYPE: ClassVar[str] = "matching.contract-ended"
    ABOUT: ClassVar[tuple[str, ...]] = ("award", "match_id")

    reason: ReasonCode
    """Why it ended; `mistyped` where nothing was ever bought."""
    ended_at: Moment
    """When it ended."""


__all__ = [
    "AlignedRequirement",
    "AlignmentChanged",
    "CandidateIntroduced",
    "ContractAwarded",
    "ContractEnded",
    "Criterion",
    "IntroductionEnded",
    "MatchAnswered",
    "MatchEvent",
    "MatchFound",
    "MatchLost",
    "MeetingBooked",
    "MeetingCancelled",
    "MeetingEvent",
    "MeetingHeld",
    "Missing",
    "OfferingAligned",
    "OfferingNotAligned",
    "PerformanceAnswered",
    "PerformanceEvent",
    "PerformanceReported",
    "PerformanceRetracted",
    "RequirementChanged",
    "RequirementClosed",
    "RequirementEvent",
    "RequirementPublished",
    "RequirementReopened",
    "Specification",
]
