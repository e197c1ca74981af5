"""What is asked for, and who asks, as their events say."""

from dataclasses import replace
from datetime import datetime

from services.portal.domain.demand import Anchor, Requirement
from shared.contracts.matching import (
    RequirementChanged,
    RequirementClosed,
    RequirementPublished,
    RequirementReopened,
)
from shared.contracts.registration import AnchorJoined, AnchorLeft
from shared.messaging.decision import Decision


def asked(
    _: Requirement | None, event: RequirementPublished | RequirementChanged | RequirementReopened, __: datetime
) -> Decision[Requirement]:
    asked = event.specification
    return Decision(
        Requirement(
            event.requirement_id,
            event.anchor_id,
            asked.area,
            asked.title,
            asked.annual_volume,
            asked.open_until,
            named=asked.named,
        )
    )


def closed(state: Requirement | None, event: RequirementClosed, _: datetime) -> Decision[Requirement]:
    known = state or Requirement(event.requirement_id, event.anchor_id, event.area, "", None, None)
    return Decision(replace(known, closed=event.reason))


def joined(_: Anchor | None, event: AnchorJoined, __: datetime) -> Decision[Anchor]:
    return Decision(Anchor(event.anchor_id, event.code, event.name, event.states, event.joined_at))


def left(state: Anchor | None, event: AnchorLeft, _: datetime) -> Decision[Anchor]:
    return Decision(replace(state or Anchor(event.anchor_id), departed=event.reason))
