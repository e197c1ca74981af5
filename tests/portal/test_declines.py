"""What a firm can do about each reason for which a buyer declined it."""

from dataclasses import replace
from typing import get_args

import pytest

from services.development.catalogue import modules
from services.matching.domain.reasons import DeclineReason
from services.portal.domain.declines import ADVICE
from services.portal.domain.firm import Firm, Match
from services.portal.domain.news import of_firm
from services.portal.views.words import WORDS
from shared.contracts.matching import MatchAnswered, MatchFound
from shared.i18n import LANGUAGES
from tests.portal.conftest import Visitors
from tests.portal.events import SUPPLIER, example
from tests.portal.news_given import CASES
from tests.portal.test_my_firm import _page


def test_every_reason_has_advice_in_both_languages() -> None:
    assert ADVICE.keys() == {*get_args(DeclineReason)}
    said = [f"declined.{code}" for code in ADVICE] + [f"declined.go.{each.page}" for each in ADVICE.values()]
    assert [code for code in said for language in LANGUAGES if not WORDS.has(code, language)] == []


@pytest.mark.parametrize("code", ADVICE)
def test_a_module_that_is_named_closes_a_question_that_is_named(code: str) -> None:
    closes = {module.code: {*module.questions} for module in modules().modules}
    for module in ADVICE[code].modules:
        assert closes[module] & {*ADVICE[code].questions}, module
    for question in ADVICE[code].questions:
        assert any(question in closes[module] for module in ADVICE[code].modules), question


async def test_a_declined_firm_reads_what_to_do(portal: Visitors) -> None:
    modules = {"modules": [{"code": "M17", "name": "Costeo y cotización"}]}
    portal.others.answer("development", "/modules", modules)
    declined = example(MatchAnswered, answer="declined", reason="price")
    await portal.stage.consume(example(MatchFound, blocked_by=(), standing="found"), declined)
    page = await _page(portal, "/my-firm/alignment")
    for shown in ("In the diagnosis: C02, F04.", "M17 Costeo y cotización", 'href="/my-firm/result"'):
        assert shown in page, shown


def test_who_never_was_introduced_hears_nothing() -> None:
    given = CASES["declined"].true
    assert isinstance(given, Firm)
    [match] = given.matches
    assert [each.kind for each in of_firm(given)] == ["declined"]
    unheard: list[Match] = [replace(match, blocked_by=("T04",)), replace(match, lost="requirement_closed")]
    assert [news for each in unheard for news in of_firm(Firm(SUPPLIER, matches=(each,)))] == []
    known = replace(match, known=True, lost="requirement_closed")
    assert [each.kind for each in of_firm(Firm(SUPPLIER, matches=(known,)))] == ["declined"]
