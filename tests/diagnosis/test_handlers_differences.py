"""What is asked of a firm, told by differences: more, less, late and twice."""

from typing import Any
from uuid import UUID

from services.diagnosis import handlers
from services.diagnosis.domain.diagnosis import Diagnosis
from shared.contracts.diagnosis import DiagnosisCompleted
from shared.contracts.matching import AlignmentChanged, OfferingNotAligned
from shared.messaging.decision import Decision
from tests.diagnosis.builders import (
    ANCHOR,
    INSTRUMENTS,
    NOW,
    OTHER_ANCHOR,
    SUPPLIER,
    completed,
    levels_at,
    opened,
)
from tests.diagnosis.test_handlers import align, aligned, state_of


def changed(revision: int, *lost: int, **more: Any) -> AlignmentChanged:
    gone = tuple(UUID(int=number) for number in lost)
    return AlignmentChanged(supplier_id=SUPPLIER, lost=gone, rules="match-1", revision=revision, **more)


def differ(state: Diagnosis, event: AlignmentChanged) -> Decision[Diagnosis]:
    return handlers.alignment_changed(state, event, NOW, INSTRUMENTS)


def test_what_is_asked_more_and_less_is_measured_with_the_rest() -> None:
    event = aligned((ANCHOR, {"T04": 4}, ()), (OTHER_ANCHOR, {"T05": 2}, ("O03",)))
    both = state_of(align(completed(levels_at(3)), event.model_copy(update={"revision": 1})))
    assert (both.demand.targets["T04"], both.demand.must_have) == (4, ("O03",))
    less = differ(both, changed(2, 2))
    assert state_of(less).demand.must_have == ()
    more = aligned((ANCHOR, {"T04": 2}, ("T01",))).requirements
    third = state_of(differ(state_of(less), changed(3, requirements=more)))
    assert (third.demand.targets, third.demand.must_have) == ({"T04": 2}, ("T01",))
    none = state_of(differ(third, changed(4, 1)))
    assert (none.required, none.demand.targets, none.heard.through) == (False, {}, 4)


def test_what_was_told_before_what_is_known_changes_nothing() -> None:
    first, second = aligned().model_copy(update={"revision": 1}), changed(2, 1)
    none = OfferingNotAligned(supplier_id=SUPPLIER, missing=(), rules="match-1", revision=3)
    state = state_of(handlers.offering_not_aligned(opened(), none, NOW, INSTRUMENTS))
    assert align(state, first).state == state
    assert differ(state, second).state == state
    fourth = state_of(align(state, aligned().model_copy(update={"revision": 4})))
    assert handlers.offering_not_aligned(fourth, none, NOW, INSTRUMENTS).state == fourth


def test_only_a_gap_that_is_another_one_is_told() -> None:
    """Another requirement, another anchor's, a target that no gap feels: known from then on, and told to nobody."""
    measured = state_of(
        align(completed(levels_at(3)), aligned((ANCHOR, {"T04": 4}, ())).model_copy(update={"revision": 1}))
    )
    same = aligned((ANCHOR, {"T04": 4}, ()), (ANCHOR, {"T04": 4}, ())).requirements[1:]
    two = differ(measured, changed(2, requirements=same))
    assert (two.events, len(state_of(two).asks)) == ((), 2)
    one = differ(state_of(two), changed(3, 1))
    assert (one.events, [*state_of(one).asks]) == ((), [UUID(int=2)])
    lower = aligned((ANCHOR, {"T05": 2}, ())).requirements
    below = differ(state_of(one), changed(4, requirements=lower))
    assert (below.events, state_of(below).demand.targets["T05"]) == ((), 3)
    higher = differ(state_of(below), changed(5, requirements=aligned((ANCHOR, {"T05": 4}, ())).requirements))
    [told] = higher.events
    assert isinstance(told, DiagnosisCompleted)
    assert [(gap.question, gap.target) for gap in told.result.gaps] == [("T05", 4), ("T04", 4)]
    assert differ(state_of(higher), changed(6, 1, 2)).events != ()
