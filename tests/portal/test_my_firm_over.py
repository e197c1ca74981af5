"""What is over is shown as over: closed requirements, firms that were declined, amounts that hold no longer."""

from typing import get_args
from uuid import UUID

import pytest
from markupsafe import escape

from services.matching.domain.reasons import DeclineReason
from services.portal.views.words import WORDS, Words
from shared.contracts.financing import ReferralAnswered
from shared.contracts.matching import (
    ContractAwarded,
    ContractEnded,
    MatchAnswered,
    MatchFound,
    MatchLost,
    RequirementClosed,
    RequirementPublished,
)
from tests.portal.candidates_given import CANDIDATE, PRESENT, Matching, buyer, filled, matching
from tests.portal.conftest import Visitors
from tests.portal.events import MATCH, OTHER_SUPPLIER, SUPPLIER, example
from tests.portal.test_my_firm import SENT, _page

__all__ = ["filled", "matching"]


async def test_a_requirement_that_was_closed_has_its_title_and_when_and_why(portal: Visitors) -> None:
    """Seen: nothing but the code of its area."""
    closed = example(RequirementClosed, reason="filled")
    await portal.stage.consume(example(RequirementPublished), example(MatchFound), closed, example(MatchLost))
    page = await _page(portal, "/my-firm/alignment")
    [told] = await portal.stage.rows("SELECT at FROM story WHERE type = 'matching.requirement-closed'")
    row = page[page.index('<th scope="row">Bracket, stamped') :].partition("</th>")[0]
    assert f"{Words('en').moment(told['at'])}: It was filled" in row
    other = await portal.signed_in("supplier", supplier_id=OTHER_SUPPLIER, language="en")
    await portal.stage.consume(example(MatchFound, supplier_id=OTHER_SUPPLIER, requirement_id=UUID(int=5)))
    assert "Bracket, stamped" not in (await other.get("/my-firm/alignment")).text


@pytest.mark.parametrize("reason", [*get_args(DeclineReason), "never_heard_of"])
async def test_a_firm_reads_why_it_was_declined_and_what_it_can_do(portal: Visitors, reason: str) -> None:
    found = example(MatchFound, blocked_by=(), standing="found")
    await portal.stage.consume(found, example(MatchAnswered, answer="declined", reason=reason))
    page = await _page(portal, "/my-firm/alignment")
    told = Words("en").or_code("reason", reason)
    assert page.count(told) == 2, "beside the match, and with what can be done"
    said = WORDS.text(f"declined.{reason}", "en") if reason in get_args(DeclineReason) else "what you can mend"
    assert escape(said) in page
    await portal.stage.consume(example(MatchAnswered, answer="shortlisted", reason=None))
    assert told not in await _page(portal, "/my-firm/alignment")


async def test_who_was_never_introduced_does_not_hear_why(portal: Visitors) -> None:
    blocked = example(MatchFound, blocked_by=("T04",), standing="found")
    await portal.stage.consume(blocked, example(MatchAnswered, answer="declined", reason="price"))
    assert "Price" not in await _page(portal, "/my-firm/alignment")


@pytest.mark.parametrize(("states", "label"), [((), "Approved"), (("declined",), "Had been approved")])
async def test_an_amount_that_was_approved_holds_while_the_approval_does(
    portal: Visitors, states: tuple[str, ...], label: str
) -> None:
    moves = [example(ReferralAnswered, state=state, reason=None) for state in ("approved", *states)]
    await portal.stage.consume(SENT, *moves)
    money = {"amount": "250000.00", "currency": "MXN"}
    papers = {"amount": money, "term_months": 12, "folio": None, "items": [], "approved": money, "disbursed": None}
    shown = {"id": str(SENT.model_dump()["referral_id"]), "papers": papers, "answer_due_at": None}
    shown |= {"sent_at": "2026-03-02T15:04:05Z", "reminded_at": None, "consent_id": str(UUID(int=1))}
    portal.others.answer("financing", f"/cases/{SUPPLIER}", {"referrals": [shown]})
    page = await _page(portal, "/my-firm/money")
    assert ("<dt>Approved</dt>" in page, f"<dt>{label}" in page) == (not states, True)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ((), "<dt>Valor anual del contrato</dt>"),
        (({"reason": "completed"},), "<dt>Valor anual mientras duró</dt>"),
        (({"reason": "mistyped"},), ""),
    ],
)
async def test_what_was_bought_is_of_the_past_once_it_ended(
    filled: Visitors, matching: Matching, told: tuple[dict[str, str], ...], shown: str
) -> None:
    await filled.stage.consume(example(ContractAwarded), *(example(ContractEnded, **each) for each in told))
    standing = "ended" if told else "awarded"
    award = {"annual_value": {"amount": "1.00", "currency": "MXN"}, "annual_volume": 1}
    matching.shown[f"/matches/{MATCH}"] = PRESENT | {"standing": standing, "award": award}
    page = (await (await buyer(filled)).get(CANDIDATE)).text
    values = [
        each for each in ("<dt>Valor anual del contrato</dt>", "<dt>Valor anual mientras duró</dt>") if each in page
    ]
    assert values == ([shown] if shown else [])


@pytest.mark.parametrize("standing", ["shortlisted", "awarded"])
async def test_a_candidate_that_is_lost_is_only_ended(filled: Visitors, matching: Matching, standing: str) -> None:
    """All else matching refuses."""
    went_on = example(ContractAwarded) if standing == "awarded" else example(MatchAnswered, answer="shortlisted")
    await filled.stage.consume(went_on, example(MatchLost, reason="supplier_withdrawn"))
    award = {"annual_value": {"amount": "1.00", "currency": "MXN"}, "annual_volume": 1}
    matching.shown[f"/matches/{MATCH}"] = PRESENT | {"standing": standing, "award": award}
    page = (await (await buyer(filled)).get(CANDIDATE)).text
    acts = (f"{CANDIDATE}/award/end", f"{CANDIDATE}/award", CANDIDATE)
    forms = [each for each in acts if f'method="post" action="{each}"' in page]
    assert forms == ([f"{CANDIDATE}/award/end"] if standing == "awarded" else [])
