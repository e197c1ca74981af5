from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registration import handlers
from services.registration.domain.screening import Entries, Newest
from services.registration.domain.supplier import Supplier
from services.registration.handlers import JoinAnchor, LoadList
from shared.contracts.registration import (
    AnchorJoined,
    AnchorLeft,
    SupplierChanged,
    SupplierRegistered,
)
from shared.messaging.decision import Decision, SweepRequest
from tests.registration.given import (
    LATER,
    LEGAL_RFC,
    NOW,
    decided,
    held,
    listing,
    refused,
    registered,
    withdrawn,
)

# A new list


def rescreen(state: Supplier | None, states: dict[str, Any]) -> Decision[Supplier]:
    return handlers.rescreen(state, {}, LATER, listing(states, on=date(2026, 8, 1)))


def test_a_new_list_that_says_the_same_is_stored_and_no_news() -> None:
    decision = rescreen(registered(), {})
    assert decision.events == ()
    assert decision.state is not None
    assert decision.state.screening.list_date == date(2026, 8, 1)


def test_the_first_list_is_news_of_everybody_as_nobody_was_looked_up_before() -> None:
    """Seen: readers took who was never looked up for not listed, and heard nothing of the look-up."""
    firm = registered()
    before = replace(firm, screening=replace(firm.screening, list_date=None))
    (event,) = rescreen(before, {}).events
    assert isinstance(event, SupplierChanged)
    assert (event.screening.list_69b, event.screening.list_date) == ("not_listed", date(2026, 8, 1))


def test_a_firm_whose_state_changed_is_told_once() -> None:
    decision = rescreen(registered(), {LEGAL_RFC: "definitive"})
    (event,) = decision.events
    assert isinstance(event, SupplierChanged)
    assert (event.screening.list_69b, event.screening.list_date) == ("definitive", date(2026, 8, 1))
    assert rescreen(decision.state, {LEGAL_RFC: "definitive"}) == Decision(decision.state)


def test_a_held_firm_that_is_cleared_registers() -> None:
    (event,) = rescreen(held("list_69b_presumed"), {LEGAL_RFC: "disproved"}).events
    assert isinstance(event, SupplierRegistered)
    assert event.screening.list_69b == "disproved"


def test_a_new_list_leaves_those_alone_who_withdrew() -> None:
    gone = withdrawn()
    assert rescreen(gone, {LEGAL_RFC: "definitive"}) == Decision(gone)
    assert rescreen(None, {}) == Decision(None)


ONE, NONE = Entries(UUID(int=1), 1, "one"), Entries(UUID(int=2), 0, "none")


def test_loading_a_list_asks_for_a_sweep_once() -> None:
    load = LoadList(list_date=date(2026, 2, 1), entries=ONE)
    first = decided(handlers.load_list(None, load, NOW, None))
    assert first.sweeps == (SweepRequest(handlers.RESCREEN, {"list_date": "2026-02-01"}),)
    assert decided(handlers.load_list(first.state, load, LATER, Newest(date(2026, 2, 1), 1))) == Decision(first.state)


def test_a_correction_of_the_newest_list_sweeps_again_and_an_older_list_is_refused() -> None:
    first = decided(handlers.load_list(None, LoadList(list_date=date(2026, 2, 1), entries=NONE), NOW, None))
    correction = LoadList(list_date=date(2026, 2, 1), entries=ONE)
    assert decided(handlers.load_list(first.state, correction, LATER, Newest(date(2026, 2, 1), 0))).sweeps
    older = LoadList(list_date=date(2026, 1, 1), entries=NONE)
    newest = Newest(date(2026, 2, 1), 0)
    assert refused(handlers.load_list(None, older, LATER, newest)) == ("conflict", "screening_list_older")


@pytest.mark.parametrize("on", [date(2026, 2, 1), date(2026, 3, 1)])
def test_a_list_that_is_shorter_clears_nobody_until_an_operator_confirms_its_number(on: date) -> None:
    newest = Newest(date(2026, 2, 1), 2)
    short = LoadList(list_date=on, entries=ONE)
    assert refused(handlers.load_list(None, short, LATER, newest)) == ("conflict", "screening_list_shorter")
    guessed = replace(short, confirmed_firms=2)
    assert refused(handlers.load_list(None, guessed, LATER, newest)) == ("conflict", "screening_list_shorter")
    assert decided(handlers.load_list(None, replace(short, confirmed_firms=1), LATER, newest)).sweeps


# Anchors


ANCHOR = JoinAnchor(code="ANCLA-1", name="Armadora Uno", states=("22", "11"))


def test_an_anchor_joins_once() -> None:
    first = decided(handlers.join_anchor(None, ANCHOR, NOW))
    (event,) = first.events
    assert isinstance(event, AnchorJoined)
    assert (event.code, event.name, event.states) == ("ANCLA-1", "Armadora Uno", ("11", "22"))
    assert decided(handlers.join_anchor(first.state, ANCHOR, LATER)) == Decision(first.state)


def test_a_code_belongs_to_one_anchor() -> None:
    first = decided(handlers.join_anchor(None, ANCHOR, NOW))
    other = replace(ANCHOR, name="Armadora Dos")
    assert refused(handlers.join_anchor(first.state, other, LATER)) == ("conflict", "anchor_code_taken")
    assert refused(handlers.join_anchor(None, replace(ANCHOR, code="x"), NOW)) == ("invalid", "anchor_code_form")


def test_an_anchor_leaves_once_and_may_come_back_as_another() -> None:
    joined = decided(handlers.join_anchor(None, ANCHOR, NOW)).state
    assert joined is not None
    first = decided(handlers.leave_anchor(joined, "agreement_ended", LATER))
    assert first.events == (AnchorLeft(anchor_id=joined.id, reason="agreement_ended", left_at=LATER),)
    assert decided(handlers.leave_anchor(first.state, "own_decision", LATER)) == Decision(first.state)
    back = decided(handlers.join_anchor(first.state, replace(ANCHOR, name="Armadora Nueva"), LATER))
    assert [type(event) for event in back.events] == [AnchorJoined]
    assert back.state is not None
    assert (back.state.id, back.state.status, back.state.left_at) == (joined.id, "joined", None)


def test_nobody_leaves_who_never_joined() -> None:
    assert refused(handlers.leave_anchor(None, "own_decision", NOW)) == ("not_found", "anchor_unknown")
