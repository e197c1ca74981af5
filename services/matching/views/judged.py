"""What a match was judged of, in the shape that `pdp explain match` takes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.matching.domain.offering import Profile
from services.matching.domain.reasons import Waivable
from services.matching.store.judged import Judged
from services.matching.views.performance import MeasuredView
from shared.contracts import matching, registration
from shared.contracts import offering as offers
from shared.contracts.event import StateCode
from shared.days import day_of
from shared.service.http import View


class JudgedOffering(offers.Offering):
    """An offering as the rules saw it, with what they saw of its firm."""

    state: StateCode | None
    list_69b: registration.ListState
    looked_up: bool
    registered_at: datetime
    qms_stated_on: date | None
    measured: MeasuredView | None
    """What counted instead of the figures that the firm stated."""
    plants: tuple[registration.Plant, ...]

    @classmethod
    def of_profile(cls, profile: Profile) -> "JudgedOffering":
        stated_on = profile.qms_stated_on or day_of(profile.registered_at)
        stated = [(name, owner) for owner in (profile, profile.record) for name in cls.model_fields]
        values = {name: getattr(owner, name) for name, owner in stated if hasattr(owner, name)}
        return cls.model_validate(values | {"qms_stated_on": stated_on}, from_attributes=True)


class JudgedView(View):
    """A match as it was told last by a moment, and all that its score follows from."""

    match_id: UUID
    supplier_id: UUID
    told_at: datetime
    told: int
    """The score that was told."""
    rules: str
    """Version of the rules that gave it."""
    on: date
    """The day by which certificates counted."""
    requirement_version: int
    offering: JudgedOffering
    requirement: matching.Specification
    waived: tuple[Waivable, ...]
    """Gates that the anchor waived for the firm."""

    @classmethod
    def of_judged(cls, judged: Judged) -> "JudgedView":
        told = judged.told
        basis: Any = told.basis
        return cls(
            match_id=told.match_id,
            supplier_id=told.supplier_id,
            told_at=judged.told_at,
            told=told.score,
            rules=told.rules,
            on=basis.on,
            requirement_version=basis.requirement_version,
            offering=JudgedOffering.of_profile(judged.profile),
            requirement=judged.specification,
            waived=judged.waived,
        )
