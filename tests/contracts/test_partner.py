"""What partners write goes into logs, stores and other events: as plain text, as a number, as a plausible time."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.event import Cause
from shared.contracts.partner import Answer, InformationRequested, ReferralAcknowledged
from shared.messaging.codec import Message, Poison, Record, decode
from shared.messaging.topics import partner_topics

REFERRAL = str(uuid4())
HOSTILE = "a\nb\x1b[31m\u202ec\u0085"
ANSWERS = {event.TYPE: event for event in partner_topics("nafin")[1].events}
MONEY = {"amount": "1.00", "currency": "MXN"}
FULL: dict[str, dict[str, Any]] = {
    "partner.referral-acknowledged": {"folio": "N-1"},
    "partner.information-requested": {"items": ["x"]},
    "partner.referral-approved": {"amount": MONEY, "term_months": 12},
    "partner.referral-declined": {"reason": "other"},
    "partner.credit-disbursed": {"amount": MONEY},
    "partner.payments-corrected": {"amount": MONEY},
}


def answer(type_: str = "partner.referral-approved", **changed: Any) -> Record:
    """An answer; `changed` are attributes, or fields of its data."""
    data = {"referral_id": REFERRAL, "partner": "nafin", "answered_at": "2026-03-03T09:00:00Z", **FULL[type_]}
    event = {"specversion": "1.0", "id": str(uuid4()), "type": type_, "source": "x", "time": "2026-03-03T09:00:00Z"}
    fields = data.keys() | {"term_months", "folio", "items"}
    data |= {name: value for name, value in changed.items() if name in fields}
    event |= {name: value for name, value in changed.items() if name not in fields}
    value = json.dumps(event | {"data": data}).encode()
    return Record("partner.nafin.answers.v1", 0, 0, REFERRAL.encode(), value)


def texts(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for each in found.values():
            yield from texts(each)
    elif isinstance(found, (list, tuple)):
        for each in found:
            yield from texts(each)


@pytest.mark.parametrize("type_", ANSWERS)
def test_no_control_character_gets_past_the_edge(type_: str) -> None:
    """Of any attribute and any free text of any answer."""
    free = {name: [HOSTILE] if name == "items" else HOSTILE for name in FULL[type_].keys() & {"folio", "items"}}
    found = decode(answer(type_, correlationid=HOSTILE, causationid=HOSTILE, traceparent=HOSTILE, **free))
    assert isinstance(found, Message)
    told = [*texts(found.data.model_dump()), *(each for each in found.envelope.cause[:3] if each)]
    assert [text for text in told if not text.isprintable()] == []
    assert found.envelope.cause == Cause(str(found.envelope.id))


def test_every_free_text_of_an_answer_is_known_to_the_walk() -> None:
    """A new field of a partner's is text, number or time: it belongs in the walks here."""
    known = {*Answer.model_fields, *(name for fields in FULL.values() for name in fields)}
    assert {name for event in ANSWERS.values() for name in event.model_fields} == known
    assert ANSWERS.keys() == FULL.keys()
    assert {ReferralAcknowledged, InformationRequested} <= {*ANSWERS.values()}


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00Z", "1999-12-31T00:00:00Z", "9999-12-31T00:00:00Z", 0, 1.5, True, "1700000000", "5"]
)
def test_a_moment_is_written_and_plausible(at: object) -> None:
    found = decode(answer(answered_at=at))
    assert isinstance(found, Poison)
    assert found.error.endswith("at data.answered_at")


@pytest.mark.parametrize("number", [True, "36", 36.5, None])
def test_a_number_is_a_number(number: object) -> None:
    found = decode(answer(term_months=number))
    assert isinstance(found, Poison)
    assert found.error.endswith("at data.term_months")


@pytest.mark.parametrize("written", ["36.0000000000000001", "1e-400", "3600e-400", "36." + "0" * 50])
def test_a_number_is_the_one_that_was_written(written: str) -> None:
    record = answer(term_months=36)
    assert isinstance(decode(record), Message)
    value = (record.value or b"").replace(b'"term_months": 36', f'"term_months": {written}'.encode())
    found = decode(record._replace(value=value))
    assert isinstance(found, Poison)
    assert (found.reason, found.error) == ("wrong_shape", "a number with more digits than are kept")


def test_what_is_no_json_is_called_so_however_many_digits_it_has() -> None:
    record = answer(term_months=36)
    for digits in ("36", "9" * 5_000):
        value = (record.value or b"").replace(b'"term_months": 36', f'"term_months": {digits}'.encode())[:-1]
        found = decode(record._replace(value=value))
        assert isinstance(found, Poison)
        assert found.reason == "not_json"


def test_a_leap_second_is_the_second_before_it() -> None:
    for at in ("2016-12-31T23:59:60Z", "2016-12-31T17:59:60.5-06:00"):
        found = decode(answer(answered_at=at, time=at))
        assert isinstance(found, Message), found
        assert (found.envelope.time.second, found.data.answered_at.second) == (59, 59)  # type: ignore[attr-defined]  # of an answer


def test_the_guide_says_of_every_field_of_an_answer_how_it_is_corrected() -> None:
    guide = Path("docs/partners.md").read_text(encoding="utf-8")
    section = guide.partition("### What was mistyped")[2].partition("\n## ")[0]
    said = {
        name
        for line in section.splitlines()
        for name in re.findall(r"`(\w+)`", line.split("|")[1] if "|" in line else "")
    }
    assert said == {name for event in ANSWERS.values() for name in event.model_fields}
