"""The wire form: a CloudEvents 1.0 JSON object in structured mode.

Source: CloudEvents 1.0.2, JSON event format; distributed tracing and correlation extensions.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.contracts.event import Cause, EventData

CONTENT_TYPE = "application/cloudevents+json"
JSON_TYPE = "application/json"
"""Of an event's data."""


class Envelope(NamedTuple):
    """One event with its context attributes."""

    id: UUID
    source: str
    time: datetime
    data: EventData
    cause: Cause
