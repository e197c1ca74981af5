"""Decisions of `handlers/requirements.py`."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.matching.domain.anchor import Anchor
from services.matching.domain.requirement import MOST_CLOSURES, Closure, Requirement
from services.matching.handlers import requirements as handlers
from shared.contracts.matching import RequirementChanged, RequirementClosed, RequirementPublished, RequirementReopened
from shared.contracts.registration import AnchorJoined, AnchorLeft
from shared.messaging.decision import Decision, Refused, SweepRequest, Timer
from tests.matching.given import ANCHOR, NOW, REGISTERED, an_id, anchor, need, requirement

ID = an_id("requirement")


def sweep(**asks: str) -> SweepRequest:
    return SweepRequest("requirement_changed", {"requirement_id": str(ID)}, merges=True, also=asks)


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused)
    return outcome.code


def decided(outcome: Decision[Requirement] | Refused) -> Decision[Requirement]:
    assert isinstance(outcome, Decision)
    return outcome


def joined(at: datetime = REGISTERED) -> AnchorJoined:
    return AnchorJoined(anchor_id=ANCHOR, code="TRACTORA-1", name="Tractora Uno", states=("11",), joined_at=at)


def left(at: datetime = NOW) -> AnchorLeft:
    return AnchorLeft(anchor_id=ANCHOR, reason="left_program", left_at=at)


def test_publishing_tells_it_sweeps_its_firms_and_sets_the_last_day() -> None:
    decision = decided(handlers.publish(ID, anchor(), need(), NOW))
    assert decision.state == requirement()
    (event,) = decision.events
    assert isinstance(event, RequirementPublished)
    assert (event.key, event.anchor_id, event.specification.title) == (ID, ANCHOR, "Soporte")
    assert decision.sweeps == (sweep(),)
    assert decision.timers == (Timer("requirement_expires", datetime(2027, 1, 1, 6, tzinfo=UTC)),)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (None, "anchor_unknown"),
        (anchor(joined_at=None, left_at=NOW), "anchor_unknown"),
        (anchor(left_at=NOW), "anchor_left"),
    ],
)
def test_only_an_anchor_that_takes_part_publishes(who: Anchor | None, refusal: str) -> None:
    assert code(handlers.publish(ID, who, need(), NOW)) == refusal


def test_the_last_day_is_today_or_later() -> None:
    assert code(handlers.publish(ID, anchor(), need(open_until=date(2026, 3, 1)), NOW)) == "open_until_past"
    decided(handlers.publish(ID, anchor(), need(open_until=date(2026, 3, 2)), NOW))
    assert code(handlers.change(requirement(), need(open_until=date(2026, 3, 1)), NOW)) == "open_until_past"
    decided(handlers.change(requirement(), need(open_until=date(2026, 3, 2)), NOW))


def test_a_change_of_area_is_one_sweep_too() -> None:
    decision = decided(handlers.change(requirement(), need(area="P14"), NOW))
    assert isinstance(decision.events[0], RequirementChanged)
    assert decision.sweeps == (sweep(left_P01="yes"),)


@pytest.mark.parametrize("changes", [{"title": "Otro"}, {"open_until": date(2026, 6, 30)}])
def test_what_no_rule_reads_is_told_and_sweeps_nothing(changes: dict[str, Any]) -> None:
    decision = decided(handlers.change(requirement(), need(**changes), NOW))
    assert isinstance(decision.events[0], RequirementChanged)
    assert decision.sweeps == ()
    assert len(decision.timers) == 1


@pytest.mark.parametrize("changes", [{"targets": {"T01": 4}}, {"must_have": ("T01",)}])
def test_what_a_diagnosis_is_measured_against_is_told_to_whoever_meets_it_anyway(changes: dict[str, Any]) -> None:
    assert decided(handlers.change(requirement(), need(**changes), NOW)).sweeps == (sweep(asks="yes"),)
    assert decided(handlers.change(requirement(), need(annual_volume=1), NOW)).sweeps == (sweep(),)


def test_what_cannot_be_changed() -> None:
    closed = decided(handlers.close(requirement(), "filled", "buyer-1", NOW)).state
    assert code(handlers.change(None, need(), NOW)) == "requirement_unknown"
    assert code(handlers.change(closed, need(), NOW)) == "requirement_closed"
    assert handlers.change(requirement(), need(), NOW) == Decision(requirement())


def test_no_less_is_asked_for_than_is_awarded() -> None:
    refusal = handlers.change(requirement(), need(annual_volume=79_999), NOW, awarded=80_000)
    assert code(refusal) == "volume_awarded"
    assert isinstance(refusal, Refused)
    assert refusal.params == {"asked": 79_999, "awarded": 80_000}
    decided(handlers.change(requirement(), need(annual_volume=80_000), NOW, awarded=80_000))
    row = handlers.import_requirement(requirement(), ID, anchor(), need(annual_volume=5), NOW, awarded=6)
    assert code(row) == "volume_awarded"


def test_what_was_awarded_beyond_what_is_asked_before_this_was_compared_bars_no_other_change() -> None:
    before = requirement(annual_volume=50)
    decided(handlers.change(before, need(annual_volume=50, title="Otro"), NOW, awarded=60))
    decided(handlers.change(before, need(annual_volume=55), NOW, awarded=60))
    assert code(handlers.change(before, need(annual_volume=49), NOW, awarded=60)) == "volume_awarded"


def test_closing_once() -> None:
    decision = decided(handlers.close(requirement(), "filled", "buyer-1", NOW))
    (event,) = decision.events
    assert isinstance(event, RequirementClosed)
    assert (event.area, event.reason, decision.sweeps) == ("P01", "filled", (sweep(),))
    assert decision.timers == (Timer("requirement_expires", None),)
    assert handlers.close(decision.state, "filled", "buyer-1", NOW) == Decision(decision.state)
    assert code(handlers.close(decision.state, "cancelled", "buyer-1", NOW)) == "requirement_closed"
    assert code(handlers.close(None, "filled", "buyer-1", NOW)) == "requirement_unknown"


def test_a_closed_requirement_opens_again() -> None:
    closed = decided(handlers.close(requirement(), "filled", "buyer-1", NOW)).state
    until = date(2027, 1, 31)
    decision = decided(handlers.reopen(closed, {ANCHOR: anchor()}, until, "buyer-2", NOW))
    (event,) = decision.events
    assert isinstance(event, RequirementReopened)
    assert (event.specification.open_until, event.about) == (until, ("closing",))
    assert decision.state is not None
    assert (decision.state.status, decision.state.closed_reason, decision.state.version) == ("open", None, 3)
    assert decision.state.closures == (Closure("filled", "buyer-1", NOW, "buyer-2", NOW),)
    assert decision.sweeps == (sweep(),)
    assert [timer.at is not None for timer in decision.timers] == [True]
    same = decided(handlers.reopen(closed, {ANCHOR: anchor()}, None, "buyer-2", NOW)).state
    assert same is not None
    assert (same.specification, same.by_hand, decision.state.by_hand) == (need(), False, True)
    assert handlers.reopen(decision.state, {}, None, "buyer-2", NOW) == Decision(decision.state)


def test_what_cannot_be_reopened() -> None:
    closed = decided(handlers.close(requirement(), "filled", "buyer-1", NOW)).state
    assert code(handlers.reopen(None, {}, None, "buyer-2", NOW)) == "requirement_unknown"
    assert code(handlers.reopen(closed, {}, None, "buyer-2", NOW)) == "anchor_unknown"
    assert code(handlers.reopen(closed, {ANCHOR: anchor(left_at=NOW)}, None, "buyer-2", NOW)) == "anchor_left"
    assert code(handlers.reopen(closed, {ANCHOR: anchor()}, date(2026, 3, 1), "buyer-2", NOW)) == "open_until_past"


def test_a_requirement_closes_by_time_after_its_last_day() -> None:
    before = requirement(open_until=date(2026, 3, 2))
    day_after = datetime(2026, 3, 3, 6, tzinfo=UTC)
    early = handlers.requirement_expired(before, day_after - timedelta(seconds=1))
    assert (early.events, early.timers) == ((), (Timer("requirement_expires", day_after),))
    decision = handlers.requirement_expired(before, day_after)
    assert isinstance(decision.events[0], RequirementClosed)
    assert decision.events[0].reason == "expired"
    assert handlers.requirement_expired(decision.state, day_after).events == ()
    assert handlers.requirement_expired(None, day_after).state is None


def test_a_row_of_a_file_publishes_or_changes() -> None:
    assert isinstance(
        decided(handlers.import_requirement(None, ID, anchor(), need(), NOW)).events[0], RequirementPublished
    )
    changed = decided(handlers.import_requirement(requirement(), ID, anchor(), need(annual_volume=5), NOW))
    assert isinstance(changed.events[0], RequirementChanged)
    assert decided(handlers.import_requirement(requirement(), ID, anchor(), need(), NOW)).events == ()


def test_every_closing_is_kept_with_who_and_why_and_how_it_opened_again() -> None:
    state: Requirement | None = requirement()
    for reason in ("filled", "cancelled"):
        closed = decided(handlers.close(state, reason, "buyer-1", NOW)).state
        state = decided(handlers.reopen(closed, {ANCHOR: anchor()}, None, "buyer-2", NOW)).state
    assert state is not None
    gone = handlers.anchor_gone(state, {}, NOW, {}).state
    assert gone is not None
    assert [(each.reason, each.by, each.reopened_by) for each in gone.closures] == [
        ("filled", "buyer-1", "buyer-2"),
        ("cancelled", "buyer-1", "buyer-2"),
        ("anchor_left", None, None),
    ]
    assert (gone.closed_reason, gone.version) == ("anchor_left", 6)


def test_of_what_closed_before_closures_were_kept_the_reason_is() -> None:
    reopened = Closure("cancelled", "buyer-1", NOW, "buyer-1", NOW)
    for earlier in ((), (reopened,)):
        before = replace(requirement(), status="closed", closed_reason="filled", closures=earlier)
        after = decided(handlers.reopen(before, {ANCHOR: anchor()}, None, "buyer-2", NOW)).state
        assert after is not None
        assert after.closures == (*earlier, Closure("filled", None, None, "buyer-2", NOW))


def test_the_last_closings_are_kept() -> None:
    many = replace(requirement(), closures=(Closure("filled", reopened_at=NOW),) * MOST_CLOSURES)
    closed = decided(handlers.close(many, "cancelled", "buyer-1", NOW)).state
    assert closed is not None
    assert (len(closed.closures), closed.closures[-1].reason) == (MOST_CLOSURES, "cancelled")


def test_a_row_changes_nothing_that_was_changed_by_hand_since_a_file_said_it() -> None:
    """Seen: a file sent again took a buyer's change back, without a word."""

    def row(state: Requirement | None, volume: int, based_on: int | None = None) -> Decision[Requirement] | Refused:
        asked = need(annual_volume=volume)
        return handlers.import_requirement(state, ID, anchor(), asked, NOW, based_on=based_on)

    told = decided(row(None, 5)).state
    again = decided(row(told, 6)).state
    by_hand = decided(handlers.change(again, need(annual_volume=7), NOW)).state
    assert by_hand is not None
    refusal = row(by_hand, 6)
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.params) == ("changed_by_hand", {"present": 3})
    assert decided(row(by_hand, 7)).events == ()
    seen = decided(row(by_hand, 6, based_on=3)).state
    assert seen is not None
    assert (seen.version, seen.by_hand) == (4, False)
    decided(row(seen, 8))


