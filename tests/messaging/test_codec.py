"""The wire form, and that nothing on the wire can make decoding raise."""

import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause
from shared.contracts.partner import ReferralAcknowledged
from shared.contracts.registration import SupplierWithdrawn
from shared.messaging.codec import Message, Poison, Record, decode, encode
from shared.messaging.topics import EVENT_TYPES, MAX_ANSWER_BYTES
from shared.runtime.ids import new_id

TOPIC = "registration.supplier.v1"
AT = datetime(2026, 11, 1, 12, 0, 0, 5, tzinfo=UTC)


def _withdrawn() -> SupplierWithdrawn:
    return SupplierWithdrawn(supplier_id=uuid4(), reason="closed", withdrawn_at=AT)


def _envelope(data: SupplierWithdrawn) -> Envelope:
    return Envelope(new_id(), "registration", AT, data, Cause(correlation_id="c-1", causation_id="c-0"))


def _record(value: bytes | None, key: bytes | None = None, topic: str = TOPIC) -> Record:
    return Record(topic, 0, 7, key, value)


def test_an_event_is_a_cloudevent_in_structured_mode() -> None:
    data = _withdrawn()
    instant = "2026-11-01T12:00:00.000005Z"
    wire = json.loads(encode(_envelope(data)))
    assert UUID(wire.pop("id")).version == 7
    assert wire == {
        "specversion": "1.0",
        "type": "registration.supplier-withdrawn",
        "source": "registration",
        "subject": str(data.supplier_id),
        "time": instant,
        "datacontenttype": "application/json",
        "correlationid": "c-1",
        "causationid": "c-0",
        "data": {
            "supplier_id": str(data.supplier_id),
            "reason": "closed",
            "withdrawn_at": "2026-11-01T12:00:00.000005Z",
            "merged_into": None,
        },
    }


def test_what_was_encoded_is_decoded() -> None:
    envelope = _envelope(_withdrawn())
    decoded = decode(_record(encode(envelope), str(envelope.data.key).encode()))
    assert isinstance(decoded, Message)
    assert decoded.envelope == envelope


def test_a_field_of_a_newer_writer_is_passed_over() -> None:
    envelope = _envelope(_withdrawn())
    wire = json.loads(encode(envelope))
    wire["data"]["colour"] = wire["newextension"] = "red"
    assert isinstance(decode(_record(json.dumps(wire).encode(), str(envelope.data.key).encode())), Message)


def test_an_error_quotes_nothing_of_the_record() -> None:
    wire = json.loads(encode(_envelope(_withdrawn())))
    wire["data"] = {"supplier_id": "Juan Pérez", "reason": "Juan", "withdrawn_at": "Juan"}
    poison = decode(_record(json.dumps(wire).encode()))
    assert isinstance(poison, Poison)
    assert (poison.reason, "Juan" in poison.error) == ("wrong_shape", False)


PARTNERS = "partner.nafin.answers.v1"


@pytest.mark.parametrize(
    ("topic", "type_", "shown"),
    [
        (TOPIC, "registration.a-newer-build-s", "registration.a-newer-build-s"),
        (TOPIC, "Juan Pérez +52 55 1234", None),
        (PARTNERS, "juan.perez", None),
        (PARTNERS, "partner.credit-disbursed", "partner.credit-disbursed"),
    ],
)
def test_a_dead_letter_says_of_a_record_only_what_cannot_be_personal(topic: str, type_: str, shown: str | None) -> None:
    poison = decode(_record(json.dumps({"id": "Juan Pérez", "type": type_}).encode(), None, topic))
    assert isinstance(poison, Poison)
    assert (poison.event_id, poison.event_type) == (None, shown)


@pytest.mark.parametrize("attribute", ["correlationid", "source", "reason"])
def test_no_text_with_a_nul_is_consumed(attribute: str) -> None:
    """PostgreSQL keeps none, so it would be the store that refuses it, somewhere in the middle of a batch."""
    envelope = _envelope(_withdrawn())
    wire = json.loads(encode(envelope))
    (wire["data"] if attribute in wire["data"] else wire)[attribute] = "a\0b"
    poison = decode(_record(json.dumps(wire).encode(), str(envelope.data.key).encode()))
    assert isinstance(poison, Poison)
    assert (poison.reason, poison.error) == ("wrong_shape", "a NUL character, which no store keeps")


def test_a_backslash_before_u0000_is_text_like_any_other() -> None:
    envelope = _envelope(_withdrawn())._replace(source=r"a\u0000b")
    assert isinstance(decode(_record(encode(envelope), str(envelope.data.key).encode())), Message)


def test_after_a_lost_kafka_another_record_at_the_same_place_is_another() -> None:
    first, second = decode(_record(b"one")), decode(_record(b"two"))
    assert first.message_id != second.message_id
    assert first.message_id == decode(_record(b"one")).message_id


@given(st.one_of(st.none(), st.binary(max_size=300)), st.one_of(st.none(), st.binary(max_size=50)))
def test_decoding_never_raises_on_bytes(value: bytes | None, key: bytes | None) -> None:
    assert isinstance(decode(_record(value, key)), Poison)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(EVENT_TYPES)), json_values, json_values)
def test_decoding_never_raises_on_json(type_: str, data: object, id_: object) -> None:
    wire = {"specversion": "1.0", "type": type_, "id": id_, "source": "x", "time": "2026-01-01T00:00:00Z", "data": data}
    assert isinstance(decode(_record(json.dumps(wire).encode())), Poison)


def test_partners_choose_their_ids_without_touching_each_other_s() -> None:
    id_, referral = new_id(), uuid4()

    def answer(partner: str) -> Message:
        data = ReferralAcknowledged(referral_id=referral, partner=partner, answered_at=AT)
        envelope = Envelope(id_, partner, AT, data, Cause(correlation_id="c-1"))
        decoded = decode(_record(encode(envelope), str(referral).encode(), data.topic))
        assert isinstance(decoded, Message)
        return decoded

    assert answer("nafin").message_id != answer("bancomext").message_id
    assert answer("nafin").message_id == answer("nafin").message_id


@pytest.mark.parametrize("given", ["Maria.Inventada.Lopez-GODE561231GR8", "PDP-000123", "c-1", "\x1b[2J", "x" * 200])
def test_what_a_partner_says_of_where_its_answer_comes_from_is_an_id_or_nothing(given: str) -> None:
    id_, referral, request = new_id(), uuid4(), uuid4()

    def cause(correlation: str, causation: str) -> Cause:
        data = ReferralAcknowledged(referral_id=referral, partner="nafin", answered_at=AT)
        envelope = Envelope(id_, "nafin", AT, data, Cause(correlation, causation))
        decoded = decode(_record(encode(envelope), str(referral).encode(), data.topic))
        assert isinstance(decoded, Message)
        return decoded.envelope.cause

    assert cause(given, given) == Cause(str(id_))
    assert cause(str(request), str(referral)) == Cause(str(request), str(referral))


LARGE = b"{" + b" " * MAX_ANSWER_BYTES


def test_a_value_beyond_its_topic_s_limit_is_known_by_size_and_hash_only() -> None:
    found = decode(_record(LARGE, topic="partner.nafin.answers.v1"))
    assert isinstance(found, Poison)
    assert (found.reason, found.record.value) == ("too_large", None)
    assert found.digest == (len(LARGE), hashlib.sha256(LARGE).hexdigest())


def test_a_stage_may_write_more() -> None:
    found = decode(_record(LARGE))
    assert isinstance(found, Poison)
    assert (found.reason, found.record.value) == ("not_json", LARGE)
