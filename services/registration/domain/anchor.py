"""An anchor (tractora): a large buyer that takes part."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID, uuid5

from services.registration.domain.fault import Fault
from services.registration.domain.reasons import DepartureReason
from shared.names import says_nothing
from shared.state_machine import StateMachine, Transition
from shared.states import STATES

MAX_NAME_LENGTH = 200

AnchorStatus = Literal["joined", "left"]

ANCHOR = StateMachine[AnchorStatus](
    "anchor",
    get_args(AnchorStatus),
    "joined",
    (Transition("leave", ("joined",), "left"), Transition("join", ("left",), "joined")),
)

_CODE = re.compile(r"[A-Z0-9-]{2,20}")
_NAMESPACE = UUID("5b0f0d7e-5f0b-5c1e-9c56-a2c402a2c402")


@dataclass(frozen=True, slots=True)
class Anchor:
    id: UUID
    code: str
    """The short name that people use for it; identifies it for good."""
    name: str
    states: tuple[str, ...]
    """INEGI keys of the states where it buys, in their order."""
    status: AnchorStatus
    joined_at: datetime
    departure: DepartureReason | None = None
    left_at: datetime | None = None


def anchor_id(code: str) -> UUID:
    """The id that belongs to a code."""
    return uuid5(_NAMESPACE, code)


def joined(code: str, name: str, states: tuple[str, ...], now: datetime) -> Anchor:
    """An anchor that takes part from now on."""
    return Anchor(anchor_id(code), code, name.strip(), tuple(sorted(states)), "joined", now)


def left(anchor: Anchor, reason: DepartureReason, now: datetime) -> Anchor:
    """The anchor that no longer takes part."""
    status = ANCHOR.after(anchor.status, "leave")
    return anchor if status is None else replace(anchor, status=status, departure=reason, left_at=now)


def faults(code: str, name: str, states: tuple[str, ...]) -> Iterator[Fault]:
    """Every rule of an anchor that is broken."""
    if _CODE.fullmatch(code) is None:
        yield Fault("code", "anchor_code_form")
    if not 1 <= len(name.strip()) <= MAX_NAME_LENGTH or not name.isprintable():
        yield Fault("name", "anchor_name_length", {"most": MAX_NAME_LENGTH})
    elif says_nothing(name):
        yield Fault("name", "name_says_nothing")
    if not states:
        yield Fault("states", "anchor_states_missing")
    if not set(states) <= STATES:
        yield Fault("states", "state_unknown")
    if len(set(states)) < len(states):
        yield Fault("states", "anchor_states_repeated")