def test_a_row_changes_the_version_that_it_is_based_on() -> None:
    asked = need(annual_volume=6)
    refusal = handlers.import_requirement(requirement(), ID, anchor(), asked, NOW, based_on=2)
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.params) == ("version_other", {"given": 2, "present": 1})
    decided(handlers.import_requirement(requirement(), ID, anchor(), asked, NOW, based_on=1))
    assert code(handlers.import_requirement(None, ID, anchor(), asked, NOW, based_on=1)) == "requirement_unknown"


def test_a_reference_is_one_requirements_alone_and_is_told_to_nobody() -> None:
    decision = decided(handlers.publish(ID, anchor(), need(), NOW, reference="A-1"))
    assert decision.state is not None
    assert decision.state.reference == "A-1"
    assert (
        code(handlers.publish(ID, anchor(), need(), NOW, reference="A-1", holder=an_id("other"))) == "reference_taken"
    )
    assert code(handlers.refer(requirement(), "A-1", holder=an_id("other"))) == "reference_taken"
    assert code(handlers.refer(None, "A-1")) == "requirement_unknown"
    named = decided(handlers.refer(requirement(), "A-1", holder=ID))
    assert (named.state, named.events, named.sweeps) == (replace(requirement(), reference="A-1"), (), ())


def test_a_row_gives_a_requirement_its_reference_where_it_has_none() -> None:
    def after(known: Requirement, **changes: Any) -> Requirement | None:
        return decided(handlers.import_requirement(known, ID, anchor(), need(**changes), NOW, reference="A-1")).state

    assert after(requirement()) == replace(requirement(), reference="A-1")
    other = replace(requirement(), reference="B-2")
    assert after(other) == other
    changed = after(requirement(), title="Soporte derecho")
    assert changed is not None
    assert (changed.reference, changed.version, changed.specification.title) == ("A-1", 2, "Soporte derecho")


