"""A firm's place in a cohort: how its firm leaves it, how that is undone, and when it is too late for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from shared.four_eyes import Participants
from shared.state_machine import StateMachine, Transition

PlaceStatus = Literal["taken", "leaving", "free", "replaced"]
LeaverRole = Literal["supplier", "operator"]

PLACE = StateMachine[PlaceStatus](
    "place",
    get_args(PlaceStatus),
    "taken",
    (
        Transition("propose drop-out", ("taken",), "leaving"),
        Transition("keep", ("leaving",), "taken"),
        Transition("drop out", ("taken", "leaving"), "free"),
        Transition("reinstate", ("free",), "taken"),
        Transition("replace", ("free",), "replaced"),
    ),
    final={"replaced": "it is another firm's now: who dropped out contends for a place of a later cohort"},
)
"""A firm drops out by itself at once; an operator proposes it, and another one does it."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What an operator said of a firm that is to drop out, until another one agrees."""

    reason: str
    by: str
    """The operator's subject at the issuer."""
    at: datetime
    taken_back_by: str | None = None
    """None beside a time: the firm finished its plan and has a place of another cohort."""
    taken_back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reinstatement:
    """The firm has its place again: that it dropped out was a mistake."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DropOut:
    """A firm that gave its place back, and who has it since."""

    supplier_id: UUID
    reason: str
    by: str
    at: datetime
    replaced_by: UUID | None = None
    selected_by: str | None = None
    role: LeaverRole = "operator"
    """As what `by` did it."""
    proposed: Leaving | None = None
    """By another operator; None: the firm did it itself."""
    reinstated: Reinstatement | None = None

    @property
    def status(self) -> PlaceStatus:
        if self.replaced_by is not None:
            return "replaced"
        return "free" if self.reinstated is None else "taken"

    @property
    def took_part(self) -> Participants:
        """Whoever first said that the firm leaves: they do not give its place to another one."""
        return Participants((self.by if self.proposed is None else self.proposed.by,))
