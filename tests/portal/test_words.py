"""What a stage says as a code is a word on a page."""

from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import pytest

from services.development.domain.evidence import JudgeRole
from services.matching.domain.reasons import CorrectReason
from services.portal.domain.story import DECIDING, Entry
from services.portal.views.words import WORDS, Words
from shared.contracts.event import SupplierEvent
from shared.i18n import LANGUAGES
from tests.portal.events import READ

ES, EN = Words("es"), Words("en")


@pytest.mark.parametrize(
    ("of", "text", "shown"),
    [
        ("qms", "iatf_16949", "IATF 16949"),
        ("location", "22", "Querétaro"),
        ("capacity", "2000000", "2,000,000"),
        ("envelope_force", "320 x 320 x 180 mm", "320 x 320 x 180 mm"),
        ("qms", "", ""),
    ],
)
def test_a_value(of: str, text: str, shown: str) -> None:
    assert ES.value(of, text) == shown


def test_an_integrator_s_code_is_not_shown_behind_its_word() -> None:
    assert ES.or_code("criterion", "capacity") == "capacidad"
    assert EN.or_code("gate", "list_69b") == "list of article 69-B"
    assert ES.or_code("gate", "never_heard_of") == "never heard of"


OF_STAGES = {
    ("matching.contract-awarded", "corrected"): CorrectReason,
    ("development.activity-reopened", "by"): JudgeRole,
}
"""Fields of which a contract leaves open what is in them."""
NOT_TOLD = {
    ("financing.referral-answered", "sent"): "that is an event of its own",
    ("financing.referral-answered", "lapsed"): "likewise",
}


def _entry(type_: str, **facts: str) -> Entry:
    return Entry(UUID(int=1), UUID(int=2), datetime(2026, 3, 2, tzinfo=UTC), type_, "", None, facts, ())


def test_every_act_of_a_story_says_who_did_it_and_what() -> None:
    """Seen: "The institution answered" above what the firm itself did."""
    types = {event.TYPE: event for event in READ}
    for type_, field in DECIDING.items():
        of_contract = types[type_].model_fields[field].annotation
        acts = get_args(OF_STAGES.get((type_, field), of_contract))
        assert acts, type_
        for act in [each for each in acts if (type_, each) not in NOT_TOLD]:
            for language in LANGUAGES:
                assert WORDS.has(f"event.{type_}.{act}", language), (type_, act)
    assert EN.event(_entry("financing.referral-answered", state="in_review")).startswith("The firm handed over")
    assert EN.event(_entry("financing.referral-answered", state="approved")) == "The institution approved"


def test_of_an_act_that_came_later_the_event_is_told() -> None:
    assert EN.event(_entry("financing.referral-answered", state="forgotten")) == "The referral moved on"
    assert EN.event(_entry("matching.contract-awarded")) == "The anchor awarded a contract"


def test_every_event_of_a_firm_has_words() -> None:
    of_firms = [each.TYPE for each in READ if issubclass(each, SupplierEvent)]
    assert of_firms
    assert [type_ for type_ in of_firms if not WORDS.has(f"event.{type_}", "en")] == []
