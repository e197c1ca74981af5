"""What a look at a firm makes of what it finds, and what becomes of the pairs."""

from uuid import UUID

import pytest

from services.registration.domain.likeness import Sign
from services.registration.domain.twins import Lookout, Twins, TwinsStatus, decided, looked, twins_id
from services.registration.handlers import twins as handlers
from services.registration.handlers import withdraw
from services.registration.handlers.twins import Merged
from shared.messaging.decision import Decision, Refused
from tests.registration.given import LATER, NOW, held, registered

ONE, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
NAME: frozenset[Sign] = frozenset({"same_name", "same_state"})
PHONE: frozenset[Sign] = frozenset({"same_phone"})


def look(alike: dict[UUID, frozenset[Sign]], *known: Twins, at: UUID = ONE) -> tuple[Twins, ...]:
    return looked(Lookout(at, alike, known, frozenset(each.id for each in known)), LATER).twins


def pair(status: TwinsStatus = "open") -> Twins:
    (new,) = looked(Lookout(ONE, {OTHER: NAME}, (), frozenset()), NOW).twins
    acts = {"kept": "keep", "merged": "merge"}
    if status == "parted":
        return look({}, new)[0]
    after = new if status == "open" else decided(new, acts[status], "operator-1", NOW, ONE)  # type: ignore[arg-type]
    assert after is not None
    return after


def test_two_firms_are_one_pair_whichever_is_looked_at() -> None:
    (seen,) = look({OTHER: NAME})
    (back,) = look({ONE: NAME}, at=OTHER)
    assert (seen.id, seen.older, seen.newer) == (back.id, back.older, back.newer) == (twins_id(OTHER, ONE), ONE, OTHER)
    assert (seen.status, seen.strength, seen.signs) == ("open", "strong", ("same_name", "same_state"))


def test_an_open_pair_is_as_it_was_found_last() -> None:
    (after,) = look({OTHER: PHONE}, pair())
    assert (after.status, after.strength, after.signs, after.found_at) == ("open", "weak", ("same_phone",), NOW)


def test_what_is_alike_no_more_is_parted_until_it_is_again() -> None:
    (parted,) = look({}, pair())
    assert parted.status == "parted"
    (again,) = look({OTHER: PHONE}, parted)
    assert (again.status, again.signs, again.found_at) == ("open", ("same_phone",), LATER)


@pytest.mark.parametrize("status", ["kept", "merged"])
@pytest.mark.parametrize("alike", [{}, {OTHER: NAME | PHONE}])
def test_what_an_operator_decided_stands(status: TwinsStatus, alike: dict[UUID, frozenset[Sign]]) -> None:
    assert look(alike, pair(status)) == (pair(status),)


def test_a_third_firm_is_a_pair_of_its_own() -> None:
    kept, new = look({OTHER: NAME, THIRD: PHONE}, pair("kept"))
    assert (kept.status, new.status, new.newer) == ("kept", "open", THIRD)


def test_both_are_kept_once() -> None:
    kept = handlers.keep(pair(), "operator-1", NOW)
    assert isinstance(kept, Decision)
    assert kept.state is not None
    assert (kept.state.status, kept.state.decided_by, kept.state.remains) == ("kept", "operator-1", None)
    assert handlers.keep(kept.state, "operator-2", NOW) == handlers.TWINS_DECIDED
    assert handlers.keep(None, "operator-1", NOW) == handlers.TWINS_UNKNOWN


@pytest.mark.parametrize("status", ["open", "kept"])
def test_of_a_merger_one_remains_and_the_other_leaves_for_it(status: TwinsStatus) -> None:
    firms = {ONE: registered(1), OTHER: registered(2)}
    merged = handlers.merge(pair(status), firms, ONE, "operator-1", NOW)
    assert isinstance(merged, Merged)
    assert merged.twins.state is not None
    assert (merged.twins.state.status, merged.twins.state.remains) == ("merged", ONE)
    left, (told,) = merged.leaving.state, merged.leaving.events
    assert left is not None
    assert (left.status, left.withdrawal, left.merged_into) == ("withdrawn", "merged", ONE)
    assert told.model_dump()["merged_into"] == ONE


def test_what_cannot_be_merged() -> None:
    one, two = registered(1), registered(2)
    gone = withdraw(two, "own_decision", NOW)
    assert isinstance(gone, Decision)
    assert gone.state is not None
    waiting = held("rfc_check_digit")
    cases: list[tuple[Twins | None, object, object, UUID, Refused]] = [
        (None, one, two, ONE, handlers.TWINS_UNKNOWN),
        (pair(), one, two, THIRD, handlers.REMAINS_NEITHER),
        (pair("merged"), one, two, ONE, handlers.TWINS_DECIDED),
        (pair("parted"), one, two, ONE, handlers.TWINS_DECIDED),
        (pair(), one, gone.state, ONE, handlers.REMAINS_WITHDRAWN),
        (pair(), one, waiting, OTHER, handlers.REMAINS_HELD),
    ]
    for state, older, newer, remains, refused in cases:
        firms = {ONE: older, OTHER: newer}
        assert handlers.merge(state, firms, remains, "operator-1", NOW) == refused  # type: ignore[arg-type]


def test_a_held_firm_goes_on_as_one_that_takes_part_and_nobody_hears_of_it() -> None:
    merged = handlers.merge(pair(), {ONE: registered(1), OTHER: held("rfc_check_digit")}, ONE, "operator-1", NOW)
    assert isinstance(merged, Merged)
    assert merged.leaving.events == ()
