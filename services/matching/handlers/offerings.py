"""Decisions about an offering: what registration, diagnosis, time and new demand make of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.matching.domain.calendar import day, start_of
from services.matching.domain.offering import Diagnosis, Profile, latest
from services.matching.domain.rematch import Offering, rematch
from services.matching.domain.requirement import Demand
from services.matching.handlers import published
from shared.contracts.diagnosis import DiagnosisCompleted, GapRescored
from shared.contracts.registration import SupplierProfile, SupplierWithdrawn
from shared.messaging.decision import Decision, Timer, unchanged

CERTIFICATE_EXPIRES = "certificate_expires"
"""Fires the day after the next last day of a certificate or CQI assessment: the alignment may change by time alone."""

RULES_CHANGED = "rules_changed"
"""Sweep over all offerings, once for each version of the rules: `rules`."""


def supplier_profiled(
    state: Offering | None, event: SupplierProfile, now: datetime, demand: Demand
) -> Decision[Offering]:
    """A firm registered, or its profile changed."""
    before = _known(state, event.supplier_id)
    after = replace(before, profile=_since(before.profile, published.profile_of(event), now))
    if after == before:
        return decided(after, now, demand)
    return decided(after, now, demand, _next_expiry(after, now, demand))


def supplier_withdrawn(
    state: Offering | None, event: SupplierWithdrawn, now: datetime, demand: Demand
) -> Decision[Offering]:
    """A firm left: whatever it was matched with is lost."""
    before = _known(state, event.supplier_id)
    since = max(event.withdrawn_at, before.withdrawn_at or event.withdrawn_at)
    return decided(replace(before, withdrawn_at=since), now, demand, Timer(CERTIFICATE_EXPIRES, None))


def diagnosis_completed(
    state: Offering | None, event: DiagnosisCompleted, now: datetime, demand: Demand
) -> Decision[Offering]:
    """An expert validated the diagnosis: from now on what is aligned can be matched."""
    known = {question for question, level in event.levels.items() if level is not None}.union(event.not_applicable)
    learned = published.diagnosis_of(event.version, event.result, event.validated_at, tuple(sorted(known)))
    return _diagnosed(_known(state, event.supplier_id), learned, now, demand)


def gap_rescored(state: Offering | None, event: GapRescored, now: datetime, demand: Demand) -> Decision[Offering]:
    """A question was scored again: a critical gap that closed no longer blocks."""
    known = _known(state, event.supplier_id)
    before = known.diagnosis.evaluated if known.diagnosis else None
    evaluated = tuple(sorted({*(before or ()), event.question}))
    learned = published.diagnosis_of(event.version, event.result, event.rescored_at, evaluated)
    return _diagnosed(known, learned, now, demand)


def certificate_expired(state: Offering | None, now: datetime, demand: Demand) -> Decision[Offering]:
    """The last day of a certificate or assessment is over."""
    if state is None:
        return unchanged(state)
    return decided(state, now, demand, _next_expiry(state, now, demand))


def requirement_changed(
    state: Offering | None, _: Mapping[str, str], now: datetime, demand: Demand
) -> Decision[Offering]:
    """Something that is asked for in one of the offering's areas was published, changed or closed."""
    return unchanged(state) if state is None else decided(state, now, demand)


def rules_changed(state: Offering | None, _: Mapping[str, str], now: datetime, demand: Demand) -> Decision[Offering]:
    """The rules that this build judges by are another version than those before."""
    return unchanged(state) if state is None else decided(state, now, demand, _next_expiry(state, now, demand))


def _since(before: Profile | None, profile: Profile, now: datetime) -> Profile:
    """The profile with the day since when it states its certificate; of the first one that is when it registered."""
    if before is None:
        return profile
    same = (before.qms, before.qms_valid_to) == (profile.qms, profile.qms_valid_to)
    return replace(profile, qms_stated_on=before.qms_stated_on if same else day(now))


def _known(state: Offering | None, supplier_id: UUID) -> Offering:
    return state or Offering(supplier_id)


def _diagnosed(before: Offering, learned: Diagnosis, now: datetime, demand: Demand) -> Decision[Offering]:
    return decided(replace(before, diagnosis=latest(before.diagnosis, learned)), now, demand)


def _next_expiry(offering: Offering, now: datetime, demand: Demand) -> Timer:
    profile = offering.profile
    rules = demand.rules
    last = profile.next_expiry(day(now), rules.cqi_valid_months, rules.certificate_months) if profile else None
    at = None if last is None or offering.withdrawn else start_of(last + timedelta(days=1))
    return Timer(CERTIFICATE_EXPIRES, at)


def decided(offering: Offering, now: datetime, demand: Demand, *timers: Timer) -> Decision[Offering]:
    """Decide again, and tell what changed: the alignment before the matches that follow from it."""
    again = rematch(offering, demand, day(now))
    alignment = () if again.alignment is None else (published.alignment_event(offering.id, again.alignment),)
    changes = tuple(published.match_event(again.offering, change) for change in again.changes)
    return Decision(again.offering, (*alignment, *changes), timers)
