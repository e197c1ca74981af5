"""Wishes of operators to measure every diagnosis anew."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from shared.service.http import Body, View


class MeasurementBody(Body):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
    tell_all: bool = False


class MeasurementView(View):
    id: UUID
    reason: str
    by: str
    at: datetime
    tell_all: bool
