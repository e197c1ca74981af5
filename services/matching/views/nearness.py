"""Near misses, and what would lift a result, as callers see them."""

from typing import Any, Self
from uuid import UUID

from services.matching.domain.lifting import MOST_OPENED, Attribute, Kind, Lift, Wide
from services.matching.domain.nearness import NearMiss
from services.matching.domain.reasons import GateName, GateReason
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from shared.service.http import View


class MissedView(View):
    """The one gate that is not passed."""

    gate: GateName
    reason: GateReason
    need: str
    offer: str
    points: int
    """What the firm scores as it is, basis points."""


class NearFirmView(MissedView):
    """A firm that misses a requirement by one gate."""

    supplier_id: UUID | None
    """Null for an anchor: the firm is not introduced."""
    state: str | None
    """INEGI key."""

    @classmethod
    def of_near(cls, offering: Offering, miss: NearMiss, *, hidden: bool) -> Self:
        state = offering.profile.state if offering.profile else None
        return cls(**_missed(miss), supplier_id=None if hidden else offering.id, state=state)


class NearRequirementView(MissedView):
    """A requirement that a firm misses by one gate."""

    supplier_id: UUID
    requirement_id: UUID
    anchor_id: UUID | None
    """Null for a firm where who asks did not choose to be named, and does not know the firm."""
    area: str

    @classmethod
    def of_near(cls, offering: Offering, asked: Requirement, miss: NearMiss, *, names_anchor: bool) -> Self:
        about = {"supplier_id": offering.id, "requirement_id": asked.id}
        return cls(**_missed(miss), **about, anchor_id=asked.anchor_id if names_anchor else None, area=asked.area)


class GateCountView(View):
    gate: GateName
    firms: int
    """Firms that miss the requirement by this gate alone."""


class NearCountsView(View):
    """How many firms miss a requirement by one gate, those that most firms miss first."""

    requirement_id: UUID
    gates: list[GateCountView]
    rules: str


class ChangeView(View):
    """One thing that a firm could have otherwise."""

    attribute: Attribute
    kind: Kind
    """`state`: it has only to be said, as nobody knows; `change`: it has to become so."""
    to: str
    """With its unit; the code of a quality system."""


class LiftView(ChangeView):
    """What one change makes of one requirement, judged by the rules as if it were so."""

    supplier_id: UUID | None
    """Null for an anchor that the firm is not introduced to."""
    opens: bool
    """Whether the firm comes to pass every gate by it."""
    before: int
    """Basis points; 0 where it does not pass."""
    after: int

    @classmethod
    def of_lift(cls, supplier_id: UUID | None, lift: Lift) -> Self:
        change = lift.change
        return cls(
            attribute=change.attribute,
            kind=change.kind,
            to=change.to,
            supplier_id=supplier_id,
            opens=lift.opens,
            before=lift.before.points if lift.before else 0,
            after=lift.after.points,
        )


class WideLiftView(ChangeView):
    """What one change makes of all that is asked of a firm."""

    supplier_id: UUID
    area: str | None
    """Null: of the firm as a whole."""
    opens: int
    """Requirements that the firm comes to meet by it."""
    opened: list[UUID]
    """The first of them."""
    raises: int
    """Requirements that it meets already, and then better."""
    points: int
    """Basis points more in these together."""

    @classmethod
    def of_wide(cls, supplier_id: UUID, wide: Wide) -> Self:
        change = wide.change
        return cls(
            attribute=change.attribute,
            kind=change.kind,
            to=change.to,
            supplier_id=supplier_id,
            area=wide.area,
            opens=len(wide.opened),
            opened=[each.id for each in wide.opened[:MOST_OPENED]],
            raises=wide.raised,
            points=wide.points,
        )


def _missed(miss: NearMiss) -> dict[str, Any]:
    gate = miss.gate
    shown = {"gate": gate.gate, "reason": gate.reason, "need": gate.need, "offer": gate.offer}
    return shown | {"points": miss.points}
