"""Decisions on prospects: brought by a file, placed anew, invited, and what came of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registration.domain import prospect as prospects
from services.registration.domain.prospect import ActOn, Prospect, RegisterEntry
from services.registration.domain.supplier import Supplier
from services.registration.handlers import SUPPLIER_UNKNOWN
from shared.messaging.decision import Decision, Refused, unchanged

PLACE_PROSPECTS = "place_prospects"
"""The sweep over prospects that other tables placed."""


def bring(state: Prospect | None, entry: RegisterEntry, now: datetime) -> Prospect:
    """A register has this plant. Nothing follows from it."""
    return prospects.brought(state, entry, now)


def place_anew(state: Prospect | None, _args: Mapping[str, str], _now: datetime) -> Decision[Prospect]:
    """Place a prospect by the tables of this build."""
    return unchanged(None) if state is None else Decision(prospects.placed(state))


def act(state: Prospect | None, done: ActOn, **changed: Any) -> Decision[Prospect] | Refused:  # noqa: ANN401 - of its fields
    """Somebody invites a plant, hears that it does not want to, or takes back what was done by mistake."""
    if state is None:
        return PROSPECT_UNKNOWN
    if done.note is not None and prospects.is_personal(done.note):
        return _NOTE_PERSONAL
    after = prospects.acted(state, done, **changed)
    return _OTHER_STATUS if after is None else Decision(after)


def link(state: Prospect | None, supplier: Supplier | None, done: ActOn) -> Decision[Prospect] | Refused:
    """A supplier is this plant's firm."""
    if supplier is None:
        return SUPPLIER_UNKNOWN
    if supplier.status != "registered":
        return _NOT_REGISTERED
    return act(state, done, supplier_id=supplier.id)


def part(state: Prospect | None, supplier_id: UUID) -> Decision[Prospect] | Refused:
    """A supplier is not this plant's firm, though it has its name."""
    if state is None:
        return PROSPECT_UNKNOWN
    if state.supplier_id == supplier_id:
        return _OTHER_STATUS
    if supplier_id in state.not_these:
        return unchanged(state)
    return Decision(replace(state, not_these=(*state.not_these, supplier_id)[-prospects.MOST_ACTS :]))


PROSPECT_UNKNOWN = Refused("not_found", "prospect_unknown")
_OTHER_STATUS = Refused("conflict", "prospect_status")
_NOT_REGISTERED = Refused("conflict", "supplier_not_registered")
_NOTE_PERSONAL = Refused("invalid", "note_personal", at="note")
