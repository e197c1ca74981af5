"""Decisions about an offering: what registration, diagnosis, time and what is asked for make of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.matching.domain.introduction import knowing
from services.matching.domain.offering import Diagnosis, Profile, latest
from services.matching.domain.pairs import Pairs, Wanted
from services.matching.domain.rematch import Offering, rematch
from services.matching.domain.rules import Rules
from services.matching.handlers import published
from shared.contracts.diagnosis import DiagnosisCompleted, GapRescored
from shared.contracts.registration import SupplierProfile, SupplierWithdrawn
from shared.days import day_of, start_of
from shared.messaging.decision import Decision, Then, Timer, unchanged

CERTIFICATE_EXPIRES = "certificate_expires"
"""Fires the day after the next last day of a certificate, a CQI assessment or what anchors measured: the alignment may
change by time alone.
"""


def supplier_profiled(
    state: Offering | None, event: SupplierProfile, now: datetime, rules: Rules
) -> Decision[Offering]:
    """A firm registered, or its profile changed."""
    before = _known(state, event.supplier_id)
    after = replace(before, profile=_since(before.profile, published.profile_of(event), now)).reckoned(rules)
    if after == before:
        return unchanged(state)
    return decided(after, "judged", next_expiry(after, now, rules))


def supplier_withdrawn(state: Offering | None, event: SupplierWithdrawn, _: datetime) -> Decision[Offering]:
    """A firm left: whatever it was matched with is lost."""
    before = _known(state, event.supplier_id)
    since = max(event.withdrawn_at, before.withdrawn_at or event.withdrawn_at)
    after = replace(before, withdrawn_at=since)
    cancelled = Timer(CERTIFICATE_EXPIRES, None)
    return Decision(state, timers=(cancelled,)) if after == before else decided(after, "judged", cancelled)


def diagnosis_completed(state: Offering | None, event: DiagnosisCompleted, _: datetime) -> Decision[Offering]:
    """An expert validated the diagnosis: from now on what is aligned can be matched."""
    known = {question for question, level in event.levels.items() if level is not None}.union(event.not_applicable)
    learned = published.diagnosis_of(event.version, event.result, event.validated_at, tuple(sorted(known)))
    return _diagnosed(_known(state, event.supplier_id), learned)


def gap_rescored(state: Offering | None, event: GapRescored, _: datetime) -> Decision[Offering]:
    """A question was scored again: a critical gap that closed no longer blocks."""
    known = _known(state, event.supplier_id)
    before = known.diagnosis.evaluated if known.diagnosis else None
    evaluated = tuple(sorted({*(before or ()), event.question}))
    learned = published.diagnosis_of(event.version, event.result, event.rescored_at, evaluated)
    return _diagnosed(known, learned)


def certificate_expired(state: Offering | None, now: datetime, rules: Rules) -> Decision[Offering]:
    """The last day of a certificate or assessment is over."""
    if state is None:
        return unchanged(state)
    profile = state.profile and state.profile.after_expiry(day_of(now))
    after = replace(state, profile=profile)
    return decided(after, "judged", next_expiry(after, now, rules))


def requirement_told(state: Offering | None, _: Mapping[str, str], __: datetime) -> Decision[Offering]:
    """Something that is asked for was published, changed or closed, and the firm is to be told."""
    return unchanged(state) if state is None else decided(state, "due")


def rules_changed(state: Offering | None, _: Mapping[str, str], now: datetime, rules: Rules) -> Decision[Offering]:
    """The rules that this build judges by are another version than those before."""
    if state is None:
        return unchanged(state)
    after = state.reckoned(rules)
    return decided(after, "judged", next_expiry(after, now, rules))


def tell_again(state: Offering | None, _: Mapping[str, str], __: datetime) -> Decision[Offering]:
    """A reader lost what it was told, or keeps more of it than before."""
    return unchanged(state) if state is None else decided(state, "whole")


def decided(offering: Offering, wanted: Wanted, *timers: Timer) -> Decision[Offering]:
    """Decide again with the offering's pairs."""
    return Decision(offering, timers=timers, then=Then(told, wanted))


def told(offering: Offering, pairs: Pairs, now: datetime) -> Decision[Offering]:
    """Tell what changed: the alignment before the matches that follow from it."""
    again = rematch(offering, pairs, day_of(now))
    first = again.offering.revision - len(again.alignment) + 1
    alignment = (
        published.alignment_event(offering.id, each, revision, pairs.rules.version)
        for revision, each in enumerate(again.alignment, first)
    )
    changes = (published.match_event(again.offering, change) for change in again.changes)
    known_by = {anchor_id: offering.known_by.get(anchor_id, now) for anchor_id in sorted(knowing(again.offering))}
    after = replace(again.offering, known_by=known_by)
    introductions = published.introductions(after, () if pairs.whole else offering.known_by, now)
    return Decision(after, (*alignment, *changes, *introductions))


def _since(before: Profile | None, profile: Profile, now: datetime) -> Profile:
    """The profile with the day since when it states its certificate; of the first one that is when it registered."""
    if before is None:
        return profile
    same = (before.qms, before.qms_valid_to) == (profile.qms, profile.qms_valid_to)
    return replace(profile, qms_stated_on=before.qms_stated_on if same else day_of(now))


def _known(state: Offering | None, supplier_id: UUID) -> Offering:
    return state or Offering(supplier_id)


def _diagnosed(before: Offering, learned: Diagnosis) -> Decision[Offering]:
    after = replace(before, diagnosis=latest(before.diagnosis, learned))
    return unchanged(before) if after == before else decided(after, "matched")


def next_expiry(offering: Offering, now: datetime, rules: Rules) -> Timer:
    """When something of it counts no more, as of now."""
    profile = offering.profile
    last = profile.next_expiry(day_of(now), rules.cqi_valid_months, rules.certificate_months) if profile else None
    at = None if last is None or offering.withdrawn else start_of(last + timedelta(days=1))
    return Timer(CERTIFICATE_EXPIRES, at)
