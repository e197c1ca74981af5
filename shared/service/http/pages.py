"""Lists: one shape of a page, one bound, and a cursor that is a place in the list's order."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Self, TypeVar, get_origin

from fastapi import Depends, Query
from pydantic import Field, TypeAdapter
from typing_extensions import TypeForm

from shared.service.http.bodies import View
from shared.service.http.problem import Problem

V = TypeVar("V")
R = TypeVar("R")
P = TypeVar("P")

LARGEST = 200
USUAL = 50
LONGEST_CURSOR = 400

Cursor = Annotated[str, Field(max_length=LONGEST_CURSOR)]

Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A place in a list that is a number: what a column takes. A cursor is a caller's text, whoever made it."""

_ANY: TypeAdapter[Any] = TypeAdapter(Any)


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list a caller wants."""

    limit: int
    after: str | None

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than are shown says whether there is another page."""
        return self.limit + 1

    def position(self, type_: TypeForm[P]) -> P | None:
        """The place after which the page begins, as `Page.of_rows` was given it; None at the beginning.

        Each number, text and time of the type has bounds: a column would refuse what is beyond its own.
        """
        if self.after is None:
            return None
        adapter = TypeAdapter(type_)
        try:
            if get_origin(type_) is tuple:
                return adapter.validate_json(base64.urlsafe_b64decode(self.after))
            return adapter.validate_strings(self.after)
        except ValueError:
            raise Problem(422, "cursor_invalid") from None


async def _part(
    limit: Annotated[int, Query(ge=1, le=LARGEST, description="How many at most.")] = USUAL,
    after: Annotated[
        str | None, Query(max_length=LONGEST_CURSOR, description="Of the page before: its `next`.")
    ] = None,
) -> Part:
    return Part(limit, after)


Paging = Annotated[Part, Depends(_part)]
"""Of every list: `limit`, and `after`, the cursor."""


class Page(View, Generic[V]):
    """A part of a list."""

    items: Annotated[list[V], Field(max_length=LARGEST)]
    next: Cursor | None
    """Give it as `after` for the following page; null on the last."""

    @classmethod
    def of_rows(cls, found: Sequence[R], paging: Part, view: Callable[[R], V], position: Callable[[R], object]) -> Self:
        """Of up to `paging.fetch` rows. `position` is what `paging.position` gives for the next page."""
        shown = found[: paging.limit]
        return cls(
            items=[view(row) for row in shown],
            next=_cursor(position(shown[-1])) if len(found) > paging.limit else None,
        )

    @classmethod
    def of_all(cls, rows: Sequence[R], paging: Part, view: Callable[[R], V]) -> Self:
        """Of a list that is whole in memory, since it is short or made at once."""
        start = paging.position(Number) or 0
        end = start + paging.limit
        return cls(items=[view(row) for row in rows[start:end]], next=_cursor(end) if end < len(rows) else None)


def _cursor(position: object) -> str:
    if isinstance(position, tuple):
        return base64.urlsafe_b64encode(_ANY.dump_json(position)).decode()
    return str(position)
