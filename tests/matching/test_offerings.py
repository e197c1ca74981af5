"""Decisions of `handlers/offerings.py`."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.calendar import months_after
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.handlers import offerings as handlers
from shared.contracts.diagnosis import DiagnosisCompleted, GapRescored
from shared.contracts.event import EventData
from shared.contracts.matching import AlignmentChanged, MatchFound, MatchLost, OfferingAligned, OfferingNotAligned
from shared.contracts.registration import SupplierChanged, SupplierProfile, SupplierWithdrawn
from shared.days import day_of
from shared.messaging.decision import Decision, Timer
from tests.matching.given import (
    NOW,
    RULES,
    SUPPLIER,
    an_id,
    completed,
    diagnosed,
    followed,
    offering,
    profiled,
    registered,
    requirement,
    rescored,
)

LATER = NOW + timedelta(hours=2)

HANDLERS: dict[type[EventData], Callable[..., Decision[Offering]]] = {
    SupplierProfile: partial(handlers.supplier_profiled, rules=RULES),
    SupplierWithdrawn: handlers.supplier_withdrawn,
    DiagnosisCompleted: handlers.diagnosis_completed,
    GapRescored: handlers.gap_rescored,
}


def told(
    *events: EventData, asked: Sequence[Requirement] = (), state: Offering | None = None, now: datetime = NOW
) -> tuple[Offering, list[EventData]]:
    """The offering after these events, and all that was emitted. All the while the same is asked."""
    emitted: list[EventData] = []
    for event in events:
        handler = next(handler for kind, handler in HANDLERS.items() if isinstance(event, kind))
        decision = _followed(handler(state, event, now), state, asked, now)
        state = decision.state
        emitted += decision.events
    assert state is not None
    return state, emitted


def _followed(
    decision: Decision[Offering], before: Offering | None, asked: Sequence[Requirement], now: datetime = NOW
) -> Decision[Offering]:
    """The firm was told of what is asked as soon as it was registered."""
    was = asked if before is not None and before.profile is not None else ()
    return followed(decision, *asked, was=was, of=before, now=now)


def withdrawn() -> SupplierWithdrawn:
    return SupplierWithdrawn(supplier_id=SUPPLIER, reason="closed_down", withdrawn_at=NOW)


def test_a_registration_tells_the_alignment_and_a_repeat_tells_nothing() -> None:
    state, emitted = told(registered(), asked=[requirement()])
    (event,) = emitted
    assert isinstance(event, OfferingAligned)
    assert [each.requirement_id for each in event.requirements] == [an_id("requirement")]
    assert told(registered(), state=state, asked=[requirement()]) == (state, [])


def test_who_meets_nothing_is_told_what_is_missing() -> None:
    _, (event,) = told(registered(), asked=[requirement(materials=("zinc",))])
    assert isinstance(event, OfferingNotAligned)
    assert [(each.gate, each.need, each.offer) for each in event.missing] == [("materials", "zinc", "acero")]


def test_a_diagnosis_after_registration_finds_matches_and_a_closed_gap_unblocks_them() -> None:
    asked = [requirement()]
    state, emitted = told(registered(), completed("T05"), asked=asked)
    found = emitted[1]
    assert isinstance(found, MatchFound)
    assert (found.score, found.blocked_by, found.rules) == (10_000, ("T05",), "match-2026-5")
    _, (found,) = told(rescored(at=LATER), state=state, asked=asked)
    assert isinstance(found, MatchFound)
    assert found.blocked_by == ()


def test_a_withdrawal_loses_alignment_and_matches_in_that_order() -> None:
    asked = [requirement()]
    state, _ = told(registered(), completed(), asked=asked)
    decision = _followed(handlers.supplier_withdrawn(state, withdrawn(), NOW), state, asked)
    assert [type(event) for event in decision.events] == [OfferingNotAligned, MatchLost]
    assert isinstance(decision.events[1], MatchLost)
    assert decision.events[1].reason == "supplier_withdrawn"
    assert decision.timers == (Timer("certificate_expires", None),)
    again = handlers.supplier_withdrawn(decision.state, withdrawn(), NOW)
    assert (again.events, again.then) == ((), None)


def test_a_late_change_does_not_bring_a_firm_back() -> None:
    state, emitted = told(withdrawn(), profiled(SupplierChanged), completed(), asked=[requirement()])
    assert [type(event) for event in emitted] == [OfferingNotAligned]
    assert state.withdrawn


registration: tuple[EventData, ...] = (registered(), profiled(SupplierChanged, ppm_12m=10))
diagnoses: tuple[EventData, ...] = (completed("T05"), rescored(at=LATER))


@given(st.lists(st.booleans(), min_size=4, max_size=4).filter(lambda picks: sum(picks) == 2))
def test_the_order_between_topics_does_not_matter(picks: Sequence[bool]) -> None:
    streams = {True: iter(registration), False: iter(diagnoses)}
    asked = [requirement(), requirement("other", ppm_max=5)]
    state, _ = told(*(next(streams[pick]) for pick in picks), asked=asked)
    expected, _ = told(*registration, *diagnoses, asked=asked)
    assert state == expected


@given(st.lists(st.sampled_from([*registration, *diagnoses]), max_size=6))
def test_every_event_is_idempotent(events: list[EventData]) -> None:
    asked = [requirement()]
    for event in events:
        state, _ = told(*events, event, asked=asked)
        assert told(event, state=state, asked=asked) == (state, [])


def test_an_older_version_does_not_reopen_a_gap() -> None:
    asked = [requirement()]
    state, _ = told(registered(), completed("T05", version=2), rescored(at=LATER, version=2), asked=asked)
    assert told(completed("T05", version=1), state=state, asked=asked) == (state, [])


def test_a_version_that_is_told_again_counts_as_it_is_then() -> None:
    """What is asked changed after the re-score: the version is told again, with the moment of its validation."""
    state, _ = told(registered(), completed("T05"), rescored(at=LATER), asked=[requirement()])
    _, events = told(completed("O01"), state=state, asked=[requirement()])
    (found,) = events
    assert isinstance(found, MatchFound)
    assert found.blocked_by == ("O01",)


def test_a_must_have_that_nobody_evaluated_blocks_until_somebody_does() -> None:
    asked = [requirement(must_have=("T05", "T01"))]
    state, events = told(registered(), completed(), asked=asked)
    found = events[-1]
    assert isinstance(found, MatchFound)
    assert (found.blocked_by, found.not_evaluated) == (("T05",), ("T05",))
    _, events = told(rescored(at=LATER), state=state, asked=asked)
    found = events[-1]
    assert isinstance(found, MatchFound)
    assert (found.blocked_by, found.not_evaluated) == ((), ())


def test_a_must_have_that_is_not_about_the_firm_blocks_nothing() -> None:
    asked = [requirement(must_have=("T12", "T01"))]
    left_out = completed().model_copy(update={"levels": {"T01": 3, "T12": None}, "not_applicable": ("T12",)})
    _, events = told(registered(), left_out, asked=asked)
    found = events[-1]
    assert isinstance(found, MatchFound)
    assert (found.blocked_by, found.not_evaluated) == ((), ())


def test_a_rescore_makes_known_what_it_scored_and_nothing_else() -> None:
    """Seen: the version that a re-score made had no questions, and an unknown must-have blocked no more."""
    asked = [requirement(must_have=("T05", "T06"))]
    state, _ = told(registered(), completed(), asked=asked)
    _, events = told(rescored(at=LATER, version=2), state=state, asked=asked)
    found = events[-1]
    assert isinstance(found, MatchFound)
    assert found.not_evaluated == ("T06",)


def test_of_a_version_whose_levels_are_not_known_only_what_was_scored_again_is() -> None:
    """Seen: levels that were stored before they were kept blocked nothing, as if all were known."""
    stored = replace(offering(), diagnosis=diagnosed())
    _, events = told(rescored(at=LATER, version=2), state=stored, asked=[requirement(must_have=("T05", "T06"))])
    found = events[-1]
    assert isinstance(found, MatchFound)
    assert found.not_evaluated == ("T06",)


def test_new_rules_decide_every_offering_again_with_its_timer() -> None:
    asked = [requirement()]
    state, _ = told(registered(), completed(), asked=asked)
    assert state is not None
    before = replace(state, matches=(replace(state.matches[0], rules="match-2025-9", score=9_999),))
    decision = _followed(handlers.rules_changed(before, {"rules": "match-2026-5"}, NOW, RULES), before, asked)
    (found,) = decision.events
    assert isinstance(found, MatchFound)
    assert (found.rules, found.score) == (RULES.version, 10_000)
    assert [timer.kind for timer in decision.timers] == ["certificate_expires"]
    assert handlers.rules_changed(None, {}, NOW, RULES).state is None


def test_an_undated_certificate_counts_three_years_after_it_was_stated() -> None:
    state = handlers.supplier_profiled(None, registered(), NOW, RULES).state
    again = handlers.supplier_profiled(state, profiled(SupplierChanged, ppm_12m=3), LATER, RULES).state
    assert again is not None
    assert again.profile is not None
    assert again.profile.qms_until(36) == date(2029, 1, 9)
    another = profiled(SupplierChanged, qms="iatf_16949")
    changed = handlers.supplier_profiled(again, another, LATER, RULES).state
    assert changed is not None
    assert changed.profile is not None
    assert changed.profile.qms_until(36) == months_after(day_of(LATER), 36)


def test_a_firm_is_told_of_what_is_asked_no_more_by_the_same_rule() -> None:
    state, _ = told(registered(), completed(), asked=[requirement()])
    decision = followed(handlers.requirement_told(state, {}, NOW), was=[requirement()])
    assert [type(event) for event in decision.events] == [OfferingNotAligned, MatchLost]
    assert handlers.requirement_told(None, {}, NOW).state is None


def test_revisions_count_what_is_told_of_the_alignment() -> None:
    a, b, c = (requirement(name) for name in "abc")
    state, (first,) = told(registered(), asked=[a])
    decision = followed(handlers.requirement_told(state, {}, NOW), a, b, c, was=[a])
    (second,) = decision.events
    (third,) = followed(handlers.requirement_told(decision.state, {}, NOW), c, was=[a, b, c]).events
    assert isinstance(first, OfferingAligned)
    assert isinstance(second, AlignmentChanged)
    assert isinstance(third, AlignmentChanged)
    assert [event.revision for event in (first, second, third)] == [1, 2, 3]
    assert {each.requirement_id for each in second.requirements} == {b.id, c.id}
    assert set(third.lost) == {a.id, b.id}


def test_everything_is_told_once_more() -> None:
    state, _ = told(registered(), completed(), asked=[requirement()])
    decision = followed(handlers.tell_again(state, {}, NOW), requirement(), was=[requirement()])
    assert [type(event) for event in decision.events] == [OfferingAligned, MatchFound]
    assert handlers.tell_again(None, {}, NOW).state is None


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({}, datetime(2029, 1, 10, 6, tzinfo=UTC)),
        ({"qms": "documented"}, None),
        ({"qms_valid_to": "2026-05-01"}, datetime(2026, 5, 2, 6, tzinfo=UTC)),
        ({"qms": "documented", "qms_valid_to": "2026-05-01"}, None),
        ({"qms_valid_to": "2026-03-02"}, datetime(2026, 3, 3, 6, tzinfo=UTC)),
        ({"qms_valid_to": "2026-03-01"}, None),
    ],
)
def test_the_next_last_day_is_due_the_day_after(changes: dict[str, Any], at: datetime | None) -> None:
    decision = handlers.supplier_profiled(None, registered(**changes), NOW, RULES)
    assert decision.timers == (Timer("certificate_expires", at),)


def test_the_earliest_of_certificate_and_assessments_is_due() -> None:
    line = {"area": "P18", "special_processes": [{"code": "CQI-9", "assessed_on": "2025-04-10"}]}
    event = registered(processes=[line], qms_valid_to="2026-05-01")
    decision = handlers.supplier_profiled(None, event, NOW, RULES)
    assert decision.timers == (Timer("certificate_expires", datetime(2026, 4, 11, 6, tzinfo=UTC)),)
    fired = handlers.certificate_expired(decision.state, datetime(2026, 4, 11, 6, tzinfo=UTC), RULES)
    assert fired.timers == (Timer("certificate_expires", datetime(2026, 5, 2, 6, tzinfo=UTC)),)


def test_an_expired_certificate_loses_what_it_held() -> None:
    asked = [requirement(qms_waivable=False)]
    state, _ = told(registered(qms_valid_to=date(2026, 5, 1)), completed(), asked=asked)
    last, next_ = datetime(2026, 5, 1, 6, tzinfo=UTC), datetime(2026, 5, 2, 6, tzinfo=UTC)
    on_time = _followed(handlers.certificate_expired(state, next_, RULES), state, asked, next_)
    assert [type(event) for event in on_time.events] == [OfferingNotAligned, MatchLost]
    too_early = _followed(handlers.certificate_expired(state, last, RULES), state, asked, last)
    assert too_early.events == ()
    assert handlers.certificate_expired(None, NOW, RULES).state is None


def test_when_a_certificate_ends_the_next_one_counts() -> None:
    """Its last day is over: the firm stands on what it still holds, without saying anything anew."""
    last = day_of(NOW)
    high, low, other = (
        {"standard": standard, "body": "Ejemplo", "valid_to": str(last + timedelta(days=days))}
        for standard, days in (("iatf_16949", 0), ("iso_9001", 9), ("iso_14001", 99))
    )
    event = registered(qms="iatf_16949", qms_valid_to=str(last), certificates=[low, high, other])
    state, _ = told(event)
    assert state.profile is not None
    assert (state.profile.qms, state.profile.qms_valid_to) == ("iatf_16949", last)
    for days, held in ((1, ("iso_9001", last + timedelta(days=9))), (10, ("iso_9001", last + timedelta(days=9)))):
        decision = handlers.certificate_expired(state, NOW + timedelta(days=days), RULES)
        assert decision.state is not None
        assert decision.state.profile is not None
        assert (decision.state.profile.qms, decision.state.profile.qms_valid_to) == held
        assert decision.state.profile.qms_held(last + timedelta(days=days), 36) == ("iso_9001", "documented")[days > 9]
        state = decision.state
