"""Which anchors know who a firm is, and when that ends."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain import candidate as candidates
from services.matching.domain.answers import Act
from services.matching.domain.match import match_id
from services.matching.domain.offering import Profile
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.handlers import answers
from services.matching.handlers import offerings as handlers
from services.matching.views.matches import MatchView
from shared.contracts.event import EventData
from shared.contracts.matching import CandidateIntroduced, IntroductionEnded
from shared.contracts.registration import Introduction, SupplierChanged, SupplierWithdrawn
from shared.introduction import Introducible
from shared.messaging.decision import Decision, Refused
from tests.matching.given import (
    ANCHOR,
    NOW,
    RULES,
    SUPPLIER,
    TODAY,
    an_id,
    completed,
    matched,
    pairs,
    profiled,
    registered,
    requirement,
    rescored,
)
from tests.matching.test_answers import AWARD, limits

OTHER = an_id("other anchor")
MATCH = match_id(SUPPLIER, an_id("requirement"))
ASKED = requirement()
ALL, NOBODY = Introducible(natural=True, everybody=True), Introducible(natural=True)
ONE = Introducible(natural=True, anchors=(OTHER,))


def _decided(decision: Decision[Offering], asked: Sequence[Requirement], was: Sequence[Requirement] = ()) -> Offering:
    """The offering after both steps; what it says is kept beside it."""
    state = decision.state
    assert state is not None
    if decision.then is None:
        SAID[:] = decision.events
        return state
    how: dict[str, Any] = {"own": decision.then.wanted == "judged", "whole": decision.then.wanted == "whole"}
    rest = decision.then.decide(state, pairs(state, *asked, was=was, **how), NOW)
    SAID[:] = [*decision.events, *rest.events]
    return rest.state or state


SAID: list[EventData] = []


def _introductions() -> list[tuple[UUID, str]]:
    """Of what was said last: who knows the firm, or why no more."""
    return [
        (each.anchor_id, each.reason if isinstance(each, IntroductionEnded) else "introduced")
        for each in SAID
        if isinstance(each, CandidateIntroduced | IntroductionEnded)
    ]


def _registered(*asked: Requirement, kind: str = "legal", **given: object) -> Offering:
    event = registered().model_copy(update={"kind": kind, "introduction": Introduction.model_validate(given)})
    return _decided(handlers.supplier_profiled(None, event, NOW, RULES), asked)


def _diagnosed(state: Offering, *critical: str) -> Offering:
    return _decided(handlers.diagnosis_completed(state, completed(*critical), NOW), [ASKED], [ASKED])


def test_an_anchor_knows_a_firm_once_its_match_is_not_blocked() -> None:
    state = _diagnosed(_registered(ASKED), "T05")
    assert _introductions() == []
    state = _decided(handlers.gap_rescored(state, rescored(at=NOW), NOW), [ASKED], [ASKED])
    assert (_introductions(), state.known_by) == ([(ANCHOR, "introduced")], {ANCHOR: NOW})
    blocked = _decided(handlers.gap_rescored(state, rescored("O01", at=NOW), NOW), [ASKED], [ASKED])
    assert (_introductions(), blocked.known_by) == ([(ANCHOR, "gaps_open")], {})


def test_it_ends_with_the_match_and_with_the_firm() -> None:
    state = _diagnosed(_registered(ASKED))
    _decided(handlers.requirement_told(state, {}, NOW), [], [ASKED])
    assert _introductions() == [(ANCHOR, "match_lost")]
    gone = SupplierWithdrawn(supplier_id=SUPPLIER, reason="own_decision", withdrawn_at=NOW)
    _decided(handlers.supplier_withdrawn(state, gone, NOW), [ASKED], [ASKED])
    assert _introductions() == [(ANCHOR, "supplier_withdrawn")]


def test_who_went_on_knows_it_for_good() -> None:
    state = _diagnosed(_registered(ASKED))
    shortlisted = _decided(_accepted(answers.shortlist(state, MATCH, "buyer-1", NOW)), [ASKED])
    lost = _decided(handlers.requirement_told(shortlisted, {}, NOW), [], [ASKED])
    assert (_introductions(), [*lost.known_by]) == ([], [ANCHOR])


def test_a_natural_person_is_known_to_whom_it_consents_and_for_as_long() -> None:
    state = _diagnosed(_registered(ASKED, kind="natural"))
    assert _introductions() == []
    for given, said in (
        ({"anchors": (OTHER,)}, []),
        ({"anchors": (OTHER, ANCHOR)}, [(ANCHOR, "introduced")]),
        ({"everybody": True}, []),
        ({}, [(ANCHOR, "not_consented")]),
    ):
        event = profiled(SupplierChanged).model_copy(
            update={"kind": "natural", "introduction": Introduction.model_validate(given)}
        )
        state = _decided(handlers.supplier_profiled(state, event, NOW, RULES), [ASKED], [ASKED])
        assert _introductions() == said, given


@pytest.mark.parametrize("act", ["shortlist", "award"])
def test_who_has_not_consented_is_neither_shortlisted_nor_bought_from(act: Act) -> None:
    state = matched(ASKED)
    assert state.profile is not None
    for introducible, code in ((ALL, None), (NOBODY, "not_consented"), (ONE, "not_consented")):
        known = replace(state, profile=replace(state.profile, introducible=introducible))
        outcome = _award(known) if act == "award" else answers.shortlist(known, MATCH, "buyer-1", NOW)
        assert (outcome.code if isinstance(outcome, Refused) else None) == code
    assert isinstance(answers.decline(known, MATCH, "price", "buyer-1", NOW), Decision)


def test_who_buys_knows_from_whom_until_the_award_ends() -> None:
    state = matched(ASKED)
    assert state.profile is not None
    bought = _decided(_accepted(_award(state)), [ASKED])
    revoked = replace(bought, profile=replace(state.profile, introducible=NOBODY))
    assert _seen(revoked) == (SUPPLIER, None)
    ended = _decided(_accepted(answers.end(revoked, MATCH, "completed", "buyer-1", NOW, RULES)), [ASKED], [ASKED])
    assert _seen(ended) == (None, "not_consented")


def test_what_an_anchor_sees_of_a_firm() -> None:
    state = matched(ASKED)
    assert state.profile is not None
    introducible = Introducible(natural=False, contact_role="sales")
    named: Profile = replace(state.profile, folio="PDP-000001", legal_name="Aceros SA", introducible=introducible)
    view = _view(replace(state, profile=named))
    assert (view.name, view.folio, view.state, view.contact_role) == ("Aceros SA", "PDP-000001", "11", "sales")
    hidden = _view(replace(state, profile=replace(named, introducible=NOBODY)))
    assert (hidden.supplier_id, hidden.name, hidden.folio, hidden.state) == (None, None, None, None)


def test_a_firm_of_which_that_was_not_told_is_known_as_before() -> None:
    assert _seen(matched(ASKED)) == (SUPPLIER, None)


def _award(state: Offering) -> Decision[Offering] | Refused:
    return answers.award(state, MATCH, AWARD, limits(), "buyer-1", NOW)


def _accepted(outcome: Decision[Offering] | Refused) -> Decision[Offering]:
    assert isinstance(outcome, Decision)
    return outcome


def _view(state: Offering) -> MatchView:
    found = candidates.of(state, MATCH, ASKED, RULES, TODAY)
    assert found is not None
    return MatchView.of_candidate(found, hidden=found.hidden is not None)


def _seen(state: Offering) -> tuple[UUID | None, str | None]:
    view = _view(state)
    return view.supplier_id, view.hidden
