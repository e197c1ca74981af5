"""The guide that partners build against says what the platform does."""

import json
from typing import Any, get_args

import pytest
from joserfc.jwk import ECKey
from jsonschema_rs import Draft7Validator

from services.financing.domain.reasons import AnswerProblem, Unheard
from shared.contracts import partner
from shared.contracts.encrypted import MEDIA_TYPE
from shared.contracts.outsiders import DeclineReason
from shared.contracts.refusals import AnswerRefused
from shared.messaging import refusals
from shared.messaging.codec import Message, PoisonReason, Record, decode
from shared.messaging.dead_letters import HANDLER_FAILED
from shared.messaging.topics import PARTNER_RETENTION_MS, partner_topics
from shared.security import jwe
from tests.security.partner_kit import GUIDE, KIT, blocks

EXAMPLES = [json.loads(block) for block in blocks("json")]


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
    told = {*get_args(PoisonReason), HANDLER_FAILED, refusals.SAME_ID, refusals.DISCARDED, refusals.PARTNER_PAUSED}
    told |= {*get_args(AnswerProblem), *get_args(Unheard), *get_args(DeclineReason)}
    assert [reason for reason in told if f"`{reason}`" not in GUIDE] == []


def test_it_says_how_long_records_stay() -> None:
    assert f"{PARTNER_RETENTION_MS // 86_400_000} days" in GUIDE


@pytest.mark.parametrize(("language", "name"), [("ini", "kcat.conf"), ("properties", "client.properties")])
def test_the_files_of_settings_are_those_that_it_shows(language: str, name: str) -> None:
    assert blocks(language) == [(KIT / name).read_text(encoding="utf-8")]


@pytest.mark.parametrize("number", range(3))
def test_its_examples_are_what_the_schemas_to_download_accept(number: int) -> None:
    example = EXAMPLES[number]
    schema = json.loads((KIT / "schemas" / f"{example['type']}.json").read_text(encoding="utf-8"))
    assert list(Draft7Validator(schema, validate_formats=True).iter_errors(example)) == []
    without = {**example, "data": {name: value for name, value in example["data"].items() if name != "partner"}}
    assert not Draft7Validator(schema).is_valid(without)
    assert not Draft7Validator(schema).is_valid({**example, "type": "partner.another"})


def test_the_schema_of_a_referral_accepts_it_encrypted_and_no_other_does() -> None:
    message = jwe.encrypted(b"{}", jwe.read_public(ECKey.generate_key("P-256").as_pem(private=False)))
    closed = {"datacontenttype": MEDIA_TYPE, "data": message}
    accepted = []
    for example in EXAMPLES:
        schema = json.loads((KIT / "schemas" / f"{example['type']}.json").read_text(encoding="utf-8"))
        validator = Draft7Validator(schema)
        accepted += [example["type"]] if validator.is_valid({**example, **closed}) else []
        assert not validator.is_valid({**example, "data": message}), "it says so"
        assert not validator.is_valid({**example, "datacontenttype": MEDIA_TYPE})
        assert not validator.is_valid({**example, **closed, "data": "a text"})
    assert accepted == [partner.Referral.TYPE]
