"""Two readers and two writers of one declaration: what msgspec does fast is what pydantic does."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from pydantic import TypeAdapter
from pydantic_core import to_json

from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData
from shared.messaging import codec
from tests.contracts.extremes import extremes
from tests.contracts.test_bounds import EVENTS

AT = datetime(2026, 3, 2, 18, tzinfo=UTC)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_both_read_and_write_every_value_alike(event: type[EventData]) -> None:
    compiled = msgspec.json.Decoder(event)
    for given in extremes(TypeAdapter(event).core_schema):
        said = event.model_validate_json(json.dumps(given))
        written = codec.encode(Envelope(said.key, "test", AT, said, Cause("c")))
        data = bytes(msgspec.json.decode(written, type=dict[str, msgspec.Raw])["data"])
        assert data == to_json(said)
        assert compiled.decode(data) == said


@pytest.mark.parametrize(
    "event", [each for each in EVENTS if not each.__module__.endswith(".partner")], ids=lambda event: event.TYPE
)
def test_what_is_no_event_is_set_aside_with_its_place(event: type[EventData]) -> None:
    data = extremes(TypeAdapter(event).core_schema)[0]
    said = event.model_validate_json(json.dumps(data))
    for name in data:
        wrong = {
            "id": str(said.key),
            "specversion": "1.0",
            "type": event.TYPE,
            "source": "test",
            "time": AT.isoformat(),
        }
        value = json.dumps(wrong | {"data": data | {name: 1.5}}).encode()
        found = codec.decode(codec.Record(said.topic, 0, 0, str(said.key).encode(), value))
        assert isinstance(found, codec.Poison), name
        assert (found.reason, name in found.error) == ("wrong_shape", True)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_no_byte_of_a_record_makes_reading_raise(event: type[EventData]) -> None:
    """Each reader has errors of its own: msgspec says `UnicodeDecodeError` for what is no UTF-8."""
    said = event.model_validate_json(json.dumps(extremes(TypeAdapter(event).core_schema)[1]))
    value = codec.encode(Envelope(said.key, "test", AT, said, Cause("c")))
    for place in range(0, min(len(value), 2_000), 5):
        for wrong in (b"\xe9", b"\x00", b"\\ud800", b"9" * 400):
            spoilt = value[:place] + wrong + value[place + 1 :]
            found = codec.decode(codec.Record(said.topic, 0, 0, str(said.key).encode(), spoilt))
            assert isinstance(found, (codec.Message, codec.Poison))
