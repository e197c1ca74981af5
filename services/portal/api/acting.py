"""What every form that acts on a stage has in common."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from services.portal.api.asking import Asking, see
from services.portal.api.forms import Trouble, trouble
from services.portal.domain.scope import Scope
from services.portal.stages import Answer, StageProblem
from services.portal.store import firms
from services.portal.store.firms import Named


@dataclass(frozen=True, slots=True)
class Tried:
    """A form that was not taken: why, what was typed, and which of the page's forms it was."""

    problem: Trouble | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    acted: str = ""
    """What the ids of that form's fields begin with."""
    status: int = HTTPStatus.OK

    @property
    def shown(self) -> dict[str, Any]:
        """As a template takes it."""
        return {"problem": self.problem, "typed": self.typed, "acted": self.acted}


UNTRIED = Tried()

Again = Callable[[Tried], Awaitable[Response]]


async def acted(
    asked: Asking,
    act: Awaitable[Answer],
    again: Again,
    *,
    to: str,
    typed: Mapping[str, str] | None = None,
    at: str = "",
    tells: bool = True,
) -> Response:
    """Have a stage do it, and show the page at `to` once what followed has arrived here; or the form `again`, with what
    is wrong with it. `tells`: whether an event says so.
    """
    try:
        done = await act
    except StageProblem as error:
        return await again(Tried(trouble(error, asked.words), typed or {}, at, error.status))
    if tells:
        await asked.arrived(done)
    return see(to)


async def named(asked: Asking, scope: Scope, ids: Sequence[str]) -> dict[str, Named]:
    """What lists call these firms, by their ids as a stage writes them."""
    async with asked.portal.database.connection() as connection:
        found = await firms.names_of(connection, scope, [UUID(id_) for id_ in ids])
    return {str(id_): name for id_, name in found.items()}