def test_an_anchor_joins_and_leaves_with_its_requirements() -> None:
    state = handlers.anchor_joined(None, joined(), NOW).state
    assert state is not None
    assert (state.code, state.takes_part) == ("TRACTORA-1", True)
    decision = handlers.anchor_left(state, left(), NOW)
    assert decision.state is not None
    assert not decision.state.takes_part
    assert decision.sweeps == (SweepRequest("anchor_left", {"anchor_id": str(ANCHOR)}),)
    assert handlers.anchor_left(decision.state, left(), NOW).sweeps == ()
    sought = {"anchor_id": str(ANCHOR)}
    gone = handlers.anchor_gone(requirement(), sought, NOW, {ANCHOR: decision.state})
    assert isinstance(gone.events[0], RequirementClosed)
    assert gone.events[0].reason == "anchor_left"
    back = handlers.anchor_joined(decision.state, joined(NOW + timedelta(days=1)), NOW).state
    assert back is not None
    late = handlers.anchor_gone(requirement(), sought, NOW, {ANCHOR: back})
    assert late == Decision(requirement())


def test_leaving_may_be_heard_of_before_joining() -> None:
    gone = handlers.anchor_left(None, left(), NOW).state
    state = handlers.anchor_joined(gone, joined(), NOW).state
    assert state is not None
    assert not state.takes_part
    back = handlers.anchor_joined(state, joined(NOW + timedelta(days=1)), NOW).state
    assert back is not None
    assert back.takes_part
    assert handlers.anchor_left(back, left(), NOW).sweeps == ()
