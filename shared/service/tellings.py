"""Wishes of operators to tell all that a stage told once more, as its API takes and shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from shared.service.http import Body, View


class TellingBody(Body):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class TellingView(View):
    id: UUID
    reason: str
    by: str
    at: datetime
