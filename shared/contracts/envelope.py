"""The wire form: a CloudEvents 1.0 JSON object in structured mode.

Source: CloudEvents 1.0.2, JSON event format; distributed tracing and correlation extensions.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.event import Cause, EventData

CONTENT_TYPE = "application/cloudevents+json"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event with its context attributes."""

    id: UUID
    source: str
    time: datetime
    data: EventData
    cause: Cause
