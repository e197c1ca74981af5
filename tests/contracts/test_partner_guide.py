"""The guide that partners build against says what the platform does."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from services.financing.domain.reasons import AnswerProblem, Unheard
from shared.contracts import partner
from shared.contracts.refusals import AnswerRefused
from shared.messaging import refusals
from shared.messaging.codec import Message, PoisonReason, Record, decode
from shared.messaging.dead_letters import HANDLER_FAILED
from shared.messaging.topics import PARTNER_RETENTION_MS, partner_topics

GUIDE = (Path(__file__).parents[2] / "docs" / "partners.md").read_text()
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]


def received(example: dict[str, Any], topic: str, key: str) -> object:
    return decode(Record(topic, 0, 0, example["data"][key].encode(), json.dumps(example).encode()))


@pytest.mark.parametrize(
    ("example", "topic", "key", "event"),
    [
        (EXAMPLES[0], "partner.nafin.referrals.v1", "supplier_id", partner.Referral),
        (EXAMPLES[1], "partner.nafin.answers.v1", "referral_id", partner.ReferralAcknowledged),
        (EXAMPLES[2], "partner.nafin.refusals.v1", "refusal_id", AnswerRefused),
    ],
    ids=["referral", "answer", "refusal"],
)
def test_its_examples_are_events(example: dict[str, Any], topic: str, key: str, event: type) -> None:
    message = received(example, topic, key)
    assert isinstance(message, Message), message
    assert type(message.data) is event
    assert set(example["data"]) <= set(event.model_fields)


def test_its_referral_has_every_part() -> None:
    assert set(EXAMPLES[0]["data"]) == set(partner.Referral.model_fields)


def test_it_names_every_event_and_reason() -> None:
    for event in (event for topic in partner_topics("nafin") for event in topic.events):
        assert f"`{event.TYPE}`" in GUIDE
    told = {*get_args(PoisonReason), HANDLER_FAILED, refusals.SAME_ID, refusals.PARTNER_PAUSED}
    told |= {*get_args(AnswerProblem), *get_args(Unheard), *get_args(partner.DeclineReason)}
    assert [reason for reason in told if f"`{reason}`" not in GUIDE] == []


def test_it_says_how_long_records_stay() -> None:
    assert f"{PARTNER_RETENTION_MS // 86_400_000} days" in GUIDE
